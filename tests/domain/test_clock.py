from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.calendar import (
    STANDARD_TIMETABLE,
    Calendar,
    CalendarError,
    DeclarationKind,
    Timetable,
    WorkingTime,
)
from domain.clock import Interval, Pause, PauseReason, Rule, Term, TermUnit, counted, due_at, explain, moved_by
from domain.clock_rules import RULE_TEXTS
from tests.domain.calendars import EARLY, NEW_YEAR, SWAP, VIETNAM, WITH_SWAP, WITHOUT_SWAP, declared, vn

STANDARD = Calendar(id="plain", timezone="Asia/Ho_Chi_Minh", timetable=STANDARD_TIMETABLE).as_known(EARLY)
NEVER = Calendar(id="never", timezone="UTC", timetable=Timetable(periods=((),) * 7)).as_known(EARLY)
SUPPLEMENT, PAYMENT, EXTERNAL = PauseReason


def hours(amount: int) -> Term:
    return Term(amount, TermUnit.WORKING_HOURS)


def working_days(amount: int) -> Term:
    return Term(amount, TermUnit.WORKING_DAYS)


def calendar_days(amount: int) -> Term:
    return Term(amount, TermUnit.CALENDAR_DAYS)


def months(amount: int) -> Term:
    return Term(amount, TermUnit.MONTHS)


def wait(since: datetime, until: datetime | None, reason: PauseReason = SUPPLEMENT) -> Pause:
    return Pause(since=since, until=until, reason=reason)


# The vectors of the domain handbook, section 5.


def test_a_five_working_days_over_the_new_year() -> None:
    received = vn(26, 12, 2025, 9)
    assert due_at(received, working_days(5), WITHOUT_SWAP) == vn(5, 1, 2026, 17)
    assert due_at(received, working_days(5), WITH_SWAP) == vn(6, 1, 2026, 17)


def test_b_a_make_up_saturday_is_a_working_day_once_it_is_known() -> None:
    received = vn(6, 1, 2026, 9)
    assert due_at(received, working_days(4), WITHOUT_SWAP) == vn(12, 1, 2026, 17)
    assert due_at(received, working_days(4), WITH_SWAP) == vn(10, 1, 2026, 17)


def test_c_hours_received_five_minutes_before_closing() -> None:
    assert due_at(vn(6, 1, 2026, 16, 55), hours(4), STANDARD) == vn(7, 1, 2026, 10, 55)


def test_d_supplement_asked_and_answered_on_one_day() -> None:
    received, answered = vn(6, 1, 2026, 8), [wait(vn(7, 1, 2026, 9), vn(7, 1, 2026, 14))]
    assert due_at(received, working_days(3), STANDARD, answered) == due_at(received, working_days(3), STANDARD)
    # 09:00 to 11:30 and 13:30 to 14:00 are three hours: from 16:00 on Wednesday the rest goes to Thursday.
    assert due_at(received, hours(14), STANDARD) == vn(7, 1, 2026, 16)
    assert due_at(received, hours(14), STANDARD, answered) == vn(8, 1, 2026, 9)


def test_e_calendar_days_that_end_on_a_sunday_end_on_monday() -> None:
    assert due_at(vn(6, 1, 2026, 9), calendar_days(5), STANDARD) == vn(12, 1, 2026, 17)


# Starts.


@pytest.mark.parametrize(
    ("received", "first_day"),
    [
        (vn(10, 1, 2026, 20), date(2026, 1, 12)),  # Saturday evening: Monday
        (vn(9, 1, 2026, 16, 59), date(2026, 1, 9)),
        (vn(9, 1, 2026, 17), date(2026, 1, 12)),  # at closing, on Friday: Monday
        (vn(9, 1, 2026, 5), date(2026, 1, 9)),  # before opening: the same day
        (vn(9, 1, 2026, 12), date(2026, 1, 9)),  # over noon: the same day
    ],
)
def test_received_outside_hours_counts_from_the_next_working_moment(received: datetime, first_day: date) -> None:
    assert due_at(received, working_days(1), STANDARD).date() == _next_weekday(first_day)
    assert due_at(received, calendar_days(7), STANDARD).date() == first_day + timedelta(days=7)


