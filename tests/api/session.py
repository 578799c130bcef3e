"""The application over an office, asked synchronously, one request after another."""

import asyncio
from itertools import count
from types import TracebackType
from typing import Any, Self

import httpx

from api.examples import ACT_EXAMPLES
from tests.api.office import Office


class Session:
    """A client that gives every write a fresh idempotency key unless told otherwise."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._runner = asyncio.Runner()
        self._client = office.client()
        self._keys = count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def get(self, address: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._client.get(address, **options))

    def post(self, address: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._client.post(address, **options))

    def submit(self, **changes: Any) -> httpx.Response:
        """The example submission; ``headers`` among the changes are headers, the rest replaces fields."""
        headers = {"Idempotency-Key": f"key-{next(self._keys)}"} | changes.pop("headers", {})
        return self.post("/api/v1/dossiers", json=ACT_EXAMPLES["submit"] | changes, headers=headers)

    def submitted(self) -> str:
        """The code of a new dossier."""
        code: str = self.submit().json()["code"]
        return code

    def act(
        self, code: str, act: str, *, if_match: str = "*", key: str | None = None, **changes: Any
    ) -> httpx.Response:
        """The example of an act; ``changes`` replace fields, None removes one."""
        body = {name: value for name, value in (ACT_EXAMPLES[act] | changes).items() if value is not None}
        headers = {"Idempotency-Key": key or f"key-{next(self._keys)}", "If-Match": if_match}
        return self.post(f"/api/v1/dossiers/{code}/{act}", json=body, headers=headers)
