"""What is taken over from outside: steps under their own name, and histories as they are."""

from dataclasses import replace

import pytest

from domain.dossier import events as e
from domain.dossier import refusals as no
from domain.dossier.commands import Command
from domain.dossier.corrections import replay
from domain.dossier.dossier import Stage, evolve
from tests.domain.dossier.pasts import (
    CODE,
    ENDED,
    HAND_OVER,
    IMPORT,
    IN_PROCESS,
    OUTSIDE_ACCEPTED,
    OUTSIDE_SUBMITTED,
    RECORD_STEP,
    SIGNED,
    SUBMIT,
    SUBMITTED,
    WAITING,
    fact,
)
from tests.examples import SHA, at
from tests.spec import given

STEP = e.StepRecorded(name="T05", resource="Resource21", attributes=(("org:group", "EMPTY"),), occurred_at=at(1))
SEALED_OUTSIDE = e.Sealed(agency="", document_sha256="", certificate_serial="", officer="", sealed_at=at(40))
TAKEN = e.HistoryImported(source="OUT", source_case="7", keys=("case:submitted", "case:accepted"), imported_at=at(100))


@pytest.mark.parametrize("past", [SUBMITTED, IN_PROCESS, WAITING, SIGNED, *ENDED.values()])
def test_an_outside_step_is_kept_at_any_stage_and_changes_nothing_else(past: tuple[Command, ...]) -> None:
    before = given(*past)
    assert before.when(RECORD_STEP).then(STEP).dossier == before.dossier


def test_a_step_taken_twice_is_two_steps() -> None:
    given(*IN_PROCESS, RECORD_STEP).when(RECORD_STEP).then(STEP)


def test_a_step_belongs_to_a_dossier() -> None:
    given().when(RECORD_STEP).refused(no.NotSubmitted)


def test_every_act_belongs_to_a_dossier() -> None:
    given().when(HAND_OVER).refused(no.NotSubmitted)


def test_no_act_takes_effect_before_the_dossier_was_handed_in() -> None:
    early = replace(RECORD_STEP, at=at(hours=-1))
    given(*SUBMITTED).when(early).refused(no.BeforeSubmission, submitted_at=at().isoformat())
    assert given(*SUBMITTED).when(replace(RECORD_STEP, at=at())).made


def test_a_history_is_taken_over_as_it_is_under_a_code_of_our_own() -> None:
    answer = given().when(IMPORT)
    answer.then(replace(OUTSIDE_SUBMITTED, code=CODE), OUTSIDE_ACCEPTED, TAKEN).promises(at(30))
    assert answer.dossier.stage is Stage.IN_PROCESS


def test_nothing_is_taken_twice() -> None:
    given(IMPORT).when(replace(IMPORT, at=at(200))).stays_quiet()


def test_nothing_is_taken_twice_from_one_command() -> None:
    same = fact(STEP, "event:1")
    given(IMPORT).when(replace(IMPORT, facts=(same, *IMPORT.facts, same))).then(STEP, replace(TAKEN, keys=("event:1",)))


def test_only_what_is_new_is_taken() -> None:
    more = replace(IMPORT, facts=(*IMPORT.facts, fact(SEALED_OUTSIDE, "case:ended")))
    given(IMPORT).when(more).then(SEALED_OUTSIDE, replace(TAKEN, keys=("case:ended",)))


def test_what_the_rules_would_forbid_is_taken_over_when_it_happened() -> None:
    late = replace(SEALED_OUTSIDE, sealed_at=at(-3))
    facts = (fact(late, "1"), fact(SEALED_OUTSIDE, "2"), fact(OUTSIDE_SUBMITTED, "3"), fact(STEP, "4"))
    made = given(IMPORT).when(replace(IMPORT, facts=facts)).made
    assert made[:-1] == (late, SEALED_OUTSIDE, replace(OUTSIDE_SUBMITTED, code=CODE), STEP)


def test_a_dossier_of_ours_takes_over_no_outside_history() -> None:
    given(SUBMIT).when(IMPORT).refused(no.NotImported, source="OUT", case="7")


def test_an_imported_dossier_can_be_carried_on() -> None:
    assert given(IMPORT).when(replace(HAND_OVER, at=at(101))).made


@pytest.mark.parametrize(
    "late",
    [
        e.Appraised(eligible=True, opinion="", officer="cb-02", appraised_at=at(2)),
        e.Approved(officer="cb-03", approved_at=at(2)),
        e.ApprovalDeclined(reason="x", officer="cb-03", declined_at=at(2)),
        e.Signed(signer="cb-03", document_sha256=SHA, certificate_serial="1", signed_at=at(2)),
    ],
)
def test_a_fact_that_arrives_after_the_end_reopens_nothing(late: e.DossierEvent) -> None:
    ended = replay([e.Withdrawn(reason="x", withdrawn_at=at(1))])
    assert evolve(ended, late).stage is Stage.WITHDRAWN
