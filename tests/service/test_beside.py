"""What is kept running beside a server: started again when it dies, not at once when it cannot run, ended with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from service.beside import Keeper, parts_of_topics
from service.settings import Settings
from tests.service.shell import ROOT
from tests.waiting import PATIENCE, until

UNTIL_INPUT_ENDS = "sys.stdin.read()"


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    made = Keeper(os.environ)
    yield made
    made.stop()


def program(starts: Path, then: str) -> list[str]:
    """It notes its process in a file, a line for each start, and goes on with ``then``."""
    return [sys.executable, "-c", f"import os, sys\nprint(os.getpid(), file=open({str(starts)!r}, 'a'))\n{then}"]


def noted(starts: Path) -> list[int]:
    return [int(line) for line in starts.read_text().splitlines()] if starts.exists() else []


def test_what_is_killed_is_started_again(keeper: Keeper, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    keeper.keep("part", program(starts, UNTIL_INPUT_ENDS))
    until(lambda: noted(starts))
    os.kill(noted(starts)[0], signal.SIGKILL)
    until(lambda: len(noted(starts)) == 2)


def test_what_cannot_run_is_not_tried_again_and_again_and_the_others_go_on(keeper: Keeper, tmp_path: Path) -> None:
    bad, dying = tmp_path / "bad", tmp_path / "dying"
    keeper.keep("bad", program(bad, "sys.exit(2)"))
    keeper.keep("dying", program(dying, "sys.exit(1)"))
    until(lambda: len(noted(dying)) == 3)
    assert len(noted(bad)) == 1


def test_all_end_when_told_even_what_does_not_listen(tmp_path: Path) -> None:
    keeper, well, deaf = Keeper(os.environ), tmp_path / "well", tmp_path / "deaf"
    keeper.keep("well", program(well, UNTIL_INPUT_ENDS))
    keeper.keep("deaf", program(deaf, "while True: signal.pause()".replace("signal", "__import__('signal')")))
    until(lambda: noted(well) and noted(deaf))
    began = time.monotonic()
    keeper.stop()
    assert time.monotonic() - began < 10
    assert not any(psutil.pid_exists(pid) for pid in noted(well) + noted(deaf))


def test_every_consumer_runs_and_the_relay_with_kafka_alone() -> None:
    assert parts_of_topics(Settings()) == ["consume payments"]
    assert parts_of_topics(Settings(kafka_bootstrap_servers="127.0.0.1:9092")) == ["relay", "consume payments"]


STARTS_AMONG_FORKS = """
import os, signal, sys, threading, time
from service.beside import start

def starts():
    for _ in range(200):
        start(["true"], os.environ).communicate()

starting = threading.Thread(target=starts, daemon=True)
starting.start()
forked = []
while starting.is_alive() and len(forked) < 400:
    forked.append(os.fork())
    if forked[-1] == 0:
        time.sleep(600)
starting.join(float(sys.argv[1]))
for each in forked:
    os.kill(each, signal.SIGKILL)
os._exit(starting.is_alive())
"""
"""Forked processes that live on hold what was open when they were forked."""


def test_a_start_is_not_held_up_by_a_server_that_forks_its_workers_meanwhile() -> None:
    done = subprocess.run([sys.executable, "-c", STARTS_AMONG_FORKS, str(PATIENCE)], cwd=ROOT, check=False)  # noqa: S603
    assert done.returncode == 0
