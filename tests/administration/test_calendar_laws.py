"""Laws of calendars: whatever is decided, in whatever order, on clocks that disagree, no promise moves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from domain.administration import calendars as c
from domain.administration import refusals as no
from domain.administration.administration import Administration
from domain.calendar import Calendar, Declaration, DeclarationKind, Periods, Timetable
from domain.dossier.commands import Accept
from domain.dossier.dossier import Dossier
from domain.dossier.promise import standing_promise
from domain.errors import Refusal
from tests.administration.told import Standing, given
from tests.examples import COMMUNE, MONDAY, SUBMIT, UNIT, VN
from tests.spec import given as dossier_given

FIRST, LAST = date(2026, 2, 25), date(2026, 4, 10)
EVERY_DAY = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days)]
PERIODS: tuple[Periods, ...] = ((), ((420, 690),), ((420, 690), (810, 1020)))
HOURS = st.integers(-100, 500).map(lambda hours: timedelta(hours=hours))
LAYERS = st.sampled_from(((), (COMMUNE,), (UNIT,), (UNIT, COMMUNE)))
DECISIONS = st.sampled_from(("1/QĐ", "2/QĐ", "3/QĐ"))


def _days(draw: Any, common: dict[str, Any]) -> c.DeclareDays:
    days = draw(st.sets(st.sampled_from(EVERY_DAY), min_size=1, max_size=4))
    periods = draw(st.sampled_from(PERIODS))
    return c.DeclareDays(days=tuple(days), kind=DeclarationKind.OVERRIDE, periods=periods, source="Công báo", **common)


def _timetable(draw: Any, common: dict[str, Any]) -> c.ChangeTimetable:
    week = draw(st.lists(st.sampled_from(PERIODS), min_size=6, max_size=6))
    timetable = Timetable(periods=(PERIODS[2], *week))
    return c.ChangeTimetable(since=draw(st.sampled_from(EVERY_DAY)), timetable=timetable, **common)


@st.composite
def acts(draw: Any) -> Any:
    """A decision of any sort, declared some time before it is recorded."""
    at = MONDAY + draw(HOURS)
    common = {
        "id": "vn",
        "units": draw(LAYERS),
        "decision": draw(DECISIONS),
        "declared_at": at - timedelta(hours=draw(st.integers(0, 48))),
        "at": at,
    }
    sort = draw(st.integers(0, 3))
    if sort == 0:
        return c.RevokeDecision(revoked=draw(DECISIONS), **common)
    return _timetable(draw, common) if sort == 1 else _days(draw, common)


def recorded(rules: Administration, act: Any, at: datetime | None = None) -> Administration:
    """The administration after the act, or as it was where the act is refused, for what may be refused here."""
    told = Standing(rules).when(act, at=at)
    assert told.refusal is None or isinstance(told.refusal, no.Contradiction | no.NothingToRevoke)
    return told.after or rules


def worked(calendar: Calendar, known_at: datetime) -> list[Periods]:
    known = calendar.as_known(known_at)
    return [known.periods_on(day) for day in EVERY_DAY]


def accepted(rules: Administration, at: datetime) -> Dossier | None:
    try:
        return dossier_given(SUBMIT, Accept(officer="cb-01", at=at), rules=rules).dossier
    except Refusal:
        return None


CLOCK = st.integers(0, 400).map(lambda hours: MONDAY + timedelta(hours=hours))


@settings(max_examples=200)
@for_all(st.lists(st.one_of(acts(), CLOCK), max_size=12), st.lists(HOURS, min_size=12, max_size=12))
def test_nothing_that_is_decided_moves_a_promise(history: list[Any], clocks: Sequence[timedelta]) -> None:
    """Dossiers are accepted among decisions that are recorded by clocks as they please, even before an acceptance."""
    rules = given().administration
    dossiers: list[Dossier] = []
    for step, clock in zip(history, clocks, strict=False):
        if isinstance(step, datetime):
            dossier = accepted(rules, step)
            dossiers += [dossier] if dossier else []
        else:
            rules = recorded(rules, step, MONDAY + clock)
        assert all(standing_promise(each, rules) == each.due_at for each in dossiers)


@for_all(st.lists(st.tuples(acts(), HOURS), max_size=8), CLOCK)
def test_what_was_known_stays_known(history: list[tuple[Any, timedelta]], at: datetime) -> None:
    """What is recorded next changes nothing that could have been pinned, whatever its clock says."""
    rules = given().administration
    for act, clock in history:
        pinned = [each.version_at(at) for each in every(rules)]
        before = [worked(rules.calendar(each.id), each.known_at) for each in pinned]
        rules = recorded(rules, act, MONDAY + clock)
        assert [worked(rules.calendar(each.id), each.known_at) for each in pinned] == before


def every(rules: Administration) -> list[Calendar]:
    """The calendar of all units, and those of units of their own."""
    calendars = {rules.calendar("vn").id: rules.calendar("vn")}
    for unit in rules.all_units():
        calendars.setdefault(rules.calendar_of(unit).id, rules.calendar_of(unit))
    return list(calendars.values())


@for_all(st.lists(acts(), max_size=8), CLOCK)
def test_what_is_decided_for_a_unit_is_for_that_unit_alone(history: list[Any], known_at: datetime) -> None:
    mixed = only_for_all = given().administration
    for act in history:
        after = recorded(mixed, act)
        kept = after.entries.of(c.CALENDARS)["vn"]
        if not act.units and kept != mixed.entries.of(c.CALENDARS)["vn"]:
            # At the moment at which it became known: of two that contradict each other at one moment one is refused.
            only_for_all = recorded(only_for_all, replace(act, at=kept.decided_until))
        mixed = after
    untouched = {unit for unit in (UNIT, COMMUNE) if not any(unit in act.units for act in history)} | {"H99"}
    for unit in mixed.all_units():
        if unit.code in untouched:
            assert mixed.calendar_of(unit).id == "vn"
            assert worked(mixed.calendar_of(unit), END) == worked(only_for_all.calendar_of(unit), END)
    assert mixed.calendar("vn").as_known(known_at) is mixed.calendar("vn").as_known(known_at)


END = MONDAY + timedelta(days=400)
DECLARED = st.builds(
    Declaration,
    day=st.sampled_from(EVERY_DAY),
    periods=st.sampled_from(PERIODS),
    kind=st.just(DeclarationKind.OVERRIDE),
    known_at=CLOCK,
    decision=DECISIONS,
    source=st.just("test"),
    confidence=st.just("test"),
)


@for_all(
    st.lists(DECLARED, max_size=10, unique_by=lambda each: (each.day, each.known_at)).flatmap(
        lambda days: st.tuples(st.just(days), st.permutations(days))
    ),
    CLOCK,
)
def test_the_order_of_declarations_matters_only_by_when_they_became_known(
    orders: tuple[list[Declaration], Sequence[Declaration]], known_at: datetime
) -> None:
    one, other = (worked(replace(VN, declarations=tuple(order)), known_at) for order in orders)
    assert one == other


@for_all(st.lists(acts(), max_size=6).flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))))
def test_decisions_on_different_days_may_be_recorded_in_any_order(orders: tuple[list[Any], Sequence[Any]]) -> None:
    """Each with days of its own, recorded in one go: in the end the same is known."""
    ends = []
    for order in orders:
        rules = given().administration
        for act in order:
            place = orders[0].index(act)
            if isinstance(act, c.DeclareDays) and orders[0].count(act) == 1:
                rules = recorded(rules, replace(act, days=(EVERY_DAY[place],)), MONDAY)
        ends.append([worked(rules.calendar_of(unit), END) for unit in rules.all_units()])
    assert ends[0] == ends[1]
