from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import (
    STANDARD_TIMETABLE,
    Calendar,
    CalendarError,
    CalendarVersion,
    DeclarationKind,
    Periods,
    Timetable,
    TimetableChange,
    WorkingTime,
)
from domain.instants import instant_of, instant_of_wall_time, local_moment
from tests.domain.calendars import (
    BEFORE_THE_SWAP,
    CALENDAR,
    EARLY,
    FULL_DAY,
    SWAP_KNOWN_AT,
    WITH_SWAP,
    WITHOUT_SWAP,
    calendars,
    declared,
    vn,
)

HOUR = 3_600_000_000


def whole_week(periods: Periods, zone: str) -> WorkingTime:
    timetable = Timetable(periods=(periods,) * 7)
    return Calendar(id="c", timezone=zone, timetable=timetable).as_known(EARLY)


def worked(working_time: WorkingTime, since: datetime, until: datetime) -> timedelta:
    return timedelta(microseconds=working_time.worked(instant_of(until)) - working_time.worked(instant_of(since)))


def test_the_standard_timetable_has_eight_hours_on_weekdays() -> None:
    minutes = [sum(closing - opening for opening, closing in day) for day in STANDARD_TIMETABLE.periods]
    assert minutes == [480] * 5 + [0, 0]
    assert STANDARD_TIMETABLE.confidence == "second-hand"


@pytest.mark.parametrize(
    "periods", [((60, 60),), ((90, 60),), ((-1, 60),), ((0, 1440),), ((60, 120), (110, 180)), ((120, 180), (60, 90))]
)
def test_periods_out_of_order_are_refused(periods: Periods) -> None:
    with pytest.raises(ValueError, match="ascending"):
        Timetable(periods=(periods, (), (), (), (), (), ()))
    with pytest.raises(ValueError, match="ascending"):
        declared(date(2026, 1, 1), periods)


def test_periods_may_touch() -> None:
    Timetable(periods=(((60, 120), (120, 180)), (), (), (), (), (), ()))


def test_a_timetable_has_seven_days() -> None:
    with pytest.raises(ValueError, match="7 weekdays"):
        Timetable(periods=((), ()))


def test_a_declaration_must_fit_its_kind() -> None:
    with pytest.raises(ValueError, match="no working periods"):
        declared(date(2026, 1, 1), FULL_DAY, DeclarationKind.HOLIDAY)
    for kind in (DeclarationKind.MAKE_UP_DAY, DeclarationKind.HALF_DAY):
        with pytest.raises(ValueError, match="needs its working periods"):
            declared(date(2026, 1, 1), (), kind)


def test_moments_of_knowledge_need_a_time_zone() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 # what is refused
    with pytest.raises(ValueError, match="time zone"):
        declared(date(2026, 1, 1), (), known_at=naive)
    with pytest.raises(ValueError, match="time zone"):
        TimetableChange(since=date(2026, 1, 1), timetable=STANDARD_TIMETABLE, known_at=naive)
    with pytest.raises(ValueError, match="time zone"):
        CalendarVersion(id="vn", known_at=naive)
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.as_known(naive)
    with pytest.raises(ValueError, match="time zone"):
        instant_of(naive)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        Calendar(id="c", timezone="Asia/Atlantis", timetable=STANDARD_TIMETABLE)


def test_a_swap_counts_from_the_moment_it_is_known() -> None:
    assert WITHOUT_SWAP.is_working_day(date(2026, 1, 2))
    assert not WITHOUT_SWAP.is_working_day(date(2026, 1, 10))
    assert not WITH_SWAP.is_working_day(date(2026, 1, 2))
    assert WITH_SWAP.is_working_day(date(2026, 1, 10))


def test_each_state_of_knowledge_is_compiled_once() -> None:
    assert CALENDAR.as_known(BEFORE_THE_SWAP) is CALENDAR.as_known(EARLY)
    assert CALENDAR.as_known(SWAP_KNOWN_AT) is CALENDAR.as_known(SWAP_KNOWN_AT + timedelta(days=900))
    assert CALENDAR.as_known(BEFORE_THE_SWAP) is not CALENDAR.as_known(SWAP_KNOWN_AT)


