"""Several processes on one database: nothing is missed, doubled or out of order."""

import multiprocessing
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from multiprocessing.synchronize import Event as ProcessEvent
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.dossier import commands as c
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier, evolve
from domain.dossier.events import Accepted, DossierEvent, Submitted
from domain.errors import Refusal
from domain.ports import Done, Outcome, Request
from service.cache import StateCache
from service.log import PostgresEventLog
from service.reads import recorded
from service.streams import load
from tests.examples import COMMUNE, LIFE, RULES, SUBMIT, at
from tests.service.doors import connector, door, request, submission

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WRITERS = 8
Batch: TypeAlias = list[tuple[int, c.Command]]
DOSSIERS_PER_WRITER = 40


def _write(url: str, seed: int) -> int:
    """Lead dossiers through their lives, in batches of chance size; how many events were acknowledged."""
    chance = Random(seed)  # noqa: S311 - load need not be unguessable
    opened = door(url, StateCache(chance.choice([0, 100])))
    codes = [
        outcome.code
        for outcome in opened.handle([submission(f"{seed}-{number}") for number in range(DOSSIERS_PER_WRITER)])
        if isinstance(outcome, Done)
    ]
    done = dict.fromkeys(codes, 0)
    acknowledged = len(codes)
    while left := [code for code in codes if done[code] < len(LIFE)]:
        batch = chance.sample(left, min(len(left), chance.randint(1, 16)))
        outcomes = opened.handle([request(LIFE[done[code]], code, command_id=f"{code}-{done[code]}") for code in batch])
        for code, outcome in zip(batch, outcomes, strict=True):
            assert isinstance(outcome, Done), outcome
            acknowledged += len(outcome.events)
            done[code] += 1
    opened.close()
    return acknowledged


def _tail(url: str, stop: ProcessEvent, seen: "multiprocessing.Queue[list[tuple[int, UUID, int]]]") -> None:
    """Follow the log from its beginning as a projection does, until told to stop and nothing is left."""
    log = PostgresEventLog(connector(url))
    after, found = 0, list[tuple[int, UUID, int]]()
    while True:
        stopping = stop.is_set()
        batch = log.read(after, 100)
        found += [(each.position, each.dossier_id, each.version) for each in batch.events]
        after = batch.events[-1].position if batch.events else after
        if stopping and not batch.events:
            break
        time.sleep(0.001)
    log.close()
    seen.put(found)


def test_8_writers_and_a_tailing_reader(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    stop, seen = context.Event(), context.Queue()
    reader = context.Process(target=_tail, args=(database_url, stop, seen))
    reader.start()
    with context.Pool(WRITERS) as pool:
        acknowledged = sum(pool.starmap(_write, [(database_url, seed) for seed in range(WRITERS)]))
    _wait_until_settled(database_url)
    stop.set()
    found = seen.get(timeout=60)
    reader.join()
    with psycopg.connect(database_url) as connection:
        stored = connection.execute(
            "SELECT notification_id, originator_id, originator_version FROM stored_events ORDER BY 1"
        ).fetchall()
    assert len(stored) == acknowledged == WRITERS * DOSSIERS_PER_WRITER * (1 + len(LIFE))
    assert found == stored
    versions = defaultdict(list)
    for _, dossier_id, version in found:
        versions[dossier_id].append(version)
    assert all(each == list(range(1, len(LIFE) + 2)) for each in versions.values())


def test_codes_are_unique_and_leave_no_gap_across_processes(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        codes = [code for part in pool.starmap(_submit, [(database_url, seed) for seed in range(4)]) for code in part]
    assert sorted(codes) == [f"{COMMUNE}-260302-{number:04d}" for number in range(1, 4 * 60 + 1)]


def _submit(url: str, seed: int) -> list[str]:
    opened = door(url)
    codes = []
    for number in range(60):
        [outcome] = opened.handle([submission(f"{seed}-{number}")])
        assert isinstance(outcome, Done)
        codes.append(outcome.code)
    opened.close()
    return codes


def _wait_until_settled(url: str) -> None:
    """Another database of the cluster may have a write transaction open, which holds readers back everywhere."""
    deadline = time.monotonic() + 60
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT coalesce(max(notification_id), 0) FROM stored_events").fetchone()
    assert row is not None
    with closing(PostgresEventLog(connector(url))) as log:
        while log.head() < row[0]:
            assert time.monotonic() < deadline
            time.sleep(0.01)


ACTS = st.sampled_from(
    [
        *LIFE,
        c.RecordStep(name="Gọi điện", resource="cb", at=at(4)),
        c.Decline(reason="thiếu", officer="cb-03", at=at(4)),
        c.Withdraw(reason="đổi ý", at=at(4)),
        c.Extend(new_due_at=at(60), reason="bão", signer="cb-09", at=at(4)),
    ]
)
BATCHES = st.lists(st.tuples(st.integers(0, 2), ACTS), min_size=1, max_size=6)
ROUNDS = st.lists(st.tuples(BATCHES, BATCHES), min_size=1, max_size=8)


def _serve(url: str, inbox: "Connection[list[Outcome], list[Request] | None]") -> None:
    """A process with a caching door of its own: batches in, outcomes out."""
    opened = door(url, StateCache(50))
    while (batch := inbox.recv()) is not None:
        inbox.send(opened.handle(batch))
    opened.close()


@pytest.fixture
def two_processes(database_url: str) -> Iterator[list[Any]]:
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(2)]
    workers = [context.Process(target=_serve, args=(database_url, theirs)) for _, theirs in pipes]
    for worker in workers:
        worker.start()
    yield [ours for ours, _ in pipes]
    for ours, _ in pipes:
        ours.send(None)
    for worker in workers:
        worker.join()


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=ROUNDS)
def test_two_processes_at_once_on_the_same_dossiers_give_some_serial_history(
    database_url: str, two_processes: list[Any], rounds: list[tuple[Batch, Batch]]
) -> None:
    """Whatever two processes answered, deciding the acknowledged commands in the order stored gives the same."""
    opened = door(database_url)
    codes = [outcome.code for outcome in opened.handle([submission() for _ in range(3)]) if isinstance(outcome, Done)]
    opened.close()
    answered: list[tuple[str, c.Command, Done]] = []
    for both in rounds:
        batches = [[request(command, codes[dossier]) for dossier, command in batch] for batch in both]
        for process, batch in zip(two_processes, batches, strict=True):
            process.send(batch)
        received = [process.recv() for process in two_processes]
        for batch, outcomes in zip(batches, received, strict=True):
            for asked, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, Done):
                    answered.append((asked.code, asked.command, outcome))
                else:
                    assert isinstance(outcome, Refusal)
    with psycopg.connect(database_url) as connection:
        stored = {code: [each.event for each in recorded(*load(connection, [], [code])[0])] for code in codes}
    for code, history in stored.items():
        effective = sorted(
            ((done.version, command) for named, command, done in answered if named == code and done.events),
            key=itemgetter(0),
        )
        assert _serially([command for _, command in effective]) == list(map(_unnamed, history))


def _serially(commands: list[c.Command]) -> list[DossierEvent]:
    dossier, events = Dossier(), list[DossierEvent]()
    for command in [SUBMIT, *commands]:
        for event in decide(command, dossier, RULES):
            dossier = evolve(dossier, event)
            events.append(event)
    return list(map(_unnamed, events))


def _unnamed(event: DossierEvent) -> DossierEvent:
    """Without the dossier's own code, which a serial run outside the database does not know."""
    match event:
        case Submitted():
            return replace(event, code="")
        case Accepted():
            return replace(event, receipt_code="")
        case _:
            return event
