"""Every fact a dossier's history can hold.

``*_at`` are aware instants and say when the fact took effect; when it was recorded, and by whom, is in the envelope.
``officer`` is the officer's id, never a name. The wire names are a storage format: add, never edit.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeAlias

from domain.applicant import ApplicantKind, Personal
from domain.calendar import CalendarVersion
from domain.identity import Scheme
from domain.money import Dues
from domain.term import Term


class Channel(StrEnum):
    """How a dossier reached the one-stop desk. Imported dossiers may carry their source's own word instead."""

    DESK = "desk"
    POST = "post"
    HIRED = "hired"
    PROVINCIAL_PORTAL = "provincial-portal"
    NATIONAL_PORTAL = "national-portal"


class DeliveryMethod(StrEnum):
    """How a result is handed over. ``UNKNOWN`` only in imported histories."""

    DESK = "desk"
    POST = "post"
    ONLINE = "online"
    UNKNOWN = "unknown"


class VerificationMethod(StrEnum):
    """How an identity was verified: in person, by VNeID, by the portal's login, or by a document alone."""

    IN_PERSON = "in-person"
    VNEID = "vneid"
    PORTAL = "portal"
    DOCUMENT = "document"


class AuthorityKind(StrEnum):
    """By what somebody acts for the applicant: a power of attorney, the law, a contract of hire, or an appointment."""

    POWER_OF_ATTORNEY = "power-of-attorney"
    LEGAL_REPRESENTATIVE = "legal-representative"
    HIRED = "hired"
    APPOINTED = "appointed"


class ReuseSource(StrEnum):
    """Where a component was found instead of being asked for: a register, or the result store (kho dữ liệu)."""

    REGISTER = "register"
    RESULT_STORE = "result-store"


