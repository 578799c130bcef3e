"""Closing figures, and comparing what was published of them with what is known now."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from domain.administration.closings import Closing, PublishedFigures
from projections.on_time.queries import dossiers, report
from projections.on_time.report import Bucket, Counting, Cut, DossierQuery, Figures, ReportQuery

_PAGE: Final = 500
_PAUSE: Final = 0.05
_UNDER_WAY: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start <= %s
    AND backend_type = 'client backend'
"""
_NAMES: Final = tuple(each.name for each in fields(PublishedFigures) if each.name not in {"counting", "unit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A figure that is another now than it was published as. ``unit`` is empty for all together."""

    counting: str
    unit: str
    figure: str
    published: int
    now: int


def wait_for_earlier(connection: Connection[Any]) -> None:
    """Return when every transaction under way now has ended: one of them may have decided by the rules of before."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    while True:
        earlier = connection.execute(_UNDER_WAY, row).fetchone()
        if earlier is None or not earlier[0]:
            return
        time.sleep(_PAUSE)


def figures_as_of(connection: Connection[Any], as_of: datetime) -> tuple[tuple[PublishedFigures, ...], str]:
    """The figures of all and of each unit, by either counting, and how far the log was read for them."""
    found: list[PublishedFigures] = []
    position = 0
    for counting in Counting:
        answer = report(connection, ReportQuery(now=as_of, as_of=as_of, by=Cut.UNIT, counting=counting))
        position = answer.position
        found.append(_published(answer.total, counting, ""))
        found += [_published(row, counting, row.key) for row in answer.rows]
    return tuple(found), str(position)


def _published(row: Figures, counting: Counting, unit: str) -> PublishedFigures:
    return PublishedFigures(counting=counting.value, unit=unit, **{name: int(getattr(row, name)) for name in _NAMES})


def differences(closing: Closing, now: tuple[PublishedFigures, ...]) -> list[Difference]:
    """Where figures as known now are others than those published."""
    published = {(each.counting, each.unit): each for each in closing.figures}
    known = {(each.counting, each.unit): each for each in now}
    return [
        Difference(counting=counting, unit=unit, figure=name, published=before, now=after)
        for counting, unit in dict.fromkeys([*published, *known])
        for name in _NAMES
        if (before := _figure(published.get((counting, unit)), name))
        != (after := _figure(known.get((counting, unit)), name))
    ]


def _figure(figures: PublishedFigures | None, name: str) -> int:
    return 0 if figures is None else int(getattr(figures, name))


def corrected_dossiers(connection: Connection[Any], as_of: datetime) -> Iterator[str]:
    """The codes of the dossiers behind figures as of an instant in which a fact was corrected, a page at a time."""
    asked = ReportQuery(now=as_of, as_of=as_of)
    after = None
    while True:
        query = DossierQuery(report=asked, bucket=Bucket.RECEIVED, after=after, limit=_PAGE, corrected=True)
        page = dossiers(connection, query)
        yield from (line.code for line in page.lines)
        after = page.next
        if after is None:
            return
