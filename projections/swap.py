"""The moment in which rebuilt tables take the place of the live ones."""

import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
from psycopg import Connection

from projections.loading import Workshop
from projections.positions import kept
from projections.sources import Source

LOCK_TIMEOUT: Final = "300ms"
_RETRY_SECONDS: Final = 0.1


def swap(connection: Connection[Any], workshop: Workshop, schema: str, catch_up: Callable[[], None]) -> None:
    """Try until the tables are free for a moment; readers wait no longer than ``LOCK_TIMEOUT`` each time."""
    while True:
        try:
            with connection.transaction():
                _swap(connection, workshop, schema, catch_up)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _swap(connection: Connection[Any], workshop: Workshop, schema: str, catch_up: Callable[[], None]) -> None:
    """First the runners stand still and the rebuilt tables come up to them, so that no reader goes back in time."""
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    connection.execute("LOCK TABLE projection_position IN EXCLUSIVE MODE")
    catch_up()
    tables = [table for projection in workshop.projections for table in projection.tables]
    connection.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
    for table in tables:
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f'ALTER TABLE "{workshop.schema}".{table} SET SCHEMA "{schema}"')
    names = [projection.name for projection in workshop.projections]
    _put_positions(connection, workshop, names)
    connection.execute(f'DROP SCHEMA "{workshop.schema}" CASCADE')


def _put_positions(connection: Connection[Any], workshop: Workshop, names: list[str]) -> None:
    """Of a new generation. Fed from Kafka the projections stay in the topic's partitions.

    All of those have then been read as far as the log was, or further, and what is to come is still to come.
    """
    now = kept(connection)
    row = connection.execute("SELECT coalesce(max(generation), 0) + 1 FROM projection_position").fetchone()
    generation = row[0] if row else 1
    rebuilt = f'"{workshop.schema}".projection_position'
    if now is None or now.source is Source.LOG:
        connection.execute("DELETE FROM projection_position WHERE name = ANY(%s)", (names,))
        connection.execute(
            "INSERT INTO projection_position (name, partition, partitions, position, generation)"
            f" SELECT name, partition, partitions, position, %s FROM {rebuilt}",
            (generation,),
        )
        return
    connection.execute(
        "INSERT INTO projection_position AS p (name, partition, partitions, position, generation, source, turn)"
        " SELECT b.name, k.partition, k.partitions, b.position, %s, k.source, k.turn"
        f" FROM (SELECT name, min(position) AS position FROM {rebuilt} GROUP BY name) b"
        " CROSS JOIN (SELECT DISTINCT partition, partitions, source, turn FROM projection_position WHERE source = %s) k"
        " ON CONFLICT (name, partition) DO UPDATE"
        " SET position = greatest(p.position, excluded.position), generation = excluded.generation",
        (generation, now.source),
    )
