"""The state that decisions need, and how facts change it. History is never refused."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from domain.applicant import ApplicantKind
from domain.calendar import CalendarVersion
from domain.dossier.events import (
    Accepted,
    Appraised,
    ApprovalDeclined,
    Approved,
    ComponentReused,
    Corrected,
    DeadlineExtended,
    DossierEvent,
    Escalated,
    HandedOver,
    HistoryImported,
    IdentityVerified,
    Overpaid,
    Paid,
    PaymentRequested,
    PaymentWaived,
    ReceptionRefused,
    Refused,
    Represented,
    ResultReturned,
    Sealed,
    Signed,
    StepOpened,
    StepRecorded,
    StepRescheduled,
    Stopped,
    Submitted,
    Succeeded,
    Supplemented,
    SupplementRequested,
    Withdrawn,
)
from domain.dossier.identified import Representation, Reuse, Verification
from domain.escalation import Occasion
from domain.term import Pause, PauseReason, Term, with_wait_ended


class Stage(StrEnum):
    """The business axis. Waiting for a supplement or a payment lies on other axes."""

    NEW = "new"
    SUBMITTED = "submitted"
    RECEPTION_REFUSED = "reception-refused"
    IN_PROCESS = "in-process"
    APPRAISED = "appraised"
    APPROVED = "approved"
    SIGNED = "signed"
    SEALED = "sealed"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


class Finance(StrEnum):
    """The finance axis."""

    NOTHING_DUE = "nothing-due"
    DUE = "due"
    PAID = "paid"
    WAIVED = "waived"


class Delivery(StrEnum):
    """The delivery axis."""

    NOT_READY = "not-ready"
    READY = "ready"
    RETURNED = "returned"


IN_PROCESS_STAGES = frozenset({Stage.IN_PROCESS, Stage.APPRAISED, Stage.APPROVED, Stage.SIGNED})
OPEN_STAGES = IN_PROCESS_STAGES | {Stage.SUBMITTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has the dossier in hand, and for which step."""

    step: str = ""
    unit: str = ""
    officer: str = ""


class HeldStep(NamedTuple):
    """The step that the holder has in hand. ``since`` is when its quota began; handing it on within the step keeps it.

    ``due_at`` is when the quota ends, where that was recorded.
    """

    code: str
    since: datetime
    quota: Term | None = None
    due_at: datetime | None = None


class PaymentReference(NamedTuple):
    """A payment as its provider names it. Two providers may use the same reference."""

    channel: str
    provider_reference: str


class _State(NamedTuple):
    """The fields of a dossier's state."""

    code: str = ""
    stage: Stage = Stage.NEW
    finance: Finance = Finance.NOTHING_DUE
    delivery: Delivery = Delivery.NOT_READY
    procedure: str = ""
    procedure_version: str = ""
    unit: str = ""
    components: frozenset[str] = frozenset()
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    calendar: CalendarVersion | None = None
    counting: str = ""
    term: Term | None = None
    due_at: datetime | None = None
    extended_due_at: datetime | None = None
    extended_at: datetime | None = None
    waits: tuple[Pause, ...] = ()
    supplement_items: frozenset[str] = frozenset()
    amount_due: int = 0
    settled_by: PaymentReference | None = None
    overpayments: frozenset[PaymentReference] = frozenset()
    holder: Holder = Holder()
    step: HeldStep | None = None
    appraiser: str = ""
    eligible: bool = False
    document_sha256: str = ""
    ended_at: datetime | None = None
    imported_keys: frozenset[str] = frozenset()
    dues_asked_at: datetime | None = None
    escalations: frozenset[Occasion] = frozenset()
    channel: str = ""
    applicant_kind: ApplicantKind = ApplicantKind.PERSON
    identity: Verification | None = None
    representation: Representation | None = None
    reused: frozenset[Reuse] = frozenset()


_PLACES: Final = {name: place for place, name in enumerate(_State._fields)}


