"""What anyone who knows a dossier's code may see of it. The types are the JSON: a key that is not here is not public.

No personal value, officer or free text has a place here; ``tests/projections`` searches for them.
"""

from datetime import datetime

import msgspec


class Promise(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An appointment and when it was given. ``reason``: accepted, supplement, payment, extension or correction."""

    due_at: datetime
    since: datetime
    reason: str


class HolderNow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who has the dossier in hand: by unit and title, never by name."""

    step: str | None
    unit: str | None
    title: str | None


class DuesNow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Fee and charge in đồng, and where their payment stands."""

    fee: int
    charge: int
    state: str


class TimelineStep(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One fact: its wire name, and the unit and title answerable for it. ``step`` names a hand-over or outside step.

    ``corrected`` marks a fact that was put right; it is shown as it should have been.
    """

    at: datetime
    kind: str
    unit: str | None
    title: str | None
    step: str | None
    corrected: bool = False


class PublicStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The public status of a dossier. ``position`` is text, since it exceeds what JSON numbers hold exactly."""

    code: str
    procedure: str
    unit: str
    channel: str
    stage: str
    national_status: int
    waiting_for: str | None
    waiting_since: datetime | None
    missing: tuple[str, ...]
    submitted_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    promises: tuple[Promise, ...]
    ended_at: datetime | None
    returned_at: datetime | None
    holder: HolderNow
    dues: DuesNow
    delivery: str
    timeline: tuple[TimelineStep, ...]
    imported: bool
    version: int
    position: str
