"""An installation in processes of its own, on a database and topics that it shares with nobody."""

import os
import secrets
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from consumers.kafka_client import Kafka, administration, ensure_topics
from consumers.topics import PAYMENT_NOTICES, TOPICS, Topic
from tests.brokers import messages
from tests.databases import fresh_database
from tests.faults.processes import start
from tests.faults.proxy import postgresql_through
from tests.faults.servers import Servers
from tests.service.shell import environment
from tests.waiting import PATIENCE, until

PARTITIONS = 3
LONGEST_STOP = 10.0

_QUIET = """
SELECT (SELECT min(position) FROM outbox HAVING count(*) = 2) >= (SELECT max(notification_id) FROM stored_events)
    AND NOT EXISTS (SELECT FROM parked_message WHERE standing = 'waiting')
"""


@dataclass
class Scene:
    """``through`` names the server that its processes, and whoever loads it, reach by the proxy alone."""

    servers: Servers
    url: str
    rules: Path
    logs: Path
    through: str = ""
    prefix: str = field(default_factory=lambda: f"{secrets.token_hex(4)}.")
    running: dict[str, ForkServerProcess] = field(default_factory=dict)

    @property
    def kafka(self) -> Kafka:
        by_proxy = self.through == "kafka"
        bootstrap = self.servers.to_kafka.address if by_proxy else self.servers.broker.bootstrap
        return Kafka(bootstrap_servers=bootstrap, partitions=PARTITIONS, prefix=self.prefix)

    @property
    def database(self) -> str:
        return postgresql_through(self.servers.to_postgres, self.url) if self.through == "postgresql" else self.url

    def start(self, name: str, *command: str) -> None:
        """A process that logs in to PostgreSQL as ``name``."""
        parts = urlsplit(self.database)
        at = parts.netloc.rpartition("@")[2]
        settings = environment(
            MOTCUA_DATABASE_URL=urlunsplit(parts._replace(netloc=f"{name}@{at}")),
            MOTCUA_KAFKA_BOOTSTRAP_SERVERS=self.kafka.bootstrap_servers,
            MOTCUA_KAFKA_PREFIX=self.prefix,
            MOTCUA_KAFKA_PARTITIONS=str(PARTITIONS),
            MOTCUA_ADMINISTRATION_DIR=str(self.rules),
        )
        self.running[name] = start(command, settings, self.logs / f"{name}.log")

    def start_all(self) -> None:
        """Relay, projections and two consumers; returns once they work."""
        ensure_topics(replace(self.kafka, bootstrap_servers=self.servers.broker.bootstrap), TOPICS)
        self.start("relay_1", "relay")
        self.start("projector", "project", "run")
        self.start("consumer_1", "consume", "payments")
        self.start("consumer_2", "consume", "payments")
        until(lambda: self.ask("SELECT FROM outbox HAVING count(*) = 2"))
        until(lambda: len(self.consumed()) == PARTITIONS)

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self.running.pop(name)
        process.kill()
        process.join()

    def stop_all(self) -> None:
        """As an operator does. Whoever ended before was ended by a fault, which has to pass without that."""
        ended = {name: process.exitcode for name, process in self.running.items() if process.exitcode is not None}
        assert not ended, ended
        for process in self.running.values():
            process.terminate()
        self._join_all(LONGEST_STOP)

    def run_until_caught_up(self) -> None:
        """Relay and consumer once more, until nothing is left to do."""
        self.start("relay_2", "relay", "--until-caught-up")
        self.start("consumer_3", "consume", "payments", "--until-caught-up")
        self._join_all(PATIENCE)

    def _join_all(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        for name, process in self.running.items():
            process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None and process.pid is not None:
                os.kill(process.pid, signal.SIGABRT)  # its log then says what every thread is at
                process.join()
                raise AssertionError(f"{name} does not end within {patience:.0f} s")
            assert process.exitcode == 0, f"{name} ended with {process.exitcode}"
        self.running.clear()

    def until_quiet(self) -> None:
        """Wait until those who run have nothing left to do: they recover by themselves or never."""
        ends = Counter(record.partition for record in self.records(PAYMENT_NOTICES))
        until(lambda: self.ask(_QUIET) == [(True,)] and self.consumed() == ends)

    def consumed(self) -> dict[int, int]:
        """How far the notices are read, by partition."""
        return dict(self.ask("SELECT partition, next_offset FROM consumer_offset WHERE consumer = 'payments'"))

    def records(self, topic: Topic) -> list[Any]:
        """All that counts in a topic, in order within each partition."""
        return messages(self.servers.broker.bootstrap, self.prefix + topic.name, isolation_level="read_committed")

    def ask(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()

    def tell(self) -> None:
        """What an engineer wants to see of a failure."""
        for log in sorted(self.logs.glob("*.log")):
            print(f"--- {log.name}\n{log.read_text()[-8_000:]}")
        for table in ("outbox", "consumer_offset", "parked_message", "lease"):
            print(f"--- {table}", *self.ask(f"SELECT * FROM {table}"), sep="\n")


@contextmanager
def scene(servers: Servers, rules: Path, logs: Path, through: str = "") -> Iterator[Scene]:
    """Its processes are killed at its end, if they still run; of a failure it tells what they logged."""
    with fresh_database(servers.postgres.url, servers.template) as url:
        opened = Scene(servers, url, rules, logs, through)
        try:
            yield opened
        except BaseException:
            servers.heal()
            opened.tell()
            raise
        finally:
            for name in list(opened.running):
                opened.kill(name)
            # A broker that was killed looks through every topic it has before it serves again.
            with administration(opened.kafka, "test") as admin:
                admin.delete_topics([opened.prefix + topic.name for topic in TOPICS])
