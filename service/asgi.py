"""The application as a server process sees it; the environment says which database."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from api.app import create_app
from service import settings as environment
from service.logs import configure
from service.memory import settle_down
from service.wiring_api import serving

_LOOK_SECONDS: Final = 0.5


class _Application:
    """Builds the API when the server starts, on the server's own event loop."""

    def __init__(self) -> None:
        self._settings = environment.load()
        configure(self._settings.log_level)
        self._app: Any = None
        self._stack: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI has it
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await self._app(scope, receive, send)

    async def _lifespan(self, receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI has it
        await receive()
        url = self._settings.database_url
        if url is None:
            await send({"type": "lifespan.startup.failed", "message": "MOTCUA_DATABASE_URL is not set"})
            return
        async with _ending_with_parent(), serving(self._settings, url) as parts:
            self._app = create_app(parts.collaborators)
            settle_down()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


@asynccontextmanager
async def _ending_with_parent() -> AsyncIterator[None]:
    """A killed parent cannot tell its workers to stop: they see that they have become orphans, and end."""
    server = multiprocessing.parent_process()
    parent = os.getppid() if server is None else server.pid  # of a worker that starts it may be gone by now

    async def watch() -> None:
        while os.getppid() == parent:  # noqa: ASYNC110 - nobody tells an orphan
            await asyncio.sleep(_LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def create() -> _Application:
    """The application, for a server that calls a factory in each of its processes."""
    return _Application()