class Dossier(_State):
    """A dossier as far as decisions need to know it. Personal values are not part of it.

    A named tuple, since a history is folded through one for every event: copying it costs a fraction of a dataclass.
    """

    __slots__ = ()

    if not TYPE_CHECKING:

        def _replace(self, **changes):  # noqa: ANN003, ANN202 - typed where it is overridden
            """As a named tuple's own, at a third of its cost.

            Raises:
                KeyError: there is no such field.
            """
            values = list(self)
            for name, value in changes.items():
                values[_PLACES[name]] = value
            return tuple.__new__(Dossier, values)

    @property
    def waiting_for_supplement(self) -> bool:
        """Whether the applicant has been asked for something that has not come."""
        return self._waits_for(PauseReason.SUPPLEMENT)

    @property
    def waiting_for_payment(self) -> bool:
        """Whether the clock stands still because dues are outstanding."""
        return self._waits_for(PauseReason.PAYMENT)

    def _waits_for(self, reason: PauseReason) -> bool:
        return any(wait.until is None and wait.reason is reason for wait in self.waits)

    @property
    def is_open(self) -> bool:
        """Whether processing has neither ended nor been refused."""
        return self.stage in OPEN_STAGES


def evolve(dossier: Dossier, event: DossierEvent) -> Dossier:  # noqa: C901, PLR0911, PLR0912 - one arm per fact
    """What a dossier is after a fact. Total: any fact may follow any other, since history may hold anything."""
    match event:
        case Submitted():
            return dossier._replace(
                code=event.code,
                stage=Stage.SUBMITTED,
                procedure=event.procedure,
                unit=event.unit,
                components=frozenset(given.component for given in event.components),
                submitted_at=event.submitted_at,
                holder=Holder(unit=event.unit),
                channel=event.channel,
                applicant_kind=event.applicant_kind,
            )
        case Accepted():
            return _accepted(dossier, event)
        case ReceptionRefused():
            return dossier._replace(stage=Stage.RECEPTION_REFUSED, ended_at=event.refused_at)
        case SupplementRequested():
            return dossier._replace(
                waits=(*dossier.waits, Pause(since=event.requested_at, until=None, reason=PauseReason.SUPPLEMENT)),
                supplement_items=frozenset(item.component for item in event.items),
            )
        case Supplemented():
            return dossier._replace(
                components=dossier.components | {given.component for given in event.components},
                waits=with_wait_ended(dossier.waits, PauseReason.SUPPLEMENT, event.supplemented_at),
                supplement_items=frozenset(),
                due_at=event.due_at or dossier.due_at,
            )
        case HandedOver():
            return _handed_over(dossier, event)
        case StepOpened():
            return _step_opened(dossier, event)
        case StepRescheduled():
            held = dossier.step
            if held is None or held.code != event.step:
                return dossier
            return dossier._replace(step=held._replace(due_at=event.due_at))
        case Appraised():
            return dossier._replace(
                stage=_moved(dossier, Stage.APPRAISED), appraiser=event.officer, eligible=event.eligible
            )
        case Approved():
            return dossier._replace(stage=_moved(dossier, Stage.APPROVED))
        case ApprovalDeclined():
            return dossier._replace(stage=_moved(dossier, Stage.IN_PROCESS), appraiser="", eligible=False)
        case Refused():
            return dossier._replace(stage=Stage.REFUSED, ended_at=event.refused_at)
        case PaymentRequested():
            wait = (Pause(since=event.requested_at, until=None, reason=PauseReason.PAYMENT),)
            return dossier._replace(
                finance=Finance.DUE,
                amount_due=event.dues.total,
                dues_asked_at=event.requested_at,
                waits=dossier.waits + wait if event.clock_waits else dossier.waits,
            )
        case Paid():
            return dossier._replace(
                finance=Finance.PAID,
                settled_by=PaymentReference(event.channel, event.provider_reference),
                waits=with_wait_ended(dossier.waits, PauseReason.PAYMENT, event.paid_at),
                due_at=event.due_at or dossier.due_at,
            )
        case Overpaid():
            overpayment = PaymentReference(event.channel, event.provider_reference)
            return dossier._replace(overpayments=dossier.overpayments | {overpayment})
        case PaymentWaived():
            return dossier._replace(
                finance=Finance.WAIVED,
                waits=with_wait_ended(dossier.waits, PauseReason.PAYMENT, event.waived_at),
                due_at=event.due_at or dossier.due_at,
            )
        case Signed():
            return dossier._replace(stage=_moved(dossier, Stage.SIGNED), document_sha256=event.document_sha256)
        case Sealed():
            return dossier._replace(stage=Stage.SEALED, delivery=Delivery.READY, ended_at=event.sealed_at)
        case ResultReturned():
            ended_at = dossier.ended_at or event.returned_at
            return dossier._replace(stage=Stage.RETURNED, delivery=Delivery.RETURNED, ended_at=ended_at)
        case DeadlineExtended():
            new = event.new_due_at
            return dossier._replace(due_at=new, extended_due_at=new, extended_at=event.extended_at)
        case Succeeded():
            return _succeeded(dossier, event)
        case Withdrawn():
            return dossier._replace(stage=Stage.WITHDRAWN, ended_at=event.withdrawn_at)
        case Stopped():
            return dossier._replace(stage=Stage.STOPPED, ended_at=event.stopped_at)
        case Corrected():
            return dossier._replace(due_at=event.due_at or dossier.due_at)
        case StepRecorded():
            return dossier
        case IdentityVerified():
            verified = Verification(event.method, event.level, event.officer, event.verified_at)
            return dossier._replace(identity=verified)
        case Represented():
            return dossier._replace(representation=Representation(event.authority, event.number, event.authorised_on))
        case ComponentReused():
            reuse = Reuse(event.component, event.source_kind, event.source, event.document_sha256)
            return dossier._replace(components=dossier.components | {event.component}, reused=dossier.reused | {reuse})
        case HistoryImported():
            return dossier._replace(imported_keys=dossier.imported_keys | frozenset(event.keys))
        case Escalated():
            return dossier._replace(escalations=dossier.escalations | {Occasion(event.rule, event.occasion_at)})
        case _:
            assert_never(event)


