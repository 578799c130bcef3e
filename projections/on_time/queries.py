"""The on-time report and the lists behind its figures, each answered by one statement from one snapshot."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import TupleRow

from projections.cursors import cursor_at, place_in
from projections.on_time.asking import WHOLE, key, parameters_of, summed, unit_column, where
from projections.on_time.judging import COUNTING_VERSIONS, OPEN_OVERDUE, judged
from projections.on_time.report import (
    Bucket,
    Counting,
    Cut,
    DossierLine,
    DossierList,
    DossierQuery,
    Figures,
    Report,
    ReportQuery,
    ReportRow,
)

_VERDICTS: Final[dict[Bucket, tuple[str, ...]]] = {
    Bucket.RECEIVED: ("early", "on-time", "overdue", "open-within", "open-overdue"),
    Bucket.CLOSED: ("early", "on-time", "overdue"),
    Bucket.EARLY: ("early",),
    Bucket.ON_TIME: ("on-time",),
    Bucket.IN_TIME: ("early", "on-time"),
    Bucket.OVERDUE: ("overdue",),
    Bucket.OPEN: ("open-within", "open-overdue"),
    Bucket.OPEN_WITHIN: ("open-within",),
    Bucket.OPEN_OVERDUE: ("open-overdue",),
    Bucket.PAUSED: ("open-within",),
}

_OF_ALL: Final = slice(2, 9)
_OF_CORRECTED: Final = slice(10, 17)
"""Where a record has the figures of all dossiers, and those of the corrected ones."""


def report(connection: Connection[Any], query: ReportQuery) -> Report:
    """The figures: from the totals, or with ``as_of`` from the dossiers as they stood then.

    Corrections are rare, so the dossiers behind them are always counted one by one.
    """
    figures = _from_dossiers(query) if query.as_of is not None else _from_totals(query)
    statement = f"""
        SELECT (SELECT coalesce(min(position), 0) FROM projection_position WHERE name = 'on_time'), f.*, c.*
        FROM (SELECT) AS one LEFT JOIN ({figures}) f ON true
        LEFT JOIN ({_from_dossiers(query, " AND o.corrected")}) c ON c.key = f.key ORDER BY f.key COLLATE "C"
    """
    records = connection.execute(statement, parameters_of(query), prepare=True).fetchall()
    rows = tuple(
        _row(query.counting, record[1], record[_OF_ALL], record[_OF_CORRECTED])
        for record in records
        if record[1] is not None
    )
    total = _row(query.counting, WHOLE, _added(records, _OF_ALL), _added(records, _OF_CORRECTED))
    return Report(
        rows=(total,) if query.by is Cut.ALL else rows,
        total=total,
        query=query,
        rule=COUNTING_VERSIONS[query.counting].id,
        position=records[0][0],
    )


def _added(records: Sequence[TupleRow], part: slice) -> list[int]:
    return [sum(each or 0 for each in column) for column in zip(*(record[part] for record in records), strict=True)]


def _row(counting: Counting, key: str, figures: Sequence[int], corrected: Sequence[int | None]) -> ReportRow:
    of_corrected = Figures(**_figures(counting, [each or 0 for each in corrected]))
    return ReportRow(key=key, **_figures(counting, figures), corrected=of_corrected)


def _figures(counting: Counting, figures: Sequence[int]) -> dict[str, int]:
    received, early, on_time, overdue, late, paused, open_overdue = map(int, figures)
    closed = early + on_time + overdue
    if counting is Counting.INSTANT:
        early, on_time, overdue = closed - late, 0, late
    return {
        "received": received,
        "closed": closed,
        "early": early,
        "on_time": on_time,
        "in_time": early + on_time,
        "overdue": overdue,
        "open": received - closed,
        "open_within": received - closed - open_overdue,
        "open_overdue": open_overdue,
        "paused": paused,
    }


def _from_totals(query: ReportQuery) -> str:
    """Sums that were kept while events came in; only who is overdue now is looked for among the open dossiers."""
    return f"""
        SELECT t.*, coalesce(l.open_overdue, 0) FROM ({summed(query)}) t LEFT JOIN (
            SELECT {key(query)} AS key, count(*) AS open_overdue FROM on_time o
            WHERE ended_at IS NULL AND supplement_since IS NULL AND payment_since IS NULL AND received_at IS NOT NULL
                AND {OPEN_OVERDUE[query.counting]} {where(query)}
            GROUP BY 1
        ) l USING (key) WHERE t.received > 0
    """


def _from_dossiers(query: ReportQuery, narrowed: str = "") -> str:
    """Every dossier judged by the facts of that instant. By instant nobody is on time: what is not late is early."""
    dossiers = judged(query.counting, as_of=query.as_of is not None, where=where(query, unit_column(query)) + narrowed)
    return f"""
        SELECT {key(query)} AS key, count(*) AS received,
            count(*) FILTER (WHERE verdict = 'early') AS early,
            count(*) FILTER (WHERE verdict = 'on-time') AS on_time,
            count(*) FILTER (WHERE verdict = 'overdue') AS overdue,
            count(*) FILTER (WHERE verdict = 'overdue') AS late,
            count(*) FILTER (WHERE paused) AS paused,
            count(*) FILTER (WHERE verdict = 'open-overdue') AS open_overdue
        FROM ({dossiers}) o GROUP BY 1
    """


def dossiers(connection: Connection[Any], query: DossierQuery) -> DossierList:
    """The dossiers that make one figure, in the order of their codes.

    Raises:
        UnknownCursor: ``after`` is not a cursor of this list.
    """
    asked = query.report
    unit = unit_column(asked)
    narrowed = where(asked, unit) + ("" if query.key is None else f" AND {key(asked, unit)} = %(key)s")
    narrowed += " AND o.corrected" if query.corrected else ""
    paused = "AND paused" if query.bucket is Bucket.PAUSED else ""
    statement = f"""
        WITH listed AS (
            SELECT * FROM ({judged(asked.counting, as_of=asked.as_of is not None, where=narrowed)}) d
            WHERE verdict = ANY(%(verdicts)s) {paused}
        )
        SELECT c.count, p.code, p.unit, p.procedure, p.channel,
               p.received_at, p.due_at, p.ended_at, p.paused, p.corrected
        FROM (SELECT count(*) FROM listed) c LEFT JOIN (
            SELECT * FROM listed WHERE code > %(after)s ORDER BY code LIMIT %(limit)s + 1
        ) p ON true ORDER BY p.code
    """
    parameters = parameters_of(asked) | {
        "key": query.key,
        "verdicts": list(_VERDICTS[query.bucket]),
        "after": "" if query.after is None else place_in(query.after),
        "limit": query.limit,
    }
    return _page(connection.execute(statement, parameters, prepare=True).fetchall(), query.limit)


def _page(records: Sequence[TupleRow], limit: int) -> DossierList:
    lines = tuple(
        DossierLine(
            code=code,
            unit=unit,
            procedure=procedure,
            channel=channel,
            received_at=received_at,
            due_at=due_at,
            ended_at=ended_at,
            paused=paused,
            corrected=corrected,
        )
        for _, code, unit, procedure, channel, received_at, due_at, ended_at, paused, corrected in records
        if code is not None
    )
    more = len(lines) > limit
    return DossierList(
        lines=lines[:limit], count=records[0][0], next=cursor_at(lines[limit - 1].code) if more else None
    )