def test_hours_received_outside_hours_run_from_the_next_opening() -> None:
    assert due_at(vn(10, 1, 2026, 20), hours(1), STANDARD) == vn(12, 1, 2026, 8)
    assert due_at(vn(9, 1, 2026, 12), hours(1), STANDARD) == vn(9, 1, 2026, 14, 30)


def test_a_full_day_of_hours_ends_at_closing_not_at_the_next_opening() -> None:
    assert due_at(vn(9, 1, 2026, 7), hours(8), STANDARD) == vn(9, 1, 2026, 17)


def test_the_local_day_counts_whatever_the_zone_of_the_start() -> None:
    received = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)  # 06:30 on 6 January in Vietnam
    due = due_at(received, working_days(1), STANDARD)
    assert due == vn(7, 1, 2026, 17)
    assert due.tzinfo == VIETNAM


# Ends.


@pytest.mark.parametrize(
    ("received", "term", "due"),
    [
        (vn(15, 1, 2026, 9), months(1), vn(16, 2, 2026, 17)),  # the 15th is a Sunday
        (vn(30, 1, 2026, 9), months(1), vn(2, 3, 2026, 17)),  # no 30 February; the 28th is a Saturday
        (vn(29, 1, 2024, 9), months(1), vn(29, 2, 2024, 17)),
        (vn(31, 12, 2025, 9), months(2), vn(2, 3, 2026, 17)),
        (vn(29, 2, 2024, 9), months(12), vn(28, 2, 2025, 17)),
        (vn(10, 11, 2025, 9), months(14), vn(11, 1, 2027, 17)),  # over two ends of year; the 10th is a Sunday
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(received: datetime, term: Term, due: datetime) -> None:
    assert due_at(received, term, STANDARD) == due


def test_a_calendar_term_that_ends_on_a_declared_day_off_moves_too() -> None:
    received = vn(29, 12, 2025, 9)
    assert due_at(received, calendar_days(4), WITHOUT_SWAP) == vn(2, 1, 2026, 17)
    assert due_at(received, calendar_days(4), WITH_SWAP) == vn(5, 1, 2026, 17)


def test_a_term_ends_with_the_half_day_it_ends_on() -> None:
    half = declared(date(2026, 2, 13), ((420, 690),), DeclarationKind.HALF_DAY)
    calendar = Calendar(
        id="h", timezone="Asia/Ho_Chi_Minh", timetable=STANDARD_TIMETABLE, declarations=(half,)
    ).as_known(EARLY)
    assert due_at(vn(12, 2, 2026, 9), working_days(1), calendar) == vn(13, 2, 2026, 11, 30)
    assert due_at(vn(12, 2, 2026, 16), hours(8), calendar) == vn(16, 2, 2026, 9, 30)


def test_hours_at_night_are_hours_of_time_when_the_clocks_change() -> None:
    nights = Calendar(id="n", timezone="Europe/Amsterdam", timetable=Timetable(periods=(((0, 360),),) * 7)).as_known(
        EARLY
    )
    amsterdam = ZoneInfo("Europe/Amsterdam")
    due = due_at(datetime(2026, 3, 29, 0, 0, tzinfo=amsterdam), hours(3), nights)
    assert due.isoformat() == "2026-03-29T04:00:00+02:00"
    due = due_at(datetime(2026, 10, 25, 0, 0, tzinfo=amsterdam), hours(3), nights)
    assert due.isoformat() == "2026-10-25T02:00:00+01:00"


# Waits.

MONDAY_9 = vn(5, 1, 2026, 9)  # three working days: until Thursday 8 January


@pytest.mark.parametrize(
    ("since", "until", "due"),
    [
        (vn(6, 1, 2026, 10), vn(8, 1, 2026, 10), vn(12, 1, 2026, 17)),  # (Tuesday, Thursday]: 2 days
        (vn(5, 1, 2026, 10), vn(6, 1, 2026, 10), vn(9, 1, 2026, 17)),  # asked on the first day
        (vn(8, 1, 2026, 10), vn(9, 1, 2026, 10), vn(9, 1, 2026, 17)),  # asked on the last day
        (vn(8, 1, 2026, 17), vn(20, 1, 2026, 10), vn(8, 1, 2026, 17)),  # asked when the term had ended
        (vn(6, 1, 2026, 10), vn(10, 1, 2026, 10), vn(14, 1, 2026, 17)),  # answered on Saturday: on Monday
        (vn(6, 1, 2026, 10), vn(6, 1, 2026, 20), vn(9, 1, 2026, 17)),  # answered after hours: the day after
        (vn(3, 1, 2026, 10), vn(5, 1, 2026, 8), vn(8, 1, 2026, 17)),  # over before the start
    ],
)
def test_working_days_move_by_the_working_days_waited(since: datetime, until: datetime, due: datetime) -> None:
    assert due_at(MONDAY_9, working_days(3), STANDARD, [wait(since, until)]) == due


@pytest.mark.parametrize(
    ("since", "until", "due"),
    [
        (vn(6, 1, 2026, 10), vn(8, 1, 2026, 10), vn(12, 1, 2026, 17)),  # to Saturday the 10th, moved to Monday
        (vn(9, 1, 2026, 10), vn(12, 1, 2026, 10), vn(8, 1, 2026, 17)),  # asked when the term had ended
        (vn(8, 1, 2026, 10), vn(12, 1, 2026, 10), vn(12, 1, 2026, 17)),  # four days, off or not
    ],
)
def test_calendar_days_move_by_the_days_waited(since: datetime, until: datetime, due: datetime) -> None:
    assert due_at(MONDAY_9, calendar_days(3), STANDARD, [wait(since, until)]) == due


def test_a_wait_on_the_monday_that_a_weekend_end_moved_to_moves_it_on() -> None:
    asked_on_monday = [wait(vn(12, 1, 2026, 10), vn(14, 1, 2026, 10))]
    assert due_at(MONDAY_9, calendar_days(5), STANDARD) == vn(12, 1, 2026, 17)
    assert due_at(MONDAY_9, calendar_days(5), STANDARD, asked_on_monday) == vn(14, 1, 2026, 17)


def test_months_move_by_the_days_waited() -> None:
    assert due_at(MONDAY_9, months(1), STANDARD) == vn(5, 2, 2026, 17)
    asked = [wait(vn(6, 1, 2026, 10), vn(7, 1, 2026, 10))]
    assert due_at(MONDAY_9, months(1), STANDARD, asked) == vn(6, 2, 2026, 17)


def test_supplement_and_payment_at_once_are_one_wait() -> None:
    both = [
        wait(vn(6, 1, 2026, 13, 30), vn(7, 1, 2026, 9), PAYMENT),
        wait(vn(6, 1, 2026, 10), vn(6, 1, 2026, 14, 30), SUPPLEMENT),
    ]
    one = [wait(vn(6, 1, 2026, 10), vn(7, 1, 2026, 9))]
    for term in (hours(20), working_days(3), calendar_days(3), months(1)):
        assert due_at(MONDAY_9, term, STANDARD, both) == due_at(MONDAY_9, term, STANDARD, one)


def test_an_open_pause_leaves_the_due_date_that_held_before() -> None:
    still_open = [wait(vn(6, 1, 2026, 10), None)]
    assert due_at(MONDAY_9, working_days(3), STANDARD, still_open) == due_at(MONDAY_9, working_days(3), STANDARD)


def test_a_clock_that_waits_shows_what_it_showed_when_it_stopped() -> None:
    still_open = [wait(vn(7, 1, 2026, 10), None)]
    read_at = vn(20, 1, 2026, 10)
    assert counted(MONDAY_9, read_at, TermUnit.WORKING_HOURS, STANDARD, still_open) == timedelta(hours=6 + 8 + 3)
    assert counted(MONDAY_9, read_at, TermUnit.WORKING_DAYS, STANDARD, still_open) == 1
    assert counted(MONDAY_9, read_at, TermUnit.CALENDAR_DAYS, STANDARD, still_open) == 1


def test_waits_in_the_hour_that_comes_twice_are_taken_in_order() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    nights = Calendar(id="n", timezone="Europe/Amsterdam", timetable=Timetable(periods=(((0, 360),),) * 7)).as_known(
        EARLY
    )
    later = wait(
        datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=amsterdam), datetime(2026, 10, 25, 2, 20, fold=1, tzinfo=amsterdam)
    )
    earlier = wait(
        datetime(2026, 10, 25, 2, 30, tzinfo=amsterdam), datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=amsterdam)
    )
    due = due_at(datetime(2026, 10, 25, 0, 0, tzinfo=amsterdam), hours(3), nights, [later, earlier])
    assert due.isoformat() == "2026-10-25T02:50:00+01:00"


