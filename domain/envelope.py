"""What is known about a fact beside the fact: who recorded it, when, on whose behalf, and where it came from."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.dossier.events import DossierEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. ``delegation`` is the number of the instrument when the act is done on behalf of another."""

    id: str
    unit: str = ""
    on_behalf_of: str | None = None
    delegation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where an imported fact was read. ``key`` is unique in the dossier; ``inferred`` names fields not read as such."""

    source: str
    source_case: str
    key: str
    inferred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The circumstances of an event. ``recorded_at`` is when it became known here."""

    recorded_at: datetime
    actor: Actor
    command_id: str
    command_digest: str = ""
    correlation_id: str = ""
    trace_id: str | None = None
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event as the log holds it. ``version`` counts from 1 in its dossier; ``position`` orders the whole log."""

    dossier_id: UUID
    version: int
    position: int
    event: DossierEvent
    envelope: Envelope
