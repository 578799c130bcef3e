"""The legal clock: when a term ends, how much of it has run, and why.

Each unit has a scale on which a term is a distance: worked microseconds, numbers of working days, or days. A wait is
a stretch of the same scale. So an end is start + term + the waits that began before it, by one rule for all units:

- working hours run from the moment of the start;
- days: the first day is not counted, and a day counts when its working time ends (a day off: when the day ends) while
  the clock runs. So a wait takes the days after the day asked up to the day answered, and no day if both are one;
- what happens outside working time happens at the next working moment;
- calendar days and months that end on a day off end with the next working day.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal, overload

from domain.clock_rules import Rule
from domain.explanation import DayClock, Interval, Span, day_intervals, hour_intervals
from domain.instants import instant_of
from domain.term import Pause, PauseReason, Term, TermUnit, Wait, waits
from domain.working_time import LAST_YEAR, CalendarError, WorkingTime

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
]

_HOUR: Final = 3_600_000_000  # microseconds
_LAST_DAY: Final = date(LAST_YEAR, 12, 31).toordinal()
_MONTHS_IN_YEAR: Final = 12


def due_at(started_at: datetime, term: Term, working_time: WorkingTime, pauses: Sequence[Pause] = ()) -> datetime:
    """The moment a term ends, in the unit's time zone; a term in days ends with the working time of its last day.

    Its local date is what counting by date compares. A pause that is still open is left out: the due date is the one
    that held before the wait began, and is not yet known anew. A pause that begins at or after the end moves nothing.

    Raises:
        CalendarError: the calendar has no working time to run in, or the term ends after the year 2199.
        ValueError: a moment has no time zone.

    Source: Civil Code 2015, articles 147 and 148; the rules it rests on are listed in ``Rule``.
    """
    start = instant_of(started_at)
    if term.unit is TermUnit.WORKING_HOURS:
        worked = working_time.worked(start)
        end = _end(worked + term.amount * _HOUR, waits(pauses, worked, working_time.worked, None))
        return working_time.local(working_time.instant_worked(end))
    first = working_time.working_day(start)
    if term.unit is TermUnit.WORKING_DAYS:
        days_end = _end(first + 1 + term.amount, waits(pauses, first, working_time.working_day, None))
        return working_time.closing(days_end - 1)
    _, due = _last_and_due_day(first, term, working_time, pauses)
    return working_time.closing(due)


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
    started_at: datetime,
    until: datetime,
    unit: TermUnit,
    working_time: WorkingTime,
    pauses: Sequence[Pause] = (),
) -> timedelta | int: ...


def counted(
    started_at: datetime,
    until: datetime,
    unit: TermUnit,
    working_time: WorkingTime,
    pauses: Sequence[Pause] = (),
) -> timedelta | int:
    """How much has run on the clock: time in working hours, else whole days or months. An open pause still lasts.

    Raises:
        CalendarError: as ``due_at``.
        ValueError: ``until`` lies before ``started_at``, or a moment has no time zone.
    """
    start, end = _span(started_at, until)
    if unit is TermUnit.WORKING_HOURS:
        worked, end_worked = working_time.worked(start), working_time.worked(end)
        waited = _waited(end_worked, waits(pauses, worked, working_time.worked, end_worked))
        return timedelta(microseconds=end_worked - worked - waited)
    if unit is TermUnit.WORKING_DAYS:
        first, ended = working_time.working_day(start), working_time.working_day(end)
        return _days(first, ended, waits(pauses, first, working_time.working_day, ended))
    first_day = _day(start, working_time)
    ended_days = _ended_days(end, working_time)
    days = _days(first_day, ended_days, _waits_in_days(start, pauses, working_time, ended_days))
    return days if unit is TermUnit.CALENDAR_DAYS else _whole_months(first_day, days)


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
    start, end = _span(started_at, until)
    if term.unit is TermUnit.WORKING_HOURS:
        return hour_intervals(Span(start, end), working_time, waits(pauses, start, lambda instant: instant, end))
    first = working_time.working_day(start)
    moved = range(0)
    if term.unit is not TermUnit.WORKING_DAYS:
        last, due = _last_and_due_day(first, term, working_time, pauses)
        moved = range(last + 1, working_time.day(due) + 1)
    ended_days = _ended_days(end, working_time)
    clock = DayClock(
        working_time=working_time,
        received_on=working_time.day(first),
        waits=tuple(_waits_in_days(start, pauses, working_time, ended_days + 1)),
        ended_days=ended_days,
        counts_days_off=term.unit is not TermUnit.WORKING_DAYS,
        moved=moved,
    )
    return day_intervals(Span(start, end), clock)


def _span(started_at: datetime, until: datetime) -> tuple[int, int]:
    start, end = instant_of(started_at), instant_of(until)
    if end < start:
        raise ValueError(f"a clock started at {started_at} cannot be read at {until}")
    return start, end


def _end(end: int, waits_ahead: Iterable[Wait]) -> int:
    """Each wait that begins before the end moves it by its whole length."""
    for wait in waits_ahead:
        if wait.since >= end:
            break
        end += wait.until - wait.since
    return end


def _waited(end: int, past_waits: Iterable[Wait]) -> int:
    return sum(wait.within(end) for wait in past_waits)


def _days(first: int, ended: int, past_waits: Iterable[Wait]) -> int:
    """Days from the first that ended before ``ended`` while the clock ran, the first such not counted."""
    return max(0, ended - first - _waited(ended, past_waits) - 1)


def _day(instant: int, working_time: WorkingTime) -> int:
    return working_time.day(working_time.working_day(instant))


def _ended_days(instant: int, working_time: WorkingTime) -> int:
    """The first day that has not ended: a working day ends with its working time, a day off at midnight."""
    today = working_time.local(instant).toordinal()
    next_to_end = working_time.working_day(instant)
    closed_today = working_time.first_working_day(today) < next_to_end
    return today + 1 if closed_today else today


def _waits_in_days(
    start: int, pauses: Sequence[Pause], working_time: WorkingTime, open_until: int | None
) -> Iterable[Wait]:
    return waits(pauses, _day(start, working_time), lambda instant: _day(instant, working_time), open_until)


def _last_and_due_day(first: int, term: Term, working_time: WorkingTime, pauses: Sequence[Pause]) -> tuple[int, int]:
    """The last day of a term in calendar days or months, and the position of the working day it is due on."""
    first_day = working_time.day(first)
    if term.unit is TermUnit.MONTHS:
        last = _months_after(first_day, term.amount)
    else:
        last = first_day + term.amount
    due = _working_day_from(last, working_time)
    if not pauses:
        return last, due
    for wait in waits(pauses, first_day, lambda instant: _day(instant, working_time), None):
        if wait.since > working_time.day(due):
            break
        # A wait asked for on the working day that a term has moved to moves it on to the day of the answer.
        last = wait.until if wait.since > last else last + wait.until - wait.since
        due = _working_day_from(last, working_time)
    return last, due


def _working_day_from(day: int, working_time: WorkingTime) -> int:
    if day > _LAST_DAY:
        raise CalendarError(f"the term ends after the year {LAST_YEAR}")
    return working_time.first_working_day(day)


def _months_after(day: int, months: int) -> int:
    """The same day of the month so many months later, or the last of that month where there is none."""
    first = date.fromordinal(day)
    years, month = divmod(first.month - 1 + months, _MONTHS_IN_YEAR)
    year = first.year + years
    if year > LAST_YEAR:
        raise CalendarError(f"the term ends after the year {LAST_YEAR}")
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1])).toordinal()


def _whole_months(first_day: int, days: int) -> int:
    first, last = date.fromordinal(first_day), date.fromordinal(first_day + days)
    months = (last.year - first.year) * _MONTHS_IN_YEAR + last.month - first.month
    return months if _months_after(first_day, months) <= first_day + days else months - 1
