"""The share of required components that was not asked for again, and the dossiers behind it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.documentation import documented, problems
from api.fields import Day, Parameters, ShortText
from api.ports import Collaborators
from api.presentation import json_response
from api.subject_examples import SUBJECT_ANSWERS
from domain.codes import is_dossier_code
from domain.errors import UnknownCursor
from domain.reuse import RULE, ReuseBucket, ReuseFigures, ReuseLine, ReuseQuery

MOST_LINES: Final = 500


class ReuseParameters(Parameters):
    """What is counted."""

    since: Day = Field(description="First local day of acceptance.")
    until: Day = Field(description="Last local day of acceptance.")
    unit: ShortText | None = Field(default=None, description="This unit and all below it.")
    procedure: ShortText | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.since > self.until:
            raise PydanticCustomError("empty_period", "The period ends before it begins")
        return self

    def query(self) -> ReuseQuery:
        """The question."""
        return ReuseQuery(since=self.since, until=self.until, unit=self.unit, procedure=self.procedure)


class ReuseListParameters(ReuseParameters):
    """Which figure's dossiers are listed."""

    bucket: ReuseBucket
    cursor: str | None = Field(default=None, max_length=60, description="``next`` of the page before.")
    limit: int = Field(default=50, ge=1, le=MOST_LINES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseRow:
    """``required = reused + looked_up + asked``, in components; ``share`` is the part not asked for, null of nothing.

    ``unmeasured`` counts dossiers whose version of the procedure is not known: they are in no other figure.
    """

    key: str
    dossiers: int
    required: int
    reused: int
    looked_up: int
    asked: int
    share: float | None
    unmeasured: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseShare:
    """Figures by procedure. ``rule`` names the definition, ``position`` how far the log had been read."""

    rule: str
    since: date
    until: date
    position: str
    data: str | None
    rows: list[ReuseRow]
    total: ReuseRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ReusePage:
    """The dossiers behind a figure; ``count`` is how many, ``next`` is null on the last page."""

    count: int
    data: str | None
    dossiers: list[ReuseLine]
    next: str | None


def router(collaborators: Collaborators) -> APIRouter:
    """The routes of reuse."""
    reuse = APIRouter(tags=["statistics"])

    @reuse.get(
        "/api/v1/statistics/reuse",
        operation_id="reuse",
        summary="The share of required components not asked for again",
        responses=documented(200, ReuseShare, example=SUBJECT_ANSWERS["reuse"]) | problems(422, 503),
    )
    async def share(parameters: Annotated[ReuseParameters, Query()]) -> Response:
        """Of the required components of dossiers accepted in a period: those reused or looked up."""
        told = await collaborators.subjects.report(parameters.query())
        answer = ReuseShare(
            rule=RULE,
            since=parameters.since,
            until=parameters.until,
            position=str(told.position),
            data=collaborators.label,
            rows=[_row(row) for row in told.rows],
            total=_row(told.total),
        )
        return json_response(answer, zone=None)

    @reuse.get(
        "/api/v1/statistics/reuse/dossiers",
        operation_id="reuse-dossiers",
        summary="The dossiers behind the share",
        responses=documented(200, ReusePage, example=SUBJECT_ANSWERS["reuse-dossiers"]) | problems(422, 503),
    )
    async def dossiers(parameters: Annotated[ReuseListParameters, Query()]) -> Response:
        """The components of the list's dossiers add up to the figure's."""
        after = parameters.cursor or ""
        if after and not is_dossier_code(after):
            raise UnknownCursor
        found = await collaborators.subjects.dossiers(parameters.query(), parameters.bucket, after, parameters.limit)
        page = ReusePage(count=found.count, data=collaborators.label, dossiers=list(found.lines), next=found.next)
        return json_response(page, zone=None)

    return reuse


def _row(figures: ReuseFigures) -> ReuseRow:
    return ReuseRow(
        key=figures.key,
        dossiers=figures.dossiers,
        required=figures.required,
        reused=figures.reused,
        looked_up=figures.looked_up,
        asked=figures.asked,
        share=figures.share,
        unmeasured=figures.unmeasured,
    )
