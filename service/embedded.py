"""An installation's own PostgreSQL: whoever comes first starts it, whoever leaves last stops it.

Each holder keeps a shared lock on a file, which the system takes back when the holder dies however hard: so a killed
holder is never counted, and no list of process ids can go stale.
"""

import fcntl
import os
import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import errors, sql

from service.database import with_database
from service.file_locks import open_lock, turn
from service.postgres_cluster import Cluster, EmbeddedPostgresError

__all__ = ["DATABASE", "EmbeddedPostgres", "EmbeddedPostgresError"]

DATABASE: Final = "motcua"


class EmbeddedPostgres:
    """A share in the PostgreSQL under ``data_dir/postgres``; a context manager that can be entered once.

    Several processes, and several threads of one, can each hold a share. Forked children do not: they use their
    parent's, which lasts as long as the parent holds it.
    """

    def __init__(self, data_dir: Path, *, start_seconds: float = 300) -> None:
        """``start_seconds`` bounds the wait for a server that recovers from a crash."""
        self._data_dir = data_dir.expanduser().absolute()
        self._start_seconds = start_seconds
        self._holding: tuple[int, int] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        """Start the server or attach to it; ``url`` then names its database, made if it was missing.

        Raises:
            EmbeddedPostgresError: the server cannot be used.
        """
        self._data_dir.mkdir(parents=True, exist_ok=True)
        self._data_dir = self._data_dir.resolve()
        with self._turn():
            share = open_lock(self._data_dir / "postgres.holders")
            fcntl.flock(share, fcntl.LOCK_SH)
            self._holding = (share, os.getpid())
            try:
                self._start()
            except BaseException:
                self._leave()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the share back; the last one stops the server."""
        if self._holding is not None and self._holding[1] == os.getpid():
            with self._turn():
                self._leave()

    def ensure_running(self) -> None:
        """Start the server again if it was killed under its holders; nothing acknowledged is lost by that.

        Raises:
            EmbeddedPostgresError: the server cannot be used.
        """
        with self._turn():
            self._start()

    @property
    def _cluster(self) -> Cluster:
        return Cluster(self._data_dir / "postgres")

    def _start(self) -> None:
        server = self._cluster.start(time.monotonic() + self._start_seconds)
        with psycopg.connect(server, autocommit=True) as connection, suppress(errors.DuplicateDatabase):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        self.url = with_database(server, DATABASE)

    def _leave(self) -> None:
        if self._holding is None:
            return
        share, self._holding = self._holding[0], None
        try:
            # Unlocking, not closing alone, gives the share back even where forked children still have the file open.
            fcntl.flock(share, fcntl.LOCK_UN)
            fcntl.flock(share, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            self._cluster.stop()
        finally:
            os.close(share)

    def _turn(self) -> AbstractContextManager[None]:
        """One holder at a time starts, attaches or leaves."""
        return turn(self._data_dir / "postgres.lock")
