"""Between acceptance and result: hand-over, appraisal, approval, signature, seal, return."""

from dataclasses import replace

import pytest

from domain.dossier import events as e
from domain.dossier import refusals as no
from domain.dossier.commands import Command
from domain.dossier.dossier import Delivery, Stage
from domain.dossier.events import DeliveryMethod
from domain.term import Term, TermUnit
from tests.domain.dossier.pasts import (
    APPRAISE,
    APPRAISE_NEGATIVE,
    APPRAISED,
    APPRAISED_NEGATIVE,
    APPROVE,
    APPROVE_REFUSAL,
    APPROVED,
    ASK,
    ASK_DUES,
    DECLINE,
    ENDED,
    HAND_OVER,
    IN_PROCESS,
    OTHER_SHA,
    PAY,
    REFUSED,
    RETURN,
    RETURNED,
    SEAL,
    SEALED,
    SIGN,
    SIGNED,
    SUBMITTED,
    WAITING,
    WAIVE,
)
from tests.examples import ALICE, COMMUNE, SHA, UNIT, at
from tests.spec import given

QUOTA = Term(4, TermUnit.WORKING_HOURS)
PROCESSING: tuple[Command, ...] = (HAND_OVER, APPRAISE, APPROVE, DECLINE, SIGN, SEAL)
QUIET_ONCE_SEALED = (APPROVE, SIGN, SEAL)


def _named(command: object) -> str:
    return type(command).__name__


def later(command: Command, days: float) -> Command:
    return replace(command, at=at(days))


def test_who_holds_the_dossier_is_answerable() -> None:
    answer = given(*IN_PROCESS).when(replace(HAND_OVER, quota=QUOTA))
    answer.then(
        e.HandedOver(
            step="Thẩm định",
            from_unit=COMMUNE,
            from_officer="",
            to_unit=COMMUNE,
            to_officer="cb-02",
            to_title="Công chức hộ tịch",
            quota=QUOTA,
            handed_over_at=at(hours=3),
        )
    )
    assert answer.dossier.holder.officer == "cb-02"


def test_the_next_hand_over_names_from_whom() -> None:
    made = given(*IN_PROCESS, HAND_OVER).when(replace(HAND_OVER, to_unit=UNIT, to_officer="cb-05")).made
    assert [(event.from_unit, event.from_officer) for event in made if isinstance(event, e.HandedOver)] == [
        (COMMUNE, "cb-02")
    ]


def test_a_dossier_is_not_handed_to_who_has_it() -> None:
    given(*IN_PROCESS, HAND_OVER).when(later(HAND_OVER, 1)).stays_quiet()


def test_a_dossier_is_handed_to_units_that_exist() -> None:
    given(*IN_PROCESS).when(replace(HAND_OVER, to_unit="H99.99")).refused(no.UnknownUnit, unit="H99.99")


@pytest.mark.parametrize("command", PROCESSING, ids=_named)
def test_nothing_is_processed_before_acceptance(command: Command) -> None:
    given(*SUBMITTED).when(later(command, 4)).refused(no.NotAccepted)


@pytest.mark.parametrize("command", [HAND_OVER, APPRAISE], ids=_named)
def test_nothing_is_decided_while_the_applicant_is_waited_for(command: Command) -> None:
    given(*WAITING).when(later(command, 4)).refused(no.WaitingForSupplement)


@pytest.mark.parametrize(
    ("past", "command"),
    [(APPRAISED, APPROVE), (APPRAISED, DECLINE), (APPROVED, SIGN), (SIGNED, SEAL)],
    ids=_named,
)
def test_no_result_is_made_while_the_applicant_is_waited_for(past: tuple[Command, ...], command: Command) -> None:
    given(*past, ASK).when(later(command, 4)).refused(no.WaitingForSupplement)


@pytest.mark.parametrize("command", PROCESSING, ids=_named)
@pytest.mark.parametrize("stage", ENDED)
def test_nothing_is_processed_after_the_end(stage: str, command: Command) -> None:
    answer = given(*ENDED[stage]).when(later(command, 20))
    has_result = stage in {"sealed", "returned"} and command in QUIET_ONCE_SEALED
    if has_result or (stage == "refused" and command == APPROVE):
        answer.stays_quiet()
    else:
        answer.refused(no.ProcessingEnded, stage=stage)


def test_the_competent_officer_says_whether_the_conditions_are_met() -> None:
    answer = given(*IN_PROCESS).when(APPRAISE)
    answer.then(e.Appraised(eligible=True, opinion="Đủ điều kiện", officer="cb-02", appraised_at=at(1)))


def test_the_same_appraisal_is_made_once() -> None:
    given(*APPRAISED).when(later(APPRAISE, 2)).stays_quiet()


@pytest.mark.parametrize("again", [APPRAISE_NEGATIVE, replace(APPRAISE, officer="cb-07")])
def test_until_approval_a_new_appraisal_replaces_the_last(again: Command) -> None:
    assert len(given(*APPRAISED).when(again).made) == 1


@pytest.mark.parametrize("past", [APPROVED, SIGNED])
@pytest.mark.parametrize("command", [APPRAISE_NEGATIVE, DECLINE])
def test_what_is_approved_is_neither_appraised_again_nor_declined(past: tuple[Command, ...], command: Command) -> None:
    given(*past).when(later(command, 2)).refused(no.AlreadyApproved)


def test_another_person_approves() -> None:
    given(*APPRAISED).when(APPROVE).then(e.Approved(officer="cb-03", approved_at=at(1, 1)))


