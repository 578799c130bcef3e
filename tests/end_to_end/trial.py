"""A whole installation with Kafka, in processes of its own, in which something of everything has happened."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from consumers.payment_notices import NOTICE_TYPE
from consumers.topics import PAYMENT_NOTICES, Topic
from tests.brokers import PATIENCE, messages
from tests.examples import ALICE
from tests.faults.installation import Installation, rules

OF_REQUEST = "0af7651916cd43dd8448eb211c80319c"
OF_NOTICE = "4bf92f3577b34da6a3ce929d0e0e4736"
OF_NONSENSE = "1234567890abcdef1234567890abcdef"
"""The traces: a clerk's request, a platform's notice, and a message that cannot be read."""

AMOUNT = 8000
LONG_AGO = "2026-03-02T09:00:00+07:00"
SUBMISSION: dict[str, Any] = {
    "procedure": "1.001193",
    "unit": "H99.01",
    "channel": "desk",
    "applicant_kind": "person",
    "applicant_reference": "ND-1",
    "components": [{"component": each, "form": "paper"} for each in ("declaration", "birth-notice")],
    "personal": asdict(ALICE),
}


def traceparent(trace_id: str) -> str:
    """As whoever calls or sends writes it."""
    return f"00-{trace_id}-00f067aa0ba902b7-01"


@dataclass
class Trial:
    """The installation is served, and commands run beside it. ``prefix`` sets its topics apart from others'."""

    installation: Installation
    bootstrap: str
    prefix: str
    code: str = ""
    late: str = ""
    logs: str = ""

    def happen(self) -> None:
        """A dossier comes in, has to be paid for, and is; a message that nobody can read comes in too.

        Another one is overdue, which the clock tells of.
        """
        self.late = self.act("", **SUBMISSION, at=LONG_AGO)["code"]
        self.act(f"/{self.late}/accept", officer="cb-01", at=LONG_AGO)
        self.until_escalated(self.late)
        self.code = self.act("", **SUBMISSION)["code"]
        self.act(f"/{self.code}/accept", officer="cb-01")
        self.act(f"/{self.code}/request-payment", officer="cb-01", dues={"charge": AMOUNT})
        self.motcua("relay", "--until-caught-up")
        self.motcua("consume", "payments", "--until-caught-up")  # makes the topic
        self.notify(self.code, OF_NOTICE, self.notice("VN1", "succeeded"))
        self.notify(ALICE.full_name, OF_NONSENSE, self.notice(ALICE.personal_number, ALICE.full_name))
        self.motcua("consume", "payments", "--until-caught-up")
        self.motcua("relay", "--until-caught-up")

    def until_escalated(self, code: str) -> None:
        """Return when the process that looks at the clock has told of it."""
        deadline = time.monotonic() + PATIENCE
        while "dossier.escalated.v1" not in self.motcua("history", code):
            assert time.monotonic() < deadline, f"not escalated within {PATIENCE} s"

    def act(self, path: str, **body: object) -> Any:
        """A command, within the trace of the request."""
        key = "-".join([*path.split("/")[1:], "submit" if not path else "", "late" if "at" in body else ""])
        headers = {"Idempotency-Key": key, "If-Match": "*", "traceparent": traceparent(OF_REQUEST)}
        status, answer = self.installation.post(f"/api/v1/dossiers{path}", body, headers)
        assert status < 300, answer
        return answer

    def motcua(self, *arguments: str) -> str:
        """What a command answers; what it logs is kept."""
        done = self.installation.run(*arguments)
        assert done.returncode == 0, done.stderr
        self.logs += done.stderr
        return done.stdout

    def notice(self, reference: str, status: str) -> dict[str, object]:
        data = {
            "provider": "vnpay",
            "provider_reference": reference,
            "dossier_code": self.code,
            "amount": AMOUNT,
            "paid_at": datetime.now(UTC).isoformat(),
            "status": status,
        }
        return {"specversion": "1.0", "id": reference, "source": "/vnpay", "type": NOTICE_TYPE, "data": data}

    def notify(self, key: str, trace_id: str, event: dict[str, object]) -> None:
        """As a payment platform does, which puts its trace into a header."""
        header = ("traceparent", traceparent(trace_id).encode())
        value = json.dumps(event, ensure_ascii=False).encode()
        with closing(KafkaProducer(bootstrap_servers=self.bootstrap)) as producer:
            producer.send(self.prefix + PAYMENT_NOTICES.name, value, key.encode(), [header]).get(PATIENCE)

    def published(self, topic: Topic) -> list[Any]:
        """The messages of one of our topics."""
        return messages(self.bootstrap, self.prefix + topic.name)

    def history(self, code: str = "") -> list[Any]:
        """A dossier's events, with their envelopes; by default of the one that was paid for."""
        events: list[Any] = json.loads(self.motcua("history", code or self.code, "--json"))
        return events

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What the server, all beside it and the commands logged of one kind."""
        served = (self.installation.folder / "server.log").read_text(encoding="utf-8")
        found = [json.loads(line) for line in (served + self.logs).splitlines() if line.startswith("{")]
        return [line for line in found if line["event"] == event]


@contextmanager
def trial(folder: Path, bootstrap: str) -> Iterator[Trial]:
    """Start it, let it happen, and stop it in the end."""
    settings = {"BOOTSTRAP_SERVERS": bootstrap, "PREFIX": f"{folder.name}.", "PARTITIONS": "2"}
    installation = Installation(
        folder,
        MOTCUA_ADMINISTRATION_DIR=rules(folder / "rules"),
        MOTCUA_LOG_LEVEL="info",
        **{f"MOTCUA_KAFKA_{name}": value for name, value in settings.items()},
    )
    installation.start()
    try:
        opened = Trial(installation, bootstrap, settings["PREFIX"])
        opened.happen()
        yield opened
    finally:
        installation.stop()
