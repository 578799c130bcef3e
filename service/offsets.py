"""How far topics are read, by consumer and partition: moved in the transaction of what was done with the messages."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import Connection

from consumers.ports import Move, OffsetMoved

_BEGIN: Final = """
INSERT INTO consumer_offset (consumer, topic, partition, next_offset, high_water, settled)
SELECT %s, %s, partition, start, start, 0 FROM unnest(%s::integer[], %s::bigint[]) AS b (partition, start)
ON CONFLICT DO NOTHING
"""
_OFFSETS: Final = "SELECT partition, next_offset FROM consumer_offset WHERE consumer = %s AND topic = %s"
_FORGET: Final = "DELETE FROM consumer_offset WHERE consumer = %s AND topic = %s"
_MOVE: Final = """
UPDATE consumer_offset o SET next_offset = m.stop, high_water = m.high_water, moved_at = now(),
    settled = o.settled + m.settled, kept = o.kept + m.kept
FROM unnest(%s::text[], %s::integer[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS m (topic, partition, start, stop, high_water, settled, kept)
WHERE o.consumer = %s AND o.topic = m.topic AND o.partition = m.partition AND o.next_offset = m.start
"""


def begin_offsets(connection: Connection[Any], consumer: str, topic: str, starts: Mapping[int, int]) -> None:
    """Where the partitions begin that were never read."""
    connection.execute(_BEGIN, (consumer, topic, list(starts), list(starts.values())))


def read_offsets(connection: Connection[Any], consumer: str, topic: str) -> dict[int, int]:
    """The next offset to read, by partition."""
    return dict(connection.execute(_OFFSETS, (consumer, topic)).fetchall())


def forget_offsets(connection: Connection[Any], consumer: str, topic: str) -> None:
    """As if the topic had never been read."""
    connection.execute(_FORGET, (consumer, topic))


def move_offsets(connection: Connection[Any], consumer: str, moves: Sequence[Move], kept: Sequence[int]) -> None:
    """Save how far the partitions are read, and how many messages of each were ``kept``.

    Raises:
        OffsetMoved: one of them is not where it was left.
    """
    columns = [list(column) for column in zip(*moves, strict=True)]
    moved = connection.execute(_MOVE, (*columns, list(kept), consumer), prepare=True)
    if moved.rowcount != len(moves):
        raise OffsetMoved
