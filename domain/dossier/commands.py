"""What can be asked of a dossier. ``at`` is when the act took effect; who acts travels beside the command."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from domain.applicant import ApplicantKind, Personal
from domain.dossier.events import (
    AuthorityKind,
    Channel,
    ComponentGiven,
    DeliveryMethod,
    DossierEvent,
    ReuseSource,
    SupplementItem,
    VerificationMethod,
)
from domain.envelope import Provenance
from domain.money import Dues
from domain.term import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """Hand in a dossier. ``code`` is reserved by the service."""

    code: str = ""
    procedure: str
    unit: str
    channel: Channel
    applicant_kind: ApplicantKind
    applicant_reference: str
    components: tuple[ComponentGiven, ...]
    personal: Personal | None = None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """Receive the dossier, pin what it is judged by and give the appointment."""

    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseReception:
    """Refuse to receive, with the reason in writing."""

    reason: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSupplement:
    """Ask the applicant for what is missing."""

    items: tuple[SupplementItem, ...]
    legal_basis: str
    approver: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """Hand in what was asked for."""

    components: tuple[ComponentGiven, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Pass the dossier to the next officer; ``quota`` bounds the step."""

    step: str
    to_unit: str
    to_officer: str
    to_title: str
    quota: Term | None = None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraise:
    """Examine the dossier and say whether the conditions are met."""

    eligible: bool
    opinion: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Approve what the appraisal proposes: a result, or a refusal, whose reason is then required."""

    officer: str
    reason: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """Send the dossier back to appraisal."""

    reason: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPayment:
    """Ask for fee and charge."""

    dues: Dues
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """Record that the exact amount arrived, in đồng."""

    amount: int
    channel: str
    provider_reference: str
    receipt_number: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOverpayment:
    """Record that a payment arrived for dues that were settled already, in đồng, to be refunded."""

    amount: int
    channel: str
    provider_reference: str
    receipt_number: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivePayment:
    """Remit what is due."""

    reason: str
    legal_basis: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Sign the result personally."""

    signer: str
    document_sha256: str
    certificate_serial: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Put the agency's signature on the signed result."""

    agency: str
    document_sha256: str
    certificate_serial: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnResult:
    """Hand the result over."""

    method: DeliveryMethod
    officer: str
    recipient: Personal | None = None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """Apologise and promise a new date."""

    new_due_at: datetime
    reason: str
    signer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandToSuccessor:
    """Hand what an ended unit has in hand to one of its successors."""

    from_unit: str
    to_unit: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take the dossier back at the applicant's wish."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Stop processing."""

    reason: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct:
    """Correct one field of the event numbered ``version``; the old value stays visible."""

    version: int
    field: str
    new_value: str
    authority: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyIdentity:
    """Record that the applicant's identity was verified, how, and at which level (1 to 3)."""

    method: VerificationMethod
    level: int
    officer: str
    personal: Personal | None = None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Represent:
    """Record who acts for the applicant, and by which instrument."""

    representative: Personal
    authority: AuthorityKind
    number: str
    authorised_on: date
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseComponent:
    """Take a component from a register or the result store instead of asking for it.

    ``source`` is the register's name, or the code of the dossier whose result it is.
    """

    component: str
    source_kind: ReuseSource
    source: str
    document_sha256: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStep:
    """Keep a step of an outside system under its own name."""

    name: str
    resource: str
    attributes: tuple[tuple[str, str], ...] = ()
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFact:
    """A fact of an outside system, with where it was read."""

    event: DossierEvent
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportHistory:
    """Take over facts of one case of an outside system, in their order. Facts already taken are passed over.

    ``code``, ``unit`` and the day of ``at`` serve the first import only: the dossier's code is reserved for them.
    """

    code: str = ""
    unit: str
    source: str
    source_case: str
    facts: tuple[ImportedFact, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """Tell whom a rule names that it is met, for the promise or request of ``occasion_at``."""

    rule: str
    occasion_at: datetime
    at: datetime


Command: TypeAlias = (
    Submit
    | Accept
    | RefuseReception
    | RequestSupplement
    | Supplement
    | HandOver
    | Appraise
    | Approve
    | Decline
    | RequestPayment
    | Pay
    | RecordOverpayment
    | WaivePayment
    | Sign
    | Seal
    | ReturnResult
    | Extend
    | HandToSuccessor
    | Withdraw
    | Stop
    | VerifyIdentity
    | Represent
    | ReuseComponent
    | Correct
    | RecordStep
    | ImportHistory
    | Escalate
)

ACTS: Final[dict[str, type[Command]]] = {
    "accept": Accept,
    "refuse-reception": RefuseReception,
    "request-supplement": RequestSupplement,
    "supplement": Supplement,
    "hand-over": HandOver,
    "appraise": Appraise,
    "approve": Approve,
    "decline": Decline,
    "request-payment": RequestPayment,
    "pay": Pay,
    "record-overpayment": RecordOverpayment,
    "waive-payment": WaivePayment,
    "sign": Sign,
    "seal": Seal,
    "return": ReturnResult,
    "extend": Extend,
    "hand-to-successor": HandToSuccessor,
    "withdraw": Withdraw,
    "stop": Stop,
    "verify-identity": VerifyIdentity,
    "represent": Represent,
    "reuse-component": ReuseComponent,
    "correct": Correct,
    "record-step": RecordStep,
    "escalate": Escalate,
}
"""The acts on an existing dossier, as the API names them."""
