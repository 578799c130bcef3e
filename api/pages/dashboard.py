"""The on-time figures as a page shows them: every number with the address of its dossiers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from api.pages.names import Names
from api.pages.parameters import FiguresAsked, Sort
from api.pages.words import Words
from domain.agency import Unit, UnitKind
from projections.on_time.report import Bucket, Counting, Figures, Report, ReportRow

BAR_LENGTH: Final = 1000
_LIST: Final = "/dashboard/dossiers"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, what it counts, and where its dossiers are; and those of them in which a fact was corrected."""

    bucket: Bucket
    count: int
    href: str
    corrected: int
    corrected_href: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar, in units of which the whole has ``BAR_LENGTH``."""

    kind: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one unit, or of all. ``rate`` is None while nothing is settled."""

    name: str
    code: str
    href: str
    figures: Mapping[str, Figure]
    rate: str | None
    bar: tuple[Segment, ...]
    bar_text: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All that the page shows."""

    total: Line
    lines: tuple[Line, ...]
    counting: Counting
    settled: tuple[Bucket, ...]


SETTLED: Final = {
    Counting.DATE: (Bucket.EARLY, Bucket.ON_TIME, Bucket.OVERDUE),
    Counting.INSTANT: (Bucket.IN_TIME, Bucket.OVERDUE),
}
"""What settled dossiers are divided into: by instant there is no same day."""


def count_of(figures: Figures, bucket: Bucket) -> int:
    """A row's figure."""
    count: int = getattr(figures, bucket.value.replace("-", "_"))
    return count


def present(report: Report, asked: FiguresAsked, names: Names, words: Words) -> Dashboard:
    """The report in the order that was asked for."""
    line = _line_of(report, asked, names, words)
    rows = sorted(report.rows, key=_ORDER[asked.sort])
    return Dashboard(
        total=line(report.total, None),
        lines=tuple(line(row, row.key) for row in rows),
        counting=asked.counting,
        settled=SETTLED[asked.counting],
    )


def _line_of(
    report: Report, asked: FiguresAsked, names: Names, words: Words
) -> Callable[[ReportRow, str | None], Line]:
    moment = None if asked.as_of else report.query.now.isoformat()

    def line(row: ReportRow, key: str | None) -> Line:
        figures = {}
        for bucket in Bucket:
            address = partial(asked.address, _LIST, bucket=bucket.value, key=key, now=moment, sort=None)
            figures[bucket.value] = Figure(
                bucket,
                count_of(row, bucket),
                address(),
                corrected=count_of(row.corrected, bucket),
                corrected_href=address(corrected="true"),
            )
        return Line(
            name=names.unit(key) if key else words("dashboard.totals"),
            code=key or "",
            href=asked.address("/dashboard", unit=key),
            figures=figures,
            rate=words.percent(row.in_time, row.closed) if row.closed else None,
            bar=_bar(row, SETTLED[asked.counting]),
            bar_text=_bar_text(row, asked.counting, words),
        )

    return line


def _bar(row: ReportRow, parts: Sequence[Bucket]) -> tuple[Segment, ...]:
    """The parts side by side; each ends where the running sum says, so that they fill the bar exactly."""
    segments: list[Segment] = []
    counted = 0
    for bucket in parts:
        start = counted * BAR_LENGTH // row.closed if row.closed else 0
        counted += count_of(row, bucket)
        stop = counted * BAR_LENGTH // row.closed if row.closed else 0
        if stop > start:
            segments.append(Segment(bucket.value, start, stop - start))
    return tuple(segments)


def _bar_text(row: ReportRow, counting: Counting, words: Words) -> str:
    numbers = {name: words.number(getattr(row, name)) for name in ("early", "on_time", "in_time", "overdue")}
    return words("dashboard.bar" if counting is Counting.DATE else "dashboard.bar_instant", **numbers)


def _least_on_time_first(row: ReportRow) -> tuple[float, str]:
    return (row.in_time / row.closed if row.closed else 2.0, row.key)


_ORDER: Final[Mapping[Sort, Callable[[ReportRow], tuple[float | str, str]]]] = {
    Sort.UNIT: lambda row: (row.key, ""),
    Sort.RATE: _least_on_time_first,
    Sort.RECEIVED: lambda row: (-row.received, row.key),
    Sort.CLOSED: lambda row: (-row.closed, row.key),
    Sort.OVERDUE: lambda row: (-row.overdue, row.key),
    Sort.OPEN: lambda row: (-row.open, row.key),
    Sort.OPEN_OVERDUE: lambda row: (-row.open_overdue, row.key),
}


def units_by_kind(units: Sequence[Unit]) -> list[tuple[UnitKind, list[Unit]]]:
    """The units to choose from, by kind, each kind in the order of codes."""
    kinds = [(kind, [unit for unit in units if unit.kind is kind]) for kind in UnitKind]
    return [(kind, members) for kind, members in kinds if members]


def reference_instant(report: Report) -> datetime:
    """The moment against which open dossiers are overdue."""
    return report.query.as_of or report.query.now
