"""Doors on a real database, and requests for them."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import psycopg

from domain.administration.administration import Administration
from domain.dossier.commands import Command
from domain.envelope import Actor
from domain.ports import Request
from service.cache import StateCache
from service.door import BatchDoor
from service.rule_book import Unchanging
from tests.examples import COMMUNE, RULES, SUBMIT

CLERK = Actor(id="cb-01", unit=COMMUNE)
_numbers = count(1)


def now() -> datetime:
    return datetime.now(UTC)


def connector(url: str) -> Callable[[], psycopg.Connection]:
    return lambda: psycopg.connect(url, autocommit=True)


def door(url: str, cache: StateCache | None = None, rules: Administration = RULES) -> BatchDoor:
    return BatchDoor(connector(url), Unchanging(rules), now, cache)


def request(
    command: Command,
    code: str = "",
    *,
    key: str = "",
    version: int | None = None,
    command_id: str = "",
    digest: str = "",
) -> Request:
    return Request(
        command=command,
        actor=CLERK,
        code=code,
        key=key,
        command_id=command_id or key or f"command-{next(_numbers)}",
        expected_version=version,
        digest=digest,
    )


def submission(key: str = "") -> Request:
    return request(SUBMIT, key=key or f"key-{next(_numbers)}")
