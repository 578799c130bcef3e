"""The API's description (OpenAPI 3.1): what routes declare about their answers, and what all of them share."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from api.problems import (
    MEDIA_TYPE,
    BadRequest,
    BodyTooLarge,
    IfMatchRequired,
    InvalidRequest,
    NotAnOfficer,
    Problem,
    Unexpected,
    problem_of,
)
from domain.dossier.refusals import FeeOutstanding
from domain.errors import DossierError, StaleVersion, TryLater, UnknownDossier
from projections.tracking.status import PublicStatus

Responses: TypeAlias = dict[int | str, dict[str, Any]]

API_VERSION: Final = "1.0"
DESCRIPTION: Final = """\
Dossiers of administrative procedures, from submission to result.

Every write carries an `Idempotency-Key`; every act carries `If-Match` with the version it rests on. An answer's
`position` given as `after` makes a read include it. Positions are text, since they exceed what JSON numbers hold
exactly. Instants are RFC 3339 with an offset. Failures are problems (RFC 9457) in Vietnamese and English.
"""

_SCHEMA: Final = "#/components/schemas/{model}"
_RESPONSE: Final = "#/components/responses/problem-{status}"
_HEADER: Final = "#/components/headers/{name}"
_TYPICAL: Final[Mapping[int, DossierError]] = {
    400: BadRequest(),
    403: NotAnOfficer(),
    404: UnknownDossier(),
    409: FeeOutstanding(due="150000"),
    412: StaleVersion(current="8", expected="7"),
    413: BodyTooLarge(),
    422: InvalidRequest(),
    428: IfMatchRequired(),
    500: Unexpected(),
    503: TryLater(),
}
_WHEN: Final[Mapping[int, str]] = {
    400: "A header that every command needs is missing, or the body is not text",
    403: "Whoever asks may not know this",
    404: "No dossier has this code",
    409: "The rules forbid it now; `type` names the rule",
    412: "The dossier has changed since the version in If-Match",
    413: "The body is larger than one megabyte",
    422: "Part of the request cannot be read, or the idempotency key belongs to another command",
    428: "If-Match is missing",
    500: "Something failed that should not have",
    503: "Too busy, or not there yet: nothing was changed, try again",
}
_HEADERS: Final[Mapping[str, dict[str, Any]]] = {
    "ETag": {"description": "The dossier's version, for If-Match", "schema": {"type": "string"}},
    "Location": {"description": "Where the dossier is", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}},
    "X-Request-Id": {
        "description": "By which this request is found again; the caller's own when he sent one",
        "schema": {"type": "string"},
    },
    "Motcua-Data": {
        "description": "Present where the data are not real, e.g. `generated`",
        "schema": {"type": "string"},
    },
}
_ON_ALL: Final = ("X-Request-Id", "Motcua-Data")


def documented(status: int, model: type[Any], *headers: str, example: object = None) -> Responses:
    """The answer when all goes well."""
    answer: dict[str, Any] = {"model": model, "description": HTTPStatus(status).phrase, "headers": described(*headers)}
    if example is not None:
        answer["content"] = {"application/json": {"example": example}}
    return {status: answer}


def documented_struct(status: int, struct: type[msgspec.Struct], *headers: str, example: object) -> Responses:
    """The same for an answer whose bytes are a projection's own."""
    content = {"schema": {"$ref": _SCHEMA.format(model=struct.__name__)}, "example": example}
    description = HTTPStatus(status).phrase
    return {
        status: {"description": description, "headers": described(*headers), "content": {"application/json": content}}
    }


def problems(*statuses: int) -> Responses:
    """The problems an operation answers with, beside the unexpected."""
    return {
        status: {"$ref": _RESPONSE.format(status=status), "description": _WHEN[status]} for status in (*statuses, 500)
    }


def described(*headers: str) -> dict[str, Any]:
    """Headers of an answer, with those that every answer carries."""
    return {name: {"$ref": _HEADER.format(name=name)} for name in (*headers, *_ON_ALL)}


def _problem_response(status: int) -> dict[str, Any]:
    typical = problem_of(_TYPICAL[status], language="en", request_id="4bf92f3577b34da6a3ce929d0e0e4736")
    content = {"schema": {"$ref": _SCHEMA.format(model="Problem")}, "example": msgspec.to_builtins(typical)}
    headers = described("Retry-After") if status == 503 else described()  # noqa: PLR2004 - the status by its number
    return {"description": _WHEN[status], "headers": headers, "content": {MEDIA_TYPE: content}}


def _components(schemas: dict[str, Any]) -> dict[str, Any]:
    problem = TypeAdapter(Problem).json_schema(ref_template=_SCHEMA)
    _, structs = msgspec.json.schema_components([PublicStatus], ref_template=_SCHEMA.format(model="{name}"))
    schemas = schemas | structs | problem.pop("$defs") | {"Problem": problem}
    return {
        "schemas": dict(sorted(schemas.items())),
        "responses": {f"problem-{status}": _problem_response(status) for status in _TYPICAL},
        "headers": dict(_HEADERS),
    }


class DescribedApi(FastAPI):
    """An application whose description includes the problems, and routes that answer outside of FastAPI."""

    described_only: Sequence[APIRoute] = ()

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            description = get_openapi(
                title=self.title,
                version=self.version,
                openapi_version=self.openapi_version,
                description=self.description,
                routes=[*self.routes, *self.described_only],
            )
            description["components"] = _components(description["components"]["schemas"])
            description["paths"] = dict(sorted(description["paths"].items()))
            self.openapi_schema = description
        return self.openapi_schema
