"""The public look-up: what anyone who knows a dossier's code may see. No personal value is in it.

A million look-ups a day come this way. So the address is answered outside of FastAPI's machinery (which takes longer
than the look-up itself), with the bytes as the projection keeps them.
"""

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Annotated, Any, Final

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from api.answer_examples import ANSWERS
from api.documentation import documented_struct, problems
from api.fields import After, Code
from api.ports import Collaborators
from api.waiting import wait_for
from domain.codes import is_dossier_code
from domain.errors import UnknownDossier
from projections.tracking.status import PublicStatus

PATH: Final = "/api/v1/public/dossiers/{code}"
CACHE_CONTROL: Final = "public, max-age=0, must-revalidate"
_NOTHING_ASKED: Final = After()
_ETAG_BYTES: Final = 8

LookUp = Callable[..., Awaitable[Response]]


class NamedRoute(Route):
    """A plain route that leaves its template with the request, as FastAPI's own do, for the measurements."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the route answers the request."""
        match, child_scope = super().matches(scope)
        return match, child_scope if match is Match.NONE else {**child_scope, "route": self}


def route(collaborators: Collaborators) -> Route:
    """The route of the look-up."""
    look_up = _look_up(collaborators)

    async def read(request: Request) -> Response:
        code: str = request.path_params["code"]
        if not is_dossier_code(code):
            raise RequestValidationError([_invalid("path", "code", "string_pattern_mismatch", "Not a dossier's code")])
        return await look_up(code, _parameters(request), request)

    return NamedRoute(PATH, read, methods=["GET"])


def described(collaborators: Collaborators) -> APIRoute:
    """The same look-up, for the description of the API alone."""
    return APIRoute(
        PATH,
        _look_up(collaborators),
        tags=["public"],
        operation_id="look-up",
        summary="The public status of a dossier",
        responses=documented_struct(200, PublicStatus, "ETag", example=ANSWERS["public"])
        | {304: {"description": "Unchanged since the ETag in If-None-Match"}}
        | problems(404, 422, 503),
    )


def _look_up(collaborators: Collaborators) -> LookUp:
    lookup, positions = collaborators.lookup, collaborators.positions

    async def look_up(code: Code, parameters: Annotated[After, Query()], request: Request) -> Response:
        """Where it is, who is responsible by unit and title, when it was promised and why it waits."""
        if parameters.after is not None:
            await wait_for(parameters.after, positions, "tracking")
        body = await lookup.get(code)
        if body is None:
            raise UnknownDossier
        headers = {"ETag": f'"{blake2b(body, digest_size=_ETAG_BYTES).hexdigest()}"', "Cache-Control": CACHE_CONTROL}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    return look_up


def _parameters(request: Request) -> After:
    if not request.scope["query_string"]:
        return _NOTHING_ASKED
    try:
        return After.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise RequestValidationError([each | {"loc": ("query", *each["loc"])} for each in error.errors()]) from error


def _invalid(place: str, name: str, code: str, message: str) -> dict[str, Any]:
    return {"loc": (place, name), "type": code, "msg": message}
