"""From a dossier's facts to what the public may see of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, assert_never
from uuid import UUID

import msgspec
from msgspec.structs import replace

from domain.applicant import withheld
from domain.dossier.dossier import OPEN_STAGES, Delivery, Finance, Stage
from domain.dossier.events import (
    EFFECTIVE_FIELD,
    EVENT_TYPES,
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
from domain.envelope import Recorded
from projections.tracking.national import NationalStatus, national_status
from projections.tracking.status import DuesNow, HolderNow, Promise, PublicStatus, TimelineStep

_KIND: Final = {kind: wire_name for wire_name, kind in EVENT_TYPES.items()}
_UNANSWERED: Final = (
    *(Supplemented, Paid, Overpaid, Withdrawn, Corrected, HistoryImported, StepRecorded, StepRescheduled),
    *(Represented, Escalated),
)
_NOT_HANDLING: Final = (
    *(Accepted, Overpaid, DeadlineExtended, Succeeded, Corrected, HistoryImported, StepOpened, StepRescheduled),
    *(IdentityVerified, Represented, ComponentReused, Escalated),
)
_UNHANDLED: Final = frozenset({NationalStatus.REGISTERED, NationalStatus.RECEIVED, NationalStatus.NOT_RECEIVED})
_NOBODY: Final = HolderNow(step=None, unit=None, title=None)
_NO_DUES: Final = DuesNow(fee=0, charge=0, state=Finance.NOTHING_DUE.value)


class TrackingRow(msgspec.Struct, frozen=True, kw_only=True):
    """The public status, and since when each open wait lasts, which the status shows for one of them only."""

    dossier_id: UUID
    status: PublicStatus
    supplement_since: datetime | None = None
    payment_since: datetime | None = None

    @property
    def version(self) -> int:
        """The last event folded in."""
        return self.status.version


def apply(row: TrackingRow | None, recorded: Recorded) -> TrackingRow | None:
    """The row after a fact. A dossier is known from its submission on."""
    event = recorded.event
    if isinstance(event, Submitted):
        row = _submitted(row, event, recorded)
    elif row is None:
        return None
    else:
        row = _after(row, event)
    return _settled(row, recorded)


def _submitted(row: TrackingRow | None, event: Submitted, recorded: Recorded) -> TrackingRow:
    """The code a dossier was first given is its code."""
    holder = HolderNow(step=None, unit=event.unit or None, title=None)
    if row is not None:
        status = replace(
            row.status,
            procedure=event.procedure,
            unit=event.unit,
            channel=event.channel,
            stage=Stage.SUBMITTED.value,
            submitted_at=event.submitted_at,
            holder=holder,
        )
        return replace(row, status=status)
    status = PublicStatus(
        code=event.code,
        procedure=event.procedure,
        unit=event.unit,
        channel=event.channel,
        stage=Stage.SUBMITTED.value,
        national_status=NationalStatus.REGISTERED.value,
        waiting_for=None,
        waiting_since=None,
        missing=(),
        submitted_at=event.submitted_at,
        accepted_at=None,
        due_at=None,
        promises=(),
        ended_at=None,
        returned_at=None,
        holder=holder,
        dues=_NO_DUES,
        delivery=Delivery.NOT_READY.value,
        timeline=(),
        imported=False,
        version=recorded.version,
        position=str(recorded.position),
    )
    return TrackingRow(dossier_id=recorded.dossier_id, status=status)


def _after(row: TrackingRow, event: DossierEvent) -> TrackingRow:  # noqa: C901, PLR0911, PLR0912 - one arm per fact
    status = row.status
    match event:
        case Submitted() | StepRecorded() | StepRescheduled() | Overpaid() | Escalated():
            return row
        case IdentityVerified() | Represented() | ComponentReused():
            return row
        case HandedOver():
            holder = HolderNow(step=event.step or None, unit=event.to_unit or None, title=event.to_title or None)
            return replace(row, status=replace(status, holder=holder))
        case StepOpened():
            holder = replace(status.holder, step=event.step or None, unit=event.unit or None)
            return replace(row, status=replace(status, holder=holder))
        case Accepted():
            status = replace(status, accepted_at=event.accepted_at, due_at=event.due_at)
            return _at_stage(row, _promised(status, event.due_at, event.accepted_at, "accepted"), Stage.IN_PROCESS)
        case Appraised():
            return _at_stage(row, status, Stage.APPRAISED)
        case Approved():
            return _at_stage(row, status, Stage.APPROVED)
        case ApprovalDeclined():
            return _at_stage(row, status, Stage.IN_PROCESS)
        case Signed():
            return _at_stage(row, status, Stage.SIGNED)
        case Sealed():
            return _at_stage(row, replace(status, delivery=Delivery.READY.value), Stage.SEALED, event.sealed_at)
        case ResultReturned():
            status = replace(status, delivery=Delivery.RETURNED.value, returned_at=event.returned_at)
            return _at_stage(row, status, Stage.RETURNED, status.ended_at or event.returned_at)
        case ReceptionRefused():
            return _at_stage(row, status, Stage.RECEPTION_REFUSED, event.refused_at)
        case Refused():
            return _at_stage(row, status, Stage.REFUSED, event.refused_at)
        case Withdrawn():
            return _at_stage(row, status, Stage.WITHDRAWN, event.withdrawn_at)
        case Stopped():
            return _at_stage(row, status, Stage.STOPPED, event.stopped_at)
        case SupplementRequested():
            missing = tuple(dict.fromkeys(withheld(item.component) for item in event.items))
            asked_at = row.supplement_since or event.requested_at
            return replace(row, status=replace(status, missing=missing), supplement_since=asked_at)
        case Supplemented():
            status = replace(_promised(status, event.due_at, event.supplemented_at, "supplement"), missing=())
            return replace(row, status=status, supplement_since=None)
        case PaymentRequested():
            dues = DuesNow(fee=event.dues.fee, charge=event.dues.charge, state=Finance.DUE.value)
            since = row.payment_since or event.requested_at if event.clock_waits else row.payment_since
            return replace(row, status=replace(status, dues=dues), payment_since=since)
        case Paid():
            return _settled_dues(row, _promised(status, event.due_at, event.paid_at, "payment"), Finance.PAID)
        case PaymentWaived():
            return _settled_dues(row, _promised(status, event.due_at, event.waived_at, "payment"), Finance.WAIVED)
        case DeadlineExtended():
            return replace(row, status=_promised(status, event.new_due_at, event.extended_at, "extension"))
        case Succeeded():
            return replace(row, status=_succeeded(status, event))
        case Corrected():
            status = _promised(status, event.due_at, event.corrected_at, "correction")
            return replace(row, status=_marked(status, event.version))
        case HistoryImported():
            return replace(row, status=replace(status, imported=True))
        case _:
            assert_never(event)


def _at_stage(row: TrackingRow, status: PublicStatus, stage: Stage, ended_at: datetime | None = None) -> TrackingRow:
    """A stage of processing that becomes known late, after the end, reopens nothing."""
    if ended_at is None:
        return replace(row, status=status if status.ended_at is not None else replace(status, stage=stage.value))
    return replace(row, status=replace(status, stage=stage.value, ended_at=ended_at))


def _promised(status: PublicStatus, due_at: datetime | None, since: datetime, reason: str) -> PublicStatus:
    """A fact without a date of its own leaves the promise as it is."""
    if due_at is None:
        return status
    promise = Promise(due_at=due_at, since=since, reason=reason)
    return replace(status, due_at=due_at, promises=(*status.promises, promise))


def _succeeded(status: PublicStatus, event: Succeeded) -> PublicStatus:
    """Only what the ended unit had: what is in another unit's hands stays there."""
    holder = status.holder
    if holder.unit == event.from_unit:
        holder = replace(holder, unit=event.to_unit)
    return replace(status, unit=event.to_unit if status.unit == event.from_unit else status.unit, holder=holder)


