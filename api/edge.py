"""What every request passes through: it gets an id, its body is bounded, its answer is labelled and measured."""

from time import perf_counter
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.correlation import correlate
from api.measurements import Measurements
from api.problems import BodyTooLarge, answer

LARGEST_BODY: Final = 1_048_576
_UNMATCHED: Final = "unmatched"


class Edge:
    """Middleware in plain ASGI, since it is on the path of every look-up."""

    def __init__(self, app: ASGIApp, *, measurements: Measurements, label: str | None) -> None:
        self._app = app
        self._measurements = measurements
        self._label = [(b"motcua-data", label.encode("ascii"))] if label else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        added = [(b"x-request-id", correlate(scope).request_id.encode("ascii")), *self._label]
        status = 500

        async def send_labelled(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        try:
            if _declared_too_large(scope):
                await answer(Request(scope), BodyTooLarge())(scope, receive, send_labelled)
            else:
                await self._app(scope, _bounded(receive), send_labelled)
        finally:
            route = getattr(scope.get("route"), "path", _UNMATCHED)
            self._measurements.answered(scope["method"], route, status, perf_counter() - began)


def _declared_too_large(scope: Scope) -> bool:
    length = Headers(scope=scope).get("content-length", "")
    return length.isascii() and length.isdigit() and int(length[:20]) > LARGEST_BODY


def _bounded(receive: Receive) -> Receive:
    received = 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise HTTPException(413)
        return message

    return receive_bounded
