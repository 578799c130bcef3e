"""Workers that feed the projections from Kafka are killed, held up and sent away, others join: figures stay right."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from psycopg import Connection

from benchmarks.histories import write_histories
from projections.positions import lowest_position
from projections.rebuild import rebuild
from projections.verify import verify
from service.database import connect
from tests.projections.histories import BOTH, Database, contents

EVENTS: Final = int(os.environ.get("MOTCUA_FAULT_EVENTS", "60000"))
"""How many events pass through Kafka meanwhile."""

ROOT: Final = Path(__file__).parents[2]
NAMES: Final = [projection.name for projection in BOTH]
_EVENTS_A_DOSSIER: Final = 9.1
_LONGER_THAN_A_SESSION: Final = 8.0


class Processes:
    """``motcua`` with the same settings in any number of processes; whatever they say goes into one file."""

    def __init__(self, folder: Path, **settings: str) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
        self.environment = own | {"MOTCUA_LOG_LEVEL": "warning", "PYTHONPATH": str(ROOT)} | settings
        self.log = folder / "processes.log"
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-m", "service.cli", *arguments],
                env=self.environment, cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip
        self.running.append(process)
        return process

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        process.kill()
        process.wait()
        self.running.remove(process)

    def leave(self, process: "subprocess.Popen[bytes]") -> None:
        process.terminate()
        assert process.wait(60) == 0
        self.running.remove(process)


@contextmanager
def processes(folder: Path, **settings: str) -> Iterator[Processes]:
    started = Processes(folder, **settings)
    try:
        yield started
    finally:
        for process in started.running:
            process.kill()
            process.wait()
        print(started.log.read_text()[-8000:])


def _settled(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT coalesce(sum(settled), 0) FROM consumer_offset").fetchone()
    return int(row[0]) if row else 0


def _wait(until: Callable[[], bool], started: Processes) -> None:
    while not until():
        assert all(process.poll() is None for process in started.running), "a process ended by itself"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timeout(900)
def test_no_figure_differs_whatever_happens_to_the_workers(database_url: str, kafka: str, tmp_path: Path) -> None:
    database = Database(database_url)
    with connect(database_url, application_name="motcua-test", transaction_seconds=None) as connection:
        written = write_histories(connection, round(EVENTS / _EVENTS_A_DOSSIER))
    began = time.monotonic()
    with (
        processes(
            tmp_path,
            MOTCUA_DATABASE_URL=database_url,
            MOTCUA_KAFKA_BOOTSTRAP_SERVERS=kafka,
            MOTCUA_KAFKA_PREFIX=f"{secrets.token_hex(6)}.",
        ) as started,
        database() as connection,
        closing(database.log()) as log,
    ):
        workers = [started.start("project", "run", "--from", "kafka") for _ in range(3)]
        started.start("relay")

        def once(share: float) -> None:
            _wait(lambda: _settled(connection) >= share * written, started)

        once(0.1)
        started.kill(workers[0])
        once(0.2)
        workers.append(started.start("project", "run", "--from", "kafka"))
        once(0.3)
        workers[1].send_signal(signal.SIGSTOP)
        held_up = time.monotonic()
        _wait(lambda: time.monotonic() - held_up > _LONGER_THAN_A_SESSION, started)
        workers[1].send_signal(signal.SIGCONT)
        once(0.8)
        started.leave(workers[2])
        _wait(lambda: lowest_position(connection, NAMES) >= log.head(), started)
        took = time.monotonic() - began
        print(f"{written:,} events in {took:.1f} s: {written / took:,.0f} events/s")
        for process in list(started.running):
            started.leave(process)
        assert list(verify(database, log, BOTH)) == []
        from_kafka = contents(connection)
        assert len(from_kafka["tracking"]) == round(EVENTS / _EVENTS_A_DOSSIER)
        rebuild(database, log, BOTH)
        assert contents(connection) == from_kafka