class ComponentForm(StrEnum):
    """Paper, born digital, digitised at the desk, or taken from a register or the result store."""

    PAPER = "paper"
    DIGITAL = "digital"
    DIGITISED = "digitised"
    LOOKED_UP = "looked-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentGiven:
    """A document that is in the dossier; ``sha256`` when it is a file."""

    component: str
    form: ComponentForm
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementItem:
    """What is missing: a component of the procedure, and guidance to the applicant. The note is not public."""

    component: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The applicant handed in the dossier (nộp hồ sơ)."""

    code: str
    procedure: str
    unit: str
    channel: str
    applicant_kind: ApplicantKind
    applicant_reference: str
    components: tuple[ComponentGiven, ...]
    submitted_at: datetime
    personal: Personal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Received for processing (tiếp nhận): what it will be judged by is pinned here, and the appointment given.

    ``term`` and ``calendar`` are absent when the history was imported and its source gave only the promised date.
    ``timezone`` is the IANA zone whose days count.
    """

    receipt_code: str
    procedure_version: str
    calendar: CalendarVersion | None
    counting: str
    term: Term | None
    timezone: str
    due_at: datetime | None
    officer: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptionRefused:
    """Not received (từ chối tiếp nhận), with the reason given in writing."""

    reason: str
    officer: str
    refused_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRequested:
    """The applicant is asked, once and completely, for what is missing (yêu cầu bổ sung). The clock stops.

    ``stage`` is the dossier's stage at the time.
    """

    items: tuple[SupplementItem, ...]
    stage: str
    legal_basis: str
    approver: str
    officer: str
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplemented:
    """What was asked for arrived. The clock runs on; ``due_at`` is the promise moved by the wait, None if it stays."""

    components: tuple[ComponentGiven, ...]
    due_at: datetime | None
    supplemented_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """The dossier passed from hand to hand (bàn giao); who holds it is answerable. ``quota`` bounds the step."""

    step: str
    from_unit: str
    from_officer: str
    to_unit: str
    to_officer: str
    to_title: str
    quota: Term | None
    handed_over_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOpened:
    """A step of the pinned procedure began (mở bước xử lý): who is answerable for it, and until when.

    It follows the acceptance or the hand-over that brought it about. ``quota`` is the step's part of the term, and
    ``due_at`` when it ends on the dossier's own clock; both are None where nothing bounds the step.
    """

    step: str
    unit: str
    officer: str
    quota: Term | None
    due_at: datetime | None
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRescheduled:
    """The step's quota ends at another moment, since a wait ended or what its time rests on was corrected."""

    step: str
    due_at: datetime
    rescheduled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraised:
    """The competent officer examined the dossier (thẩm định)."""

    eligible: bool
    opinion: str
    officer: str
    appraised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """The result was approved (phê duyệt)."""

    officer: str
    approved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDeclined:
    """The approver sent the dossier back to appraisal."""

    reason: str
    officer: str
    declined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A negative result was approved (từ chối giải quyết). Processing ends."""

    reason: str
    officer: str
    refused_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequested:
    """Fee and charge are due. ``clock_waits`` is what the pinned counting rule says about the wait."""

    dues: Dues
    clock_waits: bool
    officer: str
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """The exact amount arrived, in đồng; ``due_at`` is the promise moved by the wait, None if it stays."""

    amount: int
    channel: str
    provider_reference: str
    receipt_number: str
    due_at: datetime | None
    paid_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overpaid:
    """A payment beyond settled dues arrived (nộp thừa), in đồng, to be refunded (để hoàn trả).

    ``finance`` is where the finance axis stood: paid or waived. It moves neither that axis nor the promise.
    """

    amount: int
    channel: str
    provider_reference: str
    receipt_number: str
    finance: str
    paid_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentWaived:
    """The dues were remitted; ``due_at`` is the promise moved by the wait, None if it stays."""

    reason: str
    legal_basis: str
    officer: str
    due_at: datetime | None
    waived_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The competent person signed the result (ký số cá nhân)."""

    signer: str
    document_sha256: str
    certificate_serial: str
    signed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The agency's signature is on the result (ký số cơ quan). Processing ends; the result is ready."""

    agency: str
    document_sha256: str
    certificate_serial: str
    officer: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReturned:
    """The result was handed over (trả kết quả). ``recipient`` is the one who took it, when known."""

    method: DeliveryMethod
    officer: str
    returned_at: datetime
    recipient: Personal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineExtended:
    """An apology with a new promise (văn bản xin lỗi và đề nghị gia hạn); the old one stays in the history."""

    old_due_at: datetime
    new_due_at: datetime
    reason: str
    signer: str
    extended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """What an ended unit had in hand went to one of its successors (bàn giao cho đơn vị kế thừa).

    ``decision`` is the one by which the unit ended. The promise and all that was pinned stay as they are.
    """

    from_unit: str
    to_unit: str
    decision: str
    succeeded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The applicant asked for the dossier back (rút hồ sơ)."""

    reason: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The agency stopped processing (dừng xử lý); where it stood is recorded."""

    reason: str
    stage: str
    finance: str
    officer: str
    stopped_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """An earlier fact was wrong. The fact stays; readers see both. ``version`` names the event in this dossier.

    Values are written as they stand in JSON, without quotes. ``due_at`` is the
    promise recomputed from corrected facts, None if it stays.
    """

    version: int
    field: str
    old_value: str
    new_value: str
    authority: str
    reason: str
    due_at: datetime | None
    corrected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecorded:
    """A step of an outside system, kept under its own name and with its own attributes, as pairs."""

    name: str
    resource: str
    attributes: tuple[tuple[str, str], ...]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityVerified:
    """The applicant's identity was verified (xác thực danh tính). ``level`` 1 (weakest) to 3, as the unit grades them.

    ``personal`` holds what was verified, where it was taken down; ``doubts`` says what looked mistyped in its number
    by which version of the ``rule``.
    """

    scheme: Scheme
    method: VerificationMethod
    level: int
    doubts: tuple[str, ...]
    rule: str
    officer: str
    verified_at: datetime
    personal: Personal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Represented:
    """Somebody acts for the applicant (đại diện, ủy quyền), by an instrument: its kind, number and date."""

    representative: Personal | None
    authority: AuthorityKind
    number: str
    authorised_on: date
    officer: str
    represented_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentReused:
    """A component was found instead of being asked for (khai thác, tái sử dụng), and counts as given.

    ``source`` is the register's name, or the code of the dossier whose signed result it is.
    """

    component: str
    source_kind: ReuseSource
    source: str
    document_sha256: str
    officer: str
    reused_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryImported:
    """Facts of an outside system were taken over up to here. ``keys`` name them, so that none is taken twice."""

    source: str
    source_case: str
    keys: tuple[str, ...]
    imported_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """A rule was met and somebody is told (cảnh báo tiến độ): once for the promise or request of ``occasion_at``.

    ``met_at`` is from when on the rule was met, ``escalated_at`` when that was noticed. ``officer`` and ``unit`` were
    answerable then; ``level`` says who is told of it.
    """

    rule: str
    rule_version: int
    trigger: str
    occasion_at: datetime
    level: str
    officer: str
    unit: str
    consequence: str
    met_at: datetime
    escalated_at: datetime


