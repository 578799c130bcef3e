"""Calendars: what is declared counts once it was made and recorded, and never moves what was promised before."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.administration import calendars as c
from domain.administration import refusals as no
from domain.administration.administration import Administration
from domain.agency import Unit
from domain.calendar import STANDARD_TIMETABLE, DeclarationKind, Timetable
from domain.clock import due_at
from domain.dossier.commands import Accept
from domain.dossier.promise import standing_promise
from domain.term import Term, TermUnit
from service.administration import load_administration
from tests.administration.told import Standing, given
from tests.examples import COMMUNE, MONDAY, SUBMIT, UNIT, local
from tests.spec import given as dossier_given

STANDARD = ((420, 690), (810, 1020))
SWAP_DECIDED = local("2025-12-25")
SATURDAY, FRIDAY = date(2026, 1, 10), date(2026, 1, 2)


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
    given().when(declare()).refused(no.WrongPeriods)
    given().when(declare(FRIDAY, periods=STANDARD)).refused(no.WrongPeriods)
    given().when(make_up(SATURDAY, periods=())).refused(no.WrongPeriods)
    given().when(make_up(SATURDAY, periods=((900, 600),))).refused(no.WrongPeriods)


def test_a_calendar_is_begun_once_in_a_zone_that_there_is() -> None:
    begin = c.OpenCalendar(id="other", timezone="Asia/Ho_Chi_Minh", timetable=STANDARD_TIMETABLE, at=MONDAY)
    given().when(begin).then(c.CalendarOpened)
    given(begin).when(begin).stays_quiet()
    given(begin).when(replace(begin, timezone="Asia/Tokyo")).refused(no.AlreadyThere)
    given().when(replace(begin, timezone="Asia/Nowhere")).refused(no.UnknownTimezone)
    given().when(replace(begin, id="vn/H99")).refused(no.AlreadyThere)


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
    mornings = Timetable(periods=(((420, 690),),) * 5 + ((), ()))
    change = c.ChangeTimetable(
        id="vn", since=date(2026, 7, 1), timetable=mornings, units=(UNIT,), decision="1", declared_at=MONDAY, at=MONDAY
    )
    rules = given().when(change).then(c.TimetableChanged)
    known = rules.calendar_of(_unit(rules, UNIT)).as_known(local("2026-04-01"))
    assert [known.periods_on(date(2026, month, 1)) for month in (6, 7)] == [STANDARD, ((420, 690),)]
    given().when(replace(change, decision="")).refused(no.DecisionRequired)


def test_a_later_decision_on_the_same_day_takes_its_place() -> None:
    first, second = declare(FRIDAY), make_up(FRIDAY, declared_at=MONDAY + timedelta(hours=1))
    rules = given(first, second).administration
    assert rules.calendar("vn").as_known(local("2026-03-04")).periods_on(FRIDAY) == STANDARD
    at_once = given(first, replace(second, declared_at=MONDAY, at=MONDAY)).administration
    assert at_once.calendar("vn").as_known(local("2026-03-04")).periods_on(FRIDAY) == STANDARD


DAYS = st.dates(date(2026, 3, 2), date(2026, 4, 30))
DECLARED = st.tuples(st.lists(DAYS, min_size=1, max_size=3), st.booleans(), st.booleans(), st.integers(-200, 400))


@for_all(st.lists(DECLARED, max_size=6), st.integers(0, 200))
def test_nothing_that_is_declared_moves_a_promise(declared: list[Any], accepted_after: int) -> None:
    accepted_at = MONDAY + timedelta(hours=accepted_after)
    rules = given()
    dossier = dossier_given(SUBMIT, Accept(officer="cb-01", at=accepted_at), rules=rules.administration).dossier
    for days, off, ours, hours in declared:
        command = (declare if off else make_up)(
            *days, declared_at=MONDAY + timedelta(hours=hours), units=(COMMUNE,) if ours else ()
        )
        recorded_at = max(accepted_at + timedelta(seconds=1), command.at)
        rules = Standing(rules.when(command, at=recorded_at).then(c.DaysDeclared))
    assert standing_promise(dossier, rules.administration) == dossier.due_at


def _unit(rules: Administration, code: str) -> Unit:
    unit = rules.unit(code)
    assert unit is not None
    return unit
