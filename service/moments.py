"""What the scheduler keeps in the database: when which rule will be met by which dossier, and how far it has come.

Whoever has lost the lease without noticing changes nothing: every change names the place from which it goes on.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import Connection

FIRST: Final = UUID(int=0)
MOST: Final = 5_000
"""How many events are looked through at once for the dossiers that they changed."""

_STATE: Final = "SELECT position, basis, reworked_upto, looked_at, finished_at FROM schedule"
_COMMITTED: Final = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
_CHANGED: Final = """
SELECT max(notification_id), array_agg(DISTINCT originator_id) FROM (
    SELECT notification_id, originator_id FROM stored_events WHERE notification_id > %s AND notification_id <= %s
    ORDER BY notification_id LIMIT %s) e
"""
_BEGIN: Final = """
UPDATE schedule SET position = %s, basis = %s, reworked_upto = %s WHERE position = %s AND basis = %s
"""
_GO_ON: Final = "UPDATE schedule SET reworked_upto = %s WHERE basis = %s AND reworked_upto = %s"
_REACH: Final = "UPDATE schedule SET position = %s WHERE position = %s AND basis = %s"
_DROP: Final = """
DELETE FROM escalation_moment m WHERE dossier_id = ANY(%s) AND NOT EXISTS (
    SELECT FROM unnest(%s::uuid[], %s::text[]) AS kept (dossier_id, rule)
    WHERE kept.dossier_id = m.dossier_id AND kept.rule = m.rule)
"""
_PUT: Final = """
INSERT INTO escalation_moment AS m (dossier_id, rule, code, occasion_at, met_at)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
ON CONFLICT (dossier_id, rule) DO UPDATE SET occasion_at = excluded.occasion_at, met_at = excluded.met_at
WHERE (m.occasion_at, m.met_at) IS DISTINCT FROM (excluded.occasion_at, excluded.met_at)
"""
_MET: Final = """
SELECT dossier_id, rule, code, occasion_at, met_at FROM escalation_moment
WHERE met_at < %s AND (met_at, dossier_id, rule) > (%s, %s, %s) ORDER BY met_at, dossier_id, rule LIMIT %s
"""
_SETTLE: Final = """
DELETE FROM escalation_moment m USING unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS d (dossier_id, rule, at)
WHERE m.dossier_id = d.dossier_id AND m.rule = d.rule AND m.occasion_at = d.at
"""
_COUNT: Final = """
INSERT INTO escalation_count AS c (rule, escalated, moved_on, last_at)
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[])
ON CONFLICT (rule) DO UPDATE SET escalated = c.escalated + excluded.escalated,
    moved_on = c.moved_on + excluded.moved_on, last_at = coalesce(excluded.last_at, c.last_at)
"""
_LOOKED: Final = "UPDATE schedule SET looked_at = %s, finished_at = now(), failed = failed + %s, failure = %s"


class MovedOn(Exception):
    """Another process has gone on from here; nothing was changed."""


class State(NamedTuple):
    """How far the scheduler has come."""

    position: int
    basis: str
    reworked_upto: UUID | None
    looked_at: datetime | None
    finished_at: datetime | None


class Moment(NamedTuple):
    """A rule will be met by a dossier from ``met_at`` on, for the promise or request of ``occasion_at``."""

    dossier_id: UUID
    rule: str
    code: str
    occasion_at: datetime
    met_at: datetime


def state(connection: Connection[Any]) -> State:
    """How far it has come."""
    return State(*_only(connection.execute(_STATE).fetchone()))


def committed(connection: Connection[Any]) -> int:
    """The last event there is."""
    position: int = _only(connection.execute(_COMMITTED).fetchone())[0]
    return position


def changed(connection: Connection[Any], after: int, upto: int) -> tuple[int, Sequence[UUID]]:
    """The dossiers that the next events changed, and the last of these events."""
    last, ids = _only(connection.execute(_CHANGED, (after, upto, MOST), prepare=True).fetchone())
    return (upto, []) if last is None else (last, ids)


def begin_rework(connection: Connection[Any], before: State, position: int, basis: str) -> None:
    """Forget all moments, and work them out on another basis; events up to ``position`` are in the rows by now.

    Raises:
        MovedOn: another process did something meanwhile.
    """
    with connection.transaction():
        _changed(connection, _BEGIN, (position, basis, FIRST, before.position, before.basis))
        connection.execute("DELETE FROM escalation_moment")


def save_page(
    connection: Connection[Any], before: State, upto: UUID | None, dossiers: Sequence[UUID], found: Iterable[Moment]
) -> None:
    """The moments of the next open dossiers; ``upto`` None after the last.

    Raises:
        MovedOn: another process did something meanwhile.
    """
    with connection.transaction():
        _changed(connection, _GO_ON, (upto, before.basis, before.reworked_upto))
        _put(connection, dossiers, found)


def save_changed(
    connection: Connection[Any], before: State, position: int, dossiers: Sequence[UUID], found: Iterable[Moment]
) -> None:
    """The moments of dossiers that events up to ``position`` changed.

    Raises:
        MovedOn: another process did something meanwhile.
    """
    with connection.transaction():
        _changed(connection, _REACH, (position, before.position, before.basis))
        _put(connection, dossiers, found)


def met(connection: Connection[Any], now: datetime, after: Moment | None, limit: int) -> list[Moment]:
    """Those whose moment has passed, in its order, after one of them where given."""
    since = ("-infinity", FIRST, "") if after is None else (after.met_at, after.dossier_id, after.rule)
    found = connection.execute(_MET, (now, *since, limit), binary=True, prepare=True)
    return [Moment(*row) for row in found]


def settle(connection: Connection[Any], settled: Sequence[Moment]) -> None:
    """They have been told, or will not be. One that was worked out anew meanwhile stays."""
    columns = [[each.dossier_id for each in settled], [each.rule for each in settled]]
    connection.execute(_SETTLE, (*columns, [each.occasion_at for each in settled]), prepare=True)


def count(connection: Connection[Any], at: datetime, escalated: Sequence[str], moved_on: Sequence[str] = ()) -> None:
    """Add to the counts of rules: a rule for each escalation, and for each that came to nothing."""
    rules = sorted({*escalated, *moved_on})
    if rules:
        told = [escalated.count(rule) for rule in rules]
        nothing = [moved_on.count(rule) for rule in rules]
        connection.execute(_COUNT, (rules, told, nothing, [at if number else None for number in told]))


def looked(connection: Connection[Any], at: datetime, failures: Sequence[str]) -> None:
    """A whole look has ended; what failed is tried again."""
    connection.execute(_LOOKED, (at, len(failures), failures[0][:2_000] if failures else None))


def _put(connection: Connection[Any], dossiers: Sequence[UUID], found: Iterable[Moment]) -> None:
    if not dossiers:
        return
    columns = [list(column) for column in zip(*found, strict=True)] or [[], [], [], [], []]
    connection.execute(_DROP, (list(dossiers), columns[0], columns[1]), prepare=True)
    connection.execute(_PUT, columns, prepare=True)


def _changed(connection: Connection[Any], statement: str, values: tuple[Any, ...]) -> None:
    if connection.execute(statement, values).rowcount != 1:
        raise MovedOn


def _only(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise LookupError("the schedule's own row is missing")
    return row
