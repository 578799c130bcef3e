"""The legal clock: when a term ends, how much of it has run, and why.

Each unit has a scale (domain/scales.py) on which a term is a distance and a wait a stretch. So an end is start + term
+ the waits that began before it, by one rule for all units:

- working hours run from the moment of the start;
- days: the first day is not counted, and a day counts when its working time ends (a day off: when the day ends) while
  the clock runs. So a wait takes as many days as lie after the day asked up to the day answered: none if both are one;
- what happens outside working time happens at the next working moment;
- calendar days and months that end on a day off end with the next working day.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, overload

from domain.clock_rules import Rule
from domain.explanation import DayClock, Interval, Span, day_intervals, hour_intervals
from domain.instants import instant_of
from domain.scales import CalendarDays, Scale, scale_of
from domain.term import Pause, PauseReason, Term, TermUnit, Wait, waits
from domain.working_time import WorkingTime

__all__ = [
    "Interval",
    "Pause",
    "PauseReason",
    "Rule",
    "Term",
    "TermUnit",
    "counted",
    "due_at",
    "explain",
    "moved_by",
]


def due_at(started_at: datetime, term: Term, working_time: WorkingTime, pauses: Sequence[Pause] = ()) -> datetime:
    """The moment a term ends, in the unit's time zone; a term in days ends with the working time of its last day.

    Its local date is what counting by date compares. A pause that is still open is left out: the due date is the one
    that held before the wait began, and is not yet known anew. A pause that begins at or after the end moves nothing.

    Raises:
        CalendarError: the calendar has no working time to run in, or the term ends after the year 2199.
        ValueError: a moment has no time zone.

    Source: Civil Code 2015, articles 147 and 148; the rules it rests on are listed in ``RULE_TEXTS``.
    """
    scale = scale_of(term.unit, working_time)
    start = instant_of(started_at)
    last = scale.last(scale.place(start), term.amount)
    if pauses:
        last = _after_waits(last, scale.end(last), scale, _ended_waits(pauses, start))
    return working_time.local(scale.end(last))


def moved_by(promised_at: datetime, unit: TermUnit, working_time: WorkingTime, pauses: Sequence[Pause]) -> datetime:
    """A promise made for a moment, such as an extension's, moved by waits as the end of a term would be.

    A promise that no wait moves stays as it is, even outside working time. Open pauses are left out.

    Raises:
        CalendarError: as ``due_at``.
        ValueError: a moment has no time zone.
    """
    scale = scale_of(unit, working_time)
    end = instant_of(promised_at)
    promised = scale.last_of(end)
    begun = min((instant_of(pause.since) for pause in pauses), default=0)
    last = _after_waits(promised, end, scale, _ended_waits(pauses, begun))
    return promised_at if last == promised else working_time.local(scale.end(last))


@overload
def counted(
    started_at: datetime,
    until: datetime,
    unit: Literal[TermUnit.WORKING_HOURS],
    working_time: WorkingTime,
    pauses: Sequence[Pause] = (),
) -> timedelta: ...


@overload
def counted(
    started_at: datetime,
    until: datetime,
    unit: Literal[TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS, TermUnit.MONTHS],
    working_time: WorkingTime,
    pauses: Sequence[Pause] = (),
) -> int: ...


@overload
def counted(
    started_at: datetime, until: datetime, unit: TermUnit, working_time: WorkingTime, pauses: Sequence[Pause] = ()
) -> timedelta | int: ...


def counted(
    started_at: datetime, until: datetime, unit: TermUnit, working_time: WorkingTime, pauses: Sequence[Pause] = ()
) -> timedelta | int:
    """How much has run on the clock: time in working hours, else whole days or months. An open pause still lasts.

    Raises:
        CalendarError: as ``due_at``.
        ValueError: ``until`` lies before ``started_at``, or a moment has no time zone.
    """
    span = _span(started_at, until)
    scale = scale_of(unit, working_time)
    first, ended = scale.place(span.start), scale.ended(span.end)
    waited = sum(wait.within(ended) for wait in waits(pauses, first, scale.place, open_until=ended))
    return scale.amount(first, ended - first - waited)


def explain(
    started_at: datetime, term: Term, working_time: WorkingTime, pauses: Sequence[Pause], until: datetime
) -> tuple[Interval, ...]:
    """Every moment from the start to ``until``, in order and without gap: counted or not, and by which rule.

    In working hours the counted intervals add up to ``counted``. In days each interval says how many days it adds;
    they too add up to ``counted`` (in months, to the calendar days). Neighbours under one rule are one interval.

    Raises:
        CalendarError: as ``due_at``.
        ValueError: as ``counted``.
    """
    span = _span(started_at, until)
    if term.unit is TermUnit.WORKING_HOURS:
        return hour_intervals(span, working_time, waits(pauses, span.start, _same, open_until=span.end))
    days = CalendarDays(working_time)
    first, ended = days.place(span.start), days.ended(span.end)
    clock = DayClock(
        working_time=working_time,
        received_on=first,
        waits=tuple(waits(pauses, first, days.place, open_until=ended + 1)),
        ended=ended,
        counts_days_off=term.unit is not TermUnit.WORKING_DAYS,
        moved=_days_moved(term, first, working_time, _ended_waits(pauses, span.start)),
    )
    return day_intervals(span, clock)


def _days_moved(term: Term, first: int, working_time: WorkingTime, waits_ahead: Iterable[Wait]) -> range:
    """The days after a last day that is a day off, up to the working day on which the term ends instead."""
    scale = scale_of(term.unit, working_time)
    if not isinstance(scale, CalendarDays):
        return range(0)
    last = scale.last(first, term.amount)
    last = _after_waits(last, scale.end(last), scale, waits_ahead)
    return range(last + 1, scale.due_day(last) + 1)


def _after_waits(last: int, end: int, scale: Scale, waits_ahead: Iterable[Wait]) -> int:
    """The last place of a term that ends at an instant, after every wait (between instants) that begins before it."""
    for wait in waits_ahead:
        if wait.since >= end:
            break
        since, until = scale.place(wait.since), scale.place(wait.until)
        if since < until:
            # What was asked for after the last place, but before the end it had moved to, is due with the answer.
            last = until if since > last else last + until - since
            end = scale.end(last)
    return last


def _ended_waits(pauses: Sequence[Pause], start: int) -> Iterable[Wait]:
    return waits(pauses, start, _same, open_until=None)


def _same(instant: int) -> int:
    return instant


def _span(started_at: datetime, until: datetime) -> Span:
    span = Span(instant_of(started_at), instant_of(until))
    if span.end < span.start:
        raise ValueError(f"a clock started at {started_at} cannot be read at {until}")
    return span
