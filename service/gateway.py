"""The gateways: everything that waits together travels together.

A command's cost is its round trip, not its rule. So commands that arrive while a batch is under way form the next
batch, and keyed reads that arrive while a query is under way form the next query.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from threading import Condition, Thread
from typing import Any, Generic, TypeAlias, TypeVar

import psycopg
import structlog
from psycopg import AsyncConnection

from domain.errors import DossierError, InternalFault, TryLater
from domain.ports import Done, Door, Outcome, Request

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_log = structlog.get_logger(__name__)

Waiting: TypeAlias = tuple[Request, "asyncio.Future[Outcome]"]


class _Lane(Thread):
    """One batch at a time through one door. Waiting for its own commit, it lets the other lanes decide."""

    def __init__(self, name: str, door: Door, most: int) -> None:
        super().__init__(name=name, daemon=True)
        self._door = door
        self._most = most
        self._queue: deque[Waiting] = deque()
        self._condition = Condition()
        self._stopped = False

    def put(self, waiting: Iterable[Waiting]) -> None:
        """Let these requests travel with the next batch."""
        with self._condition:
            self._queue.extend(waiting)
            self._condition.notify()

    @property
    def length(self) -> int:
        """How many requests wait here."""
        return len(self._queue)

    def stop(self) -> None:
        """Finish what waits, then end."""
        with self._condition:
            self._stopped = True
            self._condition.notify()

    def run(self) -> None:
        """Carry batches until stopped and empty."""
        while True:
            with self._condition:
                while not self._queue and not self._stopped:
                    self._condition.wait()
                batch = [self._queue.popleft() for _ in range(min(self._most, len(self._queue)))]
            if not batch:
                return
            self._carry([(request, future) for request, future in batch if not future.cancelled()])

    def _carry(self, batch: list[Waiting]) -> None:
        if not batch:
            return
        requests = [request for request, _ in batch]
        futures = [future for _, future in batch]
        try:
            outcomes = self._door.handle(requests)
        except Exception:  # noqa: BLE001 - whatever it was, every caller is answered
            _log.exception("batch_failed", commands=len(batch))
            if len(batch) > 1:  # one of them spoils it for the others: let each travel alone
                for waiting in batch:
                    self._carry([waiting])
                return
            outcomes = [InternalFault()]
        loop = futures[0].get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(_deliver, futures, outcomes)


def _deliver(futures: Sequence["asyncio.Future[Outcome]"], outcomes: Sequence[Outcome]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if not future.done():
            future.set_result(outcome)


class CommandGateway:
    """Commands from many callers, in batches, over a few lanes. A dossier keeps to its lane.

    Args:
        doors: one door for each lane.
        limit: how many requests may wait in all; beyond it callers are told to try later.
        most: how many requests travel in one batch.
    """

    def __init__(self, doors: Sequence[Door], limit: int = 4096, most: int = 512) -> None:
        self._lanes = [_Lane(f"lane-{number}", door, most) for number, door in enumerate(doors)]
        self._arriving: list[list[Waiting]] = [[] for _ in doors]
        self._limit = limit

    def start(self) -> None:
        """Open the lanes."""
        for lane in self._lanes:
            lane.start()

    async def stop(self) -> None:
        """Take nothing more in, finish what waits."""
        for lane in self._lanes:
            lane.stop()
        await asyncio.gather(*(asyncio.to_thread(lane.join) for lane in self._lanes))

    @property
    def waiting(self) -> int:
        """How many requests wait now."""
        return sum(lane.length for lane in self._lanes) + sum(map(len, self._arriving))

    async def send(self, request: Request) -> Done:
        """Carry one command out. A caller that goes away takes nothing from the others.

        Raises:
            DossierError: why the command was not carried out; TryLater when too many wait.
        """
        if self.waiting >= self._limit:
            raise TryLater
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        number = hash(request.code or request.key) % len(self._lanes)
        arriving = self._arriving[number]
        arriving.append((request, future))
        if len(arriving) == 1:
            # Everything that this turn of the loop brings is handed over at once: a lane woken by the first request
            # would leave with it alone.
            loop.call_soon(self._hand_over, number)
        outcome = await future
        if isinstance(outcome, DossierError):
            raise outcome
        return outcome

    def _hand_over(self, number: int) -> None:
        arriving, self._arriving[number] = self._arriving[number], []
        self._lanes[number].put(arriving)


Fetch: TypeAlias = Callable[[AsyncConnection[Any], list[K]], Awaitable[Mapping[K, V]]]


class KeyedReads(Generic[K, V]):
    """Look-ups by key: all that are asked while a query is under way go into the next one.

    Args:
        connect: opens an autocommit connection.
        fetch: the values of many keys in one query; absent keys have none.
        connections: how many queries may be under way at once.
        limit: how many look-ups may wait; beyond it callers are told to try later.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncConnection[Any]]],
        fetch: Fetch[K, V],
        connections: int = 2,
        limit: int = 10_000,
        most: int = 512,
    ) -> None:
        self._connect = connect
        self._fetch = fetch
        self._idle = connections
        self._limit = limit
        self._most = most
        self._open: list[AsyncConnection[Any]] = []
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def get(self, key: K) -> V | None:
        """The value of this key, or None.

        Raises:
            TryLater: too many wait, or the database is away.
        """
        future = self._waiting.get(key)
        if future is None:
            if len(self._waiting) >= self._limit:
                raise TryLater
            future = asyncio.get_running_loop().create_future()
            self._waiting[key] = future
            if self._idle:
                self._idle -= 1
                task = asyncio.create_task(self._run())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        # Shielded: several callers may share the look-up, and one that goes away must not take it from the others.
        return await asyncio.shield(future)

    async def stop(self) -> None:
        """Finish what waits and close the connections."""
        await asyncio.gather(*self._tasks)
        for connection in self._open:
            await connection.close()
        self._open.clear()

    async def _run(self) -> None:
        try:
            while self._waiting:
                keys = list(self._waiting)[: self._most]
                batch = {key: self._waiting.pop(key) for key in keys}
                await self._answer(batch)
        finally:
            self._idle += 1

    async def _answer(self, batch: dict[K, "asyncio.Future[V | None]"]) -> None:
        try:
            found = await self._query(list(batch))
        except (psycopg.Error, OSError) as error:
            _log.warning("read_failed", error=type(error).__name__)
            for future in batch.values():
                _fail(future, TryLater())
            return
        except Exception as error:  # noqa: BLE001 - whatever it was, every caller is answered
            _log.exception("read_failed", error=type(error).__name__)
            for future in batch.values():
                _fail(future, InternalFault())
            return
        for key, future in batch.items():
            if not future.done():
                future.set_result(found.get(key))

    async def _query(self, keys: list[K]) -> Mapping[K, V]:
        connection = self._open.pop() if self._open else await self._connect()
        try:
            return await self._fetched(connection, keys)
        except psycopg.OperationalError:
            # A server that was restarted answers on a new connection.
            return await self._fetched(await self._connect(), keys)

    async def _fetched(self, connection: AsyncConnection[Any], keys: list[K]) -> Mapping[K, V]:
        try:
            found = await self._fetch(connection, keys)
        except BaseException:
            await connection.close()
            raise
        self._open.append(connection)
        return found


def _fail(future: "asyncio.Future[Any]", error: DossierError) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # read here, so that a caller who went away leaves no warning behind
