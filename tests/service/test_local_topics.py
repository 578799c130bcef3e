"""Topics without Kafka: in order, without gaps, read by one process at a time."""

import threading
from contextlib import closing

import psycopg
import pytest

from consumers.dossier_events import headers
from consumers.messages import Outgoing
from consumers.ports import Away
from consumers.topics import EVENTS, PAYMENT_NOTICES
from service.inbox import PostgresInbox
from service.lease import STALE_SECONDS
from service.local_topics import PARTITION, LocalSource, hand_in
from tests.examples import LIFE
from tests.service.doors import connector, now
from tests.service.payments_desk import Desk


def source(desk: Desk, *, most: int = 500, topic: object = PAYMENT_NOTICES) -> LocalSource:
    inbox = PostgresInbox(desk.door(), "test", now)
    return LocalSource(connector(desk.url), "test", EVENTS if topic is EVENTS else PAYMENT_NOTICES, inbox, most=most)


def numbered(*numbers: int) -> list[Outgoing]:
    return [Outgoing(f"k{number % 3}".encode(), str(number).encode(), headers(None)) for number in numbers]


def read_all(reader: LocalSource) -> list[bytes | None]:
    found: list[bytes | None] = []
    while messages := reader.poll(0).messages:
        found += [message.value for message in messages]
    return found


def test_what_is_handed_in_is_read_in_order_a_batch_at_a_time(desk: Desk) -> None:
    desk.hand_in(*numbered(*range(10)))
    desk.hand_in(*numbered(*range(10, 15)))
    with closing(source(desk, most=4)) as reader:
        first = reader.poll(0)
        assert [message.value for message in first.messages] == [b"0", b"1", b"2", b"3"]
        [move] = first.moves
        assert (move.partition, move.start, move.end) == (PARTITION, 0, first.messages[-1].offset + 1)
        assert read_all(reader) == [str(number).encode() for number in range(4, 15)]


def test_what_was_not_saved_is_read_again(desk: Desk) -> None:
    desk.hand_in(*numbered(1, 2, 3))
    with closing(source(desk)) as reader:
        assert len(read_all(reader)) == 3
        assert not reader.caught_up()
        reader.rewind()
        assert len(read_all(reader)) == 3


def test_a_message_handed_in_by_a_slow_transaction_is_not_passed_over(desk: Desk) -> None:
    with psycopg.connect(desk.url) as slow, closing(source(desk)) as reader:
        hand_in(slow, PAYMENT_NOTICES, numbered(1))
        desk.hand_in(*numbered(2))
        assert read_all(reader) == []
        slow.commit()
        assert read_all(reader) == [b"1", b"2"]


def test_our_own_events_are_the_messages_that_a_relay_would_publish(desk: Desk) -> None:
    desk.dossiers(2, *LIFE)
    with closing(source(desk, topic=EVENTS)) as reader:
        messages = reader.poll(0).messages
        assert len(messages) == 2 * 12
        assert [message.offset for message in messages] == [
            position for (position,) in desk.ask("SELECT notification_id FROM stored_events ORDER BY 1")
        ]
        assert all(dict(message.headers)["content-type"].startswith(b"application/cloudevents") for message in messages)


def test_one_reads_and_the_others_stand_by(desk: Desk) -> None:
    desk.hand_in(*numbered(1))
    with closing(source(desk)) as first, closing(source(desk)) as second:
        assert len(first.poll(0).messages) == 1
        assert second.poll(0).messages == ()
        first.close()
        assert len(second.poll(STALE_SECONDS / 2).messages) == 1  # as soon as the session ended


def test_waiting_for_a_message_ends_when_it_comes(desk: Desk) -> None:
    with closing(source(desk)) as reader:
        timer = threading.Timer(0.2, lambda: desk.hand_in(*numbered(7)))
        timer.start()
        assert [message.value for message in reader.poll(20).messages] == [b"7"]
        timer.join()


def test_a_database_that_is_away_is_told_as_such(desk: Desk) -> None:
    with closing(source(desk)) as reader:
        reader.poll(0)
        desk.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        with pytest.raises(Away):
            read_all(reader)
