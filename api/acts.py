"""Acts on a dossier: one address for each."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from starlette.responses import Response

from api.answer_examples import ANSWERS
from api.bodies import CommandBody, command_body
from api.commanding import Answer, Circumstances, IfMatch, answered, carry_out, circumstances, expected_version
from api.documentation import documented, problems
from api.examples import ACT_EXAMPLES, openapi_examples
from api.fields import Code, NoParameters
from api.ports import Collaborators
from domain.dossier.commands import ACTS


def router(collaborators: Collaborators) -> APIRouter:
    """The routes of all acts."""
    acts = APIRouter(tags=["acts"])
    for act, command in ACTS.items():
        acts.add_api_route(
            f"/api/v1/dossiers/{{code}}/{act}",
            _endpoint(act, command, collaborators),
            methods=["POST"],
            operation_id=act,
            summary=(command.__doc__ or act).splitlines()[0],
            responses=documented(200, Answer, "ETag", example=ANSWERS["act"])
            | problems(400, 404, 409, 412, 413, 422, 428, 503),
        )
    return acts


def _endpoint(act: str, command: type[object], collaborators: Collaborators) -> Callable[..., Awaitable[Response]]:
    async def perform(
        code: Code,
        body: CommandBody,
        by: Annotated[Circumstances, Depends(circumstances)],
        if_match: IfMatch,
        _: NoParameters,
    ) -> Response:
        done = await carry_out(act, body, by, collaborators, code=code, expected_version=expected_version(if_match))
        return answered(done)

    perform.__annotations__["body"] = Annotated[
        command_body(command), Body(openapi_examples=openapi_examples(ACT_EXAMPLES[act]))
    ]
    return perform
