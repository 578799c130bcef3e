"""Dossiers of an ended unit go to its successor by an act of their own; nothing that was promised or pinned moves."""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.administration import unit_facts as f
from domain.administration.administration import Administration
from domain.administration.building import build
from domain.agency import Unit, UnitKind
from domain.dossier import commands as c
from domain.dossier import events as e
from domain.dossier import refusals as no
from domain.dossier.next_acts import next_acts
from domain.dossier.slip import Kept, control_slip, steps_taken
from tests.domain.dossier import pasts as p
from tests.domain.dossier.lives import LIVES
from tests.domain.dossier.test_steps import STEPPED
from tests.examples import BEGINNING, COMMUNE, LIFE, MONDAY, UNIT, at, local
from tests.spec import Given, given

NEW: Final = "H99.02.77"
NEWER: Final = "H99.02.78"
THURSDAY: Final = date(2026, 3, 5)


def _unit(code: str) -> Unit:
    return Unit(code=code, name_vi="Xã mới", name_en="New", kind=UnitKind.COMMUNE, parent="H99", calendar="vn")


MERGED: Final = f.MergeUnits(
    code=NEW, merged=(COMMUNE,), unit=_unit(NEW), effective_from=THURSDAY, decision="60/NQ", at=MONDAY
)
SPLIT: Final = f.SplitUnit(
    code=COMMUNE, into=(_unit(NEW), _unit(NEWER)), effective_from=THURSDAY, decision="61/NQ", at=MONDAY
)
HAND: Final = c.HandToSuccessor(from_unit=COMMUNE, to_unit=NEW, at=local("2026-03-05"))
SUCCEEDED: Final = e.Succeeded(from_unit=COMMUNE, to_unit=NEW, decision="60/NQ", succeeded_at=HAND.at)


def administration(*acts: object) -> Administration:
    return build([*BEGINNING, *acts])


RULES: Final = administration(MERGED)


def test_what_an_ended_unit_has_goes_to_its_successor() -> None:
    before = given(*p.IN_PROCESS, p.HAND_OVER, rules=RULES)
    after = before.when(HAND).then(SUCCEEDED).dossier
    assert (after.unit, after.holder) == (NEW, replace(before.dossier.holder, unit=NEW))
    assert after._replace(unit=COMMUNE, holder=before.dossier.holder) == before.dossier


def test_it_goes_once() -> None:
    given(*p.IN_PROCESS, SUCCEEDED, rules=RULES).when(HAND).stays_quiet()
    given(*p.IN_PROCESS, rules=RULES).when(replace(HAND, from_unit=UNIT)).refused(no.NotInThisUnit, unit=UNIT)


def test_only_the_ended_are_succeeded_and_only_by_those_recorded() -> None:
    past = given(*p.IN_PROCESS, rules=RULES)
    past.when(replace(HAND, at=local("2026-03-04"))).refused(no.UnitStillThere, unit=COMMUNE)
    past.when(replace(HAND, to_unit=UNIT)).refused(no.NotASuccessor, unit=UNIT, successors=NEW)
    for to_unit in (NEW, NEWER):
        split = given(*p.IN_PROCESS, rules=administration(SPLIT)).when(replace(HAND, to_unit=to_unit))
        split.then(replace(SUCCEEDED, to_unit=to_unit, decision="61/NQ"))


def test_whoever_succeeds_the_successor_succeeds_it_too() -> None:
    again = f.EndUnit(code=NEW, successors=(UNIT,), effective_from=date(2026, 3, 9), decision="62/NQ", at=MONDAY)
    past = given(*p.IN_PROCESS, rules=administration(MERGED, again))
    late = replace(HAND, at=local("2026-03-09"))
    past.when(late).refused(no.NotASuccessor, unit=NEW, successors=UNIT)
    past.when(replace(late, to_unit=UNIT)).then(replace(SUCCEEDED, to_unit=UNIT, succeeded_at=late.at))


def test_a_dossier_in_other_hands_stays_in_them() -> None:
    elsewhere = replace(p.HAND_OVER, to_unit=UNIT, to_officer="cb-07")
    after = given(*p.IN_PROCESS, elsewhere, rules=RULES).when(HAND).then(SUCCEEDED).dossier
    assert (after.unit, after.holder.unit) == (NEW, UNIT)


