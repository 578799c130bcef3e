"""From a dossier's facts to who has it in hand, for which step, and what is due next. No personal value is in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

import msgspec
from msgspec.structs import replace

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
from domain.envelope import Recorded


class WorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as the worklist of its holder shows it. ``officer`` is an id, empty where only the unit is answerable.

    ``since`` is when it came into these hands. ``due_at`` is the promise to the applicant, ``step_due_at`` the end of
    the step's quota, ``next_due_at`` the earlier of the two. ``*_since`` are the waits that last. Once ``ended_at`` it
    is on nobody's list.
    """

    dossier_id: UUID
    version: int
    code: str
    procedure: str
    unit: str
    officer: str = ""
    title: str = ""
    step: str = ""
    since: datetime | None = None
    step_due_at: datetime | None = None
    due_at: datetime | None = None
    next_due_at: datetime | None = None
    supplement_since: datetime | None = None
    payment_since: datetime | None = None
    ended_at: datetime | None = None


def apply(row: WorkRow | None, recorded: Recorded) -> WorkRow | None:
    """The row after a fact. A dossier is in somebody's hands from its submission on."""
    event = recorded.event
    if isinstance(event, Submitted):
        row = _submitted(row, event, recorded)
    if row is None:
        return None
    row = _after(row, event)
    bounds = [due for due in (row.step_due_at, row.due_at) if due is not None]
    return replace(row, version=recorded.version, next_due_at=min(bounds, default=None))


def _submitted(row: WorkRow | None, event: Submitted, recorded: Recorded) -> WorkRow:
    """The code a dossier was first given is its code."""
    if row is None:
        row = WorkRow(
            dossier_id=recorded.dossier_id,
            version=recorded.version,
            code=event.code,
            procedure=event.procedure,
            unit=event.unit,
        )
    return replace(
        row, procedure=event.procedure, unit=event.unit, officer="", title="", step="", since=event.submitted_at
    )


def _after(row: WorkRow, event: DossierEvent) -> WorkRow:  # noqa: C901, PLR0911, PLR0912 - one arm per fact
    match event:
        case Accepted():
            return replace(row, due_at=event.due_at, since=row.since if row.step else event.accepted_at)
        case HandedOver():
            return replace(
                row,
                step=event.step,
                unit=event.to_unit,
                officer=event.to_officer,
                title=event.to_title,
                since=event.handed_over_at,
                step_due_at=None if event.step != row.step else row.step_due_at,
            )
        case StepOpened():
            return replace(row, step=event.step, unit=event.unit, officer=event.officer, step_due_at=event.due_at)
        case Succeeded():
            return replace(row, unit=event.to_unit, since=event.succeeded_at) if row.unit == event.from_unit else row
        case StepRescheduled():
            return replace(row, step_due_at=event.due_at) if row.step == event.step else row
        case SupplementRequested():
            return replace(row, supplement_since=row.supplement_since or event.requested_at)
        case Supplemented():
            return replace(row, supplement_since=None, due_at=event.due_at or row.due_at)
        case PaymentRequested():
            return replace(row, payment_since=row.payment_since or event.requested_at) if event.clock_waits else row
        case Paid() | PaymentWaived():
            return replace(row, payment_since=None, due_at=event.due_at or row.due_at)
        case DeadlineExtended():
            return replace(row, due_at=event.new_due_at)
        case Corrected():
            return replace(row, due_at=event.due_at or row.due_at)
        case Sealed():
            return replace(row, ended_at=event.sealed_at)
        case ResultReturned():
            return replace(row, ended_at=row.ended_at or event.returned_at)
        case ReceptionRefused() | Refused():
            return replace(row, ended_at=event.refused_at)
        case Withdrawn():
            return replace(row, ended_at=event.withdrawn_at)
        case Stopped():
            return replace(row, ended_at=event.stopped_at)
        case Submitted() | Appraised() | Approved() | ApprovalDeclined() | Signed() | Overpaid():
            return row
        case StepRecorded() | HistoryImported() | IdentityVerified() | Represented() | ComponentReused() | Escalated():
            return row
        case _:
            assert_never(event)


def record(row: WorkRow) -> tuple[Any, ...]:
    """The row as its table keeps it: the fields in their order."""
    return msgspec.structs.astuple(row)


def read_row(record: Sequence[Any]) -> WorkRow:
    """The row its table kept."""
    return WorkRow(**dict(zip(WorkRow.__struct_fields__, record, strict=True)))
