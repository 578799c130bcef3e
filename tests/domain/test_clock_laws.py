"""Laws of the clock on any calendar, and slow clocks that know no index to compare it with."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.calendar import STANDARD_TIMETABLE, Calendar, Declaration, DeclarationKind, WorkingTime
from domain.clock import Pause, PauseReason, Term, TermUnit, counted, due_at, explain, moved_by
from domain.instants import instant_of
from tests.domain.calendars import EARLY, ZONES, moments, pauses_after, working_times

UNITS: Final = st.sampled_from(TermUnit)
AMOUNTS: Final = st.integers(1, 60)
MICROSECOND: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
NOTHING: Final = timedelta()


def none_of(unit: TermUnit) -> timedelta | int:
    return NOTHING if unit is TermUnit.WORKING_HOURS else 0


def whole(term: Term) -> timedelta | int:
    return timedelta(hours=term.amount) if term.unit is TermUnit.WORKING_HOURS else term.amount


def reaches(amount: timedelta | int, term: Term) -> bool:
    return amount >= whole(term)  # type: ignore[operator] # both are time, or both are days


# Laws.


@given(working_times(), moments(), moments(), AMOUNTS, UNITS)
def test_a_later_start_is_never_due_earlier(
    calendar: WorkingTime, one: datetime, other: datetime, amount: int, unit: TermUnit
) -> None:
    earlier, later = sorted((one, other))
    assert due_at(earlier, Term(amount, unit), calendar) <= due_at(later, Term(amount, unit), calendar)


@given(st.data(), working_times(), moments(), st.integers(0, 20_000), AMOUNTS)
def test_a_later_start_is_never_due_earlier_with_the_same_waits(
    data: st.DataObject, calendar: WorkingTime, start: datetime, minutes: int, amount: int
) -> None:
    pauses = data.draw(pauses_after(start))
    unit = data.draw(st.sampled_from([TermUnit.WORKING_HOURS, TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS]))
    term = Term(amount, unit)
    assert due_at(start, term, calendar, pauses) <= due_at(start + minutes * MINUTE, term, calendar, pauses)


@given(st.data(), working_times(), moments(), st.lists(AMOUNTS, min_size=2, max_size=2).map(sorted), UNITS)
def test_a_longer_term_is_never_due_earlier(
    data: st.DataObject, calendar: WorkingTime, start: datetime, amounts: list[int], unit: TermUnit
) -> None:
    shorter, longer = amounts
    pauses = data.draw(pauses_after(start))
    assert due_at(start, Term(shorter, unit), calendar, pauses) <= due_at(start, Term(longer, unit), calendar, pauses)


@given(working_times(), moments(), AMOUNTS, AMOUNTS)
def test_hours_add_up_over_a_split(calendar: WorkingTime, start: datetime, one: int, other: int) -> None:
    """A closing moment and the next opening are the same place on the clock, so the split is exact."""
    first, second, both = (Term(amount, TermUnit.WORKING_HOURS) for amount in (one, other, one + other))
    assert due_at(due_at(start, first, calendar), second, calendar) == due_at(start, both, calendar)


@given(working_times(), moments(), AMOUNTS, AMOUNTS)
def test_working_days_add_up_over_a_split_within_the_last_day(
    calendar: WorkingTime, start: datetime, one: int, other: int
) -> None:
    """Begun again at its very end, the last day would be the day after: the split lies just before."""
    first, second, both = (Term(amount, TermUnit.WORKING_DAYS) for amount in (one, other, one + other))
    split = due_at(start, first, calendar) - MICROSECOND
    assert due_at(split, second, calendar) == due_at(start, both, calendar)


@given(st.data(), working_times(), moments(), AMOUNTS, st.sampled_from([TermUnit.WORKING_HOURS, TermUnit.WORKING_DAYS]))
def test_pauses_add_exactly(
    data: st.DataObject, calendar: WorkingTime, start: datetime, amount: int, unit: TermUnit
) -> None:
    """Each pause that begins before the end adds what a clock without pauses counts in it, no more and no less."""
    term = Term(amount, unit)
    due = due_at(start, term, calendar)
    for pause in sorted(data.draw(pauses_after(start)), key=lambda pause: pause.since):
        assert pause.until is not None
        since, until = max(start, pause.since), max(start, pause.until)
        moved = moved_by(due, unit, calendar, [Pause(since=since, until=until, reason=pause.reason)])
        assert moved == due_at(start, term, calendar, [pause])
        assert counted(start, moved, unit, calendar) == (
            whole(term) + waited(start, since, until, unit, calendar)  # type: ignore[operator] # of one unit
            if since < due
            else whole(term)
        )


def waited(start: datetime, since: datetime, until: datetime, unit: TermUnit, calendar: WorkingTime) -> timedelta | int:
    """What a clock without pauses counts from one moment to another, in days by the days that ended in between."""
    if unit is TermUnit.WORKING_HOURS:
        return counted(since, until, unit, calendar)
    days_before = [calendar.working_day(instant_of(moment)) for moment in (start, since, until)]
    return days_before[2] - max(days_before[0], days_before[1])


@given(st.data(), working_times(), moments(), AMOUNTS, st.sampled_from([TermUnit.WORKING_HOURS, TermUnit.WORKING_DAYS]))
def test_a_due_date_moves_by_waits_as_a_promise_does(
    data: st.DataObject, calendar: WorkingTime, start: datetime, amount: int, unit: TermUnit
) -> None:
    pauses = [
        Pause(since=max(start, pause.since), until=max(start, pause.until), reason=pause.reason)
        for pause in data.draw(pauses_after(start))
        if pause.until is not None
    ]
    promised = due_at(start, Term(amount, unit), calendar)
    assert moved_by(promised, unit, calendar, pauses) == due_at(start, Term(amount, unit), calendar, pauses)


@given(
    st.dates(date(2010, 1, 1), date(2029, 1, 1)),
    st.sets(st.dates(date(2010, 1, 1), date(2030, 1, 1)), max_size=60),
    st.sampled_from(ZONES),
    AMOUNTS,
)
def test_hours_and_days_agree_on_whole_days_from_opening(
    start_on: date, days_off: set[date], zone: str, amount: int
) -> None:
    """With eight hours a day, eight hours from opening end that day; a term in days ends as many days later."""
    declarations = tuple(
        Declaration(
            day=day,
            periods=(),
            kind=DeclarationKind.HOLIDAY,
            known_at=EARLY,
            decision="",
            source="test",
            confidence="test",
        )
        for day in sorted(days_off)
    )
    calendar = Calendar(id="c", timezone=zone, timetable=STANDARD_TIMETABLE, declarations=declarations).as_known(EARLY)
    assume(calendar.is_working_day(start_on))
    opening = datetime.combine(start_on, time(7), tzinfo=calendar.zone)
    by_days = due_at(opening, Term(amount, TermUnit.WORKING_DAYS), calendar)
    by_hours = due_at(opening, Term(8 * (amount + 1), TermUnit.WORKING_HOURS), calendar)
    assert by_days == by_hours


@given(st.data(), working_times(), moments(), AMOUNTS, UNITS)
def test_due_is_the_first_moment_at_which_the_clock_has_counted_the_term(
    data: st.DataObject, calendar: WorkingTime, start: datetime, amount: int, unit: TermUnit
) -> None:
    """In calendar days and months the moment is the first end of a working day: the slow clock below checks that."""
    term, pauses = Term(amount, unit), data.draw(pauses_after(start))
    due = due_at(start, term, calendar, pauses)
    assert reaches(counted(start, due, unit, calendar, pauses), term)
    if unit in {TermUnit.WORKING_HOURS, TermUnit.WORKING_DAYS}:
        assert counted(start, due, unit, calendar, pauses) == whole(term)
        assert not reaches(counted(start, due - MICROSECOND, unit, calendar, pauses), term)


@given(st.data(), working_times(), moments(), UNITS, st.lists(st.integers(0, 30_000), min_size=2, max_size=2))
def test_a_clock_never_runs_backwards(
    data: st.DataObject, calendar: WorkingTime, start: datetime, unit: TermUnit, read_after: list[int]
) -> None:
    pauses = data.draw(pauses_after(start))
    sooner, later = (counted(start, start + minutes * MINUTE, unit, calendar, pauses) for minutes in sorted(read_after))
    assert none_of(unit) <= sooner <= later  # type: ignore[operator] # of one unit


@given(st.data(), working_times(), moments(), st.builds(Term, AMOUNTS, UNITS), st.integers(0, 60_000))
def test_an_explanation_covers_all_time_once_and_adds_up(
    data: st.DataObject, calendar: WorkingTime, start: datetime, term: Term, minutes: int
) -> None:
    unit, pauses = term.unit, data.draw(pauses_after(start))
    until = start + minutes * MINUTE
    if data.draw(st.booleans()):
        since = start + data.draw(st.integers(-100, 70_000)) * MINUTE
        pauses = (*pauses, Pause(since=since, until=None, reason=PauseReason.EXTERNAL))
    intervals = explain(start, term, calendar, pauses, until)
    edges = [start, *(instant for part in intervals for instant in (part.since, part.until)), until]
    assert all(instant_of(one) == instant_of(other) for one, other in zip(edges[::2], edges[1::2], strict=True))
    assert all(part.duration > NOTHING for part in intervals)
    assert all(one.rule != other.rule or one.declaration != other.declaration for one, other in pairwise(intervals))
    if unit is TermUnit.WORKING_HOURS:
        time_counted = sum((part.duration for part in intervals if part.counted), NOTHING)
        assert time_counted == counted(start, until, unit, calendar, pauses)
    else:
        days = TermUnit.CALENDAR_DAYS if unit is TermUnit.MONTHS else unit
        assert sum(part.days for part in intervals) == counted(start, until, days, calendar, pauses)
        assert all((part.days > 0) == part.counted for part in intervals)


# Slow clocks. They read a wall clock minute by minute, or days one after another.


def works(calendar: WorkingTime, moment: datetime) -> bool:
    local = moment.astimezone(calendar.zone)
    minute = local.hour * 60 + local.minute
    return any(opening <= minute < closing for opening, closing in calendar.periods_on(local.date()))


def waits(pauses: Sequence[Pause], moment: datetime) -> bool:
    return any(pause.since <= moment and (pause.until is None or moment < pause.until) for pause in pauses)


@settings(max_examples=40)
@given(st.data(), working_times(), moments(), st.integers(1, 12))
def test_hours_minute_by_minute(data: st.DataObject, calendar: WorkingTime, start: datetime, amount: int) -> None:
    pauses = data.draw(pauses_after(start))
    moment, left = start, amount * 60
    while left:
        left -= works(calendar, moment) and not waits(pauses, moment)
        moment += MINUTE
        assume(moment < start + 40 * DAY)
    assert due_at(start, Term(amount, TermUnit.WORKING_HOURS), calendar, pauses) == moment


def closing(calendar: WorkingTime, day: date) -> datetime | None:
    """When working time ends on a day; none on a day off, nor on the day that the clocks of Apia skipped."""
    periods = calendar.periods_on(day)
    if not periods or (calendar.zone.key == "Pacific/Apia" and day == date(2011, 12, 30)):
        return None
    hour, minute = divmod(periods[-1][1], 60)
    return datetime.combine(day, time(hour, minute), tzinfo=calendar.zone).astimezone(UTC)


def working_date(calendar: WorkingTime, moment: datetime) -> date:
    """The working day a moment belongs to: today until closing, else the next."""
    day = moment.astimezone(calendar.zone).date()
    while True:
        end = closing(calendar, day)
        if end is not None and moment < end:
            return day
        day += DAY


@settings(max_examples=150)
@given(st.data(), working_times(), moments(), AMOUNTS, st.sampled_from([TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS]))
def test_days_one_after_another(
    data: st.DataObject, calendar: WorkingTime, start: datetime, amount: int, unit: TermUnit
) -> None:
    """The first day that the clock does not wait over is not counted; the term ends with a working day that it runs."""
    pauses = data.draw(pauses_after(start))
    waiting = set[date]()
    for pause in pauses:
        assert pause.until is not None
        if pause.until > start:
            day = working_date(calendar, max(start, pause.since))
            while day < working_date(calendar, pause.until):
                waiting.add(day)
                day += DAY
    day, days = working_date(calendar, start), -1
    while True:
        end = closing(calendar, day)
        days += day not in waiting and (unit is TermUnit.CALENDAR_DAYS or end is not None)
        if days >= amount and end is not None and day not in waiting:
            break
        day += DAY
    assert due_at(start, Term(amount, unit), calendar, pauses) == end
    assert counted(start, end, unit, calendar, pauses) == days


@given(working_times(), moments(), st.integers(1, 40))
def test_months_by_trying_every_day(calendar: WorkingTime, start: datetime, amount: int) -> None:
    first = working_date(calendar, start)
    year, month = first.year, first.month
    for _ in range(amount):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    last = max(
        day for day in (date(year, month, 1) + number * DAY for number in range(first.day)) if day.month == month
    )
    due = due_at(start, Term(amount, TermUnit.MONTHS), calendar)
    assert due == next(end for number in range(4000) if (end := closing(calendar, last + number * DAY)) is not None)
    assert counted(start, due, TermUnit.MONTHS, calendar) >= amount
