"""Calendars for the tests of the clock: the Vietnamese new year of 2026, and arbitrary ones for the laws."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from domain.calendar import (
    STANDARD_TIMETABLE,
    Calendar,
    Declaration,
    DeclarationKind,
    Periods,
    Timetable,
    TimetableChange,
    WorkingTime,
)
from domain.clock import Pause, PauseReason

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
ZONES: Final = ("Asia/Ho_Chi_Minh", "Europe/Amsterdam", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia")
FULL_DAY: Final[Periods] = ((420, 690), (810, 1020))
EARLY: Final = datetime(2009, 1, 1, tzinfo=UTC)
SWAP_KNOWN_AT: Final = datetime(2025, 12, 25, 9, tzinfo=VIETNAM)
BEFORE_THE_SWAP: Final = SWAP_KNOWN_AT - timedelta(microseconds=1)


def vn(day: int, month: int, year: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment in Vietnam, in the order of a Vietnamese date."""
    return datetime(year, month, day, hour, minute, tzinfo=VIETNAM)


def declared(
    day: date,
    periods: Periods,
    kind: DeclarationKind = DeclarationKind.OVERRIDE,
    known_at: datetime = EARLY,
    decision: str = "1/QĐ",
) -> Declaration:
    return Declaration(
        day=day,
        periods=periods,
        kind=kind,
        known_at=known_at,
        decision=decision,
        source="test",
        confidence="test",
    )


NEW_YEAR: Final = declared(date(2026, 1, 1), (), DeclarationKind.HOLIDAY)
SWAP: Final = (
    declared(date(2026, 1, 2), (), DeclarationKind.HOLIDAY, SWAP_KNOWN_AT, "swap"),
    declared(date(2026, 1, 10), FULL_DAY, DeclarationKind.MAKE_UP_DAY, SWAP_KNOWN_AT, "swap"),
)
CALENDAR: Final = Calendar(
    id="vn",
    timezone="Asia/Ho_Chi_Minh",
    timetable=STANDARD_TIMETABLE,
    declarations=(NEW_YEAR, *SWAP),
)
WITHOUT_SWAP: Final = CALENDAR.as_known(BEFORE_THE_SWAP)
WITH_SWAP: Final = CALENDAR.as_known(SWAP_KNOWN_AT)


# Arbitrary calendars. Working periods begin at 06:00, clear of every change of the clocks, so that the oracles may
# read working time off a wall clock; periods in changed hours have tests of their own.
FIRST_DAY: Final = date(2010, 1, 1)
LAST_DAY: Final = date(2013, 12, 31)


def periods(least: int = 0) -> st.SearchStrategy[Periods]:
    return st.sets(st.integers(6 * 4, 23 * 4), min_size=2 * least, max_size=6).map(_pairs)


def _pairs(quarters: set[int]) -> Periods:
    edges = [quarter * 15 for quarter in sorted(quarters)]
    return tuple((edges[place], edges[place + 1]) for place in range(0, len(edges) - 1, 2))


def timetables() -> st.SearchStrategy[Timetable]:
    """Any week with at least one working day."""
    weeks = st.lists(periods(), min_size=6, max_size=6)
    return st.builds(
        lambda week, works, place: Timetable(periods=(*week[:place], works, *week[place:])),
        weeks,
        periods(least=1),
        st.integers(0, 6),
    )


def calendars(zones: Sequence[str] = ZONES) -> st.SearchStrategy[Calendar]:
    """Any timetable, changed once or not, with declared days, in any of the zones."""
    days = st.dates(FIRST_DAY, LAST_DAY)
    return st.builds(
        Calendar,
        id=st.just("any"),
        timezone=st.sampled_from(zones),
        timetable=timetables(),
        timetable_changes=st.lists(
            st.builds(TimetableChange, since=days, timetable=timetables(), known_at=st.just(EARLY)), max_size=1
        ).map(tuple),
        declarations=st.dictionaries(days, periods(), max_size=40).map(
            lambda by_day: tuple(declared(day, worked) for day, worked in by_day.items())
        ),
    )


def working_times() -> st.SearchStrategy[WorkingTime]:
    return calendars().map(lambda calendar: calendar.as_known(EARLY))


def moments() -> st.SearchStrategy[datetime]:
    """Whole minutes of two and a half years, among them changes of the clocks and a skipped day (Apia, 2011)."""
    first, last = datetime(2010, 1, 5, tzinfo=UTC), datetime(2012, 6, 30, tzinfo=UTC)
    minutes = int((last - first) / timedelta(minutes=1))
    return st.integers(0, minutes).map(lambda minute: first + timedelta(minutes=minute))


@st.composite
def pauses_after(draw: Callable[[st.SearchStrategy[Any]], Any], start: datetime) -> tuple[Pause, ...]:
    """Up to three ended pauses, overlapping or not, some begun before the start or asked and answered at once."""
    pauses = []
    for _ in range(draw(st.integers(0, 3))):
        since = start + timedelta(minutes=draw(st.integers(-2000, 20_000)))
        until = since + timedelta(minutes=draw(st.one_of(st.integers(0, 600), st.integers(0, 15_000))))
        pauses.append(Pause(since=since, until=until, reason=draw(st.sampled_from(PauseReason))))
    return tuple(pauses)
