"""Units: established, changed, ended and succeeded; the tree stays a tree, and somebody answers on every day."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.administration import refusals as no
from domain.administration import unit_facts as f
from domain.administration import units as u
from domain.administration.administration import Administration
from domain.administration.building import build
from domain.agency import Unit, UnitKind
from domain.dossier import refusals as dossier_no
from domain.dossier.commands import Accept, HandOver
from domain.errors import Refusal
from tests.administration.told import given, recorded
from tests.examples import BEGINNING, COMMUNE, MONDAY, SUBMIT, UNIT, at, local
from tests.spec import given as dossier_given

JULY = date(2026, 7, 1)
NEW = "H99.02.77"


def unit(code: str = NEW, parent: str | None = "H99") -> Unit:
    return Unit(code=code, name_vi="Xã mới", name_en="New", kind=UnitKind.COMMUNE, parent=parent, calendar="vn")


def establish(code: str = NEW, day: date = JULY, **changes: Any) -> f.EstablishUnit:
    described = replace(unit(code), **changes)
    return f.EstablishUnit(code=code, unit=described, effective_from=day, decision="60/NQ", at=MONDAY)


def merge(*merged: str, into: str = NEW, new: bool = True, day: date = JULY) -> f.MergeUnits:
    return f.MergeUnits(
        code=into, merged=merged, unit=unit(into) if new else None, effective_from=day, decision="60/NQ", at=MONDAY
    )


def end(code: str = COMMUNE, *successors: str, day: date = JULY) -> f.EndUnit:
    return f.EndUnit(code=code, successors=successors, effective_from=day, decision="61/NQ", at=MONDAY)


def test_a_unit_is_there_from_its_day_on() -> None:
    rules = given().when(establish()).then(f.UnitEstablished)
    assert [rules.unit_at(NEW, local(day)) for day in ("2026-06-30", "2026-07-01")] == [None, unit()]
    given(establish()).when(establish()).stays_quiet()
    given(establish()).when(establish(name_vi="Khác")).refused(no.AlreadyThere)


def test_a_unit_leans_on_what_is_there() -> None:
    given().when(establish(parent="H98")).refused(no.UnknownParent)
    given().when(establish(calendar="fr")).refused(no.UnknownCalendar)
    given().when(f.EstablishUnit(code="H99.03", unit=unit(), effective_from=JULY, at=MONDAY)).refused(no.CodeDiffers)
    given(establish()).when(establish("H99.02.78", parent=NEW, day=date(2026, 6, 1))).refused(no.UnknownParent)


def test_a_change_holds_from_its_day_on_and_makes_no_circle() -> None:
    renamed = replace(unit(COMMUNE), name_vi="Phường Mới")
    change = f.ChangeUnit(code=COMMUNE, unit=renamed, effective_from=JULY, decision="62/NQ", at=MONDAY)
    rules = given().when(change).then(f.UnitChanged)
    names = [each.name_vi for day in ("2026-06-30", "2026-07-01") if (each := rules.unit_at(COMMUNE, local(day)))]
    assert names == ["Đơn vị", "Phường Mới"]
    given(change).when(change).stays_quiet()
    circle = f.ChangeUnit(code="H99", unit=unit("H99", COMMUNE), effective_from=JULY, decision="-", at=MONDAY)
    given().when(circle).refused(no.ParentsInACircle)
    given().when(replace(change, code="H97", unit=unit("H97"))).refused(no.UnknownEntry)


def test_units_merge_into_a_new_one_that_answers_for_them() -> None:
    rules = given().when(merge(COMMUNE, UNIT)).then(f.UnitEstablished, f.UnitEnded, f.UnitEnded)
    assert [rules.successors(COMMUNE, local(day)) for day in ("2026-06-30", "2026-07-01")] == [(COMMUNE,), (NEW,)]
    assert u.predecessors(rules.entries, NEW) == (UNIT, COMMUNE)
    given(merge(COMMUNE, UNIT)).when(merge(COMMUNE, UNIT)).stays_quiet()
    given(merge(COMMUNE)).when(merge(COMMUNE, into=UNIT, new=False)).refused(no.UnitNotInForce)
    given().when(merge(COMMUNE, into=COMMUNE, new=False)).refused(no.SuccessorRequired)


def test_a_unit_is_split_into_new_ones() -> None:
    split = f.SplitUnit(
        code=COMMUNE, into=(unit("H99.02.78"), unit("H99.02.79")), effective_from=JULY, decision="-", at=MONDAY
    )
    rules = given().when(split).then(f.UnitEstablished, f.UnitEstablished, f.UnitEnded)
    assert rules.successors(COMMUNE, local("2026-07-01")) == ("H99.02.78", "H99.02.79")
    given(split).when(split).stays_quiet()


def test_a_unit_that_ends_is_succeeded_and_has_nobody_below() -> None:
    given().when(end(COMMUNE, UNIT)).then(f.UnitEnded)
    given(end(COMMUNE, UNIT)).when(end(COMMUNE, UNIT)).stays_quiet()
    given().when(end(COMMUNE)).refused(no.SuccessorRequired)
    given().when(end("H99", UNIT)).refused(no.UnitHasChildren)
    given(end(COMMUNE, UNIT)).when(end(UNIT, COMMUNE)).refused(no.UnitNotInForce)


def test_dossiers_go_to_units_that_are_there() -> None:
    rules = given().when(merge(COMMUNE, day=date(2026, 3, 3))).then(f.UnitEstablished, f.UnitEnded)
    late = replace(SUBMIT, at=local("2026-03-03"))
    dossier_given(rules=rules).when(late).refused(dossier_no.UnitEnded, unit=COMMUNE, successors=NEW)
    assert dossier_given(rules=rules).when(replace(late, unit=NEW)).made
    going_on = dossier_given(SUBMIT, Accept(officer="cb-01", at=at(hours=1)), rules=rules)
    over = HandOver(step="-", to_unit=COMMUNE, to_officer="cb", to_title="-", at=at(2))
    going_on.when(over).refused(dossier_no.UnitEnded, unit=COMMUNE, successors=NEW)
    assert going_on.when(replace(over, to_unit=NEW)).made


@for_all(st.lists(st.integers(0, 60), min_size=1, max_size=5, unique=True), st.integers(0, 70))
def test_who_answers_is_found_through_any_number_of_mergers(days: list[int], asked: int) -> None:
    """Each merges what the one before had made; on a day the last merger that has come answers."""
    first = date(2026, 4, 1)
    commands: list[Any] = []
    last = COMMUNE
    for number, offset in enumerate(sorted(days)):
        commands.append(merge(last, into=f"H99.03.{number + 10}", day=first + timedelta(days=offset)))
        last = f"H99.03.{number + 10}"
    rules = given(*commands).administration
    come = [number for number, offset in enumerate(sorted(days)) if offset <= asked]
    expected = f"H99.03.{come[-1] + 10}" if come else COMMUNE
    day = first + timedelta(days=asked)
    assert rules.successors(COMMUNE, local(day.isoformat(), "12:00")) == (expected,)


class Province(RuleBasedStateMachine):
    """Any commands, in any order: what is refused changes nothing, and what is not keeps the tree whole."""

    def __init__(self) -> None:
        super().__init__()
        self.entries = build(BEGINNING).entries
        self.day = date(2026, 3, 1)
        self.codes = ["H99", UNIT, COMMUNE, *(f"H99.04.{number}" for number in range(10, 15))]

    def ask(self, command: Any) -> None:
        with suppress(Refusal):
            self.entries = self.entries.after(recorded(self.entries, command))

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self.day += timedelta(days=days)

    @rule(place=st.integers(0, 7), above=st.integers(0, 7))
    def establish(self, place: int, above: int) -> None:
        self.ask(establish(self.codes[place], self.day, parent=self.codes[above]))

    @rule(place=st.integers(0, 7), above=st.integers(0, 7))
    def move(self, place: int, above: int) -> None:
        moved = unit(self.codes[place], self.codes[above])
        self.ask(f.ChangeUnit(code=moved.code, unit=moved, effective_from=self.day, decision="-", at=MONDAY))

    @rule(place=st.integers(0, 7), others=st.lists(st.integers(0, 7), max_size=3), new=st.booleans())
    def merge(self, place: int, others: list[int], *, new: bool) -> None:
        merged = tuple(dict.fromkeys(self.codes[other] for other in others))
        self.ask(merge(*merged, into=self.codes[place], new=new, day=self.day))

    @rule(place=st.integers(0, 7), successor=st.integers(0, 7))
    def end(self, place: int, successor: int) -> None:
        self.ask(end(self.codes[place], self.codes[successor], day=self.day))

    @invariant()
    def a_tree_in_which_somebody_answers(self) -> None:
        units = self.entries.of(u.UNITS)
        rules = Administration(self.entries)
        for code, kept in units.items():
            above, seen = kept.latest.parent, {code}
            while above is not None:
                assert above not in seen
                seen.add(above)
                above = units[above].latest.parent
            answering = rules.successors(code, local(self.day.isoformat(), "12:00"))
            assert answering
            assert all(units[each].ended_on is None or units[each].ended_on > self.day for each in answering)  # type: ignore[operator]


TestProvince = Province.TestCase
TestProvince.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
