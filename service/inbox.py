"""A consumer's offsets and kept messages, in the transaction of what it does to dossiers."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from zlib import crc32

import psycopg
from psycopg import Connection

from consumers.messages import Message
from consumers.ports import Away, Entry, Kept, Move, NotStorable, Standing
from domain.ports import Outcome, Request
from service.door import BatchDoor
from service.offsets import begin_offsets, forget_offsets, move_offsets, read_offsets

_LOCK_CLASS: Final = 0x4D43_0003
LIVE: Final = "standing IN ('waiting', 'parked', 'behind')"
"""Those kept messages that have not ended."""

_HELD: Final = f"SELECT DISTINCT key FROM parked_message WHERE consumer = %s AND key = ANY(%s) AND {LIVE}"
_KEEP: Final = """
INSERT INTO parked_message (consumer, topic, partition, message_offset, key, value, header_names, header_values,
    produced_at, standing, reason, reason_vi, reason_en, attempts, kept_at, next_try_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (consumer, topic, partition, message_offset) DO NOTHING
"""
_CHANGE: Final = """
UPDATE parked_message SET standing = %s, reason = %s, reason_vi = %s, reason_en = %s, attempts = %s, next_try_at = %s
WHERE id = %s
"""
_RELEASE_WAITED: Final = "DELETE FROM parked_message WHERE id = ANY(%s) AND standing IN ('waiting', 'behind')"
_RELEASE_PARKED: Final = """
UPDATE parked_message SET standing = 'settled', next_try_at = NULL, ended_at = %s
WHERE id = ANY(%s) AND standing = 'parked'
"""
_RETRIED: Final = """
UPDATE consumer_offset o SET retried = o.retried + m.retried
FROM unnest(%s::text[], %s::integer[], %s::bigint[]) AS m (topic, partition, retried)
WHERE o.consumer = %s AND o.topic = m.topic AND o.partition = m.partition
"""
_LINES: Final = f"""
SELECT id, standing, attempts, kept_at, topic, partition, message_offset, key, value, header_names, header_values,
    produced_at
FROM parked_message WHERE consumer = %s AND {LIVE} AND (key = ANY(%s) OR id = ANY(%s)) ORDER BY key, id
"""
_DUE: Final = f"""
SELECT key FROM parked_message WHERE consumer = %(consumer)s AND standing = 'waiting' AND next_try_at <= %(now)s
UNION
SELECT key FROM parked_message b WHERE consumer = %(consumer)s AND standing = 'behind' AND NOT EXISTS (
    SELECT FROM parked_message p WHERE p.consumer = b.consumer AND p.key = b.key AND p.id < b.id AND p.{LIVE})
LIMIT %(limit)s
"""


class PostgresWork:
    """One transaction."""

    def __init__(self, connection: Connection[Any], door: BatchDoor, consumer: str, now: datetime) -> None:
        self.now = now
        self.connection = connection
        self._door = door
        self._consumer = consumer
        self._kept: Counter[tuple[str, int]] = Counter()

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        """The one door."""
        return self._door.handle(batch)

    def held(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of the keys that have a kept message."""
        found = self.connection.execute(_HELD, (self._consumer, list(keys)), prepare=True, binary=True)
        return {bytes(key) for (key,) in found}

    def keep(self, kept: Sequence[Kept]) -> None:
        """Keep messages, or change how they are kept."""
        new = [each for each in kept if each.entry.id is None]
        with self.connection.cursor() as cursor:
            cursor.executemany(_KEEP, [self._row(each) for each in new])
            cursor.executemany(_CHANGE, [(*_how(each), each.entry.id) for each in kept if each.entry.id is not None])
        self._kept.update(_place(each.entry) for each in new)
        self._retried([each.entry for each in kept])

    def release(self, entries: Sequence[Entry]) -> None:
        """What only waited leaves no trace but its effect; what a person had to look at stays on record."""
        if entries:
            ids = [entry.id for entry in entries]
            self.connection.execute(_RELEASE_WAITED, (ids,))
            self.connection.execute(_RELEASE_PARKED, (self.now, ids))
            self._retried(entries)

    def due(self, limit: int) -> list[list[Entry]]:
        """The kept messages whose time has come, each with those behind it."""
        asked = {"consumer": self._consumer, "now": self.now, "limit": limit}
        keys = [key for (key,) in self.connection.execute(_DUE, asked, prepare=True, binary=True)]
        return self.lines(keys) if keys else []

    def lines(self, keys: Sequence[bytes], ids: Sequence[int] = ()) -> list[list[Entry]]:
        """All that is kept under each of the keys, in order; and those of the ids, which have no key."""
        rows = self.connection.execute(_LINES, (self._consumer, list(keys), list(ids)), binary=True)
        lines: dict[object, list[Entry]] = {}
        for entry in map(_entry, rows):
            lines.setdefault(entry.message.key or entry.id, []).append(entry)
        return list(lines.values())

    def move(self, moves: Sequence[Move]) -> None:
        """Save how far the partitions are read.

        Raises:
            OffsetMoved: one of them is not where it was left.
        """
        kept = [self._kept[move.topic, move.partition] for move in moves]
        move_offsets(self.connection, self._consumer, moves, kept)

    def _row(self, kept: Kept) -> tuple[object, ...]:
        message = kept.entry.message
        how = _how(kept)
        return (
            self._consumer,
            message.topic,
            message.partition,
            message.offset,
            message.key,
            message.value,
            [name for name, _ in message.headers],
            [value for _, value in message.headers],
            message.produced_at,
            *how[:-1],
            self.now,
            how[-1],
        )

    def _retried(self, entries: Sequence[Entry]) -> None:
        retried = Counter(_place(entry) for entry in entries if entry.id is not None)
        if retried:
            topics, partitions = zip(*retried, strict=True)
            values = (list(topics), list(partitions), list(retried.values()), self._consumer)
            self.connection.execute(_RETRIED, values)


class PostgresInbox:
    """What one consumer keeps, over the connection of its own door. Not for several threads at once."""

    def __init__(self, door: BatchDoor, consumer: str, clock: Callable[[], datetime]) -> None:
        """``door`` has no cache."""
        self._door = door
        self._consumer = consumer
        self._clock = clock
        self._lock = crc32(consumer.encode()) - (1 << 31)

    def offsets(self, topic: str, starts: Mapping[int, int]) -> dict[int, int]:
        """The next offset to read, by partition. ``starts`` say where those begin that were never read.

        Raises:
            Away: the database does not answer.
        """
        with _faults(), self._door.together() as connection:
            begin_offsets(connection, self._consumer, topic, starts)
            return read_offsets(connection, self._consumer, topic)

    def begin_anew(self, topic: str) -> None:
        """Forget how far the topic was read: all that it holds is handled again, which changes nothing twice.

        Raises:
            Away: the database does not answer.
        """
        with _faults(), self._door.together() as connection:
            forget_offsets(connection, self._consumer, topic)

    def has_due(self) -> bool:
        """Whether the time of a kept message has come.

        Raises:
            Away: the database does not answer.
        """
        with _faults(), self._door.together() as connection:
            asked = {"consumer": self._consumer, "now": self._clock(), "limit": 1}
            return connection.execute(_DUE, asked, prepare=True).fetchone() is not None

    @contextmanager
    def receiving(self) -> Iterator[PostgresWork]:
        """A transaction for new messages; it only waits for one that releases kept ones."""
        with self._transaction("pg_advisory_xact_lock_shared") as work:
            yield work

    @contextmanager
    def releasing(self) -> Iterator[PostgresWork]:
        """A transaction for kept messages: no new ones are received meanwhile, so that they can follow in order."""
        with self._transaction("pg_advisory_xact_lock") as work:
            yield work

    @contextmanager
    def _transaction(self, lock: str) -> Iterator[PostgresWork]:
        with _faults(), self._door.together() as connection:
            connection.execute(f"SELECT {lock}(%s, %s)", (_LOCK_CLASS, self._lock), prepare=True)
            yield PostgresWork(connection, self._door, self._consumer, self._clock())


@contextmanager
def _faults() -> Iterator[None]:
    """The database's own errors, as consumers know them.

    Only what is in the messages can make them not storable. A transaction that took too long, a server that has become
    a standby, a table that a newer version lacks: none of it is a message's fault, and all of it passes.
    """
    try:
        yield
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise NotStorable(str(error)) from error
    except psycopg.Error as error:
        raise Away(str(error)) from error


def _place(entry: Entry) -> tuple[str, int]:
    return entry.message.topic, entry.message.partition


def _how(kept: Kept) -> tuple[object, ...]:
    reason = kept.reason
    texts = (text.replace("\0", "\N{REPLACEMENT CHARACTER}") for text in (reason.message_vi, reason.message))
    return (kept.standing.value, reason.slug, *texts, kept.attempts, kept.next_try_at)


def _entry(row: tuple[Any, ...]) -> Entry:
    number, standing, attempts, kept_at, topic, partition, offset, key, value, names, values, produced_at = row
    message = Message(
        topic=topic,
        partition=partition,
        offset=offset,
        key=key,
        value=value,
        headers=tuple(zip(names, values, strict=True)),
        produced_at=produced_at,
    )
    return Entry(message=message, id=number, standing=Standing(standing), attempts=attempts, since=kept_at)
