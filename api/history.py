"""A dossier's history: every fact with both its times, and what was corrected beside what it was."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.answer_examples import ANSWERS
from api.commanding import etag
from api.documentation import documented, problems
from api.fields import Code, Instant, Parameters
from api.ports import Collaborators
from api.presentation import json_response, zone_of
from domain.dossier.corrections import corrected_history
from domain.dossier.events import WIRE_NAMES, Corrected, DossierEvent, effective_at
from domain.envelope import Provenance, Recorded
from domain.errors import UnknownCursor, UnknownDossier

MOST_EVENTS = 500


class HistoryParameters(Parameters):
    """Both times of a history, and its pages."""

    as_of: Instant | None = Field(
        default=None, description="Only what had taken effect by then, by the times as corrected."
    )
    known_at: Instant | None = Field(default=None, description="The history as it was recorded by then.")
    cursor: str | None = Field(default=None, max_length=100, description="``next`` of the page before.")
    limit: int = Field(default=100, ge=1, le=MOST_EVENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A field of an event that was corrected: what it was, what it is, and the event that says so."""

    field: str
    old_value: str
    new_value: str
    authority: str
    by_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One fact. ``event`` is as it was first recorded; ``effective_at`` and ``corrections`` say what it is now."""

    version: int
    position: str
    type: str
    effective_at: datetime
    recorded_at: datetime
    actor: str
    unit: str
    on_behalf_of: str | None
    delegation: str | None
    correlation_id: str
    trace_id: str | None
    provenance: Provenance | None
    event: DossierEvent
    corrections: list[Correction]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """A page of a history in version order; ``version`` is the last one known, ``next`` is null on the last page."""

    code: str
    version: int
    events: list[HistoryEntry]
    next: str | None


def router(collaborators: Collaborators) -> APIRouter:
    """The route of histories."""
    histories = APIRouter(tags=["dossiers"])

    @histories.get(
        "/api/v1/dossiers/{code}/history",
        operation_id="history",
        summary="A dossier's whole history",
        responses=documented(200, HistoryPage, "ETag", example=ANSWERS["history"]) | problems(404, 422, 503),
    )
    async def history(code: Code, query: Annotated[HistoryParameters, Query()]) -> Response:
        """Every event in the order it was recorded, with its effective and its recorded time."""
        after = _version_of(query.cursor) if query.cursor else 0
        recorded = await collaborators.histories.get(code)
        if not recorded:
            raise UnknownDossier
        known = known_by(query.known_at, recorded)
        shown = [entry for entry in entries(known, query.as_of) if entry.version > after]
        page = HistoryPage(
            code=code,
            version=known[-1].version if known else 0,
            events=shown[: query.limit],
            next=_cursor(shown[query.limit - 1].version) if len(shown) > query.limit else None,
        )
        return json_response(page, zone=zone_of(recorded), headers={"ETag": etag(recorded[-1].version)})

    return histories


def known_by(known_at: datetime | None, history: Sequence[Recorded]) -> Sequence[Recorded]:
    """The history as far as it had been recorded.

    Servers' clocks differ a little; an event that was built upon was known, whatever its own server's clock said.
    """
    if known_at is None:
        return history
    known = [place for place, each in enumerate(history, start=1) if each.envelope.recorded_at <= known_at]
    return history[: known[-1]] if known else []


def entries(known: Sequence[Recorded], as_of: datetime | None) -> Iterator[HistoryEntry]:
    """The known events that had taken effect, each beside its corrections."""
    as_corrected = corrected_history([each.event for each in known])
    corrections: dict[int, list[Correction]] = {}
    for each in known:
        if isinstance(each.event, Corrected):
            corrections.setdefault(each.event.version, []).append(_correction(each.event, each.version))
    for each, event in zip(known, as_corrected, strict=True):
        effective = effective_at(event)
        if as_of is None or effective <= as_of:
            yield _entry(each, effective, corrections.get(each.version, []))


def _correction(event: Corrected, version: int) -> Correction:
    return Correction(
        field=event.field,
        old_value=event.old_value,
        new_value=event.new_value,
        authority=event.authority,
        by_version=version,
    )


def _entry(recorded: Recorded, effective: datetime, corrections: list[Correction]) -> HistoryEntry:
    envelope = recorded.envelope
    return HistoryEntry(
        version=recorded.version,
        position=str(recorded.position),
        type=WIRE_NAMES[type(recorded.event)],
        effective_at=effective,
        recorded_at=envelope.recorded_at,
        actor=envelope.actor.id,
        unit=envelope.actor.unit,
        on_behalf_of=envelope.actor.on_behalf_of,
        delegation=envelope.actor.delegation,
        correlation_id=envelope.correlation_id,
        trace_id=envelope.trace_id,
        provenance=envelope.provenance,
        event=recorded.event,
        corrections=corrections,
    )


def _cursor(version: int) -> str:
    return urlsafe_b64encode(f"v{version}".encode()).decode()


def _version_of(cursor: str) -> int:
    try:
        text = urlsafe_b64decode(cursor.encode()).decode()
        return int(text.removeprefix("v"))
    except ValueError as error:
        raise UnknownCursor from error
