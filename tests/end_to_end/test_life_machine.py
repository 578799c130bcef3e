"""Random commands over a dossier's whole life, through the API on real PostgreSQL, against a model written by hand.

The model knows what a clerk knows: which act is allowed where, and what it changes. It shares no code with the domain.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from api.app import create_app
from service.settings import Settings
from service.wiring_api import serving
from tests.administrations import logged
from tests.examples import BEGINNING, COMMUNE, PROCEDURE, SHA

T = TypeVar("T")

IN_PROCESS = {"in-process", "appraised", "approved", "signed"}
OPEN = IN_PROCESS | {"submitted"}
OFFICERS = st.sampled_from(["cb-01", "cb-02"])

steps = 0


@dataclass
class Model:
    """Where the dossier stands, as far as the next act depends on it."""

    stage: str = "submitted"
    waiting: bool = False
    finance: str = "nothing-due"
    amount: int = 0
    appraiser: str = ""
    eligible: bool = False
    version: int = 1
    overpaid: set[str] = field(default_factory=set)


class Edge:
    """The API over real collaborators, on an event loop of its own."""

    def __init__(self, url: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.serving = serving(Settings(), url, rules=logged(url, BEGINNING))
        parts = self.run(self.serving.__aenter__())
        transport = httpx.ASGITransport(app=create_app(parts.collaborators))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://test")

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        return self.run(self.client.post(path, json=body, headers={"Motcua-Actor": "cb-01", **headers}))

    def get(self, path: str) -> httpx.Response:
        return self.run(self.client.get(path))

    def close(self) -> None:
        self.run(self.client.aclose())
        self.run(self.serving.__aexit__(None, None, None))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Life(RuleBasedStateMachine):
    """One dossier and its model."""

    edge: ClassVar[Edge]

    @initialize()
    def submit(self) -> None:
        body = {
            "procedure": PROCEDURE,
            "unit": COMMUNE,
            "channel": "desk",
            "applicant_kind": "person",
            "applicant_reference": "ND-1",
            "components": [{"component": code, "form": "paper"} for code in ("TK", "CC")],
        }
        answer = self.edge.post("/api/v1/dossiers", body, **{"Idempotency-Key": uuid4().hex})
        assert answer.status_code == 201, answer.text
        self.code = answer.json()["code"]
        self.model = Model()

    def act(self, name: str, body: dict[str, Any], *, allowed: bool, already: bool = False) -> bool:
        """Send the act; check that it is carried out, refused or quiet as the model says; whether it took effect."""
        global steps  # noqa: PLW0603 - counted over all runs of the machine
        steps += 1
        key = uuid4().hex
        headers = {"Idempotency-Key": key, "If-Match": f'"{self.model.version}"'}
        answer = self.edge.post(f"/api/v1/dossiers/{self.code}/{name}", body, **headers)
        expected = 200 if allowed or already else 409
        assert answer.status_code == expected, (name, body, self.model, answer.text)
        took_effect = allowed and not already
        if took_effect:
            self.model.version += 1
            stale = self.edge.post(
                f"/api/v1/dossiers/{self.code}/{name}", body, **{**headers, "Idempotency-Key": uuid4().hex}
            )
            assert stale.status_code == 412, stale.text
            repeated = self.edge.post(f"/api/v1/dossiers/{self.code}/{name}", body, **headers)
            assert repeated.status_code == 200, repeated.text
            assert repeated.json()["version"] == self.model.version
        assert int(answer.headers.get("ETag", f'"{self.model.version}"').strip('"')) == self.model.version
        return took_effect

    @rule(officer=OFFICERS)
    def accept(self, officer: str) -> None:
        model = self.model
        already = model.stage not in {"submitted", "reception-refused"} and self.was_accepted
        allowed = model.stage == "submitted" and not model.waiting
        if self.act("accept", {"officer": officer}, allowed=allowed, already=already):
            model.stage = "in-process"

    @property
    def was_accepted(self) -> bool:
        return self.model.stage in IN_PROCESS | {"sealed", "returned", "refused"} or self.accepted_before_the_end

    accepted_before_the_end = False

    @rule()
    def refuse_reception(self) -> None:
        allowed = self.model.stage == "submitted"
        already = self.model.stage == "reception-refused"
        body = {"reason": "Sai thẩm quyền", "officer": "cb-01"}
        if self.act("refuse-reception", body, allowed=allowed, already=already):
            self.model.stage = "reception-refused"

    @rule()
    def request_supplement(self) -> None:
        allowed = self.model.stage in OPEN
        body = {
            "items": [{"component": "UQ"}],
            "legal_basis": "Điều 7",
            "approver": "cb-09",
            "officer": "cb-01",
        }
        already = allowed and self.model.waiting
        if self.act("request-supplement", body, allowed=allowed, already=already):
            self.model.waiting = True

    @rule()
    def supplement(self) -> None:
        allowed = self.model.stage in OPEN and self.model.waiting
        already = self.model.stage in OPEN and not self.model.waiting and self.supplemented
        body = {"components": [{"component": "UQ", "form": "paper"}]}
        if self.act("supplement", body, allowed=allowed, already=already):
            self.model.waiting, self.supplemented = False, True

    supplemented = False

    @property
    def can_be_decided(self) -> bool:
        return self.model.stage in IN_PROCESS and not self.model.waiting

    @rule(officer=OFFICERS, eligible=st.booleans())
    def appraise(self, officer: str, eligible: bool) -> None:  # noqa: FBT001 - drawn
        model = self.model
        allowed = self.can_be_decided and model.stage in {"in-process", "appraised"}
        already = allowed and model.stage == "appraised" and (model.appraiser, model.eligible) == (officer, eligible)
        body = {"eligible": eligible, "opinion": "Đã xem", "officer": officer}
        if self.act("appraise", body, allowed=allowed, already=already):
            model.stage, model.appraiser, model.eligible = "appraised", officer, eligible

    @rule(officer=OFFICERS)
    def approve(self, officer: str) -> None:
        model = self.model
        already = model.stage in {"approved", "signed", "sealed", "returned", "refused"}
        allowed = self.can_be_decided and model.stage == "appraised" and model.appraiser != officer
        if self.act("approve", {"officer": officer, "reason": "Điều 9"}, allowed=allowed, already=already):
            model.stage = "approved" if model.eligible else "refused"

    @rule(officer=OFFICERS)
    def decline(self, officer: str) -> None:
        model = self.model
        allowed = self.can_be_decided and model.stage == "appraised" and model.appraiser != officer
        if self.act("decline", {"officer": officer, "reason": "Thiếu căn cứ"}, allowed=allowed):
            model.stage, model.appraiser = "in-process", ""

    @rule()
    def sign(self) -> None:
        already = self.model.stage in {"signed", "sealed", "returned"}
        allowed = self.can_be_decided and self.model.stage == "approved"
        body = {"signer": "cb-02", "document_sha256": SHA, "certificate_serial": "01"}
        if self.act("sign", body, allowed=allowed, already=already):
            self.model.stage = "signed"

    @rule()
    def seal(self) -> None:
        already = self.model.stage in {"sealed", "returned"}
        allowed = self.can_be_decided and self.model.stage == "signed"
        body = {"agency": COMMUNE, "document_sha256": SHA, "certificate_serial": "02", "officer": "cb-01"}
        if self.act("seal", body, allowed=allowed, already=already):
            self.model.stage = "sealed"

    @rule()
    def return_result(self) -> None:
        allowed = self.model.stage == "sealed" and self.model.finance != "due"
        already = self.model.stage == "returned"
        if self.act("return", {"method": "desk", "officer": "cb-01"}, allowed=allowed, already=already):
            self.model.stage = "returned"

    @rule(amount=st.sampled_from([8000, 15000]))
    def request_payment(self, amount: int) -> None:
        model = self.model
        at_all = model.stage in OPEN | {"sealed"}
        already = at_all and model.finance == "due" and model.amount == amount
        allowed = at_all and (model.finance == "nothing-due" or already)
        body = {"dues": {"charge": amount}, "officer": "cb-01"}
        if self.act("request-payment", body, allowed=allowed, already=already):
            model.finance, model.amount = "due", amount

    @rule(amount=st.sampled_from([8000, 15000]))
    def pay(self, amount: int) -> None:
        already = self.model.finance == "paid"
        allowed = self.model.finance == "due" and amount == self.model.amount
        body = {"amount": amount, "channel": "vnpay", "provider_reference": "VN1", "receipt_number": "BL1"}
        if self.act("pay", body, allowed=allowed, already=already):
            self.model.finance = "paid"

    @rule(reference=st.sampled_from(["VN1", "VN2", "VN3"]))
    def record_overpayment(self, reference: str) -> None:
        model = self.model
        already = reference in model.overpaid or (model.finance == "paid" and reference == "VN1")
        allowed = model.finance in {"paid", "waived"}
        body = {"amount": 8000, "channel": "vnpay", "provider_reference": reference, "receipt_number": "BL2"}
        if self.act("record-overpayment", body, allowed=allowed, already=already):
            model.overpaid.add(reference)

    @rule()
    def waive_payment(self) -> None:
        already = self.model.finance == "waived"
        allowed = self.model.finance == "due"
        body = {"reason": "Hộ nghèo", "legal_basis": "Điều 4", "officer": "cb-01"}
        if self.act("waive-payment", body, allowed=allowed, already=already):
            self.model.finance = "waived"

    @rule()
    def withdraw(self) -> None:
        self._end("withdraw", {"reason": "Đổi ý"}, "withdrawn")

    @rule()
    def stop(self) -> None:
        self._end("stop", {"reason": "Người nộp không bổ sung", "officer": "cb-01"}, "stopped")

    def _end(self, act: str, body: dict[str, Any], stage: str) -> None:
        was_accepted = self.was_accepted
        if self.act(act, body, allowed=self.model.stage in OPEN, already=self.model.stage == stage):
            self.model.stage = stage
            self.accepted_before_the_end = was_accepted

    @invariant()
    def it_stands_where_the_model_does(self) -> None:
        seen = self.edge.get(f"/api/v1/dossiers/{self.code}").json()
        assert (seen["stage"], seen["finance"]) == (self.model.stage, self.model.finance)
        assert seen["version"] == self.model.version


@pytest.mark.slow
def test_a_life_of_random_commands_through_the_api(database_url: str) -> None:
    Life.edge = Edge(database_url)
    checks = settings(max_examples=60, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))
    try:
        while steps < 2000:
            run_state_machine_as_test(Life, settings=checks)
    finally:
        Life.edge.close()
    assert steps >= 2000
