"""What is told of the log, of relays, consumers, parked messages and projections, from the database alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from consumers.dossier_events import headers
from consumers.messages import Outgoing
from consumers.ports import Move, OutboxBatch, Standing
from consumers.topics import EVENTS, PAYMENT_NOTICES, STATUS
from service.inbox import PostgresInbox
from service.lease import STALE_SECONDS
from service.local_topics import PARTITION
from service.observing import ReadingStatus, RelayStatus, Status, observe
from service.outbox import EventOutbox
from service.wiring import PROJECTIONS, catch_up
from tests.service.doors import connector, door, now, submission
from tests.service.payments_desk import Desk
from tests.waiting import until

LOCAL = [("payments", PAYMENT_NOTICES.name)]
NONSENSE = Outgoing(b"H99.02.15-260302-0001", b"{", headers(None))


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as opened:
        yield opened


def submit(url: str, count: int) -> None:
    opened = door(url)
    opened.handle([submission() for _ in range(count)])
    opened.close()


def of_relay(status: Status) -> RelayStatus:
    (found,) = status.relays
    return found


def of_payments(status: Status) -> ReadingStatus:
    (found,) = status.consumers
    return found


@contextmanager
def outbox(url: str) -> Iterator[EventOutbox]:
    opened = EventOutbox(connector(url))
    until(opened.take)
    try:
        yield opened
    finally:
        opened.let_go()


def publish(opened: EventOutbox, limit: int) -> OutboxBatch:
    batch = opened.read(limit)
    opened.save(batch, {0: len(batch.messages)})
    return batch


def test_of_a_fresh_database_there_is_nothing_to_tell(connection: Connection[Any]) -> None:
    told = observe(connection, now())
    assert (told.log.head, told.log.readable, told.log.unreadable_seconds) == (0, 0, 0)
    assert (told.relays, told.consumers, told.parked, told.projections) == ((), (), (), ())


def test_what_is_expected_is_told_of_also_when_it_never_ran(connection: Connection[Any], database_url: str) -> None:
    submit(database_url, 2)
    told = observe(connection, now(), relayed=[EVENTS.name, STATUS.name], handed_in=LOCAL)
    assert [(each.topic, each.unpublished, each.held, each.holder) for each in told.relays] == [
        (EVENTS.name, 2, False, None),
        (STATUS.name, 2, False, None),
    ]
    assert (of_payments(told).lag, of_payments(told).moved_at, of_payments(told).readers) == (0, None, 0)


def test_a_relay_has_before_it_what_is_not_published(connection: Connection[Any], database_url: str) -> None:
    submit(database_url, 3)
    with outbox(database_url) as opened:
        batch = publish(opened, 2)
        told = of_relay(observe(connection, now() + timedelta(minutes=5)))
        assert (told.position, told.published, told.unpublished, told.at_least) == (batch.reached, 2, 1, False)
        assert told.oldest_seconds == pytest.approx(300, abs=60)
        publish(opened, 10)
        told = of_relay(observe(connection, now() + timedelta(minutes=5)))
        assert (told.published, told.unpublished, told.oldest_seconds) == (3, 0, 0)


def test_a_relay_is_held_while_its_process_is_alive(connection: Connection[Any], database_url: str) -> None:
    submit(database_url, 1)
    with outbox(database_url) as opened:
        publish(opened, 1)
        assert of_relay(observe(connection, now())).held
        connection.execute("UPDATE lease SET seen_at = seen_at - %s", (timedelta(seconds=STALE_SECONDS + 1),))
        assert not of_relay(observe(connection, now())).held
    told = of_relay(observe(connection, now()))
    assert (told.held, told.holder is not None) == (False, True)


def test_why_a_relay_does_not_publish_is_told_until_it_does(connection: Connection[Any], database_url: str) -> None:
    submit(database_url, 1)
    with outbox(database_url) as opened:
        opened.read(1)
        opened.failed("the broker is away")
        assert of_relay(observe(connection, now())).failure == "the broker is away"
        publish(opened, 1)
        assert of_relay(observe(connection, now())).failure is None


def test_what_was_handed_in_and_not_read_is_counted_as_it_is_now(connection: Connection[Any], desk: Desk) -> None:
    desk.hand_in(*[NONSENSE] * 3)
    later = now() + timedelta(minutes=2)
    told = of_payments(observe(connection, later, handed_in=LOCAL))
    assert (told.partition, told.lag, told.at_least) == (PARTITION, 3, False)
    assert told.oldest_seconds == pytest.approx(120, abs=60)
    desk.consume()
    told = of_payments(observe(connection, later, handed_in=LOCAL))
    assert (told.lag, told.oldest_seconds, told.settled, told.kept) == (0, 0, 0, 3)
    assert told.moved_at is not None


def test_kept_messages_are_told_by_standing_and_reason(connection: Connection[Any], desk: Desk) -> None:
    desk.hand_in(NONSENSE, NONSENSE, NONSENSE._replace(key=b"another"))
    desk.consume()
    told = observe(connection, now() + timedelta(hours=1)).parked
    assert [(each.consumer, each.standing, each.reason, each.messages) for each in told] == [
        ("payments", Standing.BEHIND, "waits-behind", 1),
        ("payments", Standing.PARKED, "not-json", 2),
    ]
    assert all(each.oldest_seconds == pytest.approx(3600, abs=60) for each in told)
    connection.execute("UPDATE parked_message SET standing = 'dropped' WHERE standing = 'parked'")
    assert [each.standing for each in observe(connection, now()).parked] == [Standing.BEHIND]


def test_what_kafka_has_is_told_as_the_consumer_knew_it_last(connection: Connection[Any], database_url: str) -> None:
    opened = door(database_url)
    inbox = PostgresInbox(opened, "payments", now)
    inbox.offsets(PAYMENT_NOTICES.name, {0: 5, 1: 0})
    with inbox.receiving() as work:
        work.move([Move(PAYMENT_NOTICES.name, 0, 5, 9, 20, settled=4)])
    opened.close()
    first, second = observe(connection, now()).consumers
    assert (first.partition, first.next_offset, first.end, first.lag, first.settled) == (0, 9, 20, 11, 4)
    assert (first.readers, first.oldest_seconds) == (None, None)
    assert (second.partition, second.lag) == (1, 0)


def test_projections_are_told_of_once_there_are_some(connection: Connection[Any], database_url: str) -> None:
    submit(database_url, 2)
    assert observe(connection, now()).projections == ()
    catch_up(database_url)
    submit(database_url, 1)
    told = observe(connection, now() + timedelta(minutes=1)).projections
    names = sorted(each.name for each in PROJECTIONS)
    assert [(each.name, each.partition, each.behind_events) for each in told] == [(name, 0, 1) for name in names]
    assert all(each.behind_seconds == pytest.approx(60, abs=30) for each in told)


def test_what_nobody_may_read_yet_is_told(connection: Connection[Any], database_url: str) -> None:
    later = timedelta(minutes=1)
    with psycopg.connect(database_url) as slow:
        slow.execute("SELECT pg_current_xact_id()")
        submit(database_url, 1)
        told = observe(connection, now() + later).log
        assert (told.readable, told.head > 0) == (0, True)
        assert told.unreadable_seconds == pytest.approx(60, abs=30)
    after = observe(connection, now() + later).log
    assert after == replace(told, readable=told.head, unreadable_seconds=0)
