"""The dossiers whose clock runs: accepted, not ended. A page at a time, however many there are."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

_RUNNING: Final = "received_at IS NOT NULL AND ended_at IS NULL"
_PAGE: Final = f"SELECT dossier_id FROM on_time WHERE {_RUNNING} AND dossier_id > %s ORDER BY dossier_id LIMIT %s"
_NOBODY: Final = UUID(int=0)


def count_open(connection: Connection[Any]) -> int:
    """How many there are now."""
    row = connection.execute(f"SELECT count(*) FROM on_time WHERE {_RUNNING}").fetchone()
    return int(row[0]) if row else 0


def open_dossiers(connection: Connection[Any], page: int) -> Iterator[list[UUID]]:
    """Their ids in pages, in the order of the ids; what is accepted meanwhile may or may not be among them."""
    after = _NOBODY
    while True:
        found = [dossier_id for (dossier_id,) in connection.execute(_PAGE, (after, page), prepare=True)]
        if not found:
            return
        yield found
        after = found[-1]