# A promise moved.


@pytest.mark.parametrize(
    ("promised", "unit", "moved"),
    [
        (vn(8, 1, 2026, 17), TermUnit.WORKING_DAYS, vn(12, 1, 2026, 17)),
        (vn(8, 1, 2026, 23, 59), TermUnit.WORKING_DAYS, vn(12, 1, 2026, 17)),
        (vn(10, 1, 2026, 12), TermUnit.WORKING_DAYS, vn(14, 1, 2026, 17)),  # a Saturday stands for Monday
        (vn(8, 1, 2026, 12), TermUnit.CALENDAR_DAYS, vn(12, 1, 2026, 17)),  # to Saturday, moved to Monday
        (vn(8, 1, 2026, 16), TermUnit.WORKING_HOURS, vn(12, 1, 2026, 16)),
        (vn(6, 1, 2026, 10), TermUnit.WORKING_DAYS, vn(6, 1, 2026, 10)),  # promised for the moment of the question
    ],
)
def test_a_promise_moves_by_the_wait(promised: datetime, unit: TermUnit, moved: datetime) -> None:
    two_days = [wait(vn(6, 1, 2026, 10), vn(8, 1, 2026, 10))]
    assert moved_by(promised, unit, STANDARD, two_days) == moved


@pytest.mark.parametrize("unit", TermUnit)
def test_a_promise_that_nothing_moves_stays_even_outside_hours(unit: TermUnit) -> None:
    promised = vn(8, 1, 2026, 23, 59)
    assert moved_by(promised, unit, STANDARD, []) == promised
    assert moved_by(promised, unit, STANDARD, [wait(vn(6, 1, 2026, 10), None)]) == promised
    assert moved_by(promised, unit, STANDARD, [wait(vn(6, 1, 2026, 20), vn(7, 1, 2026, 7))]) == promised
    assert moved_by(promised, unit, STANDARD, [wait(vn(9, 1, 2026, 10), vn(12, 1, 2026, 10))]) == promised


