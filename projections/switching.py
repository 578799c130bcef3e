"""From one source of events to another: on purpose, while no worker of the other one runs.

That none runs is told by locks of their sessions, so that a dead worker holds nothing. It keeps people from taking the
projections away from each other by mistake; that a worker of another turn changes nothing any more is the positions'
own guard.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final
from zlib import crc32

import psycopg
from psycopg import Connection

from projections.positions import kept
from projections.sessions import take_time
from projections.sources import Source, StillFed

_PATIENCE: Final = "2s"
_SWITCHING: Final = 0
_HAND_OVER: Final = """
INSERT INTO projection_position (name, partition, partitions, position, generation, source, turn)
SELECT n.name, k, %(partitions)s, coalesce(min(p.position), 0), coalesce(max(p.generation), 1), %(source)s,
    (SELECT coalesce(max(turn), 0) + 1 FROM projection_position)
FROM unnest(%(names)s::text[]) AS n (name) LEFT JOIN projection_position p USING (name)
    CROSS JOIN generate_series(0, %(partitions)s - 1) k
GROUP BY n.name, k
ON CONFLICT (name, partition) DO UPDATE SET partitions = excluded.partitions, position = excluded.position,
    generation = excluded.generation, source = excluded.source, turn = excluded.turn, updated_at = now()
"""
_LEFT_OVER: Final = "DELETE FROM projection_position WHERE name = ANY(%(names)s) AND partition >= %(partitions)s"
_NUMBER: Final = {Source.LOG: 1, Source.KAFKA: 2}


def announce(connection: Connection[Any], source: Source) -> None:
    """Say, as long as the session lasts, that a worker feeds the projections from this source."""
    connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", (_lock_class(connection), _NUMBER[source]))


@contextmanager
def switching(connection: Connection[Any]) -> Iterator[None]:
    """One process at a time, however long another takes; those that wanted the same find it done."""
    take_time(connection)
    lock = (_lock_class(connection), _SWITCHING)
    connection.execute("SELECT pg_advisory_lock(%s, %s)", lock)
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s, %s)", lock)


def hand_over(
    connection: Connection[Any],
    names: Collection[str],
    source: Source,
    partitions: int,
    *,
    beside: Callable[[], None] = lambda: None,
) -> None:
    """Feed the projections from this source in that many partitions, each from the lowest position of all before.

    Some rows are further than that: what is delivered to them again, they hold already. ``beside`` saves more in the
    same transaction.

    Raises:
        StillFed: a worker feeds them from where they are fed now.
    """
    with connection.transaction():
        _refuse_while_fed(connection)
        connection.execute("LOCK TABLE projection_position IN EXCLUSIVE MODE")
        asked = {"names": list(names), "source": source, "partitions": partitions}
        connection.execute(_HAND_OVER, asked)
        connection.execute(_LEFT_OVER, asked)
        beside()


def _refuse_while_fed(connection: Connection[Any]) -> None:
    """A moment's patience, since the server may not yet have noticed that a worker is gone."""
    if (now := kept(connection)) is None:
        return
    connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
    try:
        lock = (_lock_class(connection), _NUMBER[now.source])
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", lock)
    except psycopg.errors.LockNotAvailable as fed:
        raise StillFed(now.source) from fed
    connection.execute("SET LOCAL lock_timeout = DEFAULT")


def _lock_class(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT current_schema()").fetchone()
    return crc32(f"{row[0] if row else ''}:source".encode()) - (1 << 31)
