"""A restored dump starts with low transaction ids: positions must keep rising above those already given out."""

from typing import Any

from psycopg import Connection

from service.recorder import ORDINAL_BITS

_LOCK = 0x4D43_0002
_RAISE = f"""
UPDATE log_epoch SET xid_offset = xid_offset + highest.behind FROM (
    SELECT (greatest(
            (SELECT max(notification_id) FROM stored_events), (SELECT max(position) FROM topic_message)
        ) >> {ORDINAL_BITS}) + 1
        - (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + (SELECT xid_offset FROM log_epoch)) AS behind
) AS highest WHERE highest.behind > 0
"""


def keep_positions_rising(connection: Connection[Any]) -> bool:
    """Raise the epoch offset where the log holds positions that new ones would not exceed; whether it had to be.

    Only after a restore can that be. Run at every start, before anything is written.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        return connection.execute(_RAISE).rowcount > 0
