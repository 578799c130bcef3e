"""What is logged of messages says where they are and which trace they belong to, and nothing that is in them."""

import io
import json
import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
import structlog

from consumers.cloud_events import CloudEvent, trace_of
from consumers.consumer import Consumer
from consumers.messages import Message
from consumers.payment_notices import NOTICE_TYPE, PaymentNotice
from consumers.payments import payments
from consumers.ports import Move, NotStorable
from consumers.running import ConsumerLoop, Read
from domain.dossier.refusals import NothingDue
from domain.ports import Done, Outcome, Request
from service.logs import configure
from tests.consumers.memory_inbox import MORNING, MemoryInbox
from tests.consumers.test_handling import PATIENCE
from tests.examples import ALICE

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
CODE = "H99.02.15-260302-0001"
NAME = ALICE.full_name
TOPIC = "payment.notices.v1"
GOOD = {
    "provider": "vnpay", "provider_reference": "VN1", "dossier_code": CODE, "amount": 8000,
    "paid_at": MORNING.isoformat(), "status": "succeeded",
}  # fmt: skip


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure("debug", written)
    yield written
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(logged: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged.getvalue().splitlines()]


def message(value: bytes, *, key: str = CODE, offset: int = 0, traceparent: str | None = PARENT) -> Message:
    headers = () if traceparent is None else (("traceparent", traceparent.encode()),)
    return Message(TOPIC, 0, offset, key.encode(), value, headers, MORNING)


def notice(data: object, *, key: str = CODE, **attributes: object) -> Message:
    event = {"specversion": "1.0", "id": "1", "source": "/vnpay", "type": NOTICE_TYPE, "data": data, **attributes}
    return message(json.dumps(event, ensure_ascii=False).encode(), key=key)


class Once:
    """A source that gives these messages once."""

    def __init__(self, *messages: Message) -> None:
        self._messages = [each._replace(offset=offset) for offset, each in enumerate(messages)]

    def poll(self, seconds: float) -> Read:
        given, self._messages = self._messages, []
        return Read(given, [Move(TOPIC, 0, 0, len(given), len(given))] if given else []) if seconds else Read((), ())

    def rewind(self) -> None:
        raise AssertionError

    def caught_up(self) -> bool:
        return not self._messages

    def close(self) -> None:
        """Nothing is open."""


class Refuses:
    """A door that always has the same answer."""

    def __init__(self, answer: Outcome) -> None:
        self.answer = answer

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        return [self.answer for _ in batch]


def consume(*messages: Message, consumer: Consumer | None = None, inbox: MemoryInbox | None = None) -> MemoryInbox:
    inbox = inbox or MemoryInbox(Refuses(NothingDue()))
    ConsumerLoop(consumer or payments(PATIENCE), lambda: nullcontext(Once(*messages)), inbox).run(
        Event(), until_caught_up=True
    )
    return inbox


FULL_OF_PERSONAL_VALUES = {
    "not-json": message(f"{{{NAME} {ALICE.address}".encode()),
    "not-a-cloud-event": message(json.dumps({"specversion": NAME, "id": "1", "source": "", "type": ""}).encode()),
    "unknown-type": notice(GOOD, type=f"{NAME}.v1"),
    "newer-version": notice(GOOD, type="payment.notice.v9", id=NAME),
    "unreadable": notice(GOOD | {"status": NAME, "provider": ALICE.address}),
    "another-key": notice(GOOD, key=f"{NAME}, {ALICE.personal_number}"),
    "in-the-future": notice(GOOD | {"paid_at": "2199-01-01T00:00:00+07:00", "receipt_number": NAME}),
}


