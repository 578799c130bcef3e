"""Workers that feed the projections from Kafka are killed, held up and sent away, others join: figures stay right."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
import pytest

from benchmarks.histories import write_histories
from projections.positions import lowest_position
from projections.rebuild import rebuild
from projections.verify import verify
from service.broker import Broker, free_port
from service.database import connect
from service.embedded import EmbeddedPostgres
from service.wiring import prepare
from tests.projections.histories import ALL, Database, contents

EVENTS: Final = int(os.environ.get("MOTCUA_FAULT_EVENTS", "30000"))
"""How many events pass through Kafka meanwhile."""

ROOT: Final = Path(__file__).parents[2]
NAMES: Final = [projection.name for projection in ALL]
WORKER: Final = ("project", "run", "--from", "kafka")
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


@dataclass(frozen=True)
class Run:
    """So many events on their way through Kafka, and the processes that are at it."""

    database: Database
    dossiers: int
    written: int
    started: Processes

    def once(self, share: float) -> None:
        """Wait until that share of the events is in the projections."""
        self.until(lambda: self._settled() >= share * self.written)

    def until(self, holds: Callable[[], bool]) -> None:
        while not self._now(holds):
            assert all(process.poll() is None for process in self.started.running), "a process ended by itself"
            time.sleep(0.05)

    def finish(self) -> None:
        """All is read; and it is what the log says, to the last figure."""
        with closing(self.database.log()) as log:
            self.until(lambda: self._lowest() >= log.committed())
            for process in list(self.started.running):
                self.started.leave(process)
            assert list(verify(self.database, log, ALL)) == []
            with self.database() as connection:
                from_kafka = contents(connection)
                assert len(from_kafka["tracking"]) == self.dossiers
                rebuild(self.database, log, ALL)
                assert contents(connection) == from_kafka

    def _settled(self) -> int:
        with self.database() as connection:
            row = connection.execute("SELECT coalesce(sum(settled), 0) FROM consumer_offset").fetchone()
        return int(row[0]) if row else 0

    def _lowest(self) -> int:
        with self.database() as connection:
            return lowest_position(connection, NAMES)

    @staticmethod
    def _now(holds: Callable[[], bool]) -> bool:
        """The database may be away."""
        try:
            return holds()
        except psycopg.Error:
            return False


@contextmanager
def under_way(url: str, kafka: str, events: int, folder: Path) -> Iterator[Run]:
    dossiers = round(events / _EVENTS_A_DOSSIER)
    with connect(url, application_name="motcua-test", transaction_seconds=None) as connection:
        written = write_histories(connection, dossiers)
    with processes(
        folder,
        MOTCUA_DATABASE_URL=url,
        MOTCUA_KAFKA_BOOTSTRAP_SERVERS=kafka,
        MOTCUA_KAFKA_PREFIX=f"{secrets.token_hex(6)}.",
    ) as started:
        began = time.monotonic()
        yield Run(Database(url), dossiers, written, started)
        print(f"{written:,} events in {time.monotonic() - began:.1f} s")


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timeout(900)
def test_no_figure_differs_whatever_happens_to_the_workers(database_url: str, kafka: str, tmp_path: Path) -> None:
    with under_way(database_url, kafka, EVENTS, tmp_path) as run:
        workers = [run.started.start(*WORKER) for _ in range(3)]
        run.started.start("relay")
        run.once(0.1)
        run.started.kill(workers[0])
        run.once(0.2)
        run.started.start(*WORKER)
        run.once(0.3)
        workers[1].send_signal(signal.SIGSTOP)
        held_up = time.monotonic()
        run.until(lambda: time.monotonic() - held_up > _LONGER_THAN_A_SESSION)
        workers[1].send_signal(signal.SIGCONT)
        run.once(0.8)
        run.started.leave(workers[2])
        run.finish()


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timeout(900)
def test_no_figure_differs_though_database_and_broker_are_killed(data_dir: Path, tmp_path: Path) -> None:
    with EmbeddedPostgres(data_dir) as postgres, Broker(data_dir, port=free_port()) as broker:
        prepare(postgres.url)
        with under_way(postgres.url, broker.bootstrap, EVENTS // 2, tmp_path) as run:
            for command in (WORKER, WORKER, ("relay",)):
                run.started.start(*command)
            run.once(0.2)
            _kill(data_dir, postgres)
            run.once(0.5)
            broker.kill()
            broker.start()
            run.once(0.8)
            _kill(data_dir, postgres)
            run.finish()


def _kill(folder: Path, postgres: EmbeddedPostgres) -> None:
    os.kill(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    postgres.ensure_running()
