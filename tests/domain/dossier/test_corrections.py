"""Corrections: the wrong fact stays in the history, and everything computed from it is computed anew."""

from dataclasses import replace
from datetime import datetime

import pytest

from domain.dossier import events as e
from domain.dossier import refusals as no
from domain.dossier.commands import Command, Correct
from domain.dossier.corrections import corrected_history
from tests.domain.dossier.pasts import (
    ANSWER,
    CORRECT,
    DUE_AT,
    ENDED,
    EXTEND,
    IMPORT,
    IN_PROCESS,
    SUBMITTED,
    WAITING,
    fact,
)
from tests.examples import COMMUNE, FREE, PROCEDURE, UNIT, at, local
from tests.spec import given

WED_11, THU_12 = local("2026-03-11", "17:00"), local("2026-03-12", "17:00")


def correcting(version: int, field: str, new_value: str | datetime) -> Correct:
    written = new_value.isoformat() if isinstance(new_value, datetime) else new_value
    return replace(CORRECT, version=version, field=field, new_value=written, at=at(20))


def test_a_correction_names_the_fact_and_recomputes_the_promise() -> None:
    answer = given(*IN_PROCESS).when(CORRECT)
    answer.then(
        e.Corrected(
            version=2,
            field="accepted_at",
            old_value=at(hours=1).isoformat(),
            new_value=at(1).isoformat(),
            authority="cb-09",
            reason="Ghi nhầm ngày",
            due_at=WED_11,
            corrected_at=at(4),
        )
    )
    assert (answer.dossier.accepted_at, answer.dossier.due_at) == (at(1), WED_11)


def test_the_wrong_fact_stays_in_the_history() -> None:
    before = given(*IN_PROCESS)
    assert before.when(CORRECT).history[:-1] == before.history


def test_the_next_correction_names_the_value_that_stood() -> None:
    made = given(*IN_PROCESS, CORRECT).when(correcting(2, "accepted_at", at(3))).made
    assert [event.old_value for event in made if isinstance(event, e.Corrected)] == [at(1).isoformat()]


def test_a_correction_can_be_put_right_by_correcting_the_fact_again() -> None:
    given(*IN_PROCESS, CORRECT).when(correcting(2, "accepted_at", at(hours=1))).promises(DUE_AT)


def test_the_same_correction_is_made_once() -> None:
    given(*IN_PROCESS, CORRECT).when(CORRECT).stays_quiet()


def test_what_is_right_needs_no_correction() -> None:
    given(*SUBMITTED).when(correcting(1, "channel", "desk")).stays_quiet()


@pytest.mark.parametrize("stage", ENDED)
def test_facts_are_put_right_at_any_stage(stage: str) -> None:
    assert given(*ENDED[stage]).when(correcting(1, "channel", "post")).made


@pytest.mark.parametrize(
    ("field", "value"), [("channel", "post"), ("unit", UNIT), ("procedure", FREE), ("submitted_at", at(hours=-5))]
)
def test_what_statistics_are_cut_by_can_be_put_right_without_moving_the_promise(
    field: str, value: str | datetime
) -> None:
    answer = given(*IN_PROCESS).when(correcting(1, field, value)).promises(DUE_AT)
    assert [event.due_at for event in answer.made if isinstance(event, e.Corrected)] == [None]
    assert getattr(corrected_history(answer.history)[0], field) == value


def test_a_corrected_wait_moves_the_promise_by_what_it_was() -> None:
    answered = given(*WAITING, ANSWER)
    assert answered.dossier.waits[0].until == at(7)
    answered.when(correcting(4, "supplemented_at", at(4))).promises(WED_11)
    answered.when(correcting(3, "requested_at", at(4))).promises(WED_11)


def test_a_corrected_extension_promises_what_it_should_have() -> None:
    given(*IN_PROCESS, EXTEND).when(correcting(3, "new_due_at", THU_12)).promises(THU_12)


def test_a_corrected_extension_of_an_imported_dossier_is_a_visible_new_promise() -> None:
    extended = e.DeadlineExtended(old_due_at=at(30), new_due_at=at(40), reason="", signer="", extended_at=at(29))
    imported = given(replace(IMPORT, facts=(*IMPORT.facts, fact(extended, "event:9"))))
    there = imported.when(correcting(3, "new_due_at", at(50))).promises(at(50))
    back = given(*there.history).when(correcting(3, "new_due_at", at(40))).promises(at(40))
    assert [event.due_at for event in back.history if isinstance(event, e.Corrected)] == [at(50), at(40)]


