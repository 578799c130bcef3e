"""Many dossiers at once: one query that loads their histories, one statement that appends to them.

This is the batch side of the event store, on the tables of the recorder (service/recorder.py); the library's own
interface saves one aggregate at a time.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from service.recorder import MOST_EVENTS, NEXT_POSITION, ORDINAL_BITS

_NAMES: Final = {"epoch": Identifier("log_epoch")}

PLANNING: Final = (
    "SELECT set_config(name, value, false) FROM (VALUES ('plan_cache_mode', 'force_generic_plan'),"
    " ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'), ('jit', 'off'))"
    " AS planning(name, value)"
)
"""For connections that run a few statements, all by key: planned once, never by statistics that lag behind the log."""

# Statements are bytes: what psycopg makes of them is kept, instead of being composed anew for every batch.
LOAD: Final = SQL(
    "WITH wanted AS (SELECT unnest(%b::uuid[]) AS id"
    " UNION SELECT dossier_id FROM dossier_code WHERE code = ANY(%b::text[]))"
    " SELECT CASE WHEN e.originator_version = 1 THEN e.originator_id END,"
    " e.originator_version, e.topic, e.state, e.notification_id"
    " FROM wanted JOIN stored_events AS e ON e.originator_id = wanted.id"
    " ORDER BY e.originator_id, e.originator_version"
).as_bytes()

# A stream that someone else has carried on is left out whole; the rest of the batch is saved. Codes go with their
# dossier's first event, in the same statement. A transaction that has written before has its id, and so its positions,
# already: what it read afterwards may have been carried on by a later one, and would not go on behind that. What was
# decided by rules that have changed meanwhile is left out as well.
_APPEND: Final = (
    SQL(
        "WITH new AS MATERIALIZED (SELECT * FROM"
        " unnest(%b::uuid[], %b::bigint[], %b::bigint[], %b::text[], %b::bytea[])"
        " WITH ORDINALITY AS u(id, head, version, topic, state, ordinal)"
        " WHERE (%b::bigint IS NULL OR (SELECT position FROM administration_head) = %b)"
        " AND NOT EXISTS (SELECT 1 FROM stored_events AS e"
        " WHERE e.originator_id = u.id AND e.originator_version = u.head + 1)"
        " AND NOT (%b AND EXISTS (SELECT 1 FROM stored_events AS e WHERE e.originator_id = u.id"
        f" AND e.originator_version = u.head AND e.notification_id > {NEXT_POSITION} + {MOST_EVENTS - 1}))),"
        " named AS (INSERT INTO dossier_code (code, dossier_id) SELECT c.code, c.id"
        " FROM unnest(%b::text[], %b::uuid[]) AS c(code, id) WHERE c.id IN (SELECT id FROM new)),"
        " saved AS (INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)"
        f" SELECT id, version, topic, state, {NEXT_POSITION} | (ordinal - 1 + %b) FROM new RETURNING notification_id)"
        " SELECT notification_id FROM saved"
    )
    .format(**_NAMES)
    .as_bytes()
)

# The numbers' own commit need not wait for the disk: whoever uses a number commits later in the same log, and flushes
# this with it. Numbers are asked for only by submissions that do not exist yet; a refused one leaves a gap.
_RESERVE: Final = SQL(
    "WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),"
    " fresh AS (SELECT u.unit, u.day, count(*)::integer AS n"
    " FROM quick, unnest(%b::uuid[], %b::text[], %b::date[]) AS u(id, unit, day)"
    " WHERE NOT EXISTS (SELECT 1 FROM stored_events AS e WHERE e.originator_id = u.id)"
    " GROUP BY u.unit, u.day ORDER BY u.unit, u.day),"
    " counted AS (INSERT INTO dossier_number AS d (unit, day, last) SELECT unit, day, n FROM fresh"
    " ON CONFLICT (unit, day) DO UPDATE SET last = d.last + excluded.last RETURNING unit, day, last)"
    " SELECT unit, day, last - n + 1, last FROM counted JOIN fresh USING (unit, day)"
).as_bytes()


StoredRow: TypeAlias = tuple[UUID | None, int, str, bytes, int]
"""An event as it is loaded: dossier (on its first event alone, to spare the rest), version, topic, state, position."""


class Numbered(NamedTuple):
    """A submission that needs a number: its dossier, its unit and its local day."""

    dossier_id: UUID
    unit: str
    day: date


class Numbers:
    """The numbers reserved for a batch, by unit and local day. Each is given to one dossier."""

    def __init__(self, ranges: Iterable[tuple[str, date, int, int]] = ()) -> None:
        self._left = {(unit, day): iter(range(first, last + 1)) for unit, day, first, last in ranges}
        self._given: dict[Numbered, int] = {}

    def take(self, wanted: Numbered) -> int | None:
        """The dossier's number of this unit and day; None when none was needed, since the dossier exists."""
        number = self._given.get(wanted)
        if number is None:
            number = next(self._left.get((wanted.unit, wanted.day), iter(())), None)
            if number is not None:
                self._given[wanted] = number
        return number