def test_the_later_known_declaration_of_a_day_wins_whatever_their_order() -> None:
    early = declared(date(2026, 3, 2), (), known_at=EARLY)
    late = declared(date(2026, 3, 2), FULL_DAY, known_at=EARLY + timedelta(days=1))
    for declarations in ((early, late), (late, early)):
        calendar = Calendar(
            id="c", timezone="Asia/Ho_Chi_Minh", timetable=STANDARD_TIMETABLE, declarations=declarations
        )
        assert calendar.as_known(EARLY).declaration_on(date(2026, 3, 2)) == early
        assert calendar.as_known(late.known_at).declaration_on(date(2026, 3, 2)) == late


def test_two_decisions_of_one_moment_on_one_day_contradict_each_other() -> None:
    day = declared(date(2026, 3, 2), ())
    with pytest.raises(ValueError, match="same moment"):
        Calendar(id="c", timezone="UTC", timetable=STANDARD_TIMETABLE, declarations=(day, day))


def test_a_unit_may_change_its_timetable_from_a_date_once_that_is_known() -> None:
    mornings = Timetable(periods=(((480, 720),),) * 5 + ((), ()))
    known_at = EARLY + timedelta(days=1)
    calendar = Calendar(
        id="c",
        timezone="Asia/Ho_Chi_Minh",
        timetable=STANDARD_TIMETABLE,
        timetable_changes=(TimetableChange(since=date(2026, 3, 3), timetable=mornings, known_at=known_at),),
    )
    monday_to_wednesday = vn(2, 3, 2026), vn(4, 3, 2026)
    assert worked(calendar.as_known(known_at), *monday_to_wednesday) == timedelta(hours=8 + 4)
    assert worked(calendar.as_known(EARLY), *monday_to_wednesday) == timedelta(hours=8 + 8)


def test_the_next_working_moment() -> None:
    def after(moment: datetime) -> datetime:
        return WITH_SWAP.local(WITH_SWAP.next_working_moment(instant_of(moment)))

    assert after(vn(5, 1, 2026, 9)) == vn(5, 1, 2026, 9)
    assert after(vn(5, 1, 2026, 6)) == vn(5, 1, 2026, 7)
    assert after(vn(5, 1, 2026, 11, 30)) == vn(5, 1, 2026, 13, 30)
    assert after(vn(9, 1, 2026, 17)) == vn(10, 1, 2026, 7)  # the make-up Saturday
    assert after(vn(31, 12, 2025, 17)) == vn(5, 1, 2026, 7)  # the year after, not yet compiled by this question


def test_wall_times_when_the_clocks_change() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    skipped = instant_of_wall_time(date(2026, 3, 29), 2 * 60 + 15, amsterdam)
    assert local_moment(skipped, amsterdam).isoformat() == "2026-03-29T03:00:00+02:00"
    twice = instant_of_wall_time(date(2026, 10, 25), 2 * 60 + 30, amsterdam)
    assert local_moment(twice, amsterdam).isoformat() == "2026-10-25T02:30:00+02:00"


def test_a_night_shift_works_an_hour_less_in_spring_and_more_in_autumn() -> None:
    nights = whole_week(((0, 6 * 60),), "Europe/Amsterdam")
    amsterdam = ZoneInfo("Europe/Amsterdam")
    for day, hours in ((date(2026, 3, 28), 6), (date(2026, 3, 29), 5), (date(2026, 10, 25), 7)):
        midnight = datetime(day.year, day.month, day.day, tzinfo=amsterdam)
        assert worked(nights, midnight, midnight + timedelta(days=1)) == timedelta(hours=hours)


