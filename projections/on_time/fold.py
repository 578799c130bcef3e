"""From a dossier's facts to what on-time statistics need of it, at any instant."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec.structs import replace

from domain.codes import HO_CHI_MINH
from domain.dossier.events import (
    Accepted,
    Corrected,
    DeadlineExtended,
    DossierEvent,
    Paid,
    PaymentRequested,
    PaymentWaived,
    Refused,
    ResultReturned,
    Sealed,
    Stopped,
    Submitted,
    Succeeded,
    Supplemented,
    SupplementRequested,
    Withdrawn,
)
from domain.envelope import Recorded

_RANK: Final = {"sealed": 3, "returned": 2, "refused": 1, "stopped": 1, "withdrawn": 1}


class OnTimeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as statistics see it. ``*_on`` are days of ``timezone``, which acceptance pinned.

    The promises in order, each with the instant from which it stood: ``promise_since`` and ``promise_due``; the last
    is ``due_at``, and ``late_from`` is when the day after it begins. ``pause_since`` and ``pause_until`` are the waits
    that ended; ``supplement_since`` and ``payment_since`` those that last. ``outcome`` is how processing ended.
    ``corrected`` is whether a fact of the dossier was corrected since it was recorded.
    ``earlier_units`` had the dossier before its ``unit``, each until ``earlier_until``.
    """

    dossier_id: UUID
    version: int
    code: str
    procedure: str
    unit: str
    channel: str
    timezone: str = HO_CHI_MINH.key
    received_at: datetime | None = None
    received_on: date | None = None
    promise_since: tuple[datetime, ...] = ()
    promise_due: tuple[datetime | None, ...] = ()
    due_at: datetime | None = None
    due_on: date | None = None
    late_from: datetime | None = None
    pause_since: tuple[datetime, ...] = ()
    pause_until: tuple[datetime, ...] = ()
    supplement_since: datetime | None = None
    payment_since: datetime | None = None
    outcome: str | None = None
    ended_at: datetime | None = None
    ended_on: date | None = None
    corrected: bool = False
    earlier_units: tuple[str, ...] = ()
    earlier_until: tuple[datetime, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether the clock stands still, for all that is known."""
        return self.supplement_since is not None or self.payment_since is not None


def apply(row: OnTimeRow | None, recorded: Recorded) -> OnTimeRow | None:
    """The row after a fact. A dossier is known from its submission on, and counted from its acceptance on."""
    event = recorded.event
    if isinstance(event, Submitted):
        return _submitted(row, event, recorded)
    if row is None:
        return None
    return replace(_after(row, event), version=recorded.version)


def _submitted(row: OnTimeRow | None, event: Submitted, recorded: Recorded) -> OnTimeRow:
    """The code a dossier was first given is its code."""
    if row is None:
        return OnTimeRow(
            dossier_id=recorded.dossier_id,
            version=recorded.version,
            code=event.code,
            procedure=event.procedure,
            unit=event.unit,
            channel=event.channel,
        )
    return replace(row, version=recorded.version, procedure=event.procedure, unit=event.unit, channel=event.channel)


def _after(row: OnTimeRow, event: DossierEvent) -> OnTimeRow:  # noqa: C901, PLR0911, PLR0912 - one arm per fact
    """The other facts neither move the promise nor stop a clock nor end processing."""
    match event:
        case Accepted():
            return _received(row, event)
        case SupplementRequested():
            return replace(row, supplement_since=row.supplement_since or event.requested_at)
        case Supplemented():
            row = _promised(row, event.due_at, event.supplemented_at)
            return replace(_waited(row, row.supplement_since, event.supplemented_at), supplement_since=None)
        case PaymentRequested() if event.clock_waits:
            return replace(row, payment_since=row.payment_since or event.requested_at)
        case Paid():
            row = _promised(row, event.due_at, event.paid_at)
            return replace(_waited(row, row.payment_since, event.paid_at), payment_since=None)
        case PaymentWaived():
            row = _promised(row, event.due_at, event.waived_at)
            return replace(_waited(row, row.payment_since, event.waived_at), payment_since=None)
        case DeadlineExtended():
            return _promised(row, event.new_due_at, event.extended_at)
        case Succeeded():
            return _succeeded(row, event)
        case Corrected():
            return replace(_promise_corrected(row, event), corrected=True)
        case Sealed():
            return _ended(row, "sealed", event.sealed_at)
        case ResultReturned():
            return _ended(row, "returned", event.returned_at)
        case Refused():
            return _ended(row, "refused", event.refused_at)
        case Stopped():
            return _ended(row, "stopped", event.stopped_at)
        case Withdrawn():
            return _ended(row, "withdrawn", event.withdrawn_at)
        case _:
            return row


def _received(row: OnTimeRow, event: Accepted) -> OnTimeRow:
    zone = _zone(event.timezone)
    row = replace(
        row,
        timezone=zone.key,
        received_at=event.accepted_at,
        received_on=event.accepted_at.astimezone(zone).date(),
        ended_on=None if row.ended_at is None else row.ended_at.astimezone(zone).date(),
    )
    return _standing(row, (*row.promise_since, event.accepted_at), (*row.promise_due, event.due_at))


def _promised(row: OnTimeRow, due_at: datetime | None, since: datetime) -> OnTimeRow:
    if due_at is None:
        return row
    return _standing(row, (*row.promise_since, since), (*row.promise_due, due_at))


def _promise_corrected(row: OnTimeRow, event: Corrected) -> OnTimeRow:
    """A promise recomputed from corrected facts takes the place of the one that stood, from when that one began."""
    if event.due_at is None:
        return row
    if not row.promise_since:
        return _promised(row, event.due_at, event.corrected_at)
    return _standing(row, row.promise_since, (*row.promise_due[:-1], event.due_at))


def _standing(row: OnTimeRow, since: tuple[datetime, ...], due: tuple[datetime | None, ...]) -> OnTimeRow:
    """The last promise made is the one that stands."""
    zone, due_at = _zone(row.timezone), due[-1]
    due_on = None if due_at is None else due_at.astimezone(zone).date()
    late_from = None if due_on is None else datetime.combine(due_on + timedelta(days=1), time.min, zone)
    return replace(row, promise_since=since, promise_due=due, due_at=due_at, due_on=due_on, late_from=late_from)


def _succeeded(row: OnTimeRow, event: Succeeded) -> OnTimeRow:
    """What a unit had settled before it ended stays among its own figures."""
    if row.unit != event.from_unit or row.ended_at is not None:
        return row
    return replace(
        row,
        unit=event.to_unit,
        earlier_units=(*row.earlier_units, row.unit),
        earlier_until=(*row.earlier_until, event.succeeded_at),
    )


def _waited(row: OnTimeRow, since: datetime | None, until: datetime) -> OnTimeRow:
    """A wait never ends before it began."""
    if since is None:
        return row
    return replace(row, pause_since=(*row.pause_since, since), pause_until=(*row.pause_until, max(since, until)))


def _ended(row: OnTimeRow, outcome: str, at: datetime) -> OnTimeRow:
    """Processing ends when the result is sealed, else when it is returned, else when it is refused or given up."""
    if row.outcome is not None and _RANK[outcome] <= _RANK[row.outcome]:
        return row
    return replace(row, outcome=outcome, ended_at=at, ended_on=at.astimezone(_zone(row.timezone)).date())


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    """A zone that nobody knows counts as Việt Nam's, since history is never refused."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return HO_CHI_MINH


def record(row: OnTimeRow) -> tuple[Any, ...]:
    """The row as its table keeps it: the fields in their order."""
    return msgspec.structs.astuple(row)


def read_row(record: Sequence[Any]) -> OnTimeRow:
    """The row its table kept."""
    values: dict[str, Any] = dict(zip(OnTimeRow.__struct_fields__, record, strict=True))
    for name in ("promise_since", "promise_due", "pause_since", "pause_until", "earlier_units", "earlier_until"):
        values[name] = tuple(values[name])
    return OnTimeRow(**values)
