"""Projections fed from a topic: where it is begun, what is not read from it, and who may not."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest

from consumers.dossier_events import UnreadableEvent
from consumers.messages import Message
from consumers.topics import EVENTS, PROJECTOR
from projections.positions import lowest_position
from projections.rebuild import rebuild
from projections.sources import NotBuilt, StillFed, TopicChanged
from projections.verify import verify
from service.log import PostgresEventLog
from service.offsets import read_offsets
from service.outbox import standing
from service.switching import feed_from_kafka
from tests.projections.histories import ALL, MONDAY, Database, accepted, facts, named, submitted, write
from tests.projections.running import caught_up
from tests.projections.topics import NAMES, PARTITIONS, Topic, Worker


@pytest.fixture
def topic(database: Database) -> Topic:
    """Thirty dossiers, all published, in three partitions."""
    with database() as connection:
        for number in range(30):
            write(connection, facts([submitted(f"H15-260302-{number:04d}"), accepted(due_at=MONDAY)], str(number)))
        named(connection)
    topic = Topic(database)
    topic.publish(1000, crash=False)
    return topic


@contextmanager
def worker_on(topic: Topic, log: PostgresEventLog, count: int = PARTITIONS) -> Iterator[Worker]:
    worker = Worker(topic, log, count)
    worker.assigned(range(count))
    yield worker
    worker.close()


def _read_all(worker: Worker) -> None:
    worker.loop.run(Event(), until_caught_up=True)


def test_what_nobody_kept_begins_with_the_topic(database: Database, log: PostgresEventLog, topic: Topic) -> None:
    feed_from_kafka(database, log, ALL, PARTITIONS, switch=False)
    with worker_on(topic, log) as worker, database() as connection:
        assert connection.execute("SELECT count(*) FROM tracking").fetchone() == (0,)
        _read_all(worker)
        assert lowest_position(connection, NAMES) == log.head()
        assert list(verify(database, log, ALL)) == []
        settled = connection.execute("SELECT sum(settled), min(consumer) FROM consumer_offset").fetchone()
        assert settled == (60, "projections")


def test_taken_over_from_the_log_the_topic_is_read_from_where_it_was_published(
    database: Database, log: PostgresEventLog, topic: Topic
) -> None:
    """The log is read up to there, whoever was behind; so nothing has to be read twice."""
    caught_up(database)
    with database() as connection:
        write(connection, facts([submitted("H15-260302-0999")], "999"))
        named(connection)
    topic.publish(1000, crash=False)
    feed_from_kafka(database, log, ALL, PARTITIONS, switch=True)
    with database() as connection:
        assert connection.execute("SELECT count(*) FROM tracking").fetchone() == (31,)
        ends = standing(connection, EVENTS).ends
        assert read_offsets(connection, PROJECTOR, EVENTS.name) == ends
    for queue in topic.messages.values():
        queue[:-1] = [None] * (len(queue) - 1)  # whatever the topic has lost
    with worker_on(topic, log) as worker:
        _read_all(worker)
    assert list(verify(database, log, ALL)) == []


def test_one_that_is_fed_so_already_stays_as_it_is(database: Database, log: PostgresEventLog, topic: Topic) -> None:
    feed_from_kafka(database, log, ALL, PARTITIONS, switch=False)
    with worker_on(topic, log) as worker:
        _read_all(worker)
        for switch in (False, True):
            feed_from_kafka(database, log, ALL, PARTITIONS, switch=switch)
        _read_all(worker)


def test_a_projection_that_was_added_has_to_be_built(database: Database, log: PostgresEventLog) -> None:
    feed_from_kafka(database, log, ALL[:1], PARTITIONS, switch=False)
    for switch in (False, True):
        with pytest.raises(NotBuilt, match="on_time, watch, worklists: not built yet"):
            feed_from_kafka(database, log, ALL, PARTITIONS, switch=switch)
    rebuild(database, log, ALL, workers=1)
    feed_from_kafka(database, log, ALL, PARTITIONS, switch=False)


def test_a_topic_that_was_given_other_partitions_is_read_only_after_a_switch(
    database: Database, log: PostgresEventLog, topic: Topic
) -> None:
    """Otherwise events of one dossier would come from two partitions, to two workers at once."""
    feed_from_kafka(database, log, ALL, 2, switch=False)
    with worker_on(topic, log, 2) as worker:
        with pytest.raises(TopicChanged, match="other partitions than the 2"):
            _read_all(worker)
        with pytest.raises(TopicChanged):
            worker.projected.offsets(EVENTS.name, {2: 0})
        with pytest.raises(StillFed):
            feed_from_kafka(database, log, ALL, PARTITIONS, switch=True)
    with pytest.raises(TopicChanged):
        feed_from_kafka(database, log, ALL, PARTITIONS, switch=False)
    feed_from_kafka(database, log, ALL, PARTITIONS, switch=True)
    earlier = Message(EVENTS.name, 0, 0, *_of_another_partition(topic), (), MONDAY)
    topic.messages[0].append(earlier._replace(offset=len(topic.messages[0])))
    with worker_on(topic, log) as worker:
        _read_all(worker)
    assert list(verify(database, log, ALL)) == []


def _of_another_partition(topic: Topic) -> tuple[bytes | None, bytes | None]:
    """What a relay published again before the partitions were changed, and nobody read until then."""
    message = next(message for message in topic.messages[1] if message is not None)
    return message.key, message.value


def test_what_is_none_of_our_events_is_passed_over(database: Database, log: PostgresEventLog, topic: Topic) -> None:
    event = next(message for message in topic.messages[0] if message is not None)
    assert event.value is not None
    strange = [None, b"", b"{", b"[]", b"\xff", event.value.replace(b"urn:uuid:", b"urn:uuid:0")]
    for value in strange:
        topic.messages[0].append(event._replace(offset=len(topic.messages[0]), value=value))
    feed_from_kafka(database, log, ALL, PARTITIONS, switch=False)
    with worker_on(topic, log) as worker:
        _read_all(worker)
    assert list(verify(database, log, ALL)) == []


@pytest.mark.parametrize(
    ("known", "unknown"),
    [(b'"type":"dossier.submitted.v1"', b'"type":"dossier.submitted.v9"'), (b'"unit":"H15.50"', b'"unit":50')],
)
def test_an_event_of_ours_that_cannot_be_read_is_not_passed_over(
    database: Database, log: PostgresEventLog, topic: Topic, known: bytes, unknown: bytes
) -> None:
    event = next(message for message in topic.messages[0] if message is not None)
    assert event.value is not None
    assert known in event.value
    topic.messages[0].insert(0, event._replace(offset=0, value=event.value.replace(known, unknown)))
    feed_from_kafka(database, log, ALL, PARTITIONS, switch=False)
    with (
        worker_on(topic, log) as worker,
        pytest.raises(UnreadableEvent, match=r"events\.v1/0, message 0: .*newer version"),
    ):
        _read_all(worker)


def test_positions_move_where_nothing_comes_and_only_when_they_change(
    database: Database, log: PostgresEventLog, topic: Topic
) -> None:
    feed_from_kafka(database, log, ALL, PARTITIONS, switch=False)
    with worker_on(topic, log) as worker, database() as connection:
        _read_all(worker)
        position = write(connection, facts([submitted("H15-260302-0998")], "998"))
        named(connection)
        topic.publish(1, crash=True)
        _read_all(worker)
        assert lowest_position(connection, NAMES) < position
        topic.publish(1, crash=False)
        _read_all(worker)
        assert lowest_position(connection, NAMES) == position
        before = connection.execute("SELECT max(updated_at) FROM projection_position").fetchone()
        for _ in range(3):
            worker.loop.save(worker)
        assert connection.execute("SELECT max(updated_at) FROM projection_position").fetchone() == before


def test_a_lost_connection_is_made_anew(database: Database, log: PostgresEventLog, topic: Topic) -> None:
    feed_from_kafka(database, log, ALL, PARTITIONS, switch=False)
    with worker_on(topic, log) as worker, database() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        _read_all(worker)
        assert list(verify(database, log, ALL)) == []
