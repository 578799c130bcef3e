"""The index of subjects, kept from the log: dossiers by keyed hashes of numbers, and what was not asked again.

A dossier's rows are worked out from its whole history whenever something in it may have changed them, so it does no
harm to read the same part of the log twice, and what is built anew is the same.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path
from threading import Event
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection

from domain.envelope import Recorded
from projections.leases import alone
from projections.ports import EventLog
from service.log import PostgresEventLog
from service.reads import recorded
from service.streams import load
from service.subject_key import SubjectKey, SubjectKeyError, read_key
from service.subject_rows import RELEVANT, reuse_row, subject_rows

BATCH: Final = 1_000
"""Events or histories in one transaction: short, since readers of the log wait for every one that writes."""

_LOCK: Final = 0x4D43_0005
_STAND_BY_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.5

_STATE: Final = "SELECT position, key_id, rebuilding_to, rebuilding_key_id, rebuilding_after FROM subject_index_state"
_SUBJECTS: Final = """
INSERT INTO {table} (subject, dossier_id, role) SELECT * FROM unnest(%s::bytea[], %s::uuid[], %s::text[])
"""
REUSE_COLUMNS: Final = "dossier_id, code, unit, procedure, procedure_version, accepted_at, looked_up, reused"

Connect: TypeAlias = Callable[[], Connection[Any]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """How far the log is read and by which key; and how far a rebuild has come, where one was begun."""

    position: int
    key_id: bytes | None
    rebuilding_to: int | None
    rebuilding_key_id: bytes | None
    rebuilding_after: UUID | None


class OtherKey(SubjectKeyError):
    """The index was made by another key."""

    def __init__(self) -> None:
        """What to do."""
        super().__init__(
            "the index of subjects was made by another key than that of MOTCUA_SUBJECT_KEY_FILE:"
            " put the old key back, or run motcua subjects rebuild"
        )


def read_state(connection: Connection[Any], *, held: bool = False) -> IndexState:
    """How the index stands; with ``held`` nobody else goes on until the transaction ends."""
    row = connection.execute(_STATE + (" FOR UPDATE" if held else "")).fetchone()
    assert row is not None, "the table has one row"  # noqa: S101 - made by its migration
    position, key_id, to, rebuilding_key_id, after = row
    return IndexState(
        position=position,
        key_id=key_id,
        rebuilding_to=to,
        rebuilding_key_id=rebuilding_key_id,
        rebuilding_after=after,
    )


def read_on(connection: Connection[Any], log: EventLog, key: SubjectKey) -> bool:
    """Take in the next part of the log; whether there was one.

    Raises:
        OtherKey: the index was made by another.
    """
    seen = read_state(connection).position
    batch = log.read(seen, BATCH)
    with connection.transaction():
        state = read_state(connection, held=True)
        if state.key_id not in {None, key.id}:
            raise OtherKey
        if state.position != seen:  # another process went on, or a rebuild was put in place
            return True
        if batch.upto <= seen:
            return False
        ids = sorted({each.dossier_id for each in batch.events if isinstance(each.event, RELEVANT)})
        if ids:
            connection.execute("DELETE FROM subject_index WHERE dossier_id = ANY(%s)", (ids,))
            connection.execute("DELETE FROM dossier_reuse WHERE dossier_id = ANY(%s)", (ids,))
            write(connection, [recorded(*each) for each in load(connection, ids, [])], key)
        connection.execute("UPDATE subject_index_state SET position = %s, key_id = %s", (batch.upto, key.id))
    return bool(batch.events)


def catch_up(connect: Connect, key: SubjectKey, most: int | None = None) -> int:
    """Read all that is in the log now, or the next ``most`` parts of it; the position reached.

    Raises:
        OtherKey: the index was made by another.
    """
    with connect() as connection, closing(PostgresEventLog(connect)) as log:
        parts = 0
        while (most is None or parts < most) and read_on(connection, log, key):
            parts += 1
        return read_state(connection).position


def subject_key(connection: Connection[Any], file: Path) -> SubjectKey:
    """The key in the file; made at first use, never in place of one that was used.

    Raises:
        SubjectKeyError: see ``read_key``.
    """
    return read_key(file, make=read_state(connection).key_id is None)


def follow(connect: Connect, file: Path, stop: Event) -> None:
    """Keep the index up to date until ``stop`` is set; of several processes, one does.

    What stands in the way, such as a database that restarts or another key, is told in the log and tried again.
    """
    while not stop.is_set():
        try:
            _follow(connect, file, stop)
        except (psycopg.Error, SubjectKeyError) as error:
            _log.warning("subject_index_stands", reason=str(error))
        stop.wait(_STAND_BY_SECONDS)


def _follow(connect: Connect, file: Path, stop: Event) -> None:
    with connect() as connection, alone(connection, _LOCK) as got, closing(PostgresEventLog(connect)) as log:
        if not got:
            return
        key = subject_key(connection, file)
        while not stop.is_set():
            if not read_on(connection, log, key):
                stop.wait(_POLL_SECONDS)


def write(
    connection: Connection[Any], histories: Sequence[Sequence[Recorded]], key: SubjectKey, suffix: str = ""
) -> None:
    """Add what the histories say; what was there of them is gone already."""
    subjects = [row for history in histories for row in subject_rows(history, key)]
    reuse = [row for row in map(reuse_row, histories) if row is not None]
    if subjects:
        columns = ([row.subject for row in subjects], [row.dossier_id for row in subjects])
        statement = _SUBJECTS.format(table=f"subject_index{suffix}")
        connection.execute(statement, (*columns, [row.role.value for row in subjects]))
    if reuse:
        with connection.cursor().copy(f"COPY dossier_reuse{suffix} ({REUSE_COLUMNS}) FROM STDIN") as copy:
            for each in reuse:
                *values, looked_up, reused = astuple(each)
                copy.write_row((*values, list(looked_up), list(reused)))