def test_a_wait_begun_in_the_evening_of_the_promised_day_moves_it_to_the_day_of_the_answer() -> None:
    evening = [wait(vn(8, 1, 2026, 20), vn(13, 1, 2026, 9))]
    assert moved_by(vn(8, 1, 2026, 23, 59), TermUnit.WORKING_DAYS, STANDARD, evening) == vn(13, 1, 2026, 17)


# Counting.


def test_days_are_counted_when_they_end() -> None:
    def days(until: datetime, unit: TermUnit) -> timedelta | int:
        return counted(MONDAY_9, until, unit, STANDARD)

    assert [days(vn(6, 1, 2026, 16, 59), unit) for unit in (TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS)] == [0, 0]
    assert [days(vn(6, 1, 2026, 17), unit) for unit in (TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS)] == [1, 1]
    assert [days(vn(11, 1, 2026), unit) for unit in (TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS)] == [4, 5]
    assert [days(day, TermUnit.MONTHS) for day in (vn(5, 2, 2026, 16, 59), vn(5, 2, 2026, 17))] == [0, 1]


def test_a_clock_cannot_be_read_before_it_started() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        counted(MONDAY_9, vn(5, 1, 2026, 8), TermUnit.WORKING_HOURS, STANDARD)
    with pytest.raises(ValueError, match="cannot be read"):
        explain(MONDAY_9, hours(1), STANDARD, [], vn(5, 1, 2026, 8))


# Explanations.

Line = tuple[str, str, bool, Rule, int]


def lines(intervals: tuple[Interval, ...]) -> list[Line]:
    return [
        (f"{part.since:%d.%m %H:%M}", f"{part.until:%d.%m %H:%M}", part.counted, part.rule, part.days)
        for part in intervals
    ]


