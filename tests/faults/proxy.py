"""A TCP proxy that cuts connections in mid-answer: the server has done what was asked, and the client never hears."""

import asyncio
import math
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self, TypeAlias
from urllib.parse import urlsplit, urlunsplit

from psycopg.conninfo import conninfo_to_dict

from service.broker import free_port

Target: TypeAlias = tuple[str, int] | Path
"""Host and port, or the path of a Unix socket."""

HOST = "127.0.0.1"
NOWHERE = (HOST, 1)
_CHUNK = 65_536
_RESET_WHEN_CLOSED = struct.pack("ii", 1, 0)  # on, 0 seconds


class Proxy:
    """Forwards connections to ``target`` and cuts a share of them; for use in a ``with`` statement.

    ``target`` and ``cutting`` may be changed meanwhile. A changed target counts for new connections; with
    ``cutting`` at 0.0 no connection is cut, not even one that was meant to be.
    """

    def __init__(self, target: Target, *, cutting: float = 0.0, seed: int = 0, longest: int = 20_000) -> None:
        """``cutting`` is the share of connections to cut, each after 1 to ``longest`` bytes from the server.

        Small numbers are as likely as great ones: a greeting is cut as often as a long answer.
        """
        self.target = target
        self.cutting = cutting
        self.accepted = 0
        self.cut = 0
        self.port = 0
        self._longest = longest
        self._chance = Random(seed)  # noqa: S311 - which connection is hit need not be unguessable
        self._tasks: set[asyncio.Task[None]] = set()
        self._serving = threading.Event()

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def begin(self, seed: int, cutting: float) -> None:
        """Count and draw anew, as one just made."""
        self._chance = Random(seed)  # noqa: S311 - as above
        self.cutting = cutting
        self.accepted = self.cut = 0

    def __enter__(self) -> Self:
        listening = socket.create_server((HOST, free_port()))
        self.port = listening.getsockname()[1]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(listening)), daemon=True)
        self._thread.start()
        self._serving.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def sever(self) -> None:
        """Nobody gets through any more, until there is another target."""
        self.target = NOWHERE
        asyncio.run_coroutine_threadsafe(self._end_connections(), self._loop).result()

    async def _end_connections(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _serve(self, listening: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._accepted, sock=listening)
        self._serving.set()
        await self._stop.wait()
        server.close()

    def _accepted(self, asked: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.create_task(self._connection(asked, client, self._lives_for()))
        # The loop holds tasks weakly: one that waits for the server alone would be collected.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connection(self, asked: asyncio.StreamReader, client: asyncio.StreamWriter, lives_for: float) -> None:
        try:
            answer, server = await self._connect()
        except OSError:
            _reset(client)
            return
        asking = asyncio.create_task(_forward(asked, server))
        try:
            await self._answer(answer, client, lives_for)
        except OSError:
            _reset(client)
        finally:
            asking.cancel()
            client.close()
            server.transport.abort()

    def _lives_for(self) -> float:
        """For how many bytes from the server the connection lives; always drawn, so that a seed says all."""
        bytes_until_cut = int(math.exp(self._chance.uniform(0.0, math.log(self._longest))))
        return bytes_until_cut if self._chance.random() < self.cutting else math.inf

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection(*self.target)

    async def _answer(self, answer: asyncio.StreamReader, client: asyncio.StreamWriter, lives_for: float) -> None:
        passed = 0
        while chunk := await answer.read(_CHUNK):
            if passed + len(chunk) > lives_for and self.cutting:
                client.write(chunk[: max(0, int(lives_for) - passed)])
                self.cut += 1
                raise ConnectionResetError
            client.write(chunk)
            await client.drain()
            passed += len(chunk)


async def _forward(asked: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
    try:
        while chunk := await asked.read(_CHUNK):
            server.write(chunk)
            await server.drain()
        server.write_eof()
    except OSError:
        server.transport.abort()


def _reset(client: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        client.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_WHEN_CLOSED)
    client.transport.abort()


def postgresql_target(url: str) -> Target:
    """Where the server of a URL listens, as a target to forward to."""
    server = conninfo_to_dict(url)
    host, port = str(server["host"]), int(server.get("port") or 5432)
    return Path(host) / f".s.PGSQL.{port}" if host.startswith("/") else (host, port)


def postgresql_through(proxy: Proxy, url: str) -> str:
    """The URL of the same database through the proxy. A server on a Unix socket sees a local user, not a host."""
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}{at}{proxy.address}", query="sslmode=disable"))
