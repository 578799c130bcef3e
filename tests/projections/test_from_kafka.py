"""Projections fed from a real Kafka are those fed from the log, to the last figure."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from kafka import KafkaAdminClient
from psycopg import Connection

from consumers.kafka_publisher import KafkaPublisher
from consumers.outbox import Relay
from consumers.topics import EVENTS
from projections.positions import lowest_position
from projections.rebuild import rebuild
from projections.sources import StillFed, TopicChanged, TopicIncomplete
from projections.verify import verify
from service import outbox, wiring_topics
from service.outbox import EventOutbox
from service.reads import ReadPositions, connector
from service.settings import Settings
from service.wiring import keep_up_to_date
from tests.projections.histories import (
    ALL,
    MONDAY,
    Database,
    Fact,
    accepted,
    contents,
    emptied,
    facts,
    logs,
    named,
    submitted,
    write,
)
from tests.projections.running import caught_up
from tests.projections.topics import NAMES

pytestmark = pytest.mark.kafka


@dataclass(frozen=True)
class Installation:
    """A database, and topics of its own."""

    database: Database
    settings: Settings

    def anew(self) -> "Installation":
        """With other topics."""
        return replace(self, settings=self.settings.model_copy(update={"kafka_prefix": f"{secrets.token_hex(6)}."}))

    def relay(self) -> None:
        """Publish all events that there are."""
        kafka = wiring_topics.kafka(self.settings)
        assert kafka is not None
        relay = Relay("events", EventOutbox(self.database), partial(KafkaPublisher, kafka, EVENTS), poll_seconds=0.01)
        relay.run(Event(), until_caught_up=True)

    def more_partitions(self, count: int) -> None:
        with closing(KafkaAdminClient(bootstrap_servers=self.settings.kafka_bootstrap_servers)) as admin:
            admin.create_partitions({f"{self.settings.kafka_prefix}{EVENTS.name}": count})

    def project(self, stop: Event | None = None, *, switch: bool = False) -> None:
        """Feed from Kafka until told to stop; without that, until all is read."""
        wiring_topics.project_from_kafka(
            self.settings, self.database.url, stop or Event(), switch=switch, until_caught_up=stop is None
        )

    @contextmanager
    def projecting(self) -> Iterator[None]:
        stop = Event()
        thread = Thread(target=self.project, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


@pytest.fixture
def installation(database: Database, kafka: str) -> Installation:
    made = Settings(database_url=database.url, kafka_bootstrap_servers=kafka, kafka_partitions=4)
    return Installation(database, made).anew()


def _dossiers(count: int, first: int = 0) -> list[Fact]:
    return [
        fact
        for number in range(first, first + count)
        for fact in facts([submitted(f"H15-260302-{number:05d}"), accepted(due_at=MONDAY)], str(number))
    ]


def append(connection: Connection[Any], written: list[Fact]) -> int:
    """Events and codes together, as the door does: a relay may be looking."""
    with connection.transaction():
        position = write(connection, written)
        named(connection)
    return position


def _differences(database: Database) -> list[object]:
    log = database.log()
    found = list(verify(database, log, ALL))
    log.close()
    return list(found)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=logs(dossiers=40))
def test_rows_and_totals_are_those_of_the_log(installation: Installation, written: list[Fact]) -> None:
    """Also when all of it is published and read a second time."""
    each = installation.anew()
    with each.database() as connection:
        emptied(connection)
        connection.execute("TRUNCATE outbox, consumer_offset, dossier_code")
        append(connection, written)
        caught_up(each.database)
        from_the_log = contents(connection)
        for table in from_the_log:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DROP TABLE projection_position")
        each.relay()
        each.project()
        assert contents(connection) == from_the_log
        connection.execute("UPDATE outbox SET position = 0")
        each.relay()
        each.project()
        assert contents(connection) == from_the_log
    assert _differences(each.database) == []


def test_a_rebuild_takes_place_while_events_come_from_kafka(installation: Installation) -> None:
    database, log = installation.database, installation.database.log()
    with database() as connection:
        append(connection, _dossiers(50))
        installation.relay()
        installation.project()
        with installation.projecting():
            for number in range(3):
                head = append(connection, _dossiers(50, 50 * (number + 1)))
                installation.relay()
                rebuild(database, log, ALL, workers=1)
                head = append(connection, _dossiers(1, 1000 + number))
                installation.relay()
                while lowest_position(connection, NAMES) < head:
                    time.sleep(0.02)
        generations = connection.execute("SELECT DISTINCT generation, source FROM projection_position").fetchall()
        assert generations == [(4, "kafka")]
    assert _differences(database) == []
    log.close()


def test_from_the_log_to_kafka_and_back(installation: Installation) -> None:
    database = installation.database
    with database() as connection:
        append(connection, _dossiers(20))
        caught_up(database)
        installation.relay()
        installation.project(switch=True)
        append(connection, _dossiers(20, 20))
        installation.relay()
        with installation.projecting():
            while _count(database) < 40:
                time.sleep(0.02)
            with pytest.raises(StillFed):
                keep_up_to_date(database.url, Event(), switch=True, until_caught_up=True)
        keep_up_to_date(database.url, Event(), switch=True, until_caught_up=True)
        append(connection, _dossiers(20, 40))
        caught_up(database)
        assert _count(database) == 60
        assert _differences(database) == []
        installation.relay()
        installation.project(switch=True)
        assert _differences(database) == []
        assert connection.execute("SELECT count(*), min(source) FROM projection_position").fetchone() == (16, "kafka")


def _count(database: Database) -> int:
    with database() as connection:
        row = connection.execute("SELECT count(*) FROM tracking").fetchone()
    assert row is not None
    return int(row[0])


def test_whoever_waits_for_a_position_does_not_wait_for_partitions_to_which_nothing_comes(
    installation: Installation,
) -> None:
    database = installation.database
    with database() as connection:
        append(connection, _dossiers(1))
        installation.relay()
        installation.project()
        stop = Event()
        relaying = Thread(target=wiring_topics.relay, args=(installation.settings, database.url, stop))
        with installation.projecting():
            relaying.start()
            try:
                for number in range(1, 6):
                    position = append(connection, _dossiers(1, number))
                    assert asyncio.run(_reached(database.url, position))
            finally:
                stop.set()
                relaying.join()


async def _reached(url: str, position: int) -> bool:
    positions = ReadPositions(connector(url, "motcua-test"))
    began = time.monotonic()
    try:
        return await positions.reached(position, 30, "worklists")
    finally:
        print(f"visible after {time.monotonic() - began:.3f} s")
        await positions.stop()


def test_a_topic_that_is_given_more_partitions_is_switched_to(installation: Installation) -> None:
    database = installation.database
    with database() as connection:
        append(connection, _dossiers(20))
        installation.relay()
        installation.project()
        installation.more_partitions(7)
        append(connection, _dossiers(20, 20))
        installation.relay()
        with pytest.raises(TopicChanged):
            installation.project()
        installation.project(switch=True)
        assert connection.execute("SELECT count(*), min(source) FROM projection_position").fetchone() == (28, "kafka")
        append(connection, _dossiers(20, 40))
        installation.relay()
        installation.project()
        assert _count(database) == 60
    assert _differences(database) == []


def test_a_topic_that_was_made_anew_is_told_of_and_filled_again(installation: Installation) -> None:
    with installation.database() as connection:
        append(connection, _dossiers(5))
        installation.relay()
        installation.project()
        anew = installation.anew()
        with pytest.raises(TopicIncomplete, match="--from log --switch --until-caught-up, and again with --from kafka"):
            anew.project()
        append(connection, _dossiers(1, 5))
        outbox.begin_anew(connection)
        anew.relay()
        keep_up_to_date(installation.database.url, Event(), switch=True, until_caught_up=True)
        append(connection, _dossiers(1, 6))
        anew.relay()
        anew.project(switch=True)
        assert lowest_position(connection, NAMES) == _head(installation.database)
    assert _count(installation.database) == 7
    assert _differences(installation.database) == []


def _head(database: Database) -> int:
    with closing(database.log()) as log:
        return log.head()
