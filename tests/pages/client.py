"""A client of an application in this process. It follows no redirect and keeps cookies."""

import asyncio
from collections.abc import Mapping

import httpx
from fastapi import FastAPI

ORIGIN = "http://motcua.test"
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


class Client:
    def __init__(self, app: FastAPI, accept: str = HTML) -> None:
        self._transport = httpx.ASGITransport(app)
        self._headers = {"Accept": accept}
        self._cookies = httpx.Cookies()

    def get(self, address: str, params: Mapping[str, str] | None = None) -> httpx.Response:
        return asyncio.run(self._send("GET", address, params))

    def head(self, address: str) -> httpx.Response:
        return asyncio.run(self._send("HEAD", address, None))

    async def _send(self, method: str, address: str, params: Mapping[str, str] | None) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=self._transport, base_url=ORIGIN, headers=self._headers, cookies=self._cookies
        ) as client:
            answer = await client.request(method, address, params=params)
            self._cookies = client.cookies
            return answer
