"""How a dossier is judged, in SQL, in one place for figures, lists and totals.

A judged dossier has its end, its promise, whether it is paused, and a verdict: early, on-time, overdue when ended,
open-within or open-overdue when not.
"""

from dataclasses import dataclass
from typing import Final

from projections.on_time.report import Counting


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingVersion:
    """A version of how figures are counted. ``confidence`` says how sure its source is."""

    id: str
    source: str
    confidence: str


COUNTING_VERSIONS: Final = {
    Counting.DATE: CountingVersion(
        id="report-ii06-by-date.v1",
        source="Report II.06 as other systems implement it; waiting counts as within the deadline",
        confidence="inferred",
    ),
    Counting.INSTANT: CountingVersion(
        id="end-by-instant.v1",
        source="Index 2.1 of QĐ 766/QĐ-TTg 2022 as other systems implement it: in time iff end ≤ appointment;"
        " its rule on repeated supplement requests is not applied",
        confidence="inferred",
    ),
}

_AS_KNOWN: Final = """
SELECT o.dossier_id, o.code, o.unit, o.procedure, o.channel, o.received_at, o.received_on,
       o.due_at, o.due_on, o.late_from, o.ended_at, o.ended_on, o.corrected,
       o.ended_at IS NULL AND (o.supplement_since IS NOT NULL OR o.payment_since IS NOT NULL) AS paused
FROM on_time o
WHERE o.received_at IS NOT NULL
"""

_AS_OF: Final = """
SELECT o.dossier_id, o.code, u.unit_then AS unit, o.procedure, o.channel, o.received_at, o.received_on,
       p.due_at, p.due_on, p.late_from, e.ended_at, e.ended_on, o.corrected,
       e.ended_at IS NULL AND (
           coalesce(o.supplement_since <= %(as_of)s, false) OR coalesce(o.payment_since <= %(as_of)s, false)
           OR (cardinality(o.pause_since) > 0 AND EXISTS (
               SELECT FROM unnest(o.pause_since, o.pause_until) AS w (since, until)
               WHERE w.since <= %(as_of)s AND %(as_of)s < w.until))
       ) AS paused
FROM on_time o
LEFT JOIN LATERAL (
    SELECT n.due_at, (n.due_at AT TIME ZONE o.timezone)::date AS due_on
    FROM unnest(o.promise_since, o.promise_due) WITH ORDINALITY AS n (since, due_at, number)
    WHERE n.since <= %(as_of)s ORDER BY n.number DESC LIMIT 1
) earlier ON o.promise_since[cardinality(o.promise_since)] > %(as_of)s
CROSS JOIN LATERAL (
    SELECT o.promise_since[cardinality(o.promise_since)] > %(as_of)s AS superseded
) s
CROSS JOIN LATERAL (
    SELECT CASE WHEN s.superseded THEN earlier.due_at ELSE o.due_at END AS due_at,
           CASE WHEN s.superseded THEN earlier.due_on ELSE o.due_on END AS due_on,
           CASE WHEN s.superseded THEN (earlier.due_on + 1)::timestamp AT TIME ZONE o.timezone
                ELSE o.late_from END AS late_from
) p
CROSS JOIN LATERAL (
    SELECT CASE WHEN o.ended_at <= %(as_of)s THEN o.ended_at END AS ended_at,
           CASE WHEN o.ended_at <= %(as_of)s THEN o.ended_on END AS ended_on
) e
CROSS JOIN LATERAL (
    SELECT CASE WHEN cardinality(o.earlier_units) = 0 THEN o.unit ELSE coalesce((
        SELECT h.unit FROM unnest(o.earlier_units, o.earlier_until) WITH ORDINALITY AS h (unit, until, number)
        WHERE %(as_of)s < h.until ORDER BY h.number LIMIT 1), o.unit) END AS unit_then
) u
WHERE o.received_at <= %(as_of)s
"""

_VERDICT: Final = {
    Counting.DATE: """CASE
        WHEN j.ended_at IS NULL AND NOT j.paused AND j.late_from <= {at} THEN 'open-overdue'
        WHEN j.ended_at IS NULL THEN 'open-within'
        WHEN j.ended_on < j.due_on THEN 'early'
        WHEN j.ended_on > j.due_on THEN 'overdue'
        ELSE 'on-time' END""",
    Counting.INSTANT: """CASE
        WHEN j.ended_at IS NULL AND NOT j.paused AND j.due_at < {at} THEN 'open-overdue'
        WHEN j.ended_at IS NULL THEN 'open-within'
        WHEN j.ended_at > j.due_at THEN 'overdue'
        ELSE 'early' END""",
}

OPEN_OVERDUE: Final = {
    Counting.DATE: "o.late_from <= %(now)s",
    Counting.INSTANT: "o.due_at < %(now)s",
}
"""The condition under which an open dossier that is not paused is overdue, as the partial indexes serve it."""


def judged(counting: Counting, *, as_of: bool, where: str) -> str:
    """The dossiers received, each judged. ``where`` narrows them by columns of ``o``.

    With ``as_of`` by the facts that had taken effect at ``%(as_of)s``, otherwise by all, at ``%(now)s``. The unit that
    had a dossier then is ``u.unit_then``.
    """
    facts = _AS_OF if as_of else _AS_KNOWN
    verdict = _VERDICT[counting].format(at="%(as_of)s" if as_of else "%(now)s")
    return f"SELECT j.*, {verdict} AS verdict FROM ({facts} {where}) j"


SUMS_OF_CELLS: Final = f"""
SELECT j.unit, j.procedure, j.channel, j.received_on,
       count(*) AS received,
       count(*) FILTER (WHERE {_VERDICT[Counting.DATE].format(at="'-infinity'")} = 'early') AS early,
       count(*) FILTER (WHERE {_VERDICT[Counting.DATE].format(at="'-infinity'")} = 'on-time') AS on_time,
       count(*) FILTER (WHERE {_VERDICT[Counting.DATE].format(at="'-infinity'")} = 'overdue') AS overdue,
       count(*) FILTER (WHERE {_VERDICT[Counting.INSTANT].format(at="'-infinity'")} = 'overdue') AS late,
       count(*) FILTER (WHERE j.paused) AS paused
FROM ({_AS_KNOWN}) j
GROUP BY 1, 2, 3, 4
"""
"""The totals recomputed from all rows. Whether an open dossier is overdue changes with time, so it is never summed."""
