"""One source feeds the projections at a time; taken over on purpose, what the former still does is refused."""

from threading import Event, Thread
from typing import Any

import pytest
from psycopg import Connection

from projections.feeding import Share, feed
from projections.positions import PositionMoved, ensure_positions, kept, lowest_position, read_positions, status
from projections.rebuild import rebuild
from projections.runner import Runner
from projections.sources import FedOtherwise, PartitionsOfTopic, Source, StillFed
from projections.switching import announce, hand_over
from projections.tables import ensure_schema
from projections.verify import verify
from service.log import PostgresEventLog
from tests.projections.histories import ALL, MONDAY, Database, Fact, accepted, facts, submitted, write
from tests.projections.running import caught_up

NAMES = [projection.name for projection in ALL]
FOUR = 4


def _dossiers(count: int, first: int = 0) -> list[Fact]:
    return [
        fact
        for number in range(first, first + count)
        for fact in facts([submitted(f"H15-260302-{number:05d}"), accepted(due_at=MONDAY)], str(number))
    ]


def _positions(connection: Connection[Any]) -> set[tuple[Any, ...]]:
    return set(connection.execute("SELECT name, partition, position FROM projection_position").fetchall())


def test_the_table_of_an_earlier_version_is_taken_over(database: Database) -> None:
    with database() as connection:
        connection.execute(
            "CREATE TABLE projection_position (name text NOT NULL, partition smallint NOT NULL,"
            " partitions smallint NOT NULL, position bigint NOT NULL, generation integer NOT NULL,"
            " updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (name, partition))"
        )
        connection.execute("INSERT INTO projection_position VALUES ('tracking', 0, 2, 7, 3), ('tracking', 1, 2, 8, 3)")
        assert ensure_positions(connection, ["tracking"]) == 2
        held = read_positions(connection, ["tracking"], Source.LOG, [0, 1], 2)
        assert [held[index]["tracking"].position for index in (0, 1)] == [7, 8]


