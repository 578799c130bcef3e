"""The worklist of a unit or an officer: what is in hand, by what is due next. No personal value is in it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import Response

from api.answer_examples import ANSWERS
from api.documentation import documented, problems
from api.fields import After, Instant, ShortText
from api.ports import Collaborators
from api.presentation import json_response, zone_of_unit
from api.waiting import wait_for
from domain.administration.refusals import UnknownEntry
from projections.worklists.worklist import WorkCounts, WorkLine, WorklistQuery, WorkState

MOST_LINES = 500
MOST_HOURS = 24 * 366


class WorklistParameters(After):
    """Which of the dossiers in hand are listed, and against which instant lateness is judged."""

    officer: ShortText | None = Field(default=None, description="An officer's id; empty for what only the unit has.")
    step: ShortText | None = None
    procedure: ShortText | None = None
    state: WorkState = WorkState.OPEN
    as_of: Instant | None = Field(
        default=None, description="Judge what is in hand now as late or due soon at this instant; by default now."
    )
    soon_hours: int = Field(default=24, ge=1, le=MOST_HOURS, description="Due soon is due within so many hours.")
    cursor: str | None = Field(default=None, max_length=500, description="``next`` of the page before.")
    limit: int = Field(default=50, ge=1, le=MOST_LINES)

    def query(self, unit: str, now: datetime) -> WorklistQuery:
        """The question to the projection."""
        return WorklistQuery(
            unit=unit,
            as_of=self.as_of or now,
            officer=self.officer,
            step=self.step,
            procedure=self.procedure,
            state=self.state,
            soon=timedelta(hours=self.soon_hours),
            after=self.cursor,
            limit=self.limit,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistPage:
    """A page of a worklist. ``count`` is how long the list is, ``counts`` how long it is in each state.

    ``position`` is how far the log had been read, ``next`` null on the last page. ``data`` is not null where the data
    are not real.
    """

    unit: str
    state: WorkState
    as_of: datetime
    count: int
    counts: WorkCounts
    position: str
    data: str | None
    dossiers: list[WorkLine]
    next: str | None


Unit = Annotated[str, Path(min_length=1, max_length=200, description="The code of the unit that has them in hand.")]


def router(collaborators: Collaborators) -> APIRouter:
    """The route of worklists."""
    worklists = APIRouter(tags=["worklists"])

    @worklists.get(
        "/api/v1/worklists/{unit}",
        operation_id="worklist",
        summary="What a unit or an officer has in hand",
        responses=documented(200, WorklistPage, example=ANSWERS["worklist"]) | problems(404, 422, 503),
    )
    async def worklist(unit: Unit, parameters: Annotated[WorklistParameters, Query()]) -> Response:
        """Sorted by what is due next: the end of the step's quota or the promise, whichever is earlier.

        What waits for the applicant is never late. Once processing has ended a dossier is on no list.
        """
        await wait_for(parameters.after, collaborators.positions, "worklists")
        query = parameters.query(unit, collaborators.clock())
        found = await collaborators.worklists.worklist(query)
        if collaborators.administration.unit(unit) is None and not found.lines:
            raise UnknownEntry(key=unit)
        zone = zone_of_unit(unit, collaborators.administration)
        page = WorklistPage(
            unit=unit,
            state=query.state,
            as_of=query.as_of.astimezone(zone),
            count=found.counts.of(query.state),
            counts=found.counts,
            position=str(found.position),
            data=collaborators.label,
            dossiers=[_local(line, zone) for line in found.lines],
            next=found.next,
        )
        return json_response(page, zone=None)

    return worklists


def _local(line: WorkLine, zone: ZoneInfo) -> WorkLine:
    """Instants are shown in the zone of the unit that has the dossier in hand."""
    moved = {
        name: instant.astimezone(zone)
        for name in ("since", "step_due_at", "due_at", "next_due_at")
        if (instant := getattr(line, name)) is not None
    }
    return replace(line, **moved)
