"""The rows of dossiers that changed, and those of all that are open, a page at a time."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from projections.tables import read_rows
from projections.watch.fold import WatchRow, read_row
from projections.watch.projection import WATCH

_NAMES: Final = ", ".join(column.name for column in WATCH.columns)
_OPEN: Final = f"SELECT {_NAMES} FROM watch WHERE open AND dossier_id > %s ORDER BY dossier_id LIMIT %s"


def rows_of(connection: Connection[Any], dossier_ids: Sequence[UUID]) -> list[WatchRow]:
    """The rows of these dossiers, where there are any."""
    return list(read_rows(connection, WATCH, dossier_ids).values())


def open_rows(connection: Connection[Any], after: UUID, limit: int) -> list[WatchRow]:
    """The next open dossiers in the order of their ids."""
    return list(map(read_row, connection.execute(_OPEN, (after, limit), binary=True, prepare=True)))
