"""The process control slip of a dossier (phiếu kiểm soát quá trình): every step, who had it, and how it was kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_examples import ANSWERS
from api.commanding import etag
from api.documentation import documented, problems
from api.fields import Code, NoParameters
from api.ports import Collaborators
from api.presentation import json_response, zone_of
from domain.dossier.corrections import replay
from domain.dossier.slip import Kept, SlipLine, control_slip
from domain.errors import UnknownDossier
from domain.term import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A stretch in which one officer had the dossier in hand, for one step; ``until`` is null while he has.

    ``kept`` is early, on-time or late once it has ended, else within, waiting or late; no-quota where nothing bounds
    it. ``by_seconds`` is how long before or after ``due_at`` it ended, or is now.
    """

    step: str
    unit: str
    officer: str
    title: str
    since: datetime
    until: datetime | None
    quota: Term | None
    due_at: datetime | None
    kept: Kept
    by_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSlip:
    """The slip as it is at ``as_of``. ``due_at`` is the promise to the applicant."""

    code: str
    version: int
    due_at: datetime | None
    as_of: datetime
    steps: list[StepLine]


def router(collaborators: Collaborators) -> APIRouter:
    """The route of the slip."""
    steps = APIRouter(tags=["dossiers"])

    @steps.get(
        "/api/v1/dossiers/{code}/steps",
        operation_id="steps",
        summary="The process control slip",
        responses=documented(200, ControlSlip, "ETag", example=ANSWERS["steps"]) | problems(404, 422, 503),
    )
    async def slip(code: Code, _: NoParameters) -> Response:
        """Every step since acceptance: who, from when until when, its quota, and early, on time or late by how much.

        Handing a dossier on within a step begins a line of its own, under the same due date.
        """
        history = await collaborators.histories.get(code)
        if not history:
            raise UnknownDossier
        events, now = [each.event for each in history], collaborators.clock()
        lines = control_slip(events, collaborators.administration, now)
        answer = ControlSlip(
            code=code,
            version=history[-1].version,
            due_at=replay(events).due_at,
            as_of=now,
            steps=[_line(line) for line in lines],
        )
        return json_response(answer, zone=zone_of(history), headers={"ETag": etag(answer.version)})

    return steps


def _line(line: SlipLine) -> StepLine:
    taken = line.taken
    return StepLine(
        step=taken.step,
        unit=taken.unit,
        officer=taken.officer,
        title=taken.title,
        since=taken.since,
        until=taken.until,
        quota=taken.quota,
        due_at=taken.due_at,
        kept=line.kept,
        by_seconds=None if line.by is None else line.by // timedelta(seconds=1),
    )
