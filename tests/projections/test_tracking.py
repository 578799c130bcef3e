"""What the public sees: the same story as the dossier's own state, and nothing personal."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.dossier import events as e
from domain.dossier.corrections import replay
from domain.envelope import Actor, Envelope, Provenance
from domain.money import Dues
from projections.projection import fold, with_corrections
from projections.tracking.fold import TrackingRow, record
from projections.tracking.national import NEXT, NationalStatus
from projections.tracking.projection import TRACKING
from projections.tracking.queries import public_statuses
from tests.projections.histories import (
    ENVELOPE,
    MONDAY,
    PERSON,
    Database,
    accepted,
    at,
    emptied,
    facts,
    histories,
    recorded,
    submitted,
    write,
)
from tests.projections.running import caught_up
from tests.strategies import event_of


def _row(history: list[e.DossierEvent], envelope: Envelope = ENVELOPE) -> TrackingRow:
    row = fold(TRACKING, None, with_corrections(recorded(history, envelope)))
    assert row is not None
    return row


def _body(history: list[e.DossierEvent]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(record(_row(history))[-1])
    return body


@settings(max_examples=300, deadline=None)
@given(histories("H15-260302-0001"))
def test_the_public_status_agrees_with_the_dossier(history: list[e.DossierEvent]) -> None:
    status, dossier = _row(history).status, replay(history)
    assert (status.stage, status.dues.state, status.delivery) == (dossier.stage, dossier.finance, dossier.delivery)
    assert (status.due_at, status.ended_at, status.accepted_at) == (
        dossier.due_at,
        dossier.ended_at,
        dossier.accepted_at,
    )
    assert (status.waiting_for == "supplement") == (dossier.is_open and dossier.waiting_for_supplement)
    assert (status.waiting_for is not None) == (
        dossier.is_open and (dossier.waiting_for_supplement or dossier.waiting_for_payment)
    )
    assert len(status.timeline) == status.version == len(history)


def test_the_keys_are_stable() -> None:
    asked = e.SupplementRequested(
        items=(e.SupplementItem(component="TK", note="n"), e.SupplementItem(component="CC")),
        stage="in-process",
        legal_basis="",
        approver="",
        officer="cb-0002",
        requested_at=at(3),
    )
    handed = e.HandedOver(
        step="Thẩm định",
        from_unit="H15.50",
        from_officer="cb-0001",
        to_unit="H15.51",
        to_officer="cb-0002",
        to_title="Chuyên viên",
        quota=None,
        handed_over_at=at(2),
    )
    body = _body([submitted(), accepted(at(1), at(90)), handed, asked])
    timeline = body.pop("timeline")
    assert body == {
        "code": "H15-260302-0001",
        "procedure": "1.001",
        "unit": "H15.50",
        "channel": "desk",
        "stage": "in-process",
        "national_status": 5,
        "waiting_for": "supplement",
        "waiting_since": at(3).isoformat(),
        "missing": ["TK", "CC"],
        "submitted_at": MONDAY.isoformat(),
        "accepted_at": at(1).isoformat(),
        "due_at": at(90).isoformat(),
        "promises": [{"due_at": at(90).isoformat(), "since": at(1).isoformat(), "reason": "accepted"}],
        "ended_at": None,
        "returned_at": None,
        "holder": {"step": "Thẩm định", "unit": "H15.51", "title": "Chuyên viên"},
        "dues": {"fee": 0, "charge": 0, "state": "nothing-due"},
        "delivery": "not-ready",
        "imported": False,
        "version": 4,
        "position": "40",
    }
    assert timeline[2] == {
        "at": at(2).isoformat(),
        "kind": "dossier.handed-over.v1",
        "unit": "H15.51",
        "title": "Chuyên viên",
        "step": "Thẩm định",
        "corrected": False,
    }


def test_a_corrected_fact_shows_as_it_should_have_been_and_is_marked() -> None:
    correction = e.Corrected(
        version=2,
        field="accepted_at",
        old_value=at(1).isoformat(),
        new_value=at(5).isoformat(),
        authority="1/QĐ",
        reason="r",
        due_at=at(95),
        corrected_at=at(20),
    )
    body = _body([submitted(), accepted(at(1), at(90)), correction])
    assert (body["accepted_at"], body["due_at"]) == (at(5).isoformat(), at(95).isoformat())
    assert [step["corrected"] for step in body["timeline"]] == [False, True, False]
    assert [promise["reason"] for promise in body["promises"]] == ["accepted", "correction"]


def test_imported_steps_carry_their_own_names() -> None:
    step = e.StepRecorded(name="T02 Check", resource="Resource 7", attributes=(("org", "x"),), occurred_at=at(1))
    row = _row([submitted(), step], replace(ENVELOPE, provenance=Provenance(source="s", source_case="1", key="k")))
    assert row.status.imported
    assert row.status.timeline[1].step == "T02 Check"


def test_the_national_status_follows_the_allowed_transitions() -> None:
    ask = e.PaymentRequested(dues=Dues(fee=1), clock_waits=False, officer="", requested_at=at(2))
    paid = e.Paid(amount=1, channel="", provider_reference="", receipt_number="", due_at=None, paid_at=at(3))
    appraised = e.Appraised(eligible=True, opinion="", officer="", appraised_at=at(4))
    approved = e.Approved(officer="", approved_at=at(5))
    sealed = e.Sealed(agency="", document_sha256="", certificate_serial="", officer="", sealed_at=at(6))
    returned = e.ResultReturned(method=e.DeliveryMethod.DESK, officer="", returned_at=at(7))
    history: list[e.DossierEvent] = [submitted(), accepted(at(1)), ask, paid, appraised, approved, sealed, returned]
    seen = [_body(history[:length])["national_status"] for length in range(1, len(history) + 1)]
    assert seen == [1, 2, 6, 4, 4, 4, 9, 10]
    for before, after in pairwise(seen):
        assert _leads(NationalStatus(before), NationalStatus(after))


def _leads(before: NationalStatus, after: NationalStatus) -> bool:
    return before is after or after in NEXT[before] or (after in NEXT[NationalStatus.IN_PROCESS] and before == 2)


def test_of_an_overpayment_the_public_sees_that_it_was_recorded() -> None:
    overpaid = e.Overpaid(
        amount=98765, channel="momo", provider_reference="r", receipt_number="n", finance="waived", paid_at=at(2)
    )
    before, after = (_body([submitted(), accepted(at(1), at(90)), *more]) for more in ([], [overpaid]))
    step = {"at": at(2).isoformat(), "kind": "dossier.overpaid.v1", "unit": None, "title": None, "step": None}
    assert after == before | {
        "timeline": [*before["timeline"], step | {"corrected": False}],
        "version": 3,
        "position": "30",
    }


def test_stopped_before_reception_is_not_received_and_a_wait_before_it_stays_registered() -> None:
    stopped = e.Stopped(reason="r", stage="submitted", finance="nothing-due", officer="", stopped_at=at(1))
    asked = e.SupplementRequested(items=(), stage="", legal_basis="", approver="", officer="", requested_at=at(1))
    assert _body([submitted(), stopped])["national_status"] == NationalStatus.NOT_RECEIVED
    assert _body([submitted(), asked])["national_status"] == NationalStatus.REGISTERED
    assert _body([submitted(), accepted(), stopped])["national_status"] == NationalStatus.STOPPED


PUBLIC_TEXT = {(e.Submitted, name) for name in ("code", "procedure", "unit", "channel")} | {
    (e.HandedOver, "step"),
    (e.HandedOver, "to_unit"),
    (e.HandedOver, "to_title"),
    (e.StepOpened, "step"),
    (e.StepOpened, "unit"),
    (e.StepRecorded, "name"),
    (e.SupplementItem, "component"),
}
"""The text that is meant to be read by anyone; all other text of any fact is searched for."""


def _private_texts(value: Any) -> Iterator[str]:
    for field in fields(value):
        held = getattr(value, field.name)
        if (type(value), field.name) in PUBLIC_TEXT:
            continue
        for each in held if isinstance(held, tuple) else (held,):
            if is_dataclass(each):
                yield from _private_texts(each)
            elif isinstance(each, tuple):
                yield from each
            elif type(each) is str:
                yield each


def _made_private(value: Any, secrets: Iterator[str]) -> Any:
    """The same fact with a value found nowhere else in every text that is not public, personal ones included."""
    changes: dict[str, Any] = {}
    for field in fields(value):
        held = getattr(value, field.name)
        if (type(value), field.name) in PUBLIC_TEXT:
            changes[field.name] = "public"
        elif field.name in {"personal", "recipient"}:
            changes[field.name] = _made_private(PERSON, secrets)
        elif is_dataclass(held) and not isinstance(held, Dues):
            changes[field.name] = _made_private(held, secrets) if _has_texts(held) else held
        elif isinstance(held, tuple):
            changes[field.name] = tuple(
                _made_private(each, secrets)
                if is_dataclass(each)
                else (next(secrets), next(secrets))
                if isinstance(each, tuple)
                else next(secrets)
                for each in held
            )
        elif type(held) is str:
            changes[field.name] = next(secrets)
    return replace(value, **changes)


def _has_texts(value: Any) -> bool:
    return any(type(getattr(value, field.name)) is str for field in fields(value))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    history=st.tuples(*(event_of(kind) for kind in e.EVENT_TYPES.values())).flatmap(st.permutations),
    codes=st.integers(1, 9999),
)
def test_no_private_text_of_any_fact_reaches_the_table(
    database: Database, history: list[e.DossierEvent], codes: int
) -> None:
    secrets = (f"secret-{number}" for number in range(10_000))
    known = [_made_private(event, secrets) for event in history if not isinstance(event, e.Submitted)]
    opened = replace(
        _made_private(submitted(personal=PERSON), secrets), code=f"H15-260302-{codes:04d}", unit="H15", channel="desk"
    )
    private = ENVELOPE.__class__(
        recorded_at=MONDAY,
        actor=Actor(id=next(secrets), unit="H15", on_behalf_of=next(secrets), delegation=next(secrets)),
        command_id=next(secrets),
        correlation_id=next(secrets),
    )
    with database() as connection:
        emptied(connection)
        write(connection, facts([opened, *known], envelope=private))
        caught_up(database)
        stored = b"".join(
            repr(row).encode() + bytes(row[-1])
            for row in connection.execute("SELECT code, dossier_id, body FROM tracking").fetchall()
        )
    assert b"public" in stored
    assert b"secret-" not in stored
    searched = [text for event in (opened, *known) for text in _private_texts(event)]
    assume(searched)
    assert all(text.startswith("secret-") for text in searched)


def test_the_look_up_answers_for_known_codes_only(database: Database) -> None:
    with database() as connection:
        write(connection, facts([submitted()]))
        caught_up(database)
        found = public_statuses(connection, ["H15-260302-0001", "H15-260302-9999"])
    assert list(found) == ["H15-260302-0001"]
    assert json.loads(found["H15-260302-0001"])["stage"] == "submitted"