def test_putting_one_fact_right_leaves_a_promise_alone_that_does_not_rest_on_it() -> None:
    """The extension took effect, on paper, in the middle of a wait that had ended when it was recorded."""
    backdated = given(*WAITING, ANSWER, replace(EXTEND, at=at(4)))
    backdated.when(correcting(1, "channel", "post")).promises(EXTEND.new_due_at)


@pytest.mark.parametrize("version", [-1, 0, 3])
def test_a_correction_names_a_fact_there_is(version: int) -> None:
    given(*IN_PROCESS).when(correcting(version, "accepted_at", at(1))).refused(no.NoSuchEvent, version=str(version))


@pytest.mark.parametrize(
    ("past", "version", "field"),
    [(IN_PROCESS, 1, "personal"), (IN_PROCESS, 2, "due_at"), ((*IN_PROCESS, CORRECT), 3, "corrected_at")],
)
def test_only_times_and_what_statistics_are_cut_by_can_be_put_right(
    past: tuple[Command, ...], version: int, field: str
) -> None:
    kind = type(given(*past).history[version - 1]).__name__
    given(*past).when(correcting(version, field, at(1))).refused(no.NotCorrectable, event=kind, field=field)


def test_a_field_that_no_fact_has_cannot_be_put_right() -> None:
    given(*IN_PROCESS).when(correcting(1, "weather", "fine")).refused(
        no.NotCorrectable, event="Submitted", field="weather"
    )


@pytest.mark.parametrize("value", ["", "yesterday", "2026-03-03T08:00:00", "2026-02-30T08:00:00+07:00"])
def test_a_time_must_be_readable_with_its_offset(value: str) -> None:
    given(*IN_PROCESS).when(correcting(2, "accepted_at", value)).refused(no.UnreadableValue, value=value)


def test_a_channel_must_be_one_of_the_channels() -> None:
    given(*IN_PROCESS).when(correcting(1, "channel", "pigeon")).refused(no.UnreadableValue, value="pigeon")


def test_a_dossier_is_put_right_to_a_unit_and_a_procedure_there_are() -> None:
    given(*IN_PROCESS).when(correcting(1, "unit", "H99.99")).refused(no.UnknownUnit, unit="H99.99")
    given(*IN_PROCESS).when(correcting(1, "procedure", "9")).refused(no.UnknownProcedure, procedure="9")


@pytest.mark.parametrize("field", ["channel", "unit", "procedure"])
def test_an_imported_dossier_may_keep_its_sources_own_words(field: str) -> None:
    assert given(IMPORT).when(correcting(1, field, "their word")).made


@pytest.mark.parametrize("lacking", ["reason", "authority"])
def test_a_correction_has_an_authority_and_a_reason(lacking: str) -> None:
    silent = replace(CORRECT, reason="") if lacking == "reason" else replace(CORRECT, authority=" ")
    given(*IN_PROCESS).when(silent).refused(no.ReasonRequired)


def test_there_is_nothing_to_put_right_before_submission() -> None:
    given().when(CORRECT).refused(no.NotSubmitted)


def test_a_correction_in_an_imported_history_that_names_nothing_is_left_as_it_is() -> None:
    wrong = given(*IN_PROCESS).when(CORRECT).made[0]
    assert isinstance(wrong, e.Corrected)
    for useless in (replace(wrong, version=9), replace(wrong, field="weather"), replace(wrong, new_value="?")):
        history = (*given(*IN_PROCESS).history, useless)
        assert corrected_history(history) == list(history)


def test_a_correction_names_an_earlier_fact_never_a_later_one() -> None:
    submitted, accepted, correction = given(*IN_PROCESS, CORRECT).history
    assert isinstance(correction, e.Corrected)
    correction = replace(correction, version=3)
    assert corrected_history((submitted, correction, accepted)) == [submitted, correction, accepted]


def test_a_correction_moves_the_dossier_in_statistics_and_nothing_else() -> None:
    dossier = given(*IN_PROCESS).when(correcting(1, "unit", UNIT)).dossier
    assert (dossier.unit, dossier.procedure, dossier.code) == (UNIT, PROCEDURE, f"{COMMUNE}-260302-0001")
