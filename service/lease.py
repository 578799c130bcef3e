"""What one process alone does at a time, and another takes over within seconds when that one dies or hangs.

The right is an advisory lock of the holder's session, which the server takes back when the process ends. A process
that hangs keeps its session; so the holder also signs a row from a thread of its own, and whoever finds the signature
too old ends that session. What the former holder then still tries to write has to be refused where it is written.
"""

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import psycopg
from psycopg import Connection

from consumers.ports import Away

SIGN_SECONDS: Final = 1.5
STALE_SECONDS: Final = 6.0
_LOCK_CLASS: Final = 0x4D43_0004

_SIGN: Final = """
INSERT INTO lease AS l (name, holder, backend, seen_at) VALUES (%s, %s, pg_backend_pid(), clock_timestamp())
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, backend = excluded.backend, seen_at = excluded.seen_at
"""
_END_STALE: Final = """
SELECT pg_terminate_backend(l.pid) FROM pg_locks l
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objid = %s
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND EXISTS (
        SELECT FROM lease s WHERE s.name = %s AND s.backend = l.pid
            AND s.seen_at < clock_timestamp() - make_interval(secs => %s))
"""
"""Only by its own signature is a holder known to hang: one that has just taken over has not signed yet."""
_HOLDERS: Final = """
SELECT l.name, l.holder, l.seen_at > clock_timestamp() - make_interval(secs => %s) AND EXISTS (
    SELECT FROM pg_locks k WHERE k.locktype = 'advisory' AND k.granted AND k.classid = %s AND k.pid = l.backend)
FROM lease l
"""
_KEEPALIVE: Final = (
    "SELECT set_config(name, value, false) FROM (VALUES ('tcp_keepalives_idle', '2'), ('tcp_keepalives_interval', '1'),"
    " ('tcp_keepalives_count', '3'), ('tcp_user_timeout', '6000')) AS k (name, value)"
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a right, or had it last: ``held`` while his session has it and his process signs."""

    process: str
    held: bool


def holders(connection: Connection[Any]) -> dict[str, Holder]:
    """Who holds what, by name."""
    found = connection.execute(_HOLDERS, (STALE_SECONDS, _LOCK_CLASS)).fetchall()
    return {name: Holder(process, held) for name, process, held in found}


class Lease:
    """The right to be the only one who does ``name``."""

    def __init__(self, connect: Callable[[], Connection[Any]], name: str) -> None:
        """``connect`` opens autocommit connections."""
        self._connect = connect
        self._name = name
        self._lock = (_LOCK_CLASS, crc32(name.encode()) - (1 << 31))
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._connection: Connection[Any] | None = None
        self._held = False
        self._ended = threading.Event()

    def take(self) -> bool:
        """Whether it is held here, after trying to.

        Raises:
            Away: the database does not answer.
        """
        if self._held:
            return True
        try:
            return self._try()
        except psycopg.Error as error:
            self._close()
            raise Away(str(error)) from error

    def _try(self) -> bool:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
            self._connection.execute(_KEEPALIVE)
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", self._lock).fetchone()
        if row is None or not row[0]:
            class_id, object_id = (number & 0xFFFFFFFF for number in self._lock)
            self._connection.execute(_END_STALE, (class_id, object_id, self._name, STALE_SECONDS))
            return False
        self._sign(self._connection)
        self._held, self._ended = True, threading.Event()
        signing = threading.Thread(
            target=self._keep_signing, args=(self._connection, self._ended), name=f"lease-{self._name}", daemon=True
        )
        signing.start()
        return True

    def _keep_signing(self, connection: Connection[Any], ended: threading.Event) -> None:
        while not ended.wait(SIGN_SECONDS):
            try:
                self._sign(connection)
            except psycopg.Error:
                self._held = False
                connection.close()
                return

    def _sign(self, connection: Connection[Any]) -> None:
        connection.execute(_SIGN, (self._name, self._holder))

    def let_go(self) -> None:
        """Leave it to others at once."""
        self._ended.set()
        self._held = False
        self._close()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None
