"""The administration as a server of many callers keeps it: one thread changes it and looks for what others changed."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, TypeVar

import psycopg
import structlog
from psycopg import Connection

from domain.administration.administration import Administration
from domain.administration.entries import Entries, Kind, RecordedFact
from domain.errors import TryLater
from domain.ports import AdministrationDone, AdministrationRequest
from service.administering import AdministrationDoor
from service.rule_book import LoggedRules, facts_since, history

_LOOK_SECONDS: Final = 0.5

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class ThreadedAdministration:
    """Commands to the administration one after the other, and its entries as they stand."""

    def __init__(
        self, connect: Callable[[], Connection[Any]], rules: LoggedRules, clock: Callable[[], datetime]
    ) -> None:
        """``connect`` opens autocommit connections."""
        self._connect = connect
        self._rules = rules
        self._door = AdministrationDoor(connect, rules, clock)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="administration")
        self._looking: asyncio.Task[None] | None = None
        self._reading: Connection[Any] | None = None

    def start(self) -> None:
        """Follow what other processes change, until stopped."""
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Follow no more."""
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        await asyncio.get_running_loop().run_in_executor(self._thread, self._let_go)
        self._thread.shutdown(wait=False)

    def current(self) -> Administration:
        """The administration as it is known here."""
        return self._rules.current()

    async def send(self, request: AdministrationRequest) -> AdministrationDone:
        """Carry the command out.

        Raises:
            DossierError: why not; nothing was changed.
        """
        (done,) = await self._run(lambda: self._door.handle([request]))
        return done

    async def known_at(self, instant: datetime) -> Administration:
        """The administration as it had been recorded by an instant."""

        def read() -> Administration:
            with self._connect() as connection:
                facts = facts_since(connection, 0)
                return Administration(Entries().after(f for f in facts if f.envelope.recorded_at <= instant))

        return await self._run(read)

    async def history(self, kind: Kind[Any], key: str) -> Sequence[RecordedFact]:
        """Every fact of an entry, in order; none when there is no such entry."""

        def read() -> Sequence[RecordedFact]:
            with self._connect() as connection:
                return history(connection, kind, key)

        return await self._run(read)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            _log.warning("database_away", error=type(error).__name__, sqlstate=error.sqlstate)
            raise TryLater from error

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await loop.run_in_executor(self._thread, self._renew)

    def _renew(self) -> None:
        try:
            if self._reading is None or self._reading.closed:
                self._reading = self._connect()
            self._rules.renew(self._reading)
        except psycopg.Error as error:
            _log.warning("administration_not_read", error=type(error).__name__)
            self._let_go()

    def _let_go(self) -> None:
        if self._reading is not None:
            self._reading.close()
            self._reading = None
