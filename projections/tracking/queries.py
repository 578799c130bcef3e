"""The public look-up."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection

PUBLIC_STATUSES: Final = "SELECT code, body FROM tracking WHERE code = ANY(%b)"
"""For whoever asks on a connection of his own: takes a list of codes."""


def public_statuses(connection: Connection[Any], codes: Sequence[str]) -> dict[str, bytes]:
    """The public status, as ready JSON, of each of the codes that a dossier has. One query, however many."""
    found = connection.execute(PUBLIC_STATUSES, (list(codes),), binary=True, prepare=True)
    return {code: bytes(body) for code, body in found}
