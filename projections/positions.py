"""How far each projection has read the log, partition by partition. Positions move only together with rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import Connection

from domain.errors import Complaint
from projections.ports import NO_BACKLOG, EventLog, Partition
from projections.sources import FedOtherwise, Source
from projections.tables import SCHEMA_LOCK

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
_LATER_COLUMNS: Final = """
ALTER TABLE projection_position
    ADD COLUMN IF NOT EXISTS source text NOT NULL DEFAULT 'log',
    ADD COLUMN IF NOT EXISTS turn integer NOT NULL DEFAULT 0
"""
_HAS_LATER_COLUMNS: Final = """
SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('projection_position') AND attname = 'turn')
"""

LOWEST_POSITIONS: Final = (
    "SELECT name, min(position) FROM projection_position WHERE name = ANY(%s::text[]) GROUP BY name"
)
"""What each of the named projections has read in every partition."""


class PartitionsChanged(Complaint):
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
    """How far a projection has read. A rebuild begins a new ``generation``, another source a new ``turn``."""

    position: int
    generation: int
    turn: int


class PositionMove(NamedTuple):
    """A projection's position in a partition, from where it is held to be to what is reached now."""

    name: str
    partition: int
    held: Position
    reached: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionStatus:
    """Where a projection stands in one partition. ``behind_seconds`` is the age of the oldest event not yet read.

    ``at_least`` when ``behind_events`` were not counted to the end. Which events belong to a partition of Kafka's only
    Kafka knows: there, the partition that is furthest behind tells of all, and the others of none.
    """

    name: str
    source: Source
    partition: int
    position: int
    head: int
    behind_events: int
    at_least: bool
    behind_seconds: float
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """How the projections of these ``names`` are kept."""

    source: Source
    partitions: int
    names: frozenset[str]


def ensure_table(connection: Connection[Any]) -> None:
    """Make the table of positions, or what an earlier version's lacks."""
    found = connection.execute(_HAS_LATER_COLUMNS).fetchone()
    if found is None or not found[0]:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
            connection.execute(_TABLE)
            connection.execute(_LATER_COLUMNS)


def kept(connection: Connection[Any]) -> Kept | None:
    """How projections are kept now; None where none is."""
    row = connection.execute(
        "SELECT min(source), min(partitions), array_agg(DISTINCT name) FROM projection_position"
    ).fetchone()
    return None if row is None or row[0] is None else Kept(Source(row[0]), row[1], frozenset(row[2]))


def ensure_positions(connection: Connection[Any], names: Collection[str], partitions: int | None = None) -> int:
    """The number of partitions, one where nothing is kept yet; positions that are missing begin at 0.

    Raises:
        FedOtherwise: the projections are not fed from the log.
        PartitionsChanged: ``partitions`` is not the number in which a projection is kept.
    """
    ensure_table(connection)
    now = kept(connection)
    if now is not None and now.source is not Source.LOG:
        raise FedOtherwise(now.source, Source.LOG)
    count = partitions or (DEFAULT_PARTITIONS if now is None else now.partitions)
    for name, kept_count in partitions_kept(connection).items():
        if name in names and kept_count != count:
            raise PartitionsChanged(name, kept_count, count)
    connection.execute(
        "INSERT INTO projection_position (name, partition, partitions, position, generation)"
        " SELECT name, k, %(count)s, 0, 1 FROM unnest(%(names)s::text[]) name, generate_series(0, %(count)s - 1) k"
        " ON CONFLICT DO NOTHING",
        {"names": sorted(names), "count": count},
    )
    return count


def ensure_told(connection: Connection[Any], names: Collection[str]) -> Kept | None:
    """Let positions tell also of projections that nobody has fed from the log yet; how they are kept."""
    ensure_table(connection)
    now = kept(connection)
    if now is None or now.source is Source.LOG:
        ensure_positions(connection, names)
    return now


def partitions_kept(connection: Connection[Any]) -> dict[str, int]:
    """In how many partitions each projection is kept."""
    return dict(connection.execute("SELECT name, min(partitions) FROM projection_position GROUP BY name").fetchall())


def read_positions(
    connection: Connection[Any], names: Collection[str], source: Source, partitions: Collection[int], count: int
) -> dict[int, dict[str, Position]]:
    """The positions of the projections in each of these partitions, of which there are ``count``.

    Raises:
        FedOtherwise: they are fed from another source than ``source``.
        PartitionsChanged: a rebuild changed the number of partitions.
    """
    found = connection.execute(
        "SELECT name, partition, position, generation, turn, source, partitions FROM projection_position"
        " WHERE name = ANY(%s) AND partition = ANY(%s)",
        (list(names), list(partitions)),
        prepare=True,
    ).fetchall()
    positions: dict[int, dict[str, Position]] = {partition: {} for partition in partitions}
    for name, partition, position, generation, turn, fed_from, kept_count in found:
        if fed_from != source:
            raise FedOtherwise(Source(fed_from), source)
        if kept_count != count:
            raise PartitionsChanged(name, kept_count, count)
        positions[partition][name] = Position(position, generation, turn)
    if missing := {name for held in positions.values() for name in set(names) - set(held)}:
        kept_count = max(partitions_kept(connection).values(), default=0)
        raise PartitionsChanged(missing.pop(), kept_count, count)
    return positions


def move_positions(connection: Connection[Any], moves: Sequence[PositionMove]) -> None:
    """Move what is still where it was held to be: the guard of every transaction that writes rows.

    Raises:
        PositionMoved: one of them is not there any more, or was rebuilt, or is fed from another source.
    """
    moved = connection.execute(
        "UPDATE projection_position p SET position = m.reached, updated_at = now()"
        " FROM unnest(%s::text[], %s::smallint[], %s::bigint[], %s::bigint[], %s::integer[],"
        " %s::integer[]) AS m (name, partition, reached, position, generation, turn)"
        " WHERE p.name = m.name AND p.partition = m.partition"
        " AND p.position = m.position AND p.generation = m.generation AND p.turn = m.turn",
        (
            [move.name for move in moves],
            [move.partition for move in moves],
            [move.reached for move in moves],
            [move.held.position for move in moves],
            [move.held.generation for move in moves],
            [move.held.turn for move in moves],
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
    found = connection.execute(
        "SELECT name, source, partition, partitions, position, updated_at,"
        " row_number() OVER (PARTITION BY name ORDER BY position, partition) = 1 AS furthest_behind"
        " FROM projection_position ORDER BY name, partition"
    ).fetchall()
    statuses = []
    for name, source, index, partitions, position, updated_at, furthest_behind in found:
        if source == Source.LOG:
            backlog = log.backlog(position, Partition(index, partitions))
        else:
            backlog = log.backlog(position) if furthest_behind else NO_BACKLOG
        oldest = backlog.oldest_recorded_at
        statuses.append(
            PartitionStatus(
                name=name,
                source=Source(source),
                partition=index,
                position=position,
                head=head,
                behind_events=backlog.events,
                at_least=backlog.at_least,
                behind_seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
                updated_at=updated_at,
            )
        )
    return statuses