def test_each_partition_begins_at_the_lowest_position_there_was(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        write(connection, _dossiers(10))
        caught_up(database, partitions=2)
        connection.execute("UPDATE projection_position SET position = 5 WHERE name = 'tracking' AND partition = 1")
        head = lowest_position(connection, ["on_time", "watch", "worklists"])
        hand_over(connection, NAMES, Source.KAFKA, FOUR)
        begun = {"tracking": 5, "on_time": head, "watch": head, "worklists": head}
        assert _positions(connection) == {(name, i, position) for name, position in begun.items() for i in range(FOUR)}
        hand_over(connection, NAMES, Source.LOG, 1)
        caught_up(database)
        assert list(verify(database, log, ALL)) == []


def test_what_nobody_kept_begins_at_zero(database: Database) -> None:
    with database() as connection:
        caught_up(database)
        connection.execute("DELETE FROM projection_position")
        hand_over(connection, NAMES, Source.KAFKA, 2)
        assert _positions(connection) == {(name, index, 0) for name in NAMES for index in (0, 1)}


def test_the_log_does_not_feed_what_is_fed_from_kafka(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        caught_up(database)
        hand_over(connection, NAMES, Source.KAFKA, FOUR)
        with pytest.raises(FedOtherwise, match="are fed from kafka: run with --from kafka, or stop"):
            Runner(database, log, ALL).run(Event())
        with pytest.raises(FedOtherwise):
            read_positions(connection, NAMES, Source.LOG, [0], 1)
        with pytest.raises(FedOtherwise):
            ensure_positions(connection, NAMES)


def test_nothing_is_taken_from_workers_that_run_and_everything_from_dead_ones(database: Database) -> None:
    with database() as connection:
        caught_up(database)
        with database() as worker:
            announce(worker, Source.LOG)
            with pytest.raises(StillFed, match="workers are feeding the projections from log"):
                hand_over(connection, NAMES, Source.KAFKA, FOUR)
            now = kept(connection)
            assert now is not None
            assert now.source is Source.LOG
        hand_over(connection, NAMES, Source.KAFKA, FOUR)


def test_a_running_loop_announces_itself_unless_it_yields(database: Database) -> None:
    ended: list[Exception] = []

    def run(runner: Runner, stop: Event) -> None:
        try:
            runner.run(stop)
        except FedOtherwise as fed:
            ended.append(fed)

    with database() as connection:
        caught_up(database)
        for yields in (False, True):
            log, stop = database.log(), Event()
            thread = Thread(target=run, args=(Runner(database, log, ALL, yields=yields), stop))
            thread.start()
            head = write(connection, _dossiers(1, int(yields)))
            while lowest_position(connection, NAMES) < head:
                pass
            if yields:
                hand_over(connection, NAMES, Source.KAFKA, FOUR)
                write(connection, _dossiers(1, 7))
            else:
                with pytest.raises(StillFed):
                    hand_over(connection, NAMES, Source.KAFKA, FOUR)
                stop.set()
            thread.join()
            log.close()
    assert [str(each)[:36] for each in ended] == ["the projections are fed from kafka: "]


def test_a_batch_of_an_earlier_turn_is_refused_though_positions_are_the_same_again(
    database: Database, log: PostgresEventLog
) -> None:
    with database() as connection:
        ensure_schema(connection, ALL)
        ensure_positions(connection, NAMES)
        head = write(connection, _dossiers(1))
        held = read_positions(connection, NAMES, Source.LOG, [0], 1)[0]
        hand_over(connection, NAMES, Source.KAFKA, 1)
        hand_over(connection, NAMES, Source.LOG, 1)
        with pytest.raises(PositionMoved):
            feed(connection, log, ALL, [Share(partition=0, held=held, events=log.read(0, 9).events, reached=head)])


def test_rebuilt_while_fed_from_kafka_they_stay_there_and_have_read_all_that_the_log_has(
    database: Database, log: PostgresEventLog
) -> None:
    with database() as connection:
        write(connection, _dossiers(10))
        caught_up(database)
        hand_over(connection, NAMES, Source.KAFKA, FOUR)
        before = read_positions(connection, NAMES, Source.KAFKA, range(FOUR), FOUR)
        head = write(connection, _dossiers(10, 10))
        with pytest.raises(PartitionsOfTopic):
            rebuild(database, log, ALL, workers=1, partitions=3)
        rebuild(database, log, ALL[:1], workers=1)
        rebuild(database, log, ALL, workers=1)
        after = read_positions(connection, NAMES, Source.KAFKA, range(FOUR), FOUR)
        assert {position.position for held in after.values() for position in held.values()} == {head}
        assert {position.turn for held in after.values() for position in held.values()} == {before[0]["tracking"].turn}
        assert after[0]["tracking"].generation > before[0]["tracking"].generation
        assert list(verify(database, log, ALL)) == []


def test_a_projection_added_while_fed_from_kafka_is_built_by_a_rebuild(
    database: Database, log: PostgresEventLog
) -> None:
    with database() as connection:
        head = write(connection, _dossiers(10))
        Runner(database, log, ALL[:1]).run(Event(), until_caught_up=True)
        hand_over(connection, NAMES[:1], Source.KAFKA, FOUR)
        rebuild(database, log, ALL[1:], workers=1)
        assert _positions(connection) == {(name, index, head) for name in NAMES for index in range(FOUR)}
        assert list(verify(database, log, ALL)) == []


def test_the_status_tells_the_source_and_counts_what_is_not_read_once(
    database: Database, log: PostgresEventLog
) -> None:
    with database() as connection:
        caught_up(database)
        hand_over(connection, NAMES, Source.KAFKA, 2)
        head = write(connection, _dossiers(10))
        connection.execute("UPDATE projection_position SET position = 1 WHERE name = 'tracking' AND partition = 0")
        told = status(connection, log, MONDAY)
        assert {(each.source, each.head) for each in told} == {(Source.KAFKA, head)}
        assert [(each.name, each.partition, each.behind_events) for each in told] == [
            ("on_time", 0, 20),
            ("on_time", 1, 0),
            ("tracking", 0, 0),
            ("tracking", 1, 20),
            ("watch", 0, 20),
            ("watch", 1, 0),
            ("worklists", 0, 20),
            ("worklists", 1, 0),
        ]
