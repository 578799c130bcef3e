"""At the desk: submission, acceptance, and what is asked of the applicant."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.agency import Unit
from domain.applicant import ApplicantKind
from domain.calendar import CalendarVersion
from domain.dossier import events as e
from domain.dossier import refusals as no
from domain.dossier.commands import Command
from domain.dossier.events import SupplementItem
from domain.procedure import Procedure
from domain.term import Term, TermUnit
from tests.domain.dossier.pasts import (
    ACCEPT,
    ANSWER,
    APPRAISED,
    ASK,
    CODE,
    DUE_AT,
    ENDED,
    IN_PROCESS,
    RECEPTION_REFUSED,
    REFUSE_RECEPTION,
    SIGNED,
    SUBMIT,
    SUBMITTED,
    WAITING,
    WITHDRAW,
)
from tests.examples import ALICE, COMMUNE, FREE, MONDAY, PROCEDURE, TestRules, at, components, local
from tests.spec import given

LATE_STAGES = {stage: past for stage, past in ENDED.items() if stage != "reception-refused"}


class Abolished(TestRules):
    """The administration after the procedure went out of force."""

    def procedure(self, code: str, at: datetime) -> Procedure | None:
        return None if code == PROCEDURE else super().procedure(code, at)

    def last_procedure(self, code: str, at: datetime) -> Procedure | None:
        return None if code == PROCEDURE else super().last_procedure(code, at)

    def procedure_version(self, code: str, version: str) -> Procedure | None:
        return None if code == PROCEDURE else super().procedure_version(code, version)


class Merged(TestRules):
    """The administration after the commune was merged into another."""

    def unit(self, code: str) -> Unit | None:
        return None if code == COMMUNE else super().unit(code)


def test_a_dossier_is_handed_in() -> None:
    given().when(SUBMIT).then(
        e.Submitted(
            code=CODE,
            procedure=PROCEDURE,
            unit=COMMUNE,
            channel="desk",
            applicant_kind=ApplicantKind.PERSON,
            applicant_reference="ND-000123",
            components=components("TK", "CC"),
            personal=ALICE,
            submitted_at=MONDAY,
        )
    )


def test_what_is_missing_may_come_after_submission() -> None:
    assert given().when(replace(SUBMIT, components=())).made


def test_the_same_dossier_is_handed_in_once() -> None:
    given(*SUBMITTED).when(SUBMIT).stays_quiet()


def test_another_dossier_cannot_take_its_place() -> None:
    given(*SUBMITTED).when(replace(SUBMIT, procedure=FREE)).refused(no.AlreadySubmitted, code=CODE)


def test_a_procedure_must_be_in_force() -> None:
    given().when(replace(SUBMIT, procedure="9.999999")).refused(no.UnknownProcedure, procedure="9.999999")


def test_a_unit_must_exist() -> None:
    given().when(replace(SUBMIT, unit="H99.99")).refused(no.UnknownUnit, unit="H99.99")


def test_only_components_of_the_procedure_can_be_handed_in() -> None:
    with_others = replace(SUBMIT, components=components("TK", "ZZ", "AA"))
    given().when(with_others).refused(no.UnknownComponent, components="AA, ZZ")


@pytest.mark.parametrize("number", ["12345678901", "1234567890123", "12345678901x"])
def test_a_person_has_twelve_digits(number: str) -> None:
    personal = replace(ALICE, personal_number=number)
    given().when(replace(SUBMIT, personal=personal)).refused(no.InvalidPersonalNumber)


def test_an_organisation_is_known_by_its_tax_code() -> None:
    personal = replace(ALICE, personal_number="0314409058")
    organisation = replace(SUBMIT, applicant_kind=ApplicantKind.ORGANISATION, personal=personal)
    assert given().when(organisation).made


def test_acceptance_pins_what_the_dossier_is_judged_by_and_gives_the_appointment() -> None:
    given(*SUBMITTED).when(ACCEPT).then(
        e.Accepted(
            receipt_code=f"{CODE}/TN",
            procedure_version="1",
            calendar=CalendarVersion(id="vn", known_at=datetime(2025, 12, 1, tzinfo=UTC)),
            counting="test",
            term=Term(5, TermUnit.WORKING_DAYS),
            timezone="Asia/Ho_Chi_Minh",
            due_at=DUE_AT,
            officer="cb-01",
            accepted_at=at(hours=1),
        )
    )


@pytest.mark.parametrize("stage", LATE_STAGES)
def test_a_dossier_is_accepted_once(stage: str) -> None:
    given(*LATE_STAGES[stage]).when(replace(ACCEPT, at=at(20))).stays_quiet()


def test_nothing_is_accepted_before_the_required_components_are_in() -> None:
    given(replace(SUBMIT, components=components("UQ"))).when(ACCEPT).refused(no.ComponentsMissing, components="TK, CC")


def test_nothing_is_accepted_while_the_applicant_is_waited_for() -> None:
    given(SUBMIT, ASK).when(replace(ACCEPT, at=at(4))).refused(no.WaitingForSupplement)


def test_what_the_desk_refused_is_not_accepted() -> None:
    given(*RECEPTION_REFUSED).when(ACCEPT).refused(no.ProcessingEnded, stage="reception-refused")


def test_nothing_is_accepted_for_a_procedure_no_longer_in_force() -> None:
    given(given(*SUBMITTED).history[0], rules=Abolished()).when(ACCEPT).refused(
        no.UnknownProcedure, procedure=PROCEDURE
    )


def test_nothing_is_accepted_by_a_unit_that_is_no_more() -> None:
    given(given(*SUBMITTED).history[0], rules=Merged()).when(ACCEPT).refused(no.UnknownUnit, unit=COMMUNE)


def test_reception_is_refused_with_the_reason() -> None:
    refused = e.ReceptionRefused(reason="Sai thẩm quyền", officer="cb-01", refused_at=at(hours=1))
    answer = given(*SUBMITTED).when(REFUSE_RECEPTION).then(refused)
    assert answer.dossier.ended_at == at(hours=1)


def test_reception_is_refused_once() -> None:
    given(*RECEPTION_REFUSED).when(REFUSE_RECEPTION).stays_quiet()


def test_reception_is_not_refused_after_acceptance() -> None:
    given(*IN_PROCESS).when(REFUSE_RECEPTION).refused(no.AlreadyAccepted)


def test_reception_is_not_refused_without_a_reason() -> None:
    given(*SUBMITTED).when(replace(REFUSE_RECEPTION, reason=" \t")).refused(no.ReasonRequired)


def test_reception_is_not_refused_after_withdrawal() -> None:
    given(SUBMIT, WITHDRAW).when(replace(REFUSE_RECEPTION, at=at(2))).refused(no.ProcessingEnded, stage="withdrawn")


@pytest.mark.parametrize(
    ("past", "stage"), [(SUBMITTED, "submitted"), (IN_PROCESS, "in-process"), (APPRAISED, "appraised")]
)
def test_a_supplement_is_asked_for_before_and_after_acceptance(past: tuple[Command, ...], stage: str) -> None:
    answer = given(*past).when(ASK)
    answer.then(
        e.SupplementRequested(
            items=(SupplementItem(component="UQ", note="bản chính"),),
            stage=stage,
            legal_basis="Điều 7",
            approver="cb-09",
            officer="cb-02",
            requested_at=at(3),
        )
    )
    assert answer.dossier.waiting_for_supplement


def test_the_same_request_is_made_once() -> None:
    given(*WAITING).when(replace(ASK, at=at(4))).stays_quiet()


@pytest.mark.parametrize("others", [("CC",), ("UQ", "CC"), ("CC", "TK")])
def test_another_request_is_not_made_while_the_first_is_open(others: tuple[str, ...]) -> None:
    two = replace(ASK, items=(SupplementItem(component="UQ"), SupplementItem(component="TK")))
    other = replace(ASK, items=tuple(SupplementItem(component=each) for each in others))
    given(*IN_PROCESS, two).when(other).refused(no.WaitingForSupplement)


def test_part_of_a_request_is_another_request() -> None:
    two = replace(ASK, items=(*ASK.items, SupplementItem(component="TK")))
    given(*IN_PROCESS, two).when(ASK).refused(no.WaitingForSupplement)


def test_a_request_asks_for_something() -> None:
    given(*IN_PROCESS).when(replace(ASK, items=())).refused(no.NothingAsked)


@pytest.mark.parametrize("stage", ENDED)
def test_nothing_is_asked_for_after_the_end(stage: str) -> None:
    given(*ENDED[stage]).when(replace(ASK, at=at(20))).refused(no.ProcessingEnded, stage=stage)


def test_what_was_asked_for_arrives() -> None:
    moved = e.Supplemented(components=components("UQ"), due_at=local("2026-03-12", "17:00"), supplemented_at=at(7))
    answer = given(*WAITING).when(ANSWER).then(moved)
    assert "UQ" in answer.dossier.components
    assert not answer.dossier.waiting_for_supplement


def test_a_supplement_can_arrive_for_a_signed_result_that_waits() -> None:
    assert given(*SIGNED, ASK).when(ANSWER).made


def test_a_supplement_arrives_once() -> None:
    given(*WAITING, ANSWER).when(ANSWER).stays_quiet()


def test_nothing_can_be_supplemented_that_was_not_asked_for() -> None:
    given(*IN_PROCESS).when(ANSWER).refused(no.NothingToSupplement)


def test_a_supplement_comes_whole() -> None:
    two = replace(ASK, items=(SupplementItem(component="UQ"), SupplementItem(component="CC")))
    given(*IN_PROCESS, two).when(ANSWER).refused(no.SupplementIncomplete, components="CC")


def test_an_answer_does_not_come_before_its_request() -> None:
    early = replace(ANSWER, at=at(2))
    given(*WAITING).when(early).refused(no.AnswerBeforeRequest, requested_at=at(3).isoformat())


def test_nothing_is_supplemented_after_the_end() -> None:
    given(*WAITING, replace(WITHDRAW, at=at(4))).when(ANSWER).refused(no.ProcessingEnded, stage="withdrawn")
