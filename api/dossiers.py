"""Dossiers: handing one in, and how one stands."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query
from starlette.responses import Response

from api.answer_examples import ANSWERS
from api.bodies import CommandBody, command_body
from api.commanding import Answer, Circumstances, answered, carry_out, circumstances, etag
from api.documentation import documented, problems
from api.examples import ACT_EXAMPLES, openapi_examples
from api.fields import After, Code, NoParameters
from api.ports import Collaborators
from api.presentation import json_response, zone_of
from api.state import DossierView, dossier_view
from domain.dossier.commands import Submit
from domain.errors import UnknownDossier

SUBMIT = "submit"


def router(collaborators: Collaborators) -> APIRouter:
    """The routes of dossiers."""
    dossiers = APIRouter(tags=["dossiers"])

    async def submit(
        body: CommandBody, by: Annotated[Circumstances, Depends(circumstances)], _: NoParameters
    ) -> Response:
        """A dossier is handed in. The same key hands in the same dossier, however often it is sent."""
        done = await carry_out(SUBMIT, body, by, collaborators)
        return answered(done, status=201, headers={"Location": f"/api/v1/dossiers/{done.code}"})

    submit.__annotations__["body"] = Annotated[
        command_body(Submit), Body(openapi_examples=openapi_examples(ACT_EXAMPLES[SUBMIT]))
    ]
    dossiers.add_api_route(
        "/api/v1/dossiers",
        submit,
        methods=["POST"],
        status_code=201,
        operation_id=SUBMIT,
        summary="Hand in a dossier",
        responses=documented(201, Answer, "ETag", "Location", example=ANSWERS[SUBMIT])
        | problems(400, 409, 413, 422, 503),
    )

    @dossiers.get(
        "/api/v1/dossiers/{code}",
        operation_id="dossier",
        summary="How a dossier stands",
        responses=documented(200, DossierView, "ETag", example=ANSWERS["dossier"]) | problems(404, 422, 503),
    )
    async def dossier(code: Code, _: Annotated[After, Query()]) -> Response:
        """Every axis of its state, its clock explained, and what may be done next.

        It is read from the log itself, so whatever was acknowledged is in it and ``after`` never has to wait.
        """
        history = await collaborators.histories.get(code)
        if not history:
            raise UnknownDossier
        view = dossier_view(code, history, collaborators.administration, collaborators.clock())
        return json_response(view, zone=zone_of(history), headers={"ETag": etag(view.version)})

    return dossiers
