"""The one loop: however the log is cut, shared or interrupted, the same rows come out."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from multiprocessing import get_context
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from projections.feeding import Share, feed
from projections.leases import Leases
from projections.ports import LogBatch, Partition
from projections.positions import (
    PartitionsChanged,
    PositionMoved,
    ensure_positions,
    lowest_position,
    read_positions,
    status,
)
from projections.runner import Runner
from projections.sources import Source
from projections.tables import ensure_schema
from projections.verify import verify
from service.log import PostgresEventLog
from tests.projections.histories import (
    ALL,
    MONDAY,
    Database,
    Fact,
    accepted,
    at,
    contents,
    emptied,
    facts,
    logs,
    projected_anew,
    submitted,
    write,
)
from tests.projections.running import caught_up

NAMES = [projection.name for projection in ALL]
WHOLE = Partition()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=logs(), cuts=st.sets(st.integers(0, 40)), limit=st.integers(1, 7), partitions=st.integers(1, 3))
def test_one_batch_or_many_one_go_or_several_the_rows_are_the_same(
    database: Database, log: list[Fact], cuts: set[int], limit: int, partitions: int
) -> None:
    with database() as connection:
        emptied(connection)
        for number, fact in enumerate(log):
            write(connection, [fact])
            if number in cuts:
                caught_up(database, limit=limit, partitions=partitions)
        caught_up(database, limit=limit, partitions=partitions)
        in_parts = contents(connection)
        projected_anew(connection)
        caught_up(database, partitions=partitions)
        assert contents(connection) == in_parts


def test_processes_that_start_together_make_the_tables_once(database: Database) -> None:
    together = [Thread(target=caught_up, args=(database,), kwargs={"partitions": 4}) for _ in range(4)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    with database() as connection:
        assert connection.execute("SELECT count(*) FROM projection_position").fetchone() == (16,)


def test_a_table_of_an_earlier_version_gets_the_columns_that_came_later(database: Database) -> None:
    caught_up(database)
    with database() as connection:
        connection.execute("ALTER TABLE on_time DROP COLUMN corrected")
        ensure_schema(connection, ALL)
        assert connection.execute("SELECT count(*) FROM on_time WHERE corrected").fetchone() == (0,)


def test_a_projection_added_later_reads_from_the_beginning(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        write(connection, facts([submitted("H15-260302-0001"), accepted()], "1"))
        Runner(database, log, ALL[:1]).run(Event(), until_caught_up=True)
        write(connection, facts([submitted("H15-260302-0002"), accepted()], "2"))
        caught_up(database)
        assert list(verify(database, log, ALL)) == []
        assert connection.execute("SELECT count(*) FROM on_time").fetchone() == (2,)


def test_a_projection_added_later_holds_none_of_the_others_back(database: Database, log: PostgresEventLog) -> None:
    """It needs many batches for what they have read; what came meanwhile is theirs after the first of them."""
    seen: list[tuple[int, int]] = []

    class Watched(PostgresEventLog):
        """Keeps where the others and the newcomer are whenever a batch is read."""

        def read(self, after: int, limit: int, partition: Partition = WHOLE) -> LogBatch:
            seen.append((lowest_position(connection, NAMES[:2]), lowest_position(connection, NAMES[2:])))
            return super().read(after, limit, partition)

    with database() as connection:
        for number in range(40):
            write(connection, facts([submitted(f"H15-260302-{number:04d}"), accepted()], str(number)))
        Runner(database, log, ALL[:2]).run(Event(), until_caught_up=True)
        head = write(connection, facts([submitted("H15-260302-9999"), accepted()], "new"))
        with closing(Watched(database)) as watched:
            Runner(database, watched, ALL, limit=5).run(Event(), until_caught_up=True)
        still_behind = [others for others, newcomer in seen[2:] if newcomer < head]
        assert len(still_behind) > 10
        assert set(still_behind) == {head}
        assert list(verify(database, log, ALL)) == []


def test_another_number_of_partitions_is_refused_and_an_open_question_answered(
    database: Database, log: PostgresEventLog
) -> None:
    caught_up(database, partitions=3)
    with pytest.raises(PartitionsChanged, match="kept in 3 partitions, not 5"):
        Runner(database, log, ALL, partitions=5).run(Event(), until_caught_up=True)
    caught_up(database)
    with database() as connection:
        assert ensure_positions(connection, NAMES) == 3


def test_a_position_that_moved_under_us_undoes_the_batch(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        head = write(connection, facts([submitted(), accepted()]))
        ensure_schema(connection, ALL)
        ensure_positions(connection, NAMES, 1)
        held = read_positions(connection, NAMES, Source.LOG, [0], 1)[0]
        share = Share(partition=0, held=held, events=log.read(0, 10).events, reached=head)
        feed(connection, log, ALL, [share])
        once = contents(connection)
        with pytest.raises(PositionMoved):
            feed(connection, log, ALL, [share])
        rebuilt = {name: replace(position, position=head, generation=2) for name, position in held.items()}
        with pytest.raises(PositionMoved):
            feed(connection, log, ALL, [Share(partition=0, held=rebuilt, events=[], reached=head + 1)])
        switched = {name: replace(position, position=head, turn=1) for name, position in held.items()}
        with pytest.raises(PositionMoved):
            feed(connection, log, ALL, [Share(partition=0, held=switched, events=[], reached=head + 1)])
        assert contents(connection) == once


@contextmanager
def _thread(runner: Runner) -> Iterator[None]:
    runner.run(Event(), until_caught_up=True)
    stop = Event()
    thread = Thread(target=runner.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _eventually(holds: Callable[[], bool]) -> None:
    """Wait as long as it takes; the run's own limit on a test is the only bound."""
    while not holds():
        time.sleep(0.01)


