"""For officers: whose dossiers these are, and what need not be asked of an applicant again.

A number comes in a body, never in an address, and is answered with codes and public statuses, never with a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.auth import actor
from api.documentation import documented, problems
from api.examples import openapi_examples
from api.fields import Code, NoParameters, ShortText
from api.ports import Collaborators
from api.presentation import json_response
from api.problems import NotAnOfficer, NotANumber
from api.subject_examples import SUBJECT_ANSWERS
from domain.administration.officers import OFFICERS
from domain.codes import day_of_code
from domain.envelope import Actor
from domain.errors import UnknownDossier
from domain.identity import Scheme, is_well_formed
from domain.reuse import Offer
from projections.tracking.status import PublicStatus

_EXAMPLE: Final = {"scheme": "personal-number", "number": "999301000001"}


class SubjectQuestion(BaseModel):
    """Whom to look up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scheme: Scheme
    number: ShortText = Field(description="As its scheme writes one. It is hashed with a key, and kept nowhere.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectDossier:
    """A dossier in which the subject occurs, and as whom: applicant, representative or recipient.

    What follows is of its public status, and null until that can be read.
    """

    code: str
    roles: list[str]
    procedure: str | None = None
    unit: str | None = None
    stage: str | None = None
    national_status: int | None = None
    submitted_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectDossiers:
    """The dossiers in the order of their codes. ``data`` is not null where the data are not real."""

    count: int
    data: str | None
    dossiers: list[SubjectDossier]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What can be taken by ``reuse-component`` instead of asking the applicant for it.

    National registers are not connected: ``register`` means one that an administrator loaded.
    """

    code: str
    data: str | None
    offers: list[Offer]


def router(collaborators: Collaborators) -> APIRouter:
    """The routes of subjects."""
    subjects = APIRouter(tags=["subjects"])

    @subjects.post(
        "/api/v1/subjects/lookup",
        operation_id="subject-lookup",
        summary="The dossiers in which a person, an organisation or an agency occurs",
        responses=documented(200, SubjectDossiers, example=SUBJECT_ANSWERS["subject-lookup"])
        | problems(400, 403, 413, 422, 503),
    )
    async def look_up(
        question: Annotated[SubjectQuestion, Body(openapi_examples=openapi_examples(_EXAMPLE))],
        by: Annotated[Actor, Depends(actor)],
        _: NoParameters,
    ) -> Response:
        """Only an officer may ask, and that he did is kept: who, when, and a keyed hash of whom."""
        _officer(by, collaborators)
        if not is_well_formed(question.scheme, question.number):
            raise NotANumber(scheme=question.scheme.value)
        found = await collaborators.subjects.look_up(question.scheme, question.number, by.id)
        dossiers = [await _dossier(code, roles, collaborators) for code, roles in found.items()]
        return json_response(SubjectDossiers(count=len(dossiers), data=collaborators.label, dossiers=dossiers))

    @subjects.get(
        "/api/v1/dossiers/{code}/reusable",
        operation_id="reusable",
        summary="What need not be asked of the applicant of a dossier",
        responses=documented(200, Offers, example=SUBJECT_ANSWERS["reusable"]) | problems(400, 403, 404, 422, 503),
    )
    async def reusable(code: Code, by: Annotated[Actor, Depends(actor)], _: NoParameters) -> Response:
        """Results that were signed here for the same applicant, and what loaded registers hold."""
        _officer(by, collaborators)
        offers = await collaborators.subjects.offers(code, day_of_code(collaborators.clock()))
        if offers is None:
            raise UnknownDossier
        return json_response(Offers(code=code, data=collaborators.label, offers=list(offers)))

    return subjects


def _officer(by: Actor, collaborators: Collaborators) -> None:
    """Whoever holds a post now; where the administration keeps no officers at all, whoever may act."""
    officers = collaborators.administration.entries.of(OFFICERS)
    if not officers:
        return
    known, now = officers.get(by.id), collaborators.clock()
    if known is None or not any(post.held(now) for post in known.posts):
        raise NotAnOfficer


async def _dossier(code: str, roles: Sequence[str], collaborators: Collaborators) -> SubjectDossier:
    body = await collaborators.lookup.get(code)
    if body is None:
        return SubjectDossier(code=code, roles=list(roles))
    status = msgspec.json.decode(body, type=PublicStatus)
    return SubjectDossier(
        code=code,
        roles=list(roles),
        procedure=status.procedure,
        unit=status.unit,
        stage=status.stage,
        national_status=status.national_status,
        submitted_at=status.submitted_at,
        due_at=status.due_at,
    )
