"""A clock explained: time laid out as intervals, each counted or not by one rule."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Final, NamedTuple

from domain.clock_rules import Rule
from domain.instants import instant_of, instant_of_wall_time
from domain.term import PauseReason, Wait
from domain.timetable import Declaration, DeclarationKind
from domain.working_time import WorkingTime

_WAITING: Final = {
    PauseReason.SUPPLEMENT: Rule.WAITING_FOR_SUPPLEMENT,
    PauseReason.PAYMENT: Rule.WAITING_FOR_PAYMENT,
    PauseReason.EXTERNAL: Rule.WAITING_FOR_EXTERNAL,
}
_DECLARED: Final = {
    DeclarationKind.MAKE_UP_DAY: Rule.MAKE_UP_DAY,
    DeclarationKind.HALF_DAY: Rule.HALF_DAY,
    DeclarationKind.OVERRIDE: Rule.CHANGED_HOURS,
}
_MINUTES_IN_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From ``since`` (inclusive) to ``until`` (exclusive), in the unit's time zone, one rule says what counts.

    ``days`` is what the interval adds to a clock in days (none to a clock in hours); ``declaration`` is the decision
    behind a declared day.
    """

    since: datetime
    until: datetime
    counted: bool
    rule: Rule
    days: int = 0
    declaration: Declaration | None = None

    @property
    def duration(self) -> timedelta:
        """Elapsed time; the difference of the local times is something else when the clocks change."""
        return timedelta(microseconds=instant_of(self.until) - instant_of(self.since))


class Span(NamedTuple):
    """From one instant to a later one."""

    start: int
    end: int


class _Why(NamedTuple):
    rule: Rule
    counted: bool = False
    days: int = 0
    declaration: Declaration | None = None

    def same_as(self, other: "_Why") -> bool:
        return (self.rule, self.counted, self.declaration) == (other.rule, other.counted, other.declaration)


class _Stretch(NamedTuple):
    since: int
    until: int
    why: _Why


def hour_intervals(span: Span, working_time: WorkingTime, waits: Iterable[Wait]) -> tuple[Interval, ...]:
    """The intervals of a clock in working hours; ``waits`` are instants, ascending."""
    begin = working_time.next_working_moment(span.start)
    above = [_Stretch(span.start, begin, _Why(Rule.OUTSIDE_HOURS_NEXT_MOMENT))]
    above += [_Stretch(max(wait.since, begin), wait.until, _Why(_WAITING[wait.reason])) for wait in waits]
    below = [stretch for day in _days(span, working_time) for stretch in _hours_of(day, working_time)]
    edges = {edge for stretch in (*above, *below) for edge in (stretch.since, stretch.until)}
    cuts = sorted({span.start, span.end, *(edge for edge in edges if span.start < edge < span.end)})
    stretches = (
        _Stretch(since, until, _why_at(since, above) or _why_at(since, below) or _Why(Rule.OUTSIDE_WORKING_TIME))
        for since, until in pairwise(cuts)
    )
    return _intervals(stretches, working_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClock:
    """What a clock in days needs to explain a day; days are ordinals and ``waits`` ascend."""

    working_time: WorkingTime
    received_on: int
    """The day the start belongs to."""
    waits: Sequence[Wait]
    ended: int
    """The first day that has not ended."""
    counts_days_off: bool
    moved: range
    """Days by which an end on a day off has moved."""

    def why(self, day: int) -> _Why:
        """The rule for one day."""
        if day < self.received_on:
            return _Why(Rule.OUTSIDE_HOURS_NEXT_MOMENT)
        for wait in self.waits:
            if wait.since <= day < wait.until:
                return _Why(_WAITING[wait.reason])
        if day == self._first_running_day():
            return _Why(Rule.FIRST_DAY_NOT_COUNTED)
        return self._why_running(day, ended=day < self.ended)

    def _why_running(self, day: int, *, ended: bool) -> _Why:
        if day in self.moved:
            return _Why(Rule.END_ON_DAY_OFF_MOVES, counted=ended, days=int(ended))
        on_day = _on_day(date.fromordinal(day), self.working_time)
        if not (on_day.counted or self.counts_days_off):
            return on_day
        if not ended:
            return _Why(Rule.DAY_NOT_OVER)
        if self.counts_days_off:
            return _Why(Rule.CALENDAR_DAY, counted=True, days=1)
        rule = Rule.WORKING_DAY if on_day.declaration is None else on_day.rule
        return on_day._replace(rule=rule, days=1)

    def _first_running_day(self) -> int:
        first = self.received_on
        for wait in self.waits:
            if wait.since <= first:
                first = wait.until
        return first


def day_intervals(span: Span, clock: DayClock) -> tuple[Interval, ...]:
    """The intervals of a clock in days, which run from midnight to midnight."""
    zone = clock.working_time.zone
    midnights = [instant_of_wall_time(day, 0, zone) for day in _days(span, clock.working_time)]
    cuts = [span.start, *midnights[1:], span.end]
    first = clock.working_time.local(span.start).toordinal()
    stretches = (
        _Stretch(since, until, clock.why(day)) for day, (since, until) in enumerate(pairwise(cuts), start=first)
    )
    return _intervals(stretches, clock.working_time)


def _on_day(day: date, working_time: WorkingTime) -> _Why:
    """What the calendar makes of a day's working time."""
    declaration = working_time.declaration_on(day)
    if not working_time.is_working_day(day):
        return _Why(Rule.HOLIDAY, declaration=declaration) if declaration else _Why(Rule.DAY_OFF)
    if declaration is None:
        return _Why(Rule.WORKING_TIME, counted=True)
    return _Why(_DECLARED[declaration.kind], counted=True, declaration=declaration)


def _hours_of(day: date, working_time: WorkingTime) -> Iterator[_Stretch]:
    """The working periods of a day, or the whole day if it has none."""
    why = _on_day(day, working_time)
    for opening, closing in working_time.periods_on(day) or ((0, _MINUTES_IN_DAY),):
        since, until = (instant_of_wall_time(day, minute, working_time.zone) for minute in (opening, closing))
        if since < until:
            yield _Stretch(since, until, why)


def _days(span: Span, working_time: WorkingTime) -> list[date]:
    """The local days a span touches."""
    first, last = (working_time.local(instant).toordinal() for instant in span)
    return [date.fromordinal(day) for day in range(first, last + 1)]


def _why_at(instant: int, stretches: Sequence[_Stretch]) -> _Why | None:
    """The reason in force at an instant, of ascending stretches that do not overlap."""
    place = bisect_right(stretches, instant, key=itemgetter(0)) - 1
    if place >= 0 and instant < stretches[place].until:
        return stretches[place].why
    return None


def _intervals(stretches: Iterable[_Stretch], working_time: WorkingTime) -> tuple[Interval, ...]:
    """Stretches as intervals; neighbours of one rule and one decision become one, empty ones fall out."""
    merged: list[_Stretch] = []
    for stretch in stretches:
        if stretch.since >= stretch.until:
            continue
        if merged and merged[-1].why.same_as(stretch.why):
            before = merged.pop()
            why = before.why._replace(days=before.why.days + stretch.why.days)
            merged.append(_Stretch(before.since, stretch.until, why))
        else:
            merged.append(stretch)
    return tuple(
        Interval(since=working_time.local(since), until=working_time.local(until), **why._asdict())
        for since, until, why in merged
    )
