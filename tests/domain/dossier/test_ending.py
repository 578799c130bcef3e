"""Other ends, and promises that could not be kept."""

from dataclasses import replace
from datetime import datetime

import pytest

from domain.dossier import events as e
from domain.dossier import refusals as no
from domain.dossier.commands import Command
from domain.dossier.dossier import Stage
from tests.domain.dossier.pasts import (
    APPRAISED,
    ASK,
    ASK_DUES,
    DUE_AT,
    ENDED,
    EXTEND,
    IN_PROCESS,
    OUTSIDE_ACCEPTED,
    OUTSIDE_SUBMITTED,
    SIGNED,
    STOP,
    STOPPED,
    SUBMITTED,
    WAITING,
    WITHDRAW,
    WITHDRAWN,
)
from tests.examples import at
from tests.spec import given

OPEN: tuple[tuple[tuple[Command, ...], str], ...] = (
    (SUBMITTED, "submitted"),
    (IN_PROCESS, "in-process"),
    (WAITING, "in-process"),
    (SIGNED, "signed"),
)


def test_the_agency_apologises_and_promises_a_later_date() -> None:
    extended = e.DeadlineExtended(
        old_due_at=DUE_AT,
        new_due_at=EXTEND.new_due_at,
        reason="Chờ xác minh",
        signer="cb-09",
        extended_at=at(7),
    )
    given(*APPRAISED).when(EXTEND).then(extended).promises(EXTEND.new_due_at)


def test_an_overdue_dossier_can_be_extended_and_the_old_promise_stays_in_the_history() -> None:
    answer = given(*APPRAISED).when(replace(EXTEND, at=at(9)))
    assert [event.old_due_at for event in answer.made if isinstance(event, e.DeadlineExtended)] == [DUE_AT]


def test_the_same_extension_is_made_once() -> None:
    given(*APPRAISED, EXTEND).when(replace(EXTEND, at=at(9))).stays_quiet()


@pytest.mark.parametrize("new_due_at", [DUE_AT, at(4)])
def test_no_earlier_date_is_promised(new_due_at: datetime) -> None:
    given(*APPRAISED).when(replace(EXTEND, new_due_at=new_due_at)).refused(no.NotLater, due_at=DUE_AT.isoformat())


def test_an_extension_has_a_reason() -> None:
    given(*APPRAISED).when(replace(EXTEND, reason="")).refused(no.ReasonRequired)


def test_before_acceptance_there_is_nothing_to_extend() -> None:
    given(*SUBMITTED).when(EXTEND).refused(no.NotAccepted)


def test_where_the_source_gave_no_date_there_is_nothing_to_extend() -> None:
    given(OUTSIDE_SUBMITTED, replace(OUTSIDE_ACCEPTED, due_at=None)).when(EXTEND).refused(no.NoPromise)


@pytest.mark.parametrize("past", [past for past, _ in OPEN])
def test_the_applicant_takes_an_open_dossier_back(past: tuple[Command, ...]) -> None:
    answer = given(*past).when(replace(WITHDRAW, at=at(4)))
    answer.then(e.Withdrawn(reason="Không còn nhu cầu", withdrawn_at=at(4)))
    assert (answer.dossier.stage, answer.dossier.ended_at) == (Stage.WITHDRAWN, at(4))


def test_the_applicant_need_not_say_why() -> None:
    assert given(*IN_PROCESS).when(replace(WITHDRAW, reason="")).made


@pytest.mark.parametrize(("past", "stage"), OPEN)
def test_processing_is_stopped_and_where_it_stood_is_kept(past: tuple[Command, ...], stage: str) -> None:
    answer = given(*past).when(replace(STOP, at=at(4)))
    answer.then(
        e.Stopped(reason="Quá hạn bổ sung", stage=stage, finance="nothing-due", officer="cb-02", stopped_at=at(4))
    )
    assert (answer.dossier.stage, answer.dossier.ended_at) == (Stage.STOPPED, at(4))


def test_what_is_due_is_kept_when_processing_stops() -> None:
    made = given(*IN_PROCESS, ASK_DUES, ASK).when(replace(STOP, at=at(4))).made
    assert [event.finance for event in made if isinstance(event, e.Stopped)] == ["due"]


def test_stopping_has_a_reason() -> None:
    given(*IN_PROCESS).when(replace(STOP, reason="")).refused(no.ReasonRequired)


@pytest.mark.parametrize(("past", "command"), [(WITHDRAWN, WITHDRAW), (STOPPED, STOP)])
def test_a_dossier_ends_once(past: tuple[Command, ...], command: Command) -> None:
    given(*past).when(command).stays_quiet()


@pytest.mark.parametrize("command", [EXTEND, WITHDRAW, STOP], ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("stage", ENDED)
def test_what_has_ended_is_neither_extended_nor_ended_otherwise(stage: str, command: Command) -> None:
    answer = given(*ENDED[stage]).when(replace(command, at=at(20)))
    if (stage, command) in {("withdrawn", WITHDRAW), ("stopped", STOP)}:
        answer.stays_quiet()
    else:
        answer.refused(no.ProcessingEnded, stage=stage)