def test_working_days_explained() -> None:
    intervals = explain(vn(31, 12, 2025, 20), working_days(4), WITH_SWAP, [], vn(10, 1, 2026, 17))
    assert lines(intervals) == [
        ("31.12 20:00", "05.01 00:00", False, Rule.OUTSIDE_HOURS_NEXT_MOMENT, 0),
        ("05.01 00:00", "06.01 00:00", False, Rule.FIRST_DAY_NOT_COUNTED, 0),
        ("06.01 00:00", "10.01 00:00", True, Rule.WORKING_DAY, 4),
        ("10.01 00:00", "10.01 17:00", True, Rule.MAKE_UP_DAY, 1),
    ]
    assert intervals[-1].declaration == SWAP[1]


def test_days_off_explained_by_their_decisions() -> None:
    intervals = explain(vn(31, 12, 2025, 9), working_days(2), WITH_SWAP, [], vn(5, 1, 2026, 12))
    assert lines(intervals) == [
        ("31.12 09:00", "01.01 00:00", False, Rule.FIRST_DAY_NOT_COUNTED, 0),
        ("01.01 00:00", "02.01 00:00", False, Rule.HOLIDAY, 0),
        ("02.01 00:00", "03.01 00:00", False, Rule.HOLIDAY, 0),
        ("03.01 00:00", "05.01 00:00", False, Rule.DAY_OFF, 0),
        ("05.01 00:00", "05.01 12:00", False, Rule.DAY_NOT_OVER, 0),
    ]
    assert [part.declaration for part in intervals[1:3]] == [NEW_YEAR, SWAP[0]]


def test_waits_explained_in_days() -> None:
    pauses = [wait(vn(7, 1, 2026, 10), vn(9, 1, 2026, 10)), wait(vn(9, 1, 2026, 14), None, PAYMENT)]
    assert lines(explain(MONDAY_9, working_days(9), STANDARD, pauses, vn(12, 1, 2026, 10))) == [
        ("05.01 09:00", "06.01 00:00", False, Rule.FIRST_DAY_NOT_COUNTED, 0),
        ("06.01 00:00", "07.01 00:00", True, Rule.WORKING_DAY, 1),
        ("07.01 00:00", "09.01 00:00", False, Rule.WAITING_FOR_SUPPLEMENT, 0),
        ("09.01 00:00", "12.01 10:00", False, Rule.WAITING_FOR_PAYMENT, 0),
    ]


def test_a_first_day_that_waits_is_the_day_of_the_answer() -> None:
    pauses = [wait(vn(5, 1, 2026, 10), vn(6, 1, 2026, 10), EXTERNAL)]
    assert lines(explain(MONDAY_9, working_days(1), STANDARD, pauses, vn(7, 1, 2026, 17))) == [
        ("05.01 09:00", "06.01 00:00", False, Rule.WAITING_FOR_EXTERNAL, 0),
        ("06.01 00:00", "07.01 00:00", False, Rule.FIRST_DAY_NOT_COUNTED, 0),
        ("07.01 00:00", "07.01 17:00", True, Rule.WORKING_DAY, 1),
    ]


def test_an_end_on_a_day_off_explained() -> None:
    assert lines(explain(MONDAY_9, calendar_days(5), STANDARD, [], vn(12, 1, 2026, 17))) == [
        ("05.01 09:00", "06.01 00:00", False, Rule.FIRST_DAY_NOT_COUNTED, 0),
        ("06.01 00:00", "11.01 00:00", True, Rule.CALENDAR_DAY, 5),
        ("11.01 00:00", "12.01 17:00", True, Rule.END_ON_DAY_OFF_MOVES, 2),
    ]


def test_working_hours_explained() -> None:
    pauses = [wait(vn(9, 1, 2026, 10), vn(9, 1, 2026, 14))]
    assert lines(explain(vn(9, 1, 2026, 6), hours(8), STANDARD, pauses, vn(12, 1, 2026, 8))) == [
        ("09.01 06:00", "09.01 07:00", False, Rule.OUTSIDE_HOURS_NEXT_MOMENT, 0),
        ("09.01 07:00", "09.01 10:00", True, Rule.WORKING_TIME, 0),
        ("09.01 10:00", "09.01 14:00", False, Rule.WAITING_FOR_SUPPLEMENT, 0),
        ("09.01 14:00", "09.01 17:00", True, Rule.WORKING_TIME, 0),
        ("09.01 17:00", "10.01 00:00", False, Rule.OUTSIDE_WORKING_TIME, 0),
        ("10.01 00:00", "12.01 00:00", False, Rule.DAY_OFF, 0),
        ("12.01 00:00", "12.01 07:00", False, Rule.OUTSIDE_WORKING_TIME, 0),
        ("12.01 07:00", "12.01 08:00", True, Rule.WORKING_TIME, 0),
    ]