class NewEvent(NamedTuple):
    """An event to append. ``head`` is the version its stream is known to have."""

    dossier_id: UUID
    head: int
    version: int
    topic: str
    state: bytes


def reserve(connection: Connection[Any], wanted: Sequence[Numbered]) -> Numbers:
    """Numbers for those of the wanted dossiers that do not exist yet.

    To be called before ``load``: a dossier that is missing there was missing here, so its number is reserved.
    """
    columns = ([w.dossier_id for w in wanted], [w.unit for w in wanted], [w.day for w in wanted])
    return Numbers(connection.execute(_RESERVE, columns, prepare=True, binary=True).fetchall())


def load(connection: Connection[Any], ids: Sequence[UUID], codes: Sequence[str]) -> list[tuple[UUID, list[StoredRow]]]:
    """The whole histories of these dossiers, each in version order; dossiers that do not exist are left out."""
    return by_dossier(connection.execute(LOAD, (list(ids), list(codes)), prepare=True, binary=True).fetchall())


def by_dossier(rows: Iterable[StoredRow]) -> list[tuple[UUID, list[StoredRow]]]:
    """The rows of ``LOAD``, dossier by dossier."""
    found: list[tuple[UUID, list[StoredRow]]] = []
    for row in rows:
        if row[0] is not None:
            history: list[StoredRow] = []
            found.append((row[0], history))
        history.append(row)
    return found


def append(
    connection: Connection[Any],
    events: Sequence[NewEvent],
    codes: Sequence[tuple[str, UUID]] = (),
    *,
    taken: int | None = None,
    rules_position: int | None = None,
) -> dict[int, int]:
    """Append all streams that nobody else carried on; give the position of each saved event by its index.

    ``taken`` is how many positions the open transaction has used before, where there is one. Left out are then also
    streams whose last event lies above this transaction's positions: only a later transaction can carry them on.
    ``rules_position`` is how far the administration was known when this was decided: if it goes further by now, nothing
    is saved. None where the rules do not change.

    Raises:
        psycopg.errors.UniqueViolation: someone else carried a stream on while this ran; nothing was saved.
        ValueError: more events than one transaction can number.
    """
    before = taken or 0
    if before + len(events) > MOST_EVENTS:
        raise ValueError(f"one transaction holds at most {MOST_EVENTS} events")
    columns = (
        [event.dossier_id for event in events],
        [event.head for event in events],
        [event.version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
        rules_position,
        rules_position,
        taken is not None,
        [code for code, _ in codes],
        [dossier_id for _, dossier_id in codes],
        before,
    )
    cursor = connection.execute(_APPEND, columns, prepare=True, binary=True)
    return {(position & ((1 << ORDINAL_BITS) - 1)) - before: position for (position,) in cursor}
