"""Dossiers with dues, and payment platforms that tell of payments for them."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from threading import Event
from typing import Any

import psycopg

from consumers.dossier_events import headers
from consumers.messages import Outgoing
from consumers.payments import payments
from consumers.ports import Entry
from consumers.running import ConsumerLoop
from consumers.topics import PAYMENT_NOTICES
from domain.dossier.commands import Command
from domain.dossier.events import DossierEvent
from domain.ports import Done
from service.door import BatchDoor
from service.inbox import PostgresInbox
from service.local_topics import LocalSource, hand_in
from service.reads import recorded
from service.streams import load
from tests.examples import LIFE, at
from tests.service.doors import connector, door, now, request, submission

ACCEPT, ASK_DUES = LIFE[0], LIFE[1]
AMOUNT = 8000
_numbers = count(1)


def notice(code: str, reference: str = "", *, key: str | None = None, **changes: Any) -> Outgoing:
    """A notice of payment as a platform sends it; ``changes`` replace or add attributes and data."""
    number = next(_numbers)
    data = {
        "provider": "vnpay",
        "provider_reference": reference or f"VN{number}",
        "dossier_code": code,
        "amount": AMOUNT,
        "paid_at": at(2).isoformat(),
        "status": "succeeded",
    }
    event = {"specversion": "1.0", "id": str(number), "source": "/vnpay", "type": "payment.notice.v1"}
    for name, value in changes.items():
        (event if name in {"specversion", "id", "source", "type", "traceparent"} else data)[name] = value
    value = json.dumps({**event, "partitionkey": code, "data": data}).encode()
    return Outgoing((code if key is None else key).encode(), value, headers(None))


@dataclass
class Desk:
    """One database: dossiers are led through its door, notices handed in, and the consumer run on them."""

    url: str
    patience: timedelta = timedelta(hours=1)
    _doors: list[BatchDoor] = field(default_factory=list)

    def door(self) -> BatchDoor:
        opened = door(self.url)
        self._doors.append(opened)
        return opened

    def close(self) -> None:
        for each in self._doors:
            each.close()

    def dossiers(self, number: int, *commands: Command) -> list[str]:
        """The codes of new dossiers, each led through the commands; by default they wait for payment."""
        opened = self.door()
        codes = [done.code for done in opened.handle([submission() for _ in range(number)]) if isinstance(done, Done)]
        for command in commands or (ACCEPT, ASK_DUES):
            outcomes = opened.handle([request(command, code) for code in codes])
            assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes
        return codes

    def act(self, code: str, command: Command) -> None:
        [outcome] = self.door().handle([request(command, code)])
        assert isinstance(outcome, Done), outcome

    def inbox(self) -> PostgresInbox:
        return PostgresInbox(self.door(), "payments", now)

    def hand_in(self, *notices: Outgoing) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            hand_in(connection, PAYMENT_NOTICES, notices)

    def consume(self) -> None:
        """Deal with all that was handed in."""
        consumer, inbox = payments(self.patience), self.inbox()
        source = LocalSource(connector(self.url), consumer.name, consumer.topic, inbox)
        ConsumerLoop(consumer, lambda: closing(source), inbox).run(Event(), until_caught_up=True)

    def history(self, code: str) -> list[DossierEvent]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return [each.event for each in recorded(*load(connection, [], [code])[0])]

    def ask(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()

    def standings(self) -> list[tuple[Any, ...]]:
        """Key, standing and reason of all that is kept, in order; what has ended too."""
        return [
            (bytes(key).decode() if key else None, standing, reason)
            for key, standing, reason in self.ask("SELECT key, standing, reason FROM parked_message ORDER BY id")
        ]

    def lines(self) -> list[list[Entry]]:
        with self.inbox().releasing() as work:
            return work.due(100)