def _moved(dossier: Dossier, stage: Stage) -> Stage:
    """A stage of processing, unless processing has ended: an imported fact that arrives late reopens nothing."""
    return stage if dossier.ended_at is None else dossier.stage


def _accepted(dossier: Dossier, event: Accepted) -> Dossier:
    return dossier._replace(
        stage=_moved(dossier, Stage.IN_PROCESS),
        procedure_version=event.procedure_version,
        accepted_at=event.accepted_at,
        calendar=event.calendar,
        counting=event.counting,
        term=event.term,
        due_at=event.due_at,
    )


def _handed_over(dossier: Dossier, event: HandedOver) -> Dossier:
    held = dossier.step
    if held is None or held.code != event.step:
        held = HeldStep(event.step, event.handed_over_at, event.quota)
    holder = Holder(step=event.step, unit=event.to_unit, officer=event.to_officer)
    return dossier._replace(holder=holder, step=held)


def _step_opened(dossier: Dossier, event: StepOpened) -> Dossier:
    """The first step began with the acceptance, any other with its hand-over, whose times may have been corrected."""
    held = dossier.step
    since = dossier.accepted_at or event.opened_at if held is None or held.code != event.step else held.since
    return dossier._replace(
        holder=Holder(step=event.step, unit=event.unit, officer=event.officer),
        step=HeldStep(event.step, since, event.quota, event.due_at),
    )


def _succeeded(dossier: Dossier, event: Succeeded) -> Dossier:
    """Only what the ended unit had: a dossier that is in another unit's hands stays there."""
    holder = dossier.holder
    if holder.unit == event.from_unit:
        holder = Holder(step=holder.step, unit=event.to_unit, officer=holder.officer)
    return dossier._replace(unit=event.to_unit if dossier.unit == event.from_unit else dossier.unit, holder=holder)