def test_a_negative_appraisal_is_approved_as_a_refusal_which_ends_processing() -> None:
    answer = given(*APPRAISED_NEGATIVE).when(APPROVE_REFUSAL)
    answer.then(e.Refused(reason="Không đủ điều kiện", officer="cb-03", refused_at=at(1, 1)))
    assert (answer.dossier.stage, answer.dossier.ended_at) == (Stage.REFUSED, at(1, 1))


def test_a_refusal_has_a_reason() -> None:
    given(*APPRAISED_NEGATIVE).when(APPROVE).refused(no.ReasonRequired)


@pytest.mark.parametrize("command", [replace(APPROVE, officer="cb-02"), replace(DECLINE, officer="cb-02")], ids=_named)
def test_the_appraiser_neither_approves_nor_declines(command: Command) -> None:
    given(*APPRAISED).when(command).refused(no.AppraiserCannotApprove)


@pytest.mark.parametrize("command", [APPROVE, DECLINE])
def test_nothing_is_approved_or_declined_unappraised(command: Command) -> None:
    given(*IN_PROCESS).when(command).refused(no.NotAppraised)


@pytest.mark.parametrize("past", [APPROVED, SIGNED, SEALED, RETURNED, REFUSED])
def test_a_result_is_approved_once(past: tuple[Command, ...]) -> None:
    given(*past).when(later(APPROVE, 20)).stays_quiet()


def test_the_approver_sends_the_dossier_back_to_appraisal() -> None:
    answer = given(*APPRAISED).when(DECLINE)
    answer.then(e.ApprovalDeclined(reason="Thiếu căn cứ", officer="cb-03", declined_at=at(1, 1)))
    assert (answer.dossier.stage, answer.dossier.appraiser) == (Stage.IN_PROCESS, "")


def test_sending_back_has_a_reason() -> None:
    given(*APPRAISED).when(replace(DECLINE, reason="")).refused(no.ReasonRequired)


def test_what_was_sent_back_must_be_appraised_again_before_approval() -> None:
    given(*APPRAISED, DECLINE).when(later(APPROVE, 2)).refused(no.NotAppraised)


def test_the_approved_result_is_signed() -> None:
    signed = e.Signed(signer="cb-03", document_sha256=SHA, certificate_serial="01AB", signed_at=at(1, 2))
    given(*APPROVED).when(SIGN).then(signed)


@pytest.mark.parametrize("past", [SIGNED, SEALED, RETURNED])
def test_a_result_is_signed_once(past: tuple[Command, ...]) -> None:
    given(*past).when(later(SIGN, 20)).stays_quiet()


@pytest.mark.parametrize("past", [SIGNED, SEALED, RETURNED])
def test_no_second_document_is_signed(past: tuple[Command, ...]) -> None:
    given(*past).when(replace(SIGN, document_sha256=OTHER_SHA, at=at(20))).refused(no.AlreadySigned)


def test_only_what_is_approved_is_signed() -> None:
    given(*APPRAISED).when(SIGN).refused(no.NotApproved)


@pytest.mark.parametrize("digest", ["", "ab", "AB" * 32, "xy" * 32, "ab" * 33])
def test_a_document_is_named_by_its_digest(digest: str) -> None:
    given(*APPROVED).when(replace(SIGN, document_sha256=digest)).refused(no.InvalidDigest)
    given(*SIGNED).when(replace(SEAL, document_sha256=digest)).refused(no.InvalidDigest)


def test_the_seal_ends_processing_and_the_result_is_ready() -> None:
    answer = given(*SIGNED).when(SEAL)
    answer.then(
        e.Sealed(agency=COMMUNE, document_sha256=SHA, certificate_serial="02CD", officer="cb-01", sealed_at=at(1, 3))
    )
    assert (answer.dossier.ended_at, answer.dossier.delivery) == (at(1, 3), Delivery.READY)
    assert not answer.dossier.is_open


@pytest.mark.parametrize("past", [SEALED, RETURNED])
def test_a_result_is_sealed_once(past: tuple[Command, ...]) -> None:
    given(*past).when(later(SEAL, 20)).stays_quiet()


@pytest.mark.parametrize("past", [SIGNED, SEALED, RETURNED])
def test_the_seal_goes_on_the_document_that_was_signed(past: tuple[Command, ...]) -> None:
    given(*past).when(replace(SEAL, document_sha256=OTHER_SHA, at=at(20))).refused(no.AnotherDocument)


def test_only_what_is_signed_is_sealed() -> None:
    given(*APPROVED).when(SEAL).refused(no.NotSigned)


def test_the_sealed_result_is_handed_over_and_collection_is_not_processing() -> None:
    answer = given(*SEALED).when(RETURN)
    answer.then(e.ResultReturned(method=DeliveryMethod.DESK, officer="cb-01", recipient=ALICE, returned_at=at(3)))
    assert (answer.dossier.delivery, answer.dossier.ended_at) == (Delivery.RETURNED, at(1, 3))


def test_a_result_is_handed_over_once() -> None:
    given(*RETURNED).when(later(RETURN, 20)).stays_quiet()


@pytest.mark.parametrize("past", [SUBMITTED, SIGNED, REFUSED])
def test_nothing_is_handed_over_before_the_seal(past: tuple[Command, ...]) -> None:
    given(*past).when(RETURN).refused(no.ResultNotReady)


def test_no_result_leaves_before_the_fee() -> None:
    given(*SEALED, later(ASK_DUES, 2)).when(RETURN).refused(no.FeeOutstanding, due="8000")


@pytest.mark.parametrize("settle", [PAY, WAIVE], ids=["paid", "waived"])
def test_a_result_leaves_when_the_fee_is_settled(settle: Command) -> None:
    assert given(*SEALED, later(ASK_DUES, 2), later(settle, 2)).when(RETURN).made
