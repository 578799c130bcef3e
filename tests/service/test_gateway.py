"""The gateways, over real doors on real PostgreSQL."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from domain.dossier import commands as c
from domain.dossier.refusals import NotAccepted
from domain.errors import InternalFault, Malformed, StaleVersion, TryLater
from domain.ports import Done, Outcome, Request
from service.cache import StateCache
from service.gateway import CommandGateway, KeyedReads
from tests.examples import LIFE, SHA, at
from tests.service.doors import door, request, submission


@asynccontextmanager
async def gateway(url: str, lanes: int = 2, states: int = 1000) -> AsyncIterator[CommandGateway]:
    cache = StateCache(states)
    doors = [door(url, cache) for _ in range(lanes)]
    opened = CommandGateway(doors)
    opened.start()
    try:
        yield opened
    finally:
        await opened.stop()
        for each in doors:
            each.close()


@pytest.mark.parametrize("lanes", [1, 2, 4])
def test_of_64_at_once_each_caller_gets_exactly_its_own_answer(database_url: str, lanes: int) -> None:
    refused = c.Sign(signer="cb-03", document_sha256=SHA, certificate_serial="1", at=at(1))
    malformed = replace(LIFE[0], at=datetime(2026, 3, 3, 8))  # noqa: DTZ001 - naive on purpose

    async def run() -> tuple[list[str], list[object]]:
        async with gateway(database_url, lanes) as opened:
            codes = [(await opened.send(submission())).code for _ in range(64)]
            requests = [request(LIFE[0], code) for code in codes]
            requests[7] = request(refused, codes[7])
            requests[20] = request(LIFE[0], codes[20], version=9)
            requests[41] = request(malformed, codes[41])
            outcomes = await asyncio.gather(*(opened.send(each) for each in requests), return_exceptions=True)
            return codes, list(outcomes)

    codes, outcomes = asyncio.run(run())
    strange = {7: NotAccepted, 20: StaleVersion, 41: Malformed}
    for number, (code, outcome) in enumerate(zip(codes, outcomes, strict=True)):
        if number in strange:
            assert isinstance(outcome, strange[number])
        else:
            assert isinstance(outcome, Done)
            assert (outcome.code, outcome.version) == (code, 2)


def test_64_commands_for_one_dossier_take_turns(database_url: str) -> None:
    async def run() -> list[int]:
        async with gateway(database_url, 4) as opened:
            code = (await opened.send(submission())).code
            steps = [c.RecordStep(name=f"Bước {number}", resource="cb", at=at(1)) for number in range(64)]
            done = await asyncio.gather(*(opened.send(request(step, code)) for step in steps))
            return sorted(each.version for each in done)

    assert asyncio.run(run()) == list(range(2, 66))


def test_a_caller_that_goes_away_leaves_the_others_alone(database_url: str) -> None:
    async def run() -> list[object]:
        async with gateway(database_url) as opened:
            codes = [(await opened.send(submission())).code for _ in range(8)]
            tasks = [asyncio.create_task(opened.send(request(LIFE[0], code))) for code in codes]
            await asyncio.sleep(0)
            tasks[3].cancel()
            return list(await asyncio.gather(*tasks, return_exceptions=True))

    outcomes = asyncio.run(run())
    assert isinstance(outcomes[3], asyncio.CancelledError)
    assert [type(outcome) for number, outcome in enumerate(outcomes) if number != 3] == [Done] * 7


class Held:
    """A door that waits until it is let go, and fails on what it is told to fail on."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.entered = threading.Event()
        self.batches: list[int] = []

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        self.entered.set()
        self.go.wait(10)
        self.batches.append(len(batch))
        if any(each.code == "poison" for each in batch):
            raise RuntimeError("poisoned")
        return [Done(code=each.code, version=1, position=1) for each in batch]


def test_what_waits_together_travels_together_and_a_full_queue_says_so() -> None:
    held = Held()

    async def run() -> list[object]:
        opened = CommandGateway([held], limit=10)
        opened.start()
        first = asyncio.create_task(opened.send(request(LIFE[0], "first")))
        await asyncio.to_thread(held.entered.wait)
        rest = [asyncio.create_task(opened.send(request(LIFE[0], f"d{number}"))) for number in range(12)]
        await asyncio.sleep(0)
        held.go.set()
        outcomes = await asyncio.gather(first, *rest, return_exceptions=True)
        await opened.stop()
        return list(outcomes)

    outcomes = asyncio.run(run())
    assert [type(outcome) for outcome in outcomes] == [Done] * 11 + [TryLater] * 2
    assert held.batches == [1, 10]


def test_a_command_that_breaks_the_batch_fails_alone() -> None:
    held = Held()
    held.go.set()

    async def run() -> list[object]:
        opened = CommandGateway([held])
        opened.start()
        tasks = [opened.send(request(LIFE[0], code)) for code in ("a", "poison", "b")]
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        await opened.stop()
        return list(outcomes)

    assert [type(outcome) for outcome in asyncio.run(run())] == [Done, InternalFault, Done]


def keyed(url: str, queries: list[list[str]]) -> KeyedReads[str, str]:
    async def connect() -> AsyncConnection[Any]:
        return await AsyncConnection.connect(url, autocommit=True)

    async def fetch(connection: AsyncConnection[Any], keys: list[str]) -> Mapping[str, str]:
        queries.append(keys)
        cursor = await connection.execute(
            "SELECT k, upper(k) FROM unnest(%s::text[]) AS k WHERE k <> 'absent'", (keys,)
        )
        return dict(await cursor.fetchall())

    return KeyedReads(connect, fetch, connections=1)


def test_reads_that_wait_together_are_one_query(database_url: str) -> None:
    queries: list[list[str]] = []

    async def run() -> list[str | None]:
        reads = keyed(database_url, queries)
        keys = [f"k{number % 10}" for number in range(50)] + ["absent"]
        found = await asyncio.gather(*(reads.get(key) for key in keys))
        await reads.stop()
        return list(found)

    found = asyncio.run(run())
    assert found == [f"K{number % 10}" for number in range(50)] + [None]
    assert sum(len(keys) for keys in queries) == 11
    assert len(queries) <= 2


def test_a_reader_that_goes_away_takes_nothing_from_those_who_share_its_key(database_url: str) -> None:
    async def run() -> object:
        reads = keyed(database_url, [])
        tasks = [asyncio.create_task(reads.get("shared")) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        await reads.stop()
        return outcomes[1:]

    assert asyncio.run(run()) == ["SHARED", "SHARED"]


def test_reads_survive_a_server_that_closed_their_connection(database_url: str) -> None:
    async def run() -> list[str | None]:
        reads = keyed(database_url, [])
        first = await reads.get("a")
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        second = await reads.get("b")
        await reads.stop()
        return [first, second]

    assert asyncio.run(run()) == ["A", "B"]


def test_reads_say_so_when_the_database_is_away() -> None:
    async def run() -> None:
        async def connect() -> AsyncConnection[Any]:
            raise psycopg.OperationalError("away")

        async def fetch(_connection: AsyncConnection[Any], _keys: list[str]) -> Mapping[str, str]:
            return {}

        await KeyedReads(connect, fetch).get("a")

    with pytest.raises(TryLater):
        asyncio.run(run())