def _reached(connection: Connection[Any], position: int) -> Callable[[], bool]:
    return lambda: lowest_position(connection, NAMES) >= position


def test_what_is_committed_becomes_visible_while_the_loop_runs(database: Database, log: PostgresEventLog) -> None:
    with database() as connection, _thread(Runner(database, log, ALL)):
        for number in range(20):
            position = write(connection, facts([submitted(f"H15-260302-{number:04d}")], str(number)))
            _eventually(_reached(connection, position))
            assert connection.execute("SELECT count(*) FROM tracking").fetchone() == (number + 1,)


def test_two_runners_share_and_the_survivor_takes_over(database: Database, log: PostgresEventLog) -> None:
    other_log = database.log()
    with database() as connection:
        with _thread(Runner(database, log, ALL, partitions=4)):
            with _thread(Runner(database, other_log, ALL, partitions=4)):
                _eventually(lambda: _held(connection) == [2, 2])
                position = write(connection, _many(40))
                _eventually(_reached(connection, position))
            _eventually(lambda: _held(connection) == [4])
            position = write(connection, [replace(fact, version=2, event=accepted()) for fact in _many(40)])
            _eventually(_reached(connection, position))
        assert list(verify(database, log, ALL)) == []
    other_log.close()


def _held(connection: Connection[Any]) -> list[int]:
    """How many partitions each session holds, for those that hold any."""
    found = connection.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY pid"
    ).fetchall()
    return sorted(count for (count,) in found)


def _many(count: int) -> list[Fact]:
    return [facts([submitted(f"H15-260302-{number:04d}")], str(number))[0] for number in range(count)]


def _run_forever(url: str) -> None:
    database = Database(url)
    Runner(database, database.log(), ALL, partitions=4).run(Event())


def test_a_killed_process_leaves_its_partitions_and_its_batch_to_others(
    database: Database, log: PostgresEventLog
) -> None:
    with database() as connection:
        process = get_context("spawn").Process(target=_run_forever, args=(database.url,))
        process.start()
        _eventually(lambda: _held(connection) == [4])
        write(connection, _many(200))
        process.kill()
        process.join()
        caught_up(database)
        assert list(verify(database, log, ALL)) == []
        assert connection.execute("SELECT count(*) FROM tracking").fetchone() == (200,)


def test_a_lost_connection_is_made_anew_and_reported(database: Database, log: PostgresEventLog) -> None:
    faults: list[Exception] = []
    with database() as connection, _thread(Runner(database, log, ALL, fault=faults.append)):
        position = write(connection, _many(5))
        _eventually(_reached(connection, position))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        position = write(connection, [replace(fact, version=2, event=accepted()) for fact in _many(5)])
        _eventually(_reached(connection, position))
        assert list(verify(database, log, ALL)) == []
    assert faults


def test_leases_are_given_up_by_those_who_have_too_many(database: Database) -> None:
    with database() as first, database() as second:
        mine = Leases(first, NAMES, 5)
        mine.balance()
        assert mine.held == {0, 1, 2, 3, 4}
        others = Leases(second, NAMES, 5)
        others.balance()
        assert others.held == set()
        mine.balance()
        others.balance()
        assert (mine.held, others.held) == ({0, 1, 2}, {3, 4})
        mine.give_up()
        others.balance()
        assert others.held == {0, 1, 2, 3, 4}


def test_the_status_tells_how_far_and_how_far_behind(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        caught_up(database, partitions=2)
        some = _many(10)
        head = write(connection, some)
        told = status(connection, log, at(1))
        assert [(each.name, each.partition) for each in told] == [
            ("on_time", 0),
            ("on_time", 1),
            ("tracking", 0),
            ("tracking", 1),
            ("watch", 0),
            ("watch", 1),
            ("worklists", 0),
            ("worklists", 1),
        ]
        for each in told:
            mine = sum(Partition(each.partition, 2).holds(fact.dossier_id) for fact in some)
            assert (each.position, each.head, each.behind_events) == (0, head, mine)
            assert each.behind_seconds == (3600 if mine else 0)
        caught_up(database)
        for each in status(connection, log, MONDAY):
            assert (each.position, each.behind_events, each.behind_seconds) == (head, 0, 0)