def _settled_dues(row: TrackingRow, status: PublicStatus, state: Finance) -> TrackingRow:
    return replace(row, status=replace(status, dues=replace(status.dues, state=state.value)), payment_since=None)


def _marked(status: PublicStatus, version: int) -> PublicStatus:
    """Every fact since the submission is one step, so the step of a version is found by counting back."""
    place = version - 1 - (status.version - len(status.timeline))
    if not 0 <= place < len(status.timeline):
        return status
    step = replace(status.timeline[place], corrected=True)
    return replace(status, timeline=(*status.timeline[:place], step, *status.timeline[place + 1 :]))


def _settled(row: TrackingRow, recorded: Recorded) -> TrackingRow:
    """What follows from the facts taken together, and the fact itself as a step of the timeline."""
    status, event = row.status, recorded.event
    waiting_for, waiting_since = _waiting(row)
    status = replace(
        status,
        national_status=_national(row, event),
        waiting_for=waiting_for,
        waiting_since=waiting_since,
        missing=status.missing if waiting_for == "supplement" else (),
        timeline=(*status.timeline, _step(status, event)),
        imported=status.imported or recorded.envelope.provenance is not None,
        version=recorded.version,
        position=str(recorded.position),
    )
    return replace(row, status=status)


def _waiting(row: TrackingRow) -> tuple[str | None, datetime | None]:
    if row.status.stage in OPEN_STAGES:
        if row.supplement_since is not None:
            return "supplement", row.supplement_since
        if row.payment_since is not None:
            return "payment", row.payment_since
    return None, None


def _national(row: TrackingRow, event: DossierEvent) -> int:
    status = row.status
    accepted = status.accepted_at is not None
    return national_status(
        status.stage,
        status.dues.state,
        accepted=accepted,
        supplement_asked=row.supplement_since is not None,
        handled=status.national_status not in _UNHANDLED or (accepted and not isinstance(event, _NOT_HANDLING)),
    )


def _step(status: PublicStatus, event: DossierEvent) -> TimelineStep:
    """What the applicant did himself, and what was only written down, has no unit that answers for it."""
    kind = type(event)
    holder = _NOBODY if isinstance(event, _UNANSWERED) else status.holder
    step = (
        event.name
        if isinstance(event, StepRecorded)
        else holder.step
        if isinstance(event, HandedOver | StepOpened)
        else None
    )
    at: datetime = getattr(event, EFFECTIVE_FIELD[kind])
    return TimelineStep(at=at, kind=_KIND[kind], unit=holder.unit, title=holder.title, step=step or None)


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(PublicStatus)


def record(row: TrackingRow) -> tuple[Any, ...]:
    """The row as its table keeps it. Instants are text, so that they come back with the offset they were given."""
    since = (None if at is None else at.isoformat() for at in (row.supplement_since, row.payment_since))
    return (row.dossier_id, row.status.code, *since, _ENCODER.encode(row.status))


def read_row(record: Sequence[Any]) -> TrackingRow:
    """The row its table kept."""
    dossier_id, _, *since, body = record
    supplement_since, payment_since = (None if at is None else datetime.fromisoformat(at) for at in since)
    return TrackingRow(
        dossier_id=dossier_id,
        status=_DECODER.decode(body),
        supplement_since=supplement_since,
        payment_since=payment_since,
    )