def test_a_period_that_the_clocks_skip_is_no_working_time() -> None:
    hour_of_the_change = whole_week(((120, 180),), "Europe/Amsterdam")
    assert hour_of_the_change.is_working_day(date(2026, 3, 28))
    assert not hour_of_the_change.is_working_day(date(2026, 3, 29))


def test_a_day_that_the_clocks_skip_is_no_working_day() -> None:
    apia = whole_week(FULL_DAY, "Pacific/Apia")
    assert [apia.is_working_day(date(2011, 12, day)) for day in (29, 30, 31)] == [True, False, True]


def test_a_calendar_without_working_time_is_an_error_not_an_endless_search() -> None:
    never = Calendar(id="c", timezone="UTC", timetable=Timetable(periods=((),) * 7)).as_known(EARLY)
    start = instant_of(datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(CalendarError, match="no working time in the 10 years"):
        never.next_working_moment(start)
    with pytest.raises(CalendarError, match="no working time in the 10 years"):
        never.closing(never.working_day(start))
    with pytest.raises(CalendarError, match="no working time in the 10 years"):
        never.instant_worked(never.worked(start) + HOUR)


def test_a_closure_of_some_years_is_only_long() -> None:
    closed = Calendar(
        id="c",
        timezone="UTC",
        timetable=Timetable(periods=((),) * 7),
        timetable_changes=(TimetableChange(since=date(2030, 1, 7), timetable=STANDARD_TIMETABLE, known_at=EARLY),),
    ).as_known(EARLY)
    opening = closed.next_working_moment(instant_of(datetime(2026, 1, 1, tzinfo=UTC)))
    assert closed.local(opening) == datetime(2030, 1, 7, 7, tzinfo=UTC)


@pytest.mark.parametrize("year", [1969, 2200])
def test_outside_the_years_of_calendars_nothing_is_known(year: int) -> None:
    with pytest.raises(CalendarError, match="1970 to 2199"):
        WITH_SWAP.worked(instant_of(datetime(year, 6, 1, tzinfo=UTC)))


def test_sums_and_positions_mean_nothing_before_an_instant_was_asked_for() -> None:
    fresh = Calendar(id="c", timezone="UTC", timetable=STANDARD_TIMETABLE).as_known(EARLY)
    with pytest.raises(CalendarError, match="before an instant"):
        fresh.closing(0)


@settings(max_examples=30)
@given(calendars(), st.permutations(range(2009, 2015)))
def test_sums_and_positions_do_not_depend_on_which_year_is_asked_for_first(
    calendar: Calendar, years: list[int]
) -> None:
    ascending, shuffled = calendar.as_known(EARLY), Calendar.as_known(_copy(calendar), EARLY)
    moments = [instant_of(datetime(year, 7, 1, 8, tzinfo=UTC)) for year in years]
    for moment in sorted(moments):
        ascending.worked(moment)
    for moment in moments:
        shuffled.worked(moment)
    for one, other in pairwise(moments):
        assert ascending.worked(one) - ascending.worked(other) == shuffled.worked(one) - shuffled.worked(other)
        assert ascending.working_day(one) - ascending.working_day(other) == (
            shuffled.working_day(one) - shuffled.working_day(other)
        )
        assert ascending.day(ascending.working_day(one)) == shuffled.day(shuffled.working_day(one))


def test_threads_that_ask_for_different_years_agree() -> None:
    moments = [instant_of(datetime(year, 7, 1, 8, tzinfo=UTC)) for year in range(1990, 2030)]
    for _ in range(5):
        shared = _copy(CALENDAR).as_known(EARLY)
        with ThreadPoolExecutor(8) as threads:
            sums = list(threads.map(shared.worked, moments))
        assert sums == [shared.worked(moment) for moment in moments]


def _copy(calendar: Calendar) -> Calendar:
    return Calendar(
        id=calendar.id,
        timezone=calendar.timezone,
        timetable=calendar.timetable,
        timetable_changes=calendar.timetable_changes,
        declarations=calendar.declarations,
    )
