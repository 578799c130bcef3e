"""A look at the database for whoever asks, however many: one at a time, and not more often than once a second."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import psycopg
import structlog

from service.observing import Status

PATIENCE: Final = 4.0
"""Seconds that a caller waits for the database: less than Prometheus waits for an answer."""

_FRESH_SECONDS: Final = 1.0

_log = structlog.get_logger(__name__)


class Watch:
    """Looks in a thread of its own, so that neither look-ups nor statistics wait for it."""

    def __init__(self, look: Callable[[], Status]) -> None:
        """``look`` may take its time, and may raise."""
        self._look = look
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="watch")
        self._looking: asyncio.Future[Status | None] | None = None
        self._fresh_until = 0.0

    async def status(self) -> Status | None:
        """How it is; None when the database does not tell."""
        if self._looking is None or (self._looking.done() and time.monotonic() >= self._fresh_until):
            self._looking = asyncio.get_running_loop().run_in_executor(self._thread, self._looked)
        try:
            # Shielded: what one caller gives up waiting for, the next may still get.
            return await asyncio.wait_for(asyncio.shield(self._looking), PATIENCE)
        except TimeoutError:
            _log.warning("status_takes_too_long", seconds=PATIENCE)
            return None

    async def stop(self) -> None:
        """Look no more."""
        if self._looking is not None:
            await asyncio.wait([self._looking], timeout=PATIENCE)
        self._thread.shutdown(wait=False)

    def _looked(self) -> Status | None:
        try:
            return self._look()
        except (psycopg.Error, OSError) as error:
            _log.warning("status_unknown", error=type(error).__name__)
            return None
        except Exception:  # noqa: BLE001 - whatever it was, what the process itself knows is still told
            _log.exception("status_unknown")
            return None
        finally:
            self._fresh_until = time.monotonic() + _FRESH_SECONDS
