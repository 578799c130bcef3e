"""Look-ups and statistics over HTTP, as their users send them, on one worker."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import cast

import psycopg
import uvloop

from benchmarks.commands import Rate

LOOK_UP_CONNECTIONS = 64
STATISTICS = {
    "statistics by unit": "/api/v1/statistics/on-time?by=unit",
    "statistics as of a day": "/api/v1/statistics/on-time?by=unit&as_of=2026-09-01T17:00:00%2B07:00",
}


@contextmanager
def api(url: str) -> Iterator[int]:
    """The API with one worker on an open port; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "MOTCUA_DATABASE_URL": url, "MOTCUA_PORT": str(port), "MOTCUA_LOG_LEVEL": "error"}
    process = subprocess.Popen([sys.executable, "-m", "service.cli", "api"], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the API did not become ready")


def look_ups(port: int, codes: list[str], seconds: float) -> Rate:
    """The public status of dossiers drawn by chance, over connections that are kept open."""
    chance = Random(1)
    paths = [f"/api/v1/public/dossiers/{chance.choice(codes)}" for _ in range(20_000)]
    return uvloop.run(_load(port, paths, LOOK_UP_CONNECTIONS, seconds))


def statistics(port: int, path: str, seconds: float) -> Rate:
    """One reader, one question after another."""
    return uvloop.run(_load(port, [path], 1, seconds))


def codes_of(url: str, limit: int = 50_000) -> list[str]:
    """Codes to ask for."""
    with psycopg.connect(url) as connection:
        return [code for (code,) in connection.execute("SELECT code FROM tracking LIMIT %s", (limit,))]


async def _load(port: int, paths: list[str], connections: int, seconds: float) -> Rate:
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    clients = [_Client(paths[number::connections] or paths, waits) for number in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]  # bound now
    await asyncio.sleep(seconds)
    for client in clients:
        client.stop()
    waits.sort()
    return Rate(len(waits) / seconds, 1000 * waits[len(waits) // 2], 1000 * waits[int(len(waits) * 0.99)])


class _Client(asyncio.Protocol):
    """One connection: a request, its whole answer, the next request. Any answer but 200 ends the measurement."""

    def __init__(self, paths: list[str], waits: list[float]) -> None:
        self._requests = [f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths]
        self._waits = waits
        self._number = 0
        self._buffer = b""
        self._stopped = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._requests[self._number % len(self._requests)])
        self._number += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self._waits.append(time.perf_counter() - self._began)
        self._buffer = b""
        if not self._stopped:
            self._send()

    def stop(self) -> None:
        self._stopped = True
        self._transport.close()
