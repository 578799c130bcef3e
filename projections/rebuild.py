"""Rebuild projections from the log beside the live ones, and put them in their place in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from threading import Event
from typing import Any, Final, TypeAlias
from zlib import crc32

from psycopg import Connection

from domain.errors import Complaint
from projections.leases import alone
from projections.loading import Plan, Workshop, done, load_range, plan, unfinished
from projections.ports import EventLog
from projections.positions import (
    DEFAULT_PARTITIONS,
    PartitionsChanged,
    ensure_positions,
    ensure_table,
    kept,
    partitions_kept,
)
from projections.projection import Projection
from projections.runner import Runner
from projections.sessions import Connect
from projections.sources import PartitionsOfTopic, Source
from projections.swap import swap
from projections.tables import ensure_schema, index_statements

Progress: TypeAlias = Callable[[int, int], None]

_PROGRESS_SECONDS: Final = 0.2


class RebuildUnderWay(Complaint):
    """Another process is rebuilding projections here; wait for it."""

    def __init__(self) -> None:
        """The docstring is the message."""
        super().__init__(self.__class__.__doc__)


@dataclass(frozen=True, slots=True)
class TableChange:
    """How many rows a table had, and how many the rebuilt one has."""

    table: str
    rows_before: int
    rows_after: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: how many events it read, and what changed in size."""

    events: int
    changes: tuple[TableChange, ...]


def rebuild(
    connect: Connect,
    log: EventLog,
    projections: Sequence[Projection[Any]],
    *,
    partitions: int | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> Rebuilt:
    """Load, catch up, swap. A rebuild that was killed goes on where it was when it is started again.

    Live tables stay as they are until the swap, whose lock is short; then readers see the rebuilt ones at once, which
    have read at least as far. ``partitions`` sets a new number of partitions. With more than one worker, ``connect``
    and ``log`` must be fit to be sent to other processes.

    Raises:
        RebuildUnderWay: another process is at it.
        PartitionsOfTopic: a number of partitions is asked for, and the projections are fed from Kafka.
        PartitionsChanged: a projection that is not rebuilt is kept in another number of partitions.
    """
    with connect() as connection, _alone(connection) as schema:
        count = _prepare(connection, projections, partitions)
        workshop = Workshop(connect, log, tuple(projections), f"{schema}_next")
        with workshop.open() as beside:
            planned = plan(beside, workshop, count)
            if not planned.loaded:
                _load(beside, workshop, planned, workers, progress or _unseen)
                _finish(beside, workshop, planned)
            catch_up = Runner(workshop.open, log, projections, partitions=count)
            catch_up.run(Event(), until_caught_up=True)
            changes = _compared(connection, beside, workshop.projections)
        swap(connection, workshop, schema, lambda: catch_up.run(Event(), until_caught_up=True))
    return Rebuilt(planned.total, changes)


def _unseen(_done: int, _total: int) -> None:
    """Nobody watches."""


@contextmanager
def _alone(connection: Connection[Any]) -> Iterator[str]:
    """The only rebuild in this schema, whose name it gives."""
    row = connection.execute("SELECT current_schema()").fetchone()
    schema = str(row[0]) if row else "public"
    with alone(connection, crc32(f"{schema}:rebuild".encode())) as got:
        if not got:
            raise RebuildUnderWay
        yield schema


def _prepare(connection: Connection[Any], projections: Sequence[Projection[Any]], partitions: int | None) -> int:
    """The number of partitions to build in; fed from Kafka the projections keep those of the topic."""
    names = {projection.name for projection in projections}
    ensure_schema(connection, projections)
    ensure_table(connection)
    now = kept(connection)
    if now is not None and now.source is Source.KAFKA:
        if partitions is not None:
            raise PartitionsOfTopic
        return DEFAULT_PARTITIONS
    count = partitions or (DEFAULT_PARTITIONS if now is None else now.partitions)
    for name, others in partitions_kept(connection).items():
        if name not in names and others != count:
            raise PartitionsChanged(name, others, count)
    return count


def _load(beside: Connection[Any], workshop: Workshop, planned: Plan, workers: int, progress: Progress) -> None:
    ranges = unfinished(beside)
    progress(done(beside), planned.total)
    if workers <= 1:
        for number in ranges:
            load_range(workshop, number)
            progress(done(beside), planned.total)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        pending = {pool.submit(load_range, workshop, number) for number in ranges}
        while pending:
            ready, pending = wait(pending, timeout=_PROGRESS_SECONDS)
            for future in ready:
                future.result()
            progress(done(beside), planned.total)


def _finish(beside: Connection[Any], workshop: Workshop, planned: Plan) -> None:
    """Totals from the finished rows, then the indexes, then the positions, from which catching up begins."""
    for projection in workshop.projections:
        for totals in projection.totals:
            columns = ", ".join((*(column.name for column in totals.keys), *totals.measures))
            with beside.transaction():
                beside.execute(f"TRUNCATE {totals.table}")
                beside.execute(
                    f"INSERT INTO {totals.table} (partition, {columns}) SELECT 0, r.* FROM ({totals.from_rows}) r"
                )
        for statement in index_statements(projection):
            beside.execute(statement)
        for table in projection.tables:
            beside.execute(f"ANALYZE {table}")
    with beside.transaction():
        ensure_positions(beside, [projection.name for projection in workshop.projections], planned.partitions)
        beside.execute("UPDATE projection_position SET position = %s", (planned.stop,))
        beside.execute("UPDATE rebuild SET loaded = true")


def _compared(
    live: Connection[Any], beside: Connection[Any], projections: Sequence[Projection[Any]]
) -> tuple[TableChange, ...]:
    tables = [table for projection in projections for table in projection.tables]
    return tuple(TableChange(table, _rows(live, table), _rows(beside, table)) for table in tables)


def _rows(connection: Connection[Any], table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
