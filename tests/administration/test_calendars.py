"""Calendars: what is declared counts once it was made and recorded, and never moves what was promised before."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.administration import calendars as c
from domain.administration import refusals as no
from domain.administration.administration import Administration
from domain.agency import Unit
from domain.calendar import STANDARD_TIMETABLE, DeclarationKind, Timetable
from domain.clock import due_at
from domain.dossier.refusals import UnknownUnit
from domain.term import Term, TermUnit
from service.administration import load_administration
from tests.administration.told import Standing, given
from tests.examples import COMMUNE, MONDAY, UNIT, local

STANDARD = ((420, 690), (810, 1020))
SWAP_DECIDED = local("2025-12-25")
SATURDAY, FRIDAY = date(2026, 1, 10), date(2026, 1, 2)


MORNINGS = Timetable(periods=(((420, 690),),) * 5 + ((), ()))
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
CHANGE = c.ChangeTimetable(
    id="vn", since=date(2026, 7, 1), timetable=MORNINGS, units=(UNIT,), decision="1", declared_at=MONDAY, at=MONDAY
)


def declare(*days: date, declared_at: datetime = MONDAY, **changes: Any) -> c.DeclareDays:
    command = c.DeclareDays(
        id="vn",
        days=days,
        kind=DeclarationKind.HOLIDAY,
        decision="9441/QĐ",
        declared_at=declared_at,
        source="Công báo",
        at=declared_at,
    )
    return replace(command, **changes)


def make_up(*days: date, **changes: Any) -> c.DeclareDays:
    return declare(*days, **({"kind": DeclarationKind.MAKE_UP_DAY, "periods": STANDARD} | changes))


def swap(recorded: Standing | None = None, *, at: datetime = SWAP_DECIDED) -> Administration:
    """The 2/1/2026 swapped with the 10/1/2026, recorded at some time."""
    standing = recorded or given()
    off = standing.when(declare(FRIDAY, declared_at=SWAP_DECIDED), at=at).then(c.DaysDeclared)
    return Standing(off).when(make_up(SATURDAY, declared_at=SWAP_DECIDED), at=at).then(c.DaysDeclared)


def test_a_declaration_names_its_decision_and_fits_its_kind() -> None:
    given().when(declare(FRIDAY)).then(c.DaysDeclared)
    given().when(declare(FRIDAY, decision=" ")).refused(no.DecisionRequired)
    given().when(declare(FRIDAY, id="fr")).refused(no.UnknownCalendar)
    given().when(declare()).refused(no.NoDays)
    given().when(declare(FRIDAY, FRIDAY)).refused(no.DayGivenTwice)
    given().when(declare(date(2200, 1, 1))).refused(no.YearUnknown)
    given().when(declare(FRIDAY, periods=STANDARD)).refused(no.HolidayWorked)
    given().when(make_up(SATURDAY, periods=())).refused(no.PeriodsMissing)
    given().when(make_up(SATURDAY, periods=((900, 600),))).refused(no.WrongPeriods)
    given().when(make_up(SATURDAY, periods=((600, 1440),))).refused(no.WrongPeriods)
    given().when(declare(FRIDAY, at=MONDAY - timedelta(days=1))).refused(no.DecidedLater)


def test_a_calendar_is_begun_once_in_a_zone_that_there_is() -> None:
    begin = c.OpenCalendar(id="other", timezone="Asia/Ho_Chi_Minh", timetable=STANDARD_TIMETABLE, at=MONDAY)
    given().when(begin).then(c.CalendarOpened)
    given(begin).when(begin).stays_quiet()
    given(begin).when(replace(begin, timezone="Asia/Tokyo")).refused(no.AlreadyThere)
    given().when(replace(begin, timezone="Asia/Nowhere")).refused(no.UnknownTimezone)
    given().when(replace(begin, id="vn/H99")).refused(no.CannotBeAnId)


@pytest.mark.parametrize(
    ("recorded_at", "asked_at", "works"),
    [
        (SWAP_DECIDED, "2025-12-24", True),
        (SWAP_DECIDED, "2025-12-26", False),
        (local("2025-12-30"), "2025-12-26", True),
        (local("2025-12-30"), "2025-12-31", False),
    ],
)
def test_a_declaration_counts_once_it_was_made_and_recorded(recorded_at: datetime, asked_at: str, works: bool) -> None:  # noqa: FBT001
    known = swap(at=recorded_at).calendar("vn").as_known(local(asked_at))
    assert bool(known.periods_on(FRIDAY)) is works
    assert bool(known.periods_on(SATURDAY)) is not works


@pytest.mark.parametrize(
    ("submitted", "term", "before", "after"),
    [
        ("2025-12-26", 5, "2026-01-05", "2026-01-06"),
        ("2026-01-06", 4, "2026-01-12", "2026-01-10"),
    ],
)
def test_the_vectors_of_the_swap_through_the_real_acts(submitted: str, term: int, before: str, after: str) -> None:
    """Accepted where it was known, and where it was recorded only after the acceptance: the promise stays as given."""
    begun = load_administration()
    others = tuple(d for d in begun.calendar("vn").declarations if d.day not in {FRIDAY, SATURDAY})
    unaware = given(
        c.OpenCalendar(
            id="swapless",
            timezone="Asia/Ho_Chi_Minh",
            timetable=STANDARD_TIMETABLE,
            declarations=others,
            at=local("2020-01-01"),
        )
    ).administration
    at = local(submitted)
    promises = []
    for recorded_at in (SWAP_DECIDED, at + timedelta(hours=1)):
        rules = Standing(unaware)
        for act in (declare(FRIDAY, declared_at=SWAP_DECIDED), make_up(SATURDAY, declared_at=SWAP_DECIDED)):
            rules = Standing(rules.when(replace(act, id="swapless"), at=recorded_at).then(c.DaysDeclared))
        working_time = rules.administration.calendar("swapless").as_known(at)
        promises.append(due_at(at, Term(term, TermUnit.WORKING_DAYS), working_time).date().isoformat())
    assert promises == [after, before]


def test_a_unit_may_have_days_of_its_own() -> None:
    fair = date(2026, 3, 6)
    rules = given(declare(fair, units=(UNIT,))).administration
    own, other = (rules.calendar_of(_unit(rules, code)) for code in (UNIT, COMMUNE))
    assert (own.id, other.id) == (f"vn/{UNIT}", "vn")
    known = local("2026-03-03")
    assert [bool(calendar.as_known(known).periods_on(fair)) for calendar in (own, other)] == [False, True]
    assert rules.calendar(own.id) is own


def test_what_is_declared_for_all_later_holds_for_units_with_days_of_their_own() -> None:
    ours, everybodys = date(2026, 3, 6), date(2026, 3, 9)
    rules = given(declare(ours, units=(UNIT,)), declare(everybodys, declared_at=local("2026-03-03"))).administration
    own = rules.calendar_of(_unit(rules, UNIT)).as_known(local("2026-03-04"))
    assert [bool(own.periods_on(day)) for day in (ours, everybodys)] == [False, False]


def test_a_timetable_changes_from_a_day_on() -> None:
    rules = given().when(CHANGE).then(c.TimetableChanged)
    known = rules.calendar_of(_unit(rules, UNIT)).as_known(local("2026-04-01"))
    assert [known.periods_on(date(2026, month, 1)) for month in (6, 7)] == [STANDARD, ((420, 690),)]
    given().when(replace(CHANGE, decision="")).refused(no.DecisionRequired)


def test_a_later_decision_on_the_same_day_takes_its_place() -> None:
    first, second = declare(FRIDAY), make_up(FRIDAY, declared_at=MONDAY + timedelta(hours=1))
    rules = given(first, second).administration
    assert rules.calendar("vn").as_known(local("2026-03-04")).periods_on(FRIDAY) == STANDARD
    given(first).when(replace(second, declared_at=MONDAY, at=MONDAY)).refused(no.Contradiction)


def test_a_revoked_decision_counts_no_longer_from_when_that_is_known_on() -> None:
    revoke = c.RevokeDecision(id="vn", revoked="9441/QĐ", decision="9500/QĐ", declared_at=TUESDAY, at=TUESDAY)
    rules = given(declare(FRIDAY)).when(revoke).then(c.DecisionRevoked)
    calendar = rules.calendar("vn")
    known = [calendar.as_known(moment) for moment in (MONDAY, TUESDAY)]
    assert [bool(each.periods_on(FRIDAY)) for each in known] == [False, True]
    Standing(rules).when(revoke).stays_quiet()
    anew = Standing(rules).when(declare(FRIDAY, declared_at=TUESDAY + timedelta(hours=1))).then(c.DaysDeclared)
    assert not anew.calendar("vn").as_known(TUESDAY + timedelta(hours=1)).periods_on(FRIDAY)
    given().when(revoke).refused(no.NothingToRevoke)
    given(declare(FRIDAY)).when(replace(revoke, units=(UNIT,))).refused(no.NothingToRevoke)


def test_revoking_lets_the_decision_before_hold_again() -> None:
    later = make_up(FRIDAY, decision="2", declared_at=TUESDAY)
    revoke = c.RevokeDecision(id="vn", revoked="2", decision="3", declared_at=WEDNESDAY, at=WEDNESDAY)
    calendar = given(declare(FRIDAY), later, revoke).administration.calendar("vn")
    assert [bool(calendar.as_known(at).periods_on(FRIDAY)) for at in (MONDAY, TUESDAY, WEDNESDAY)] == [
        False,
        True,
        False,
    ]


def test_what_is_already_declared_is_not_declared_twice() -> None:
    given(declare(FRIDAY)).when(declare(FRIDAY, declared_at=TUESDAY)).stays_quiet()
    given(declare(FRIDAY)).when(declare(FRIDAY, units=(UNIT,), declared_at=TUESDAY)).stays_quiet()
    given(declare(FRIDAY)).when(declare(FRIDAY, SATURDAY, declared_at=TUESDAY)).then(c.DaysDeclared)
    given(declare(FRIDAY)).when(declare(FRIDAY, decision="2", declared_at=TUESDAY)).then(c.DaysDeclared)
    given(CHANGE).when(replace(CHANGE, at=TUESDAY)).stays_quiet()


def test_units_are_those_that_work_by_the_calendar() -> None:
    other = c.OpenCalendar(id="other", timezone="Asia/Ho_Chi_Minh", timetable=STANDARD_TIMETABLE, at=MONDAY)
    given().when(declare(FRIDAY, units=("H99.98",))).refused(UnknownUnit)
    given(other).when(declare(FRIDAY, id="other", units=(UNIT,))).refused(no.WorksByAnother)


def test_a_timetable_has_working_time_and_a_year_that_calendars_know() -> None:
    given().when(replace(CHANGE, timetable=Timetable(periods=((),) * 7))).refused(no.NoWorkingTime)
    given().when(replace(CHANGE, since=date(1969, 1, 1))).refused(no.YearUnknown)
    given(CHANGE).when(replace(CHANGE, timetable=STANDARD_TIMETABLE, decision="2")).refused(no.Contradiction)


def test_a_timetable_of_a_units_own_stays_when_that_of_all_changes() -> None:
    afternoons = Timetable(periods=(((810, 1020),),) * 5 + ((), ()))
    everybodys = replace(CHANGE, units=(), since=date(2027, 1, 1), timetable=afternoons, decision="2", at=TUESDAY)
    rules = given(CHANGE, replace(everybodys, declared_at=TUESDAY)).administration
    own, other = (rules.calendar_of(_unit(rules, code)).as_known(WEDNESDAY) for code in (UNIT, COMMUNE))
    monday = date(2027, 1, 4)
    assert (own.periods_on(monday), other.periods_on(monday)) == (((420, 690),), ((810, 1020),))
    revoke = c.RevokeDecision(id="vn", revoked="1", units=(UNIT,), decision="3", declared_at=WEDNESDAY, at=WEDNESDAY)
    after = Standing(rules).when(revoke).then(c.DecisionRevoked)
    assert after.calendar_of(_unit(after, UNIT)).as_known(WEDNESDAY).periods_on(monday) == ((810, 1020),)


def test_a_clock_that_is_behind_cannot_change_what_was_pinned() -> None:
    """Recorded by a process whose clock is an hour behind, after a dossier pinned what another had just recorded."""
    rules = given(declare(FRIDAY, declared_at=TUESDAY)).administration
    pinned = rules.calendar("vn").version_at(TUESDAY + timedelta(minutes=1))
    behind = TUESDAY - timedelta(hours=1)
    after = Standing(rules).when(declare(date(2026, 3, 12), decision="2", declared_at=behind)).then(c.DaysDeclared)
    assert pinned.known_at == TUESDAY
    assert after.calendar("vn").as_known(pinned.known_at).periods_on(date(2026, 3, 12))
    assert not after.calendar("vn").as_known(TUESDAY + timedelta(seconds=1)).periods_on(date(2026, 3, 12))


def _unit(rules: Administration, code: str) -> Unit:
    unit = rules.unit(code)
    assert unit is not None
    return unit