@pytest.mark.parametrize("reason", FULL_OF_PERSONAL_VALUES)
def test_a_parked_message_is_told_with_its_trace_and_without_what_is_in_it(reason: str, logged: io.StringIO) -> None:
    inbox = consume(FULL_OF_PERSONAL_VALUES[reason])
    assert inbox.standings() == [("parked", reason)]
    [line] = lines(logged)
    assert {name: line[name] for name in line if name not in {"timestamp", "logger"}} == {
        "event": "message_parked", "level": "warning", "consumer": "payments", "topic": TOPIC, "partition": 0,
        "offset": 0, "trace_id": TRACE, "reason": reason, "attempts": 1,
    }  # fmt: skip
    assert [value for value in ALICE.values() if value in logged.getvalue()] == []


def test_what_a_message_does_to_the_program_is_told_by_kind_and_place(logged: io.StringIO) -> None:
    def ask(event: CloudEvent) -> Request | None:
        try:
            return dict[str, Request]()[NAME]
        except KeyError as error:
            raise RuntimeError(f"cannot use {event.data}") from error

    consume(notice(GOOD | {"receipt_number": NAME}), consumer=replace(payments(PATIENCE), ask=ask))
    failed, parked = lines(logged)
    assert (failed["event"], failed["trace_id"], failed["error"]) == (
        "message_failed",
        TRACE,
        "RuntimeError < KeyError",
    )
    assert any(place.startswith("test_telling.py:") and place.endswith(" ask") for place in failed["where"])
    assert parked["reason"] == "handler-failed"
    assert NAME not in logged.getvalue()


def test_what_cannot_be_stored_is_told_by_kind(logged: io.StringIO) -> None:
    class Picky(MemoryInbox):
        @contextmanager
        def receiving(self) -> Iterator[MemoryInbox]:
            with super().receiving() as work:
                yield work
                if not self.kept:
                    raise NotStorable(f"DETAIL: Failing row contains ({NAME})")

    consume(notice(GOOD), inbox=Picky(Refuses(Done(code=CODE, version=1, position=1))))
    unstorable, *_ = lines(logged)
    assert (unstorable["event"], unstorable["error"]) == ("message_not_storable", "NotStorable")
    assert (unstorable["trace_id"], unstorable["offset"]) == (TRACE, 0)
    assert NAME not in logged.getvalue()


def test_waiting_is_told_once_and_being_settled_in_the_end(logged: io.StringIO) -> None:
    inbox = consume(notice(GOOD), notice(GOOD))
    assert [line["event"] for line in lines(logged)] == ["message_waits", "message_waits_behind"]
    inbox.later(5)
    consume(inbox=inbox)
    assert len(lines(logged)) == 2
    inbox.later(60)
    inbox.door = Refuses(Done(code=CODE, version=1, position=1))
    consume(inbox=inbox)
    told = [(line["event"], line["offset"], line["trace_id"], line["attempts"]) for line in lines(logged)[2:]]
    assert told == [("message_settled", 0, TRACE, 3), ("message_settled", 1, TRACE, 1)]


def test_what_is_logged_afterwards_concerns_no_message(logged: io.StringIO) -> None:
    consume(FULL_OF_PERSONAL_VALUES["not-json"])
    structlog.get_logger().info("afterwards")
    assert {"trace_id", "consumer", "offset"} & set(lines(logged)[-1]) == set()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (message(b"{}"), TRACE),
        (message(b"{}", traceparent="00-nonsense-01"), None),
        (message(b"{}", traceparent=None), None),
        (message(b"", traceparent=None), None),
        (message(b'{"traceparent":"%s"' % PARENT.encode(), traceparent=None), None),
        (message(b'{"traceparent":"%s"}' % PARENT.encode(), traceparent=None), TRACE),
        (message(b'{"traceparent":7}', traceparent=None), None),
        (message(b"{}", traceparent=None)._replace(headers=(("ce_traceparent", PARENT.encode()),)), TRACE),
    ],
)
def test_a_trace_is_found_in_headers_then_in_the_event(given: Message, found: str | None) -> None:
    assert trace_of(given) == found


def test_types_of_the_shipped_consumer_are_those_tried_here() -> None:
    known: Collection[type] = payments(PATIENCE).types.values()
    assert list(known) == [PaymentNotice]
