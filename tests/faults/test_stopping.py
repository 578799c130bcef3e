"""Ctrl-C and SIGTERM end relay and consumers within seconds, whatever has become of the broker they wait for."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from tests.faults.proxy import NOWHERE, Proxy
from tests.service.payments_desk import Desk
from tests.service.shell import ROOT, environment

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

LONGEST_STOP = 10.0
RELAY, CONSUMER, PROJECTOR = ["relay"], ["consume", "payments"], ["project", "run", "--from", "kafka"]


@contextmanager
def running(database_url: str, proxy: Proxy, *commands: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Killed if they do not end by themselves."""
    settings = {
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_KAFKA_BOOTSTRAP_SERVERS": proxy.address,
        "MOTCUA_KAFKA_PREFIX": f"{proxy.port}.",
        "MOTCUA_KAFKA_PARTITIONS": "1",
    }
    processes = [
        subprocess.Popen([sys.executable, "-m", "service.cli", *command], cwd=ROOT, env=environment(**settings))  # noqa: S603 - our own words
        for command in commands
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def until(database_url: str, statement: str) -> None:
    deadline = time.monotonic() + 60
    with psycopg.connect(database_url, autocommit=True) as connection:
        while connection.execute(statement).fetchone() is None:
            assert time.monotonic() < deadline, statement
            time.sleep(0.05)


def check_they_stop(processes: list[subprocess.Popen[bytes]], number: signal.Signals) -> None:
    assert [process.poll() for process in processes] == [None] * len(processes)
    began = time.monotonic()
    for process in processes:
        process.send_signal(number)
    assert [process.wait(LONGEST_STOP) for process in processes] == [0] * len(processes)
    assert time.monotonic() - began < LONGEST_STOP


def test_while_there_is_no_broker(database_url: str, kafka_proxy: Proxy) -> None:
    kafka_proxy.target = NOWHERE
    with running(database_url, kafka_proxy, RELAY, CONSUMER) as processes:
        until(database_url, "SELECT 1 FROM outbox WHERE failure IS NOT NULL")
        check_they_stop(processes, signal.SIGTERM)


def test_while_the_broker_does_not_answer(database_url: str, kafka_proxy: Proxy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        kafka_proxy.target = silent.getsockname()
        with running(database_url, kafka_proxy, RELAY, CONSUMER) as processes:
            until(database_url, "SELECT 1 FROM lease")
            time.sleep(1.0)  # both have asked the broker by now
            check_they_stop(processes, signal.SIGINT)


def test_when_the_broker_went_away_in_mid_work(database_url: str, kafka_proxy: Proxy) -> None:
    with (
        closing(Desk(database_url)) as desk,
        socket.create_server(("127.0.0.1", 0)) as silent,
        running(database_url, kafka_proxy, RELAY, CONSUMER, PROJECTOR) as processes,
    ):
        desk.dossiers(1)
        until(database_url, "SELECT 1 FROM outbox WHERE published = 3")
        until(database_url, "SELECT 1 FROM consumer_offset HAVING count(DISTINCT consumer) = 2")
        kafka_proxy.sever()
        kafka_proxy.target = silent.getsockname()
        desk.dossiers(1)
        time.sleep(3.0)  # a transaction is open, and cannot be committed; who was cut off asks anew, and hears nothing
        check_they_stop(processes, signal.SIGTERM)
