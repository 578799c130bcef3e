"""The public look-up."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection


def public_statuses(connection: Connection[Any], codes: Sequence[str]) -> dict[str, bytes]:
    """The public status, as ready JSON, of each of the codes that a dossier has. One query, however many."""
    found = connection.execute(
        "SELECT code, body FROM tracking WHERE code = ANY(%s)", (list(codes),), binary=True, prepare=True
    )
    return {code: bytes(body) for code, body in found}