def test_until_the_first_working_moment_nothing_else_is_the_reason() -> None:
    pauses = [wait(vn(9, 1, 2026, 5), vn(9, 1, 2026, 6)), wait(vn(9, 1, 2026, 6, 30), vn(9, 1, 2026, 8))]
    assert lines(explain(vn(8, 1, 2026, 20), hours(8), STANDARD, pauses, vn(9, 1, 2026, 9))) == [
        ("08.01 20:00", "09.01 07:00", False, Rule.OUTSIDE_HOURS_NEXT_MOMENT, 0),
        ("09.01 07:00", "09.01 08:00", False, Rule.WAITING_FOR_SUPPLEMENT, 0),
        ("09.01 08:00", "09.01 09:00", True, Rule.WORKING_TIME, 0),
    ]


def test_declared_days_explained_in_hours() -> None:
    changed = declared(date(2026, 1, 6), ((600, 660),))
    half = declared(date(2026, 1, 7), ((420, 690),), DeclarationKind.HALF_DAY)
    calendar = Calendar(
        id="c", timezone="Asia/Ho_Chi_Minh", timetable=STANDARD_TIMETABLE, declarations=(changed, half)
    ).as_known(EARLY)
    intervals = explain(vn(6, 1, 2026, 10), hours(5), calendar, [], vn(7, 1, 2026, 11))
    assert [(part.rule, part.declaration) for part in intervals if part.counted] == [
        (Rule.CHANGED_HOURS, changed),
        (Rule.HALF_DAY, half),
    ]


def test_nothing_has_happened_at_the_start() -> None:
    assert explain(MONDAY_9, hours(8), STANDARD, [], MONDAY_9) == ()
    assert explain(MONDAY_9, working_days(8), STANDARD, [], MONDAY_9) == ()


def test_every_rule_has_its_words_and_only_published_law_cites_the_code() -> None:
    assert set(RULE_TEXTS) == set(Rule)
    for text in RULE_TEXTS.values():
        assert text.text.endswith(".")
        assert ("Civil Code" in text.source) == (text.confidence == "published-text")


# What cannot be computed.


@pytest.mark.parametrize("amount", [0, -1])
def test_a_term_is_positive(amount: int) -> None:
    with pytest.raises(ValueError, match="at least one working-day"):
        working_days(amount)


def test_a_wait_does_not_end_before_it_began() -> None:
    with pytest.raises(ValueError, match="before it began"):
        wait(vn(6, 1, 2026, 10), vn(6, 1, 2026, 9))


def test_moments_need_a_time_zone() -> None:
    naive = datetime(2026, 1, 6, 9)  # noqa: DTZ001 # what is refused
    with pytest.raises(ValueError, match="time zone"):
        due_at(naive, hours(1), STANDARD)
    with pytest.raises(ValueError, match="time zone"):
        wait(naive, None)
    with pytest.raises(ValueError, match="time zone"):
        wait(vn(6, 1, 2026), naive)


@pytest.mark.parametrize("unit", TermUnit)
def test_a_unit_that_never_works_is_an_error(unit: TermUnit) -> None:
    with pytest.raises(CalendarError, match="no working time in the 10 years"):
        due_at(MONDAY_9, Term(1, unit), NEVER)


@pytest.mark.parametrize("unit", TermUnit)
def test_a_term_beyond_the_years_of_calendars_is_an_error(unit: TermUnit) -> None:
    with pytest.raises(CalendarError, match="2199"):
        due_at(MONDAY_9, Term(10**9, unit), _mornings())


def _mornings() -> WorkingTime:
    """A calendar of its own, so that its two centuries are gone with it."""
    return Calendar(id="m", timezone="UTC", timetable=Timetable(periods=(((480, 481),), *((),) * 6))).as_known(EARLY)


def _next_weekday(day: date) -> date:
    friday = 4
    return day + timedelta(days=3 if day.weekday() == friday else 1)
