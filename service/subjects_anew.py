"""The index of subjects built anew beside the live one, and compared with what the log says."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from projections.leases import alone
from projections.ports import EventLog
from service.log import PostgresEventLog
from service.reads import recorded
from service.streams import load
from service.subject_key import SubjectKey, SubjectKeyError
from service.subject_rows import ReuseRow, Role, SubjectRow, reuse_row, subject_rows
from service.subjects import BATCH, REUSE_COLUMNS, Connect, IndexState, OtherKey, read_on, read_state, write

_REBUILD_LOCK: Final = 0x4D43_0006
_TABLES: Final = ("subject_index", "dossier_reuse")
_STORED_SUBJECTS: Final = "SELECT subject, dossier_id, role FROM subject_index WHERE dossier_id = ANY(%s)"
_STORED_REUSE: Final = f"SELECT {REUSE_COLUMNS} FROM dossier_reuse WHERE dossier_id = ANY(%s)"
_STRAY: Final = """
SELECT DISTINCT dossier_id FROM (SELECT dossier_id FROM subject_index UNION SELECT dossier_id FROM dossier_reuse) AS i
WHERE NOT EXISTS (SELECT 1 FROM stored_events AS e WHERE e.originator_id = i.dossier_id)
"""


class RebuildUnderWay(SubjectKeyError):
    """Another process builds the index anew."""

    def __init__(self) -> None:
        """What to do."""
        super().__init__("another process builds the index of subjects anew; wait for it, or stop it and try again")


def rebuild(connect: Connect, key: SubjectKey, progress: Callable[[int], None] = lambda _: None) -> int:
    """Build the index anew beside the live one, then swap; how many dossiers were read.

    One that was interrupted goes on where it was. ``progress`` is told how many were read so far. Entries of registers
    that were loaded under another key are taken away, since nobody can find them.

    Raises:
        RebuildUnderWay: another process does so.
    """
    with (
        connect() as connection,
        alone(connection, _REBUILD_LOCK) as got,
        closing(PostgresEventLog(connect)) as log,
    ):
        if not got:
            raise RebuildUnderWay
        state = _begun(connection, log, key)
        done, stop = 0, state.rebuilding_to or 0
        histories = log.histories(stop, after=state.rebuilding_after)
        while page := list(islice(histories, BATCH)):
            with connection.transaction():
                write(connection, page, key, suffix="_anew")
                after = page[-1][0].dossier_id
                connection.execute("UPDATE subject_index_state SET rebuilding_after = %s", (after,))
            done += len(page)
            progress(done)
        _swap(connection, key, stop)
        while read_on(connection, log, key):
            pass
    return done


def _begun(connection: Connection[Any], log: EventLog, key: SubjectKey) -> IndexState:
    """A rebuild that was interrupted, if it was by the same key; else one that begins."""
    state = read_state(connection)
    there = connection.execute("SELECT to_regclass('subject_index_anew') IS NOT NULL").fetchone()
    if state.rebuilding_key_id == key.id and there is not None and there[0]:
        return state
    head = log.head()
    with connection.transaction():
        for table in _TABLES:
            connection.execute(f"DROP TABLE IF EXISTS {table}_anew")
            connection.execute(f"CREATE TABLE {table}_anew (LIKE {table} INCLUDING ALL)")
        connection.execute(
            "UPDATE subject_index_state SET rebuilding_to = %s, rebuilding_key_id = %s, rebuilding_after = NULL",
            (head, key.id),
        )
    return read_state(connection)


def _swap(connection: Connection[Any], key: SubjectKey, position: int) -> None:
    with connection.transaction():
        read_state(connection, held=True)
        for table in _TABLES:
            connection.execute(f"DROP TABLE {table}")
            connection.execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
        connection.execute("DELETE FROM register_entry WHERE key_id <> %s", (key.id,))
        connection.execute(
            "UPDATE subject_index_state SET position = %s, key_id = %s, rebuilding_to = NULL,"
            " rebuilding_key_id = NULL, rebuilding_after = NULL",
            (position, key.id),
        )


def differences(connect: Connect, key: SubjectKey) -> Iterator[UUID]:
    """Every dossier whose rows are not those that its history makes, of what the index has read.

    Raises:
        OtherKey: the index was made by another key.
    """
    with connect() as connection, closing(PostgresEventLog(connect)) as log:
        if read_state(connection).key_id not in {None, key.id}:
            raise OtherKey
        histories = log.histories(log.head())
        while page := list(islice(histories, BATCH)):
            yield from _different(connection, [history[0].dossier_id for history in page], key)
        for (dossier_id,) in connection.execute(_STRAY).fetchall():
            yield dossier_id


def _different(connection: Connection[Any], ids: Sequence[UUID], key: SubjectKey) -> list[UUID]:
    """From one snapshot; what the index has yet to read is passed over."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        position = read_state(connection).position
        histories = [recorded(*each) for each in load(connection, ids, [])]
        subjects: dict[UUID, list[SubjectRow]] = {}
        for subject, dossier_id, role in connection.execute(_STORED_SUBJECTS, (list(ids),)):
            subjects.setdefault(dossier_id, []).append(SubjectRow(bytes(subject), dossier_id, Role(role)))
        with connection.cursor(row_factory=class_row(ReuseRow)) as cursor:
            rows = cursor.execute(_STORED_REUSE, (list(ids),)).fetchall()
    reuse = {row.dossier_id: replace(row, looked_up=tuple(row.looked_up), reused=tuple(row.reused)) for row in rows}
    return [
        history[0].dossier_id
        for history in histories
        if history[-1].position <= position
        and (sorted(subjects.get(history[0].dossier_id, [])), reuse.get(history[0].dossier_id))
        != (subject_rows(history, key), reuse_row(history))
    ]
