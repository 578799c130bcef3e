"""For those who run the service: is it alive, can it work, how is it doing."""

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from api.documentation import documented, problems
from api.measurements import Measurements
from api.ports import Collaborators
from api.presentation import json_response
from api.problems import NotReady


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The service answers."""

    status: Literal["alive", "ready"]


def router(collaborators: Collaborators, measurements: Measurements) -> APIRouter:
    """The routes of operations."""
    operations = APIRouter(tags=["operations"])

    @operations.get(
        "/livez", operation_id="livez", summary="Is it alive", responses=documented(200, Status) | problems()
    )
    async def livez() -> Response:
        """The process answers; restart it when it does not."""
        return json_response(Status(status="alive"))

    @operations.get(
        "/readyz", operation_id="readyz", summary="Can it work", responses=documented(200, Status) | problems(503)
    )
    async def readyz() -> Response:
        """Everything it needs is there; send it no requests while it is not."""
        if obstacles := await collaborators.health.problems():
            raise NotReady(**obstacles)
        return json_response(Status(status="ready"))

    @operations.get(
        "/metrics",
        operation_id="metrics",
        summary="How is it doing",
        responses=problems() | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        """Prometheus' text format: the answers of this process, then what the service itself measures."""
        body, content_type = await collaborators.health.metrics()
        return Response(measurements.exposition() + body, headers={"Content-Type": content_type})

    return operations
