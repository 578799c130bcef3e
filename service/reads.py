"""What the API reads: look-ups by code, which coalesce, and statistics, which run in threads."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from psycopg import AsyncConnection, Connection
from psycopg_pool import ConnectionPool

from domain.dossier.events import Submitted
from domain.envelope import Recorded
from projections.on_time import queries as on_time
from projections.on_time.report import DossierList, DossierQuery, Report, ReportQuery
from projections.positions import LOWEST_POSITIONS
from projections.tracking.queries import PUBLIC_STATUSES
from projections.worklists import queries as worklists
from projections.worklists.worklist import Worklist, WorklistQuery
from service.codec import decode
from service.gateway import KeyedReads
from service.streams import LOAD, PLANNING, StoredRow, by_dossier

T = TypeVar("T")
Connect = Callable[[], Awaitable[AsyncConnection[Any]]]

_POLL_SECONDS: Final = 0.01


def connector(database_url: str, application_name: str) -> Connect:
    """Opens autocommit connections for look-ups by key."""

    async def connect() -> AsyncConnection[Any]:
        connection = await AsyncConnection.connect(
            database_url, autocommit=True, application_name=application_name, connect_timeout=10
        )
        await connection.execute(PLANNING)
        return connection

    return connect


def public_lookup(connect: Connect) -> KeyedReads[str, bytes]:
    """The public status by dossier code."""

    async def fetch(connection: AsyncConnection[Any], codes: list[str]) -> Mapping[str, bytes]:
        cursor = await connection.execute(PUBLIC_STATUSES, (codes,), prepare=True, binary=True)
        return dict(await cursor.fetchall())

    return KeyedReads(connect, fetch)


def histories(connect: Connect) -> KeyedReads[str, Sequence[Recorded]]:
    """Whole histories by dossier code, straight from the store."""

    async def fetch(connection: AsyncConnection[Any], codes: list[str]) -> Mapping[str, Sequence[Recorded]]:
        cursor = await connection.execute(LOAD, ([], codes), prepare=True, binary=True)
        found = [recorded(dossier_id, rows) for dossier_id, rows in by_dossier(await cursor.fetchall())]
        return {history[0].event.code: history for history in found if isinstance(history[0].event, Submitted)}

    return KeyedReads(connect, fetch)


def recorded(dossier_id: UUID, rows: Iterable[StoredRow]) -> list[Recorded]:
    """A dossier's events as the log holds them."""
    history = []
    for _, version, topic, state, position in rows:
        event, envelope = decode(topic, state)
        history.append(
            Recorded(dossier_id=dossier_id, version=version, position=position, event=event, envelope=envelope)
        )
    return history


class ThreadedStatistics:
    """Statistics and worklists in a few threads, each with its own connection; further questions wait their turn."""

    def __init__(self, pool: ConnectionPool[Connection[Any]]) -> None:
        self._pool = pool

    async def on_time(self, query: ReportQuery) -> Report:
        """The figures."""
        return await self._run(lambda connection: on_time.report(connection, query))

    async def dossiers(self, query: DossierQuery) -> DossierList:
        """The dossiers that make one figure, a page at a time."""
        return await self._run(lambda connection: on_time.dossiers(connection, query))

    async def worklist(self, query: WorklistQuery) -> Worklist:
        """A page of a worklist, with its counts."""
        return await self._run(lambda connection: worklists.worklist(connection, query))

    async def _run(self, ask: Callable[[Connection[Any]], T]) -> T:
        def work() -> T:
            with self._pool.connection() as connection:
                return ask(connection)

        return await asyncio.to_thread(work)


class ReadPositions:
    """How far the projections have read; those who wait share one question to the database."""

    def __init__(self, connect: Connect) -> None:
        async def fetch(connection: AsyncConnection[Any], keys: list[str]) -> Mapping[str, int]:
            cursor = await connection.execute(LOWEST_POSITIONS, (keys,), prepare=True)
            return dict(await cursor.fetchall())

        self._reads = KeyedReads(connect, fetch, connections=1)

    async def reached(self, position: int, seconds: float, projection: str) -> bool:
        """Whether the projection reaches ``position`` within ``seconds``."""
        deadline = time.monotonic() + seconds
        while (await self._reads.get(projection) or 0) < position:
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True

    async def stop(self) -> None:
        """Close the connection."""
        await self._reads.stop()
