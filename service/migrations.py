"""Schema changes: numbered SQL files, each applied once, in order, and never edited afterwards."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psycopg import Connection

from domain.errors import Complaint

FOLDER: Final = Path(__file__).parent / "migrations"
LOCK_TIMEOUT: Final = "10s"
_ADVISORY_LOCK: Final = 0x4D43_0001
_FILE_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


class MigrationError(Complaint):
    """The database and the migrations of this version do not fit; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, its name and the SHA-256 of its text."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """What is recorded, so that a later edit is noticed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def load(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """The migrations of ``folder``, numbered from 1 without a gap.

    Raises:
        MigrationError: a name or a number is out of order.
    """
    migrations = []
    for expected, path in enumerate(sorted(folder.glob("*.sql")), start=1):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None or int(match[1]) != expected:
            raise MigrationError(f"{path.name}: expected a file named {expected:04d}_name.sql here")
        migrations.append(Migration(expected, path.stem, path.read_text(encoding="utf-8")))
    return tuple(migrations)


def migrate(connection: Connection[Any], migrations: tuple[Migration, ...] | None = None) -> list[str]:
    """Bring the database up to date; the names of what was applied now, in order.

    Each migration is a transaction of its own. Processes that migrate at the same time take turns; none waits for
    a table longer than ``LOCK_TIMEOUT``, so that commands under way are not held up.

    Raises:
        MigrationError: an applied file was edited, or the database is of a newer version.
        psycopg.errors.LockNotAvailable: a table stayed busy; try again.
    """
    wanted = load() if migrations is None else migrations
    connection.execute("SELECT pg_advisory_lock(%s)", (_ADVISORY_LOCK,))
    try:
        pending = _pending(connection, wanted)
        for migration in pending:
            _apply(connection, migration)
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", (_ADVISORY_LOCK,))
    return [migration.name for migration in pending]


def _pending(connection: Connection[Any], wanted: tuple[Migration, ...]) -> list[Migration]:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migration (number integer PRIMARY KEY, name text NOT NULL,"
        " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    applied = dict(connection.execute("SELECT number, sha256 FROM schema_migration").fetchall())
    if newer := applied.keys() - {migration.number for migration in wanted}:
        raise MigrationError(f"the database has migration {max(newer)}, which this version does not know; update it")
    for migration in wanted:
        if applied.get(migration.number, migration.sha256) != migration.sha256:
            raise MigrationError(f"{migration.name} was edited after it had been applied; restore it and add a new one")
    return [migration for migration in wanted if migration.number not in applied]


def _apply(connection: Connection[Any], migration: Migration) -> None:
    with connection.transaction():
        connection.execute("SELECT set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
        connection.execute(migration.sql)
        connection.execute(
            "INSERT INTO schema_migration (number, name, sha256) VALUES (%s, %s, %s)",
            (migration.number, migration.name, migration.sha256),
        )