DossierEvent: TypeAlias = (
    Submitted
    | Accepted
    | ReceptionRefused
    | SupplementRequested
    | Supplemented
    | HandedOver
    | StepOpened
    | StepRescheduled
    | Appraised
    | Approved
    | ApprovalDeclined
    | Refused
    | PaymentRequested
    | Paid
    | Overpaid
    | PaymentWaived
    | Signed
    | Sealed
    | ResultReturned
    | DeadlineExtended
    | Succeeded
    | Withdrawn
    | Stopped
    | Corrected
    | StepRecorded
    | IdentityVerified
    | Represented
    | ComponentReused
    | HistoryImported
    | Escalated
)

EVENT_TYPES: Final[dict[str, type[DossierEvent]]] = {
    "dossier.submitted.v1": Submitted,
    "dossier.accepted.v1": Accepted,
    "dossier.reception-refused.v1": ReceptionRefused,
    "dossier.supplement-requested.v1": SupplementRequested,
    "dossier.supplemented.v1": Supplemented,
    "dossier.handed-over.v1": HandedOver,
    "dossier.step-opened.v1": StepOpened,
    "dossier.step-rescheduled.v1": StepRescheduled,
    "dossier.appraised.v1": Appraised,
    "dossier.approved.v1": Approved,
    "dossier.approval-declined.v1": ApprovalDeclined,
    "dossier.refused.v1": Refused,
    "dossier.payment-requested.v1": PaymentRequested,
    "dossier.paid.v1": Paid,
    "dossier.overpaid.v1": Overpaid,
    "dossier.payment-waived.v1": PaymentWaived,
    "dossier.signed.v1": Signed,
    "dossier.sealed.v1": Sealed,
    "dossier.result-returned.v1": ResultReturned,
    "dossier.deadline-extended.v1": DeadlineExtended,
    "dossier.succeeded.v1": Succeeded,
    "dossier.withdrawn.v1": Withdrawn,
    "dossier.stopped.v1": Stopped,
    "dossier.corrected.v1": Corrected,
    "dossier.step-recorded.v1": StepRecorded,
    "dossier.identity-verified.v1": IdentityVerified,
    "dossier.represented.v1": Represented,
    "dossier.component-reused.v1": ComponentReused,
    "dossier.history-imported.v1": HistoryImported,
    "dossier.escalated.v1": Escalated,
}

WIRE_NAMES: Final[dict[type[DossierEvent], str]] = {kind: name for name, kind in EVENT_TYPES.items()}

EFFECTIVE_FIELD: Final[dict[type[DossierEvent], str]] = {
    Submitted: "submitted_at",
    Accepted: "accepted_at",
    ReceptionRefused: "refused_at",
    SupplementRequested: "requested_at",
    Supplemented: "supplemented_at",
    HandedOver: "handed_over_at",
    StepOpened: "opened_at",
    StepRescheduled: "rescheduled_at",
    Appraised: "appraised_at",
    Approved: "approved_at",
    ApprovalDeclined: "declined_at",
    Refused: "refused_at",
    PaymentRequested: "requested_at",
    Paid: "paid_at",
    Overpaid: "paid_at",
    PaymentWaived: "waived_at",
    Signed: "signed_at",
    Sealed: "sealed_at",
    ResultReturned: "returned_at",
    DeadlineExtended: "extended_at",
    Succeeded: "succeeded_at",
    Withdrawn: "withdrawn_at",
    Stopped: "stopped_at",
    Corrected: "corrected_at",
    StepRecorded: "occurred_at",
    IdentityVerified: "verified_at",
    Represented: "represented_at",
    ComponentReused: "reused_at",
    HistoryImported: "imported_at",
    Escalated: "escalated_at",
}


def effective_at(event: DossierEvent) -> datetime:
    """When the fact took effect, as against when it was recorded."""
    instant: datetime = getattr(event, EFFECTIVE_FIELD[type(event)])
    return instant
