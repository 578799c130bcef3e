"""One PostgreSQL and one broker that may be killed, and a way to each that cuts connections when it is told to."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from service.broker import Broker
from service.embedded import EmbeddedPostgres
from tests.brokers import broker_behind_proxy, jvms
from tests.databases import migrated_template
from tests.faults.proxy import Proxy, postgresql_target

PROCESSES = ("relay_1", "relay_2", "consumer_1", "consumer_2", "consumer_3", "projector")
"""Each logs in to PostgreSQL under a name of its own, so that the server's own views tell who does what."""


@dataclass(frozen=True)
class Servers:
    folder: Path
    postgres: EmbeddedPostgres
    broker: Broker
    to_postgres: Proxy
    to_kafka: Proxy
    template: str

    def kill_postgres(self) -> None:
        """kill -9 of its first process; its children follow."""
        pid = int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def cut(self, share: float, seed: int, which: str = "") -> None:
        """Cut this share of the connections to one of them, and none to the other."""
        for name, proxy in (("kafka", self.to_kafka), ("postgresql", self.to_postgres)):
            proxy.begin(seed, share if name == which else 0.0)

    def cuts(self) -> str:
        """What became of the connections since ``cut``."""
        proxies = (self.to_kafka, self.to_postgres)
        return f"{sum(p.cut for p in proxies)} of {sum(p.accepted for p in proxies)} connections cut"

    def heal(self) -> None:
        """Both run, and no connection is cut any more."""
        self.to_postgres.cutting = self.to_kafka.cutting = 0.0
        self.postgres.ensure_running()
        if not jvms(self.folder):
            self.broker.start()


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    with EmbeddedPostgres(folder) as postgres, broker_behind_proxy(folder) as (broker, to_kafka):
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            for name in PROCESSES:
                connection.execute(f"CREATE ROLE {name} SUPERUSER LOGIN")
        with migrated_template(postgres.url) as template, Proxy(postgresql_target(postgres.url)) as to_postgres:
            yield Servers(folder, postgres, broker, to_postgres, to_kafka, template)
