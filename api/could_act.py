"""Who could have appraised, approved, signed or sealed on a day: what an auditor asks of an act."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.answer_examples import ANSWERS
from api.documentation import documented, problems
from api.fields import Code, Day, Parameters
from api.ports import Collaborators
from api.presentation import json_response, zone_of
from domain.administration.officers import Power
from domain.could_act import CouldAct, could_act
from domain.dossier.corrections import replay
from domain.errors import UnknownDossier


class CouldActParameters(Parameters):
    """The power that is asked for, and the day."""

    power: Power = Field(default=Power.SIGN, description="What was to be done.")
    on: Day = Field(description="The day, at noon of which it is judged.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CouldActAnswer:
    """Everyone who could, each with the post or the delegation; ``delegation`` is null for a post.

    ``at`` is the instant it is judged by, as the administration is known now.
    """

    code: str
    power: Power
    at: datetime
    officers: list[CouldAct]


def router(collaborators: Collaborators) -> APIRouter:
    """The route of the question."""
    asking = APIRouter(tags=["dossiers"])

    @asking.get(
        "/api/v1/dossiers/{code}/could-act",
        operation_id="could_act",
        summary="Who could have signed this on that day",
        responses=documented(200, CouldActAnswer, example=ANSWERS["could-act"]) | problems(404, 422, 503),
    )
    async def could(code: Code, parameters: Annotated[CouldActParameters, Query()]) -> Response:
        """By a post, or under a delegation, that held on the day and counts for this dossier's unit and procedure."""
        history = await collaborators.histories.get(code)
        if not history:
            raise UnknownDossier
        zone = zone_of(history)
        at = datetime.combine(parameters.on, time(12), zone)
        dossier = replay(each.event for each in history)
        found = list(could_act(dossier, parameters.power, collaborators.administration, at))
        answer = CouldActAnswer(code=code, power=parameters.power, at=at, officers=found)
        return json_response(answer, zone=zone)

    return asking
