"""On-time statistics, and the dossiers behind every figure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.answer_examples import ANSWERS
from api.documentation import documented, problems
from api.fields import After, Day, Instant, ShortText
from api.ports import Collaborators
from api.presentation import json_response, zone_of_unit
from api.waiting import wait_for
from domain.administration.administration import Administration
from domain.ports import Rules
from projections.on_time.report import (
    Bucket,
    Counting,
    Cut,
    DossierLine,
    DossierQuery,
    Report,
    ReportQuery,
    ReportRow,
    Structure,
)
from projections.on_time.structure import placed

MOST_LINES = 500


class ReportParameters(After):
    """What is counted."""

    by: Cut = Cut.ALL
    from_on: Day | None = Field(default=None, alias="from", description="First local day of reception.")
    to_on: Day | None = Field(default=None, alias="to", description="Last local day of reception.")
    as_of: Instant | None = Field(
        default=None, description="Count what had taken effect by then, as it is known now; by default all."
    )
    counting: Counting = Counting.DATE
    structure: Structure = Field(
        default=Structure.THEN,
        description="Units as they were at the report's end, or those that answer for them now.",
    )
    unit: ShortText | None = Field(default=None, description="This unit and all below it.")
    procedure: ShortText | None = None
    channel: ShortText | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.from_on and self.to_on and self.from_on > self.to_on:
            raise PydanticCustomError("empty_period", "The period ends before it begins")
        return self

    def query(self, now: datetime, administration: Administration) -> ReportQuery:
        """The question to the projection."""
        query = ReportQuery(
            now=now,
            by=self.by,
            counting=self.counting,
            from_on=self.from_on,
            to_on=self.to_on,
            as_of=self.as_of,
            unit=self.unit,
            procedure=self.procedure,
            channel=self.channel,
            structure=self.structure,
        )
        return replace(query, places=placed(query, administration.entries))


class ListParameters(ReportParameters):
    """Which figure's dossiers are listed."""

    bucket: Bucket
    key: ShortText | None = Field(default=None, description="The row's key; without it all rows.")
    cursor: str | None = Field(default=None, max_length=500, description="``next`` of the page before.")
    limit: int = Field(default=50, ge=1, le=MOST_LINES)
    corrected: bool = Field(default=False, description="Only those in which a fact was corrected.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTimeReport:
    """On-time figures. ``rule`` is the version of the counting rule, ``position`` how far the log had been read.

    ``as_of`` is the instant against which open dossiers are within their deadline or overdue. ``data`` is not null
    where the data are not real.
    """

    by: Cut
    counting: Counting
    structure: Structure
    rule: str
    as_of: datetime
    position: str
    data: str | None
    rows: list[ReportRow]
    total: ReportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPage:
    """The dossiers behind a figure; ``count`` is the figure, ``next`` is null on the last page."""

    count: int
    data: str | None
    dossiers: list[DossierLine]
    next: str | None


def router(collaborators: Collaborators) -> APIRouter:
    """The routes of statistics."""
    statistics = APIRouter(tags=["statistics"])

    @statistics.get(
        "/api/v1/statistics/on-time",
        operation_id="on-time",
        summary="On time, early and overdue",
        responses=documented(200, OnTimeReport, example=ANSWERS["on-time"]) | problems(422, 503),
    )
    async def on_time(parameters: Annotated[ReportParameters, Query()]) -> Response:
        """By date and by instant are two official countings that differ; each answer names its rule and position."""
        await wait_for(parameters.after, collaborators.positions, "on_time")
        report = await collaborators.statistics.on_time(
            parameters.query(collaborators.clock(), collaborators.administration)
        )
        return json_response(_presented(report, collaborators.label))

    @statistics.get(
        "/api/v1/statistics/on-time/dossiers",
        operation_id="on-time-dossiers",
        summary="The dossiers behind a figure",
        responses=documented(200, DossierPage, example=ANSWERS["on-time-dossiers"]) | problems(422, 503),
    )
    async def dossiers(parameters: Annotated[ListParameters, Query()]) -> Response:
        """Asked with the parameters of a report, one of its figures (bucket) and one of its rows (key)."""
        await wait_for(parameters.after, collaborators.positions, "on_time")
        query = DossierQuery(
            report=parameters.query(collaborators.clock(), collaborators.administration),
            bucket=parameters.bucket,
            key=parameters.key,
            after=parameters.cursor,
            limit=parameters.limit,
            corrected=parameters.corrected,
        )
        found = await collaborators.statistics.dossiers(query)
        page = DossierPage(
            count=found.count,
            data=collaborators.label,
            dossiers=[_line(line, collaborators.administration) for line in found.lines],
            next=found.next,
        )
        return json_response(page, zone=None)

    return statistics


def _presented(report: Report, label: str | None) -> OnTimeReport:
    query = report.query
    return OnTimeReport(
        by=query.by,
        counting=query.counting,
        structure=query.structure,
        rule=report.rule,
        as_of=query.as_of or query.now,
        position=str(report.position),
        data=label,
        rows=list(report.rows),
        total=report.total,
    )


def _line(line: DossierLine, rules: Rules) -> DossierLine:
    """A dossier's instants are shown in the zone whose days count for it."""
    zone = zone_of_unit(line.unit, rules)
    return replace(
        line,
        received_at=line.received_at.astimezone(zone),
        due_at=line.due_at and line.due_at.astimezone(zone),
        ended_at=line.ended_at and line.ended_at.astimezone(zone),
    )
