"""How far each projection has read the log, partition by partition. Positions move only together with rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import Connection

from projections.ports import EventLog, Partition
from projections.tables import SCHEMA_LOCK, missing_tables

DEFAULT_PARTITIONS: Final = 1

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS projection_position (
    name text NOT NULL,
    partition smallint NOT NULL,
    partitions smallint NOT NULL,
    position bigint NOT NULL,
    generation integer NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, partition)
) WITH (fillfactor = 50)
"""

LOWEST_POSITION: Final = "SELECT coalesce(min(position), 0) FROM projection_position"
"""What every projection has read in every partition."""


class PartitionsChanged(Exception):
    """The projections are kept in another number of partitions than asked for."""

    def __init__(self, name: str, kept: int, asked: int) -> None:
        """``name`` is the projection, ``kept`` and ``asked`` are numbers of partitions."""
        super().__init__(
            f"{name} is kept in {kept} partitions, not {asked}: run with {kept}, or rebuild with {asked} first"
        )


class PositionMoved(Exception):
    """Someone else moved this position meanwhile; nothing was changed. Read it again."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a projection has read. A rebuild begins a new ``generation``."""

    position: int
    generation: int


class PositionMove(NamedTuple):
    """A projection's position in a partition, from where it is held to be to what is reached now."""

    name: str
    partition: int
    held: Position
    reached: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionStatus:
    """Where a projection stands in one partition. ``behind_seconds`` is the age of the oldest event not yet read."""

    name: str
    partition: int
    position: int
    head: int
    behind_events: int
    behind_seconds: float
    updated_at: datetime


def ensure_positions(connection: Connection[Any], names: Collection[str], partitions: int | None = None) -> int:
    """The number of partitions, one where nothing is kept yet; positions that are missing begin at 0.

    Raises:
        PartitionsChanged: ``partitions`` is not the number in which a projection is kept.
    """
    if missing_tables(connection, ("projection_position",)):
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
            connection.execute(_TABLE)
    kept = connection.execute("SELECT name, min(partitions) FROM projection_position GROUP BY name").fetchall()
    count = partitions or min((count for _, count in kept), default=DEFAULT_PARTITIONS)
    for name, kept_count in kept:
        if name in names and kept_count != count:
            raise PartitionsChanged(name, kept_count, count)
    connection.execute(
        "INSERT INTO projection_position (name, partition, partitions, position, generation)"
        " SELECT name, k, %(count)s, 0, 1 FROM unnest(%(names)s::text[]) name, generate_series(0, %(count)s - 1) k"
        " ON CONFLICT DO NOTHING",
        {"names": sorted(names), "count": count},
    )
    return count


def read_positions(connection: Connection[Any], names: Collection[str], partition: Partition) -> dict[str, Position]:
    """The positions of the projections in one partition.

    Raises:
        PartitionsChanged: a rebuild changed the number of partitions.
    """
    found = connection.execute(
        "SELECT name, position, generation, partitions FROM projection_position"
        " WHERE name = ANY(%s) AND partition = %s",
        (list(names), partition.index),
    ).fetchall()
    for name, _, _, kept in found:
        if kept != partition.count:
            raise PartitionsChanged(name, kept, partition.count)
    if missing := set(names) - {name for name, *_ in found}:
        kept = connection.execute("SELECT max(partitions) FROM projection_position").fetchone()
        raise PartitionsChanged(missing.pop(), kept[0] or 0 if kept else 0, partition.count)
    return {name: Position(position, generation) for name, position, generation, _ in found}


def move_positions(connection: Connection[Any], moves: Sequence[PositionMove]) -> None:
    """Move what is still where it was held to be: the guard of every transaction that writes rows.

    Raises:
        PositionMoved: one of them is not there any more, or was rebuilt.
    """
    moved = connection.execute(
        "UPDATE projection_position p SET position = m.reached, updated_at = now()"
        " FROM unnest(%s::text[], %s::smallint[], %s::bigint[], %s::bigint[], %s::integer[])"
        " AS m (name, partition, reached, position, generation)"
        " WHERE p.name = m.name AND p.partition = m.partition"
        " AND p.position = m.position AND p.generation = m.generation",
        (
            [move.name for move in moves],
            [move.partition for move in moves],
            [move.reached for move in moves],
            [move.held.position for move in moves],
            [move.held.generation for move in moves],
        ),
        prepare=True,
    )
    if moved.rowcount != len(moves):
        raise PositionMoved


def lowest_position(connection: Connection[Any], names: Collection[str]) -> int:
    """What every one of the projections has read in every partition; 0 while one of them has not begun."""
    row = connection.execute(
        "SELECT count(DISTINCT name), min(position) FROM projection_position WHERE name = ANY(%s)", (list(names),)
    ).fetchone()
    return int(row[1]) if row is not None and row[0] == len(set(names)) else 0


def status(connection: Connection[Any], log: EventLog, now: datetime) -> list[PartitionStatus]:
    """Where each projection stands in each partition, by name and partition."""
    head = log.head()
    statuses = []
    for name, index, partitions, position, updated_at in connection.execute(
        "SELECT name, partition, partitions, position, updated_at FROM projection_position ORDER BY name, partition"
    ).fetchall():
        backlog = log.backlog(position, Partition(index, partitions))
        oldest = backlog.oldest_recorded_at
        statuses.append(
            PartitionStatus(
                name=name,
                partition=index,
                position=position,
                head=head,
                behind_events=backlog.events,
                behind_seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
                updated_at=updated_at,
            )
        )
    return statuses
