"""Between acceptance and result: hand-over, appraisal, approval, signature, seal, return."""

from domain.dossier import refusals as no
from domain.dossier.commands import Appraise, Approve, Decline, HandOver, ReturnResult, Seal, Sign
from domain.dossier.dossier import Dossier, Finance, Holder, Stage
from domain.dossier.events import (
    Appraised,
    ApprovalDeclined,
    Approved,
    DossierEvent,
    HandedOver,
    Refused,
    ResultReturned,
    Sealed,
    Signed,
)
from domain.dossier.guards import appraised_by_another, digest, in_process, not_waiting, reason_given, unit_there
from domain.dossier.steps import quota_of, step_opened
from domain.ports import Rules


def hand_over(command: HandOver, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """In process, the dossier passes from hand to hand along the procedure's steps; who holds it is answerable."""
    in_process(dossier)
    not_waiting(dossier)
    unit_there(command.to_unit, command.at, rules)
    if dossier.holder == Holder(step=command.step, unit=command.to_unit, officer=command.to_officer):
        return []
    handed = HandedOver(
        step=command.step,
        from_unit=dossier.holder.unit,
        from_officer=dossier.holder.officer,
        to_unit=command.to_unit,
        to_officer=command.to_officer,
        to_title=command.to_title,
        quota=quota_of(command, dossier, rules),
        handed_over_at=command.at,
    )
    return [handed, *step_opened(handed, dossier, rules)]


def appraise(command: Appraise, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """The competent officer says whether the conditions are met; until approval a new appraisal replaces the last."""
    in_process(dossier)
    not_waiting(dossier)
    if dossier.stage in {Stage.APPROVED, Stage.SIGNED}:
        raise no.AlreadyApproved
    said = (dossier.stage, dossier.appraiser, dossier.eligible)
    if said == (Stage.APPRAISED, command.officer, command.eligible):
        return []
    return [
        Appraised(eligible=command.eligible, opinion=command.opinion, officer=command.officer, appraised_at=command.at)
    ]


def approve(command: Approve, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """Another person than the appraiser approves; where the conditions are not met, what is approved is a refusal."""
    if dossier.stage in {Stage.APPROVED, Stage.SIGNED, Stage.SEALED, Stage.RETURNED, Stage.REFUSED}:
        return []
    in_process(dossier)
    not_waiting(dossier)
    appraised_by_another(dossier, command.officer)
    if dossier.eligible:
        return [Approved(officer=command.officer, approved_at=command.at)]
    reason_given(command.reason)
    return [Refused(reason=command.reason, officer=command.officer, refused_at=command.at)]


def decline(command: Decline, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """The approver sends the dossier back to appraisal, with the reason."""
    in_process(dossier)
    not_waiting(dossier)
    if dossier.stage in {Stage.APPROVED, Stage.SIGNED}:
        raise no.AlreadyApproved
    appraised_by_another(dossier, command.officer)
    reason_given(command.reason)
    return [ApprovalDeclined(reason=command.reason, officer=command.officer, declined_at=command.at)]


def sign(command: Sign, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """The approved result is signed by a person, once."""
    digest(command.document_sha256)
    if dossier.stage in {Stage.SIGNED, Stage.SEALED, Stage.RETURNED}:
        if dossier.document_sha256 == command.document_sha256:
            return []
        raise no.AlreadySigned
    in_process(dossier)
    not_waiting(dossier)
    if dossier.stage is not Stage.APPROVED:
        raise no.NotApproved
    return [
        Signed(
            signer=command.signer,
            document_sha256=command.document_sha256,
            certificate_serial=command.certificate_serial,
            signed_at=command.at,
        )
    ]


def seal(command: Seal, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """The agency's signature goes on the very document that was signed; processing ends with it."""
    digest(command.document_sha256)
    if dossier.stage in {Stage.SEALED, Stage.RETURNED}:
        if dossier.document_sha256 == command.document_sha256:
            return []
        raise no.AnotherDocument
    in_process(dossier)
    not_waiting(dossier)
    if dossier.stage is not Stage.SIGNED:
        raise no.NotSigned
    if command.document_sha256 != dossier.document_sha256:
        raise no.AnotherDocument
    return [
        Sealed(
            agency=command.agency,
            document_sha256=command.document_sha256,
            certificate_serial=command.certificate_serial,
            officer=command.officer,
            sealed_at=command.at,
        )
    ]


def return_result(command: ReturnResult, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """No result leaves before it is sealed and the fee is in."""
    if dossier.stage is Stage.RETURNED:
        return []
    if dossier.stage is not Stage.SEALED:
        raise no.ResultNotReady
    if dossier.finance is Finance.DUE:
        raise no.FeeOutstanding(due=str(dossier.amount_due))
    return [
        ResultReturned(
            method=command.method, officer=command.officer, recipient=command.recipient, returned_at=command.at
        )
    ]
