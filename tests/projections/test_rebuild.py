"""A rebuilt projection equals the live one, whatever happens meanwhile, and readers notice nothing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from projections import loading
from projections.loading import Workshop, load_range, plan
from projections.on_time.queries import report
from projections.on_time.report import ReportQuery
from projections.positions import PartitionsChanged, ensure_positions
from projections.rebuild import RebuildUnderWay, TableChange, rebuild
from projections.runner import Runner
from projections.verify import verify
from service.log import PostgresEventLog
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
    submitted,
    write,
)
from tests.projections.running import caught_up


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=logs(), partitions=st.integers(1, 3), rebuilt_in=st.integers(1, 3))
def test_rebuilt_equals_live(database: Database, log: list[Fact], partitions: int, rebuilt_in: int) -> None:
    reading = database.log()
    with database() as connection:
        emptied(connection)
        write(connection, log)
        caught_up(database, limit=3, partitions=partitions)
        live = contents(connection)
        done = rebuild(database, reading, ALL, partitions=rebuilt_in, workers=1)
        assert done.events == len(log)
        assert contents(connection) == live
        assert list(verify(database, reading, ALL)) == []
        assert ensure_positions(connection, ["on_time", "tracking"]) == rebuilt_in
    reading.close()


def _dossiers(count: int, first: int = 0) -> list[Fact]:
    return [
        fact
        for number in range(first, first + count)
        for fact in facts([submitted(f"H15-260302-{number:05d}"), accepted(due_at=MONDAY)], str(number))
    ]


@dataclass
class _Reader:
    """Looks at the tables all the time and notes whether there was ever less to see than before."""

    database: Database
    stop: Event = field(default_factory=Event)
    looks: int = 0
    shrunk: list[tuple[int, ...]] = field(default_factory=list)

    def run(self) -> None:
        query, seen = ReportQuery(now=MONDAY), (0, 0, 0)
        with self.database() as connection:
            while not self.stop.is_set():
                answer = report(connection, query)
                row = connection.execute("SELECT count(*) FROM tracking").fetchone()
                assert row is not None
                now = (answer.total.received, answer.position, row[0])
                if any(after < before for before, after in zip(seen, now, strict=True)):
                    self.shrunk.append((*seen, *now))
                seen = now
                self.looks += 1


@contextmanager
def _in_thread(run: Any, stop: Event) -> Iterator[None]:
    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_readers_never_see_less_while_facts_come_in(database: Database, log: PostgresEventLog) -> None:
    reader, running = _Reader(database), Event()
    live_log = database.log()
    with database() as connection:
        write(connection, _dossiers(300))
        caught_up(database)
        runner = Runner(database, live_log, ALL)
        with _in_thread(partial(runner.run, running), running), _in_thread(reader.run, reader.stop):
            written = Event()
            with _in_thread(partial(_keep_writing, database, written), written):
                for _ in range(3):
                    rebuild(database, log, ALL, workers=1)
        caught_up(database)
        assert reader.looks > 0
        assert reader.shrunk == []
        assert list(verify(database, log, ALL)) == []
        total = log.head()
        assert {position for (position,) in connection.execute("SELECT position FROM projection_position")} == {total}
    live_log.close()


def _keep_writing(database: Database, stop: Event) -> None:
    number = 1000
    with database() as connection:
        while not stop.wait(0.01):
            write(connection, _dossiers(5, number))
            number += 5


def _rebuild_slowly(url: str) -> None:
    """A rebuild that commits often and can be killed in between."""
    loading.CHUNK = 1  # type: ignore[misc]  # to be caught in the middle
    database = Database(url)
    rebuild(database, database.log(), ALL, workers=1)


def test_a_killed_rebuild_goes_on_where_it_was(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        write(connection, _dossiers(2000))
        process = get_context("spawn").Process(target=_rebuild_slowly, args=(database.url,))
        process.start()
        while _loaded(connection) < 100:
            time.sleep(0.005)
        process.kill()
        process.join()
        left = _loaded(connection)
        assert left < 4000
        seen: list[tuple[int, int]] = []
        while connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() != (0,):
            time.sleep(0.005)
        rebuild(database, log, ALL, workers=1, progress=lambda done, total: seen.append((done, total)))
        assert seen[0] == (_at_least(left, seen[0][0]), 4000)
        assert seen[-1] == (4000, 4000)
        assert list(verify(database, log, ALL)) == []


def _at_least(least: int, value: int) -> int:
    assert value >= least
    return value


def _loaded(connection: Connection[Any]) -> int:
    if connection.execute("SELECT to_regclass('public_next.rebuild_range')").fetchone() == (None,):
        return 0
    row = connection.execute("SELECT coalesce(sum(done), 0) FROM public_next.rebuild_range").fetchone()
    return int(row[0]) if row else 0


def test_what_was_left_of_another_rebuild_is_thrown_away(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        write(connection, _dossiers(20))
        caught_up(database, partitions=2)
        workshop = Workshop(database, log, ALL, "public_next")
        with workshop.open() as beside:
            plan(beside, workshop, 7)
            load_range(workshop, 0)
        rebuild(database, log, ALL, workers=1)
        assert list(verify(database, log, ALL)) == []
        assert ensure_positions(connection, ["tracking"]) == 2


def test_several_processes_load_together(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        write(connection, _dossiers(100))
        done = rebuild(database, log, ALL, workers=2)
        assert done.changes[0] == TableChange("tracking", 0, 100)
        assert list(verify(database, log, ALL)) == []


def test_one_rebuild_at_a_time(database: Database, log: PostgresEventLog) -> None:
    def again(_done: int, _total: int) -> None:
        other = database.log()
        with pytest.raises(RebuildUnderWay):
            rebuild(database, other, ALL, workers=1)
        other.close()

    rebuild(database, log, ALL, workers=1, progress=again)


def test_one_projection_alone_keeps_the_number_of_partitions(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        write(connection, _dossiers(10))
        caught_up(database, partitions=2)
        with pytest.raises(PartitionsChanged, match="tracking is kept in 2 partitions, not 3"):
            rebuild(database, log, ALL[1:], partitions=3, workers=1)
        rebuild(database, log, ALL[1:], workers=1)
        write(connection, _dossiers(10, 10))
        caught_up(database)
        assert list(verify(database, log, ALL)) == []


def test_a_running_loop_follows_a_change_of_partitions(database: Database, log: PostgresEventLog) -> None:
    live_log, stop = database.log(), Event()
    with database() as connection:
        caught_up(database, partitions=2)
        with _in_thread(partial(Runner(database, live_log, ALL).run, stop), stop):
            rebuild(database, log, ALL, partitions=3, workers=1)
            head = write(connection, _dossiers(30))
            while {p for (p,) in connection.execute("SELECT position FROM projection_position")} != {head}:
                time.sleep(0.01)
        assert list(verify(database, log, ALL)) == []
    live_log.close()
