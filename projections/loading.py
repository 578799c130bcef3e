"""Histories into finished rows: the heavy part of a rebuild, done range by range of dossier ids, by any processes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from domain.envelope import Recorded
from projections.ports import EventLog
from projections.projection import Projection, fold, with_corrections
from projections.sessions import Connect, take_time
from projections.tables import copy_rows, create_tables

RANGES: Final = 16
CHUNK: Final = 10_000
"""Events between two commits: what a kill can cost, and how much memory a worker takes."""

_PLAN: Final = (
    """
    CREATE TABLE rebuild (
        names text[] NOT NULL, code text NOT NULL, partitions smallint NOT NULL,
        stop bigint NOT NULL, total bigint NOT NULL, loaded boolean NOT NULL DEFAULT false
    )
    """,
    """
    CREATE TABLE rebuild_range (
        number smallint PRIMARY KEY, after uuid, upto uuid NOT NULL,
        done bigint NOT NULL DEFAULT 0, finished boolean NOT NULL DEFAULT false
    ) WITH (fillfactor = 50)
    """,
)


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where a rebuild works, beside the live tables. It can be sent to other processes."""

    connect: Connect
    log: EventLog
    projections: tuple[Projection[Any], ...]
    schema: str

    def open(self) -> Connection[Any]:
        """A connection that sees the tables being rebuilt and no others, and may take its time."""
        connection = self.connect()
        connection.execute("SELECT set_config('search_path', quote_ident(%s), false)", (self.schema,))
        connection.execute("SET synchronous_commit = off")  # what a crash loses is loaded again
        take_time(connection)
        return connection


@dataclass(frozen=True, slots=True)
class Plan:
    """What is being rebuilt: up to which position, into how many partitions, from how many events."""

    stop: int
    total: int
    partitions: int
    loaded: bool


def plan(connection: Connection[Any], workshop: Workshop, partitions: int) -> Plan:
    """Go on with the rebuild that was left unfinished; begin anew where it was another one, or made by other code."""
    names = [projection.name for projection in workshop.projections]
    asked = (names, _code_of(workshop.projections), partitions)
    if connection.execute("SELECT to_regclass('rebuild')").fetchone() != (None,):
        left = connection.execute("SELECT names, code, partitions, stop, total, loaded FROM rebuild").fetchone()
        if left is not None and left[:3] == asked:
            return Plan(left[3], left[4], partitions, left[5])
    with connection.transaction():
        connection.execute(f'DROP SCHEMA IF EXISTS "{workshop.schema}" CASCADE')
        connection.execute(f'CREATE SCHEMA "{workshop.schema}"')
        for statement in _PLAN:
            connection.execute(statement)
        for projection in workshop.projections:
            create_tables(connection, projection)
    stop = workshop.log.head()
    total = workshop.log.count(stop)
    with connection.transaction():
        for number, (after, upto) in enumerate(_ranges()):
            connection.execute(
                "INSERT INTO rebuild_range (number, after, upto) VALUES (%s, %s, %s)", (number, after, upto)
            )
        connection.execute(
            "INSERT INTO rebuild (names, code, partitions, stop, total) VALUES (%s, %s, %s, %s, %s)",
            (*asked, stop, total),
        )
    return Plan(stop, total, partitions, loaded=False)


def _ranges() -> Iterator[tuple[UUID | None, UUID]]:
    """Ids are spread evenly, so that equal ranges are equal work."""
    bounds = [UUID(int=((number << 128) // RANGES) - 1) for number in range(1, RANGES + 1)]
    yield from pairwise((None, *bounds))


def _code_of(projections: Sequence[Projection[Any]]) -> str:
    """A digest of what the rows are made by, so that none is made half by old code and half by new."""
    digest = sha256()
    for projection in projections:
        for path in sorted((*projection.folder.glob("*.py"), *projection.folder.glob("*.sql"))):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def unfinished(connection: Connection[Any]) -> list[int]:
    """The ranges that are still to be loaded."""
    return [n for (n,) in connection.execute("SELECT number FROM rebuild_range WHERE NOT finished ORDER BY number")]


def done(connection: Connection[Any]) -> int:
    """How many events have been loaded."""
    row = connection.execute("SELECT coalesce(sum(done), 0) FROM rebuild_range").fetchone()
    return int(row[0]) if row else 0


def load_range(workshop: Workshop, number: int) -> None:
    """Fold and copy the range's dossiers, from where it was left. Each row is written once."""
    with workshop.open() as connection:
        row = connection.execute(
            "SELECT after, upto, (SELECT stop FROM rebuild) FROM rebuild_range WHERE number = %s", (number,)
        ).fetchone()
        if row is None:
            raise LookupError(f"there is no range {number} to load")
        chunk = _Chunk(number, [[] for _ in workshop.projections])
        for history in workshop.log.histories(row[2], after=row[0], upto=row[1]):
            chunk.add(workshop, history)
            if chunk.events >= CHUNK:
                chunk.save(connection, workshop)
        chunk.save(connection, workshop)
        connection.execute("UPDATE rebuild_range SET finished = true WHERE number = %s", (number,))


@dataclass(slots=True)
class _Chunk:
    """Finished rows of each projection that are not yet saved, and the last dossier they belong to."""

    number: int
    rows: list[list[Any]]
    after: UUID | None = None
    events: int = 0

    def add(self, workshop: Workshop, history: Sequence[Recorded]) -> None:
        corrected = with_corrections(history)
        for rows, projection in zip(self.rows, workshop.projections, strict=True):
            row = fold(projection, None, corrected)
            if row is not None:
                rows.append(row)
        self.after = history[0].dossier_id
        self.events += len(history)

    def save(self, connection: Connection[Any], workshop: Workshop) -> None:
        if self.after is None:
            return
        with connection.transaction():
            for rows, projection in zip(self.rows, workshop.projections, strict=True):
                copy_rows(connection, projection, rows)
                rows.clear()
            connection.execute(
                "UPDATE rebuild_range SET after = %s, done = done + %s WHERE number = %s",
                (self.after, self.events, self.number),
            )
        self.events = 0
