"""A worklist and its counts, answered by one statement from one snapshot."""

from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from domain.errors import UnknownCursor
from projections.cursors import cursor_at, place_in
from projections.worklists.worklist import WorkCounts, WorkLine, Worklist, WorklistQuery, WorkState

_NEVER: Final = "infinity"
_SEPARATOR: Final = " "
_CONDITIONS: Final = {
    "officer": "officer = %(officer)s",
    "step": "step = %(step)s",
    "procedure": "procedure = %(procedure)s",
}
_IN: Final = {
    WorkState.OPEN: "true",
    WorkState.WAITING: "waiting",
    WorkState.LATE: "late",
    WorkState.DUE_SOON: "due_soon",
}


def worklist(connection: Connection[Any], query: WorklistQuery) -> Worklist:
    """The page that is asked for, with how long the list is in every state.

    Raises:
        UnknownCursor: ``after`` is not a cursor of this list.
    """
    asked = [condition for name, condition in _CONDITIONS.items() if getattr(query, name) is not None]
    narrowed = "".join(f" AND {condition}" for condition in asked)
    statement = f"""
        WITH in_hand AS (
            SELECT w.*, coalesce(next_due_at, '{_NEVER}') AS place,
                supplement_since IS NOT NULL OR payment_since IS NOT NULL AS waiting
            FROM worklists w WHERE ended_at IS NULL AND unit = %(unit)s{narrowed}
        ), judged AS (
            SELECT h.*, NOT waiting AND place < %(as_of)s AS late,
                NOT waiting AND place >= %(as_of)s AND place <= %(soon_until)s AS due_soon
            FROM in_hand h
        )
        SELECT (SELECT coalesce(min(position), 0) FROM projection_position WHERE name = 'worklists'),
            c.*, p.* FROM (
            SELECT count(*), count(*) FILTER (WHERE waiting), count(*) FILTER (WHERE late),
                count(*) FILTER (WHERE due_soon) FROM judged
        ) c LEFT JOIN (
            SELECT code, procedure, unit, officer, title, step, since, step_due_at, due_at, next_due_at, waiting, late
            FROM judged
            WHERE {_IN[query.state]} AND (place, code) > (%(after_due)s::timestamptz, %(after_code)s)
            ORDER BY place, code LIMIT %(limit)s + 1
        ) p ON true ORDER BY coalesce(p.next_due_at, '{_NEVER}'), p.code
    """
    after_due, after_code = ("-infinity", "") if query.after is None else _place_in(query.after)
    parameters = {
        "unit": query.unit,
        "officer": query.officer,
        "step": query.step,
        "procedure": query.procedure,
        "as_of": query.as_of,
        "soon_until": query.as_of + query.soon,
        "after_due": after_due,
        "after_code": after_code,
        "limit": query.limit,
    }
    records = connection.execute(statement, parameters, prepare=True).fetchall()
    position, in_hand, waiting, late, due_soon = records[0][:5]
    lines = tuple(_line(record[5:]) for record in records if record[5] is not None)
    return Worklist(
        lines=lines[: query.limit],
        counts=WorkCounts(open=in_hand, waiting=waiting, late=late, due_soon=due_soon),
        position=position,
        next=_cursor_at(lines[query.limit - 1]) if len(lines) > query.limit else None,
    )


def _line(record: tuple[Any, ...]) -> WorkLine:
    code, procedure, unit, officer, title, step, since, step_due_at, due_at, next_due_at, waiting, late = record
    return WorkLine(
        code=code,
        procedure=procedure,
        unit=unit,
        officer=officer,
        title=title,
        step=step,
        since=since,
        step_due_at=step_due_at,
        due_at=due_at,
        next_due_at=next_due_at,
        waiting=waiting,
        late=late,
    )


def _cursor_at(line: WorkLine) -> str:
    due = _NEVER if line.next_due_at is None else line.next_due_at.isoformat()
    return cursor_at(f"{due}{_SEPARATOR}{line.code}")


def _place_in(cursor: str) -> tuple[str, str]:
    """What the page before ended with."""
    due, _, code = place_in(cursor).partition(_SEPARATOR)
    try:
        if due != _NEVER and datetime.fromisoformat(due).tzinfo is None:
            raise UnknownCursor
    except ValueError as error:
        raise UnknownCursor from error
    if "\0" in code:
        raise UnknownCursor
    return due, code
