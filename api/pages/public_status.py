"""The public status as the tracking projection writes it. Nothing else about a dossier reaches its public page."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from domain.dossier.dossier import Delivery, Finance, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPromise:
    """An appointment: when it was made, and why it differs from the one before."""

    due_at: datetime
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHolder:
    """Who is answerable now: a unit and a title, never a person."""

    step: str | None = None
    unit: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDues:
    """Fee and charge, in đồng."""

    fee: int = 0
    charge: int = 0
    state: Finance = Finance.NOTHING_DUE


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicEvent:
    """A line of the timeline. ``step`` names the step of an outside system, or the step handed over to."""

    at: datetime
    kind: str
    unit: str | None = None
    title: str | None = None
    step: str | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicStatus:
    """All that the public may see of a dossier."""

    code: str
    stage: Stage
    procedure: str | None = None
    unit: str | None = None
    channel: str | None = None
    waiting_for: str | None = None
    waiting_since: datetime | None = None
    missing: tuple[str, ...] = ()
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    promises: tuple[PublicPromise, ...] = ()
    ended_at: datetime | None = None
    returned_at: datetime | None = None
    holder: PublicHolder | None = None
    dues: PublicDues | None = None
    delivery: Delivery = Delivery.NOT_READY
    timeline: tuple[PublicEvent, ...] = ()
    imported: bool = False


_DECODER = msgspec.json.Decoder(PublicStatus)


def read_public_status(body: bytes) -> PublicStatus:
    """The status in a look-up's answer."""
    return _DECODER.decode(body)