def test_what_another_unit_handed_to_the_ended_one_goes_too() -> None:
    lent = given(replace(p.SUBMIT, unit=UNIT), p.ACCEPT, p.HAND_OVER, rules=RULES)
    after = lent.when(HAND).then(SUCCEEDED).dossier
    assert (after.unit, after.holder.unit) == (UNIT, NEW)


@pytest.mark.parametrize("ended", sorted(set(p.ENDED) - {"sealed"}))
def test_of_an_ended_dossier_nothing_is_left_to_hand_over(ended: str) -> None:
    given(*p.ENDED[ended], rules=RULES).when(HAND).refused(no.ProcessingEnded, stage=ended)


def test_a_result_that_waits_to_be_returned_goes_along() -> None:
    given(*p.SEALED, rules=RULES).when(HAND).then(SUCCEEDED)
    given(*p.SEALED, SUCCEEDED, replace(p.RETURN, at=at(9)), rules=RULES)


def test_it_is_offered_once_the_unit_has_ended() -> None:
    answered = given(*p.WAITING, replace(p.ANSWER, at=at(4)), rules=RULES)
    assert "hand-to-successor" in next_acts(answered.dossier, RULES)
    assert "hand-to-successor" not in next_acts(given(*p.IN_PROCESS, rules=RULES).dossier, RULES)


@for_all(LIVES, st.integers(4, 40))
def test_a_succession_moves_no_promise_and_nothing_that_was_pinned(life: Given, days: int) -> None:
    before = Given(life.history, RULES)
    answer = before.when(replace(HAND, at=at(days)))
    moved = answer.dossier._replace(unit=before.dossier.unit, holder=before.dossier.holder)
    assert moved == before.dossier
    assert answer.made in {(), (replace(SUCCEEDED, succeeded_at=at(days)),)}


@for_all(st.integers(1, len(LIFE) - 1))
def test_the_successor_carries_every_life_to_the_end_it_would_have_had(place: int) -> None:
    """With the same promise: the calendar, the term and the waits are the dossier's own."""
    life: list[e.DossierEvent | c.Command] = [p.SUBMIT, *LIFE]
    plain = given(*life).dossier
    rules = administration(replace(MERGED, effective_from=date(2026, 3, 2)))
    begun = given(*life[: place + 1])
    handed = Given(begun.history, rules).when(replace(HAND, at=local("2026-03-02", "18:00"))).history
    rest = [replace(each, to_unit=NEW) if isinstance(each, c.HandOver) else each for each in life[place + 1 :]]
    after = given(*handed, *rest, rules=rules).dossier
    assert (after.stage, after.due_at, after.calendar) == (plain.stage, plain.due_at, plain.calendar)
    assert (after.unit, len(handed) - len(begun.history)) == (NEW, 1)


def test_the_open_step_goes_on_in_the_successor_within_its_quota() -> None:
    """The control slip has a line for each unit, under the same due date: who was late before stays named."""
    rules = build([MERGED], STEPPED.entries)
    held = replace(p.HAND_OVER, step="appraise", to_unit=COMMUNE, to_officer="cb-02", at=at(1))
    before = given(*p.IN_PROCESS, held, rules=rules)
    after = before.when(replace(HAND, at=at(9)))
    assert after.made == (replace(SUCCEEDED, succeeded_at=at(9)),)
    assert after.dossier.step == before.dossier.step
    _, ended, taken_over = control_slip(after.history, rules, at(10))
    assert (ended.taken.unit, ended.taken.until, ended.kept) == (COMMUNE, at(9), Kept.LATE)
    assert taken_over.taken == replace(ended.taken, unit=NEW, since=at(9), until=None)


def test_a_result_that_goes_along_makes_no_line_of_the_control_slip() -> None:
    sealed = given(*p.SEALED, rules=RULES)
    assert steps_taken(sealed.when(HAND).history) == steps_taken(sealed.history)


def test_a_dossier_accepted_by_the_successor_begins_in_its_hands() -> None:
    accepted = given(*p.SUBMITTED, SUCCEEDED, replace(p.ACCEPT, at=local("2026-03-05")), rules=RULES)
    assert [line.unit for line in steps_taken(accepted.history)] == [NEW]
