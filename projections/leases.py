"""Who works alone, or on which partition: advisory locks of a session, so that a dead process holds nothing."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from zlib import crc32

import psycopg
from psycopg import Connection

_MEMBERS: Final = 1 << 16
"""Beside the partitions' numbers, the lock that every worker holds shared: how many hold it is how many share."""


@contextmanager
def alone(connection: Connection[Any], lock: int) -> Iterator[bool]:
    """Whether this session is meanwhile the only one that has the lock.

    It is given back however this ends: the server may notice the end of a session only after another was begun.
    """
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (lock,)).fetchone()
    got = row is not None and bool(row[0])
    try:
        yield got
    finally:
        if got:
            with suppress(psycopg.Error):  # the session is lost, and the lock with it
                connection.execute("SELECT pg_advisory_unlock(%s)", (lock,))


class Leases:
    """The partitions this session works on. Each process takes its fair share of them, and no more."""

    def __init__(self, connection: Connection[Any], names: Collection[str], partitions: int) -> None:
        """``names`` are the projections: workers on the same ones share."""
        self._connection = connection
        self._partitions = partitions
        schema = connection.execute("SELECT current_schema()").fetchone()
        lease = f"{schema[0] if schema else ''}:{','.join(sorted(names))}:{partitions}"
        self._class = crc32(lease.encode()) - (1 << 31)
        self.held: set[int] = set()
        connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", (self._class, _MEMBERS))

    def balance(self) -> None:
        """Give up what is more than a fair share, and take what is free up to it.

        Shares are rounded up, so that together they cover every partition.
        """
        fair = -(-self._partitions // self._members())
        for index in sorted(self.held)[fair:]:
            self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", (self._class, index))
            self.held.discard(index)
        for index in range(self._partitions):
            if len(self.held) >= fair:
                return
            if index not in self.held and self._take(index):
                self.held.add(index)

    def give_up(self) -> None:
        """Leave everything to the others."""
        for index in self.held:
            self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", (self._class, index))
        self.held.clear()
        self._connection.execute("SELECT pg_advisory_unlock_shared(%s, %s)", (self._class, _MEMBERS))

    def _take(self, index: int) -> bool:
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (self._class, index)).fetchone()
        return row is not None and bool(row[0])

    def _members(self) -> int:
        row = self._connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = 'ShareLock'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid = %s AND objid = %s AND objsubid = 2",
            (self._class & 0xFFFFFFFF, _MEMBERS),
        ).fetchone()
        return max(1, row[0] if row else 1)
