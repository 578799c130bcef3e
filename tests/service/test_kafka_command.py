"""``motcua kafka`` as a shell meets it: a line when ready, an end when told, and nothing left that blocks the next."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.broker import free_port
from tests.brokers import PATIENCE, fresh_topic, jvms, messages, send

ROOT = Path(__file__).parents[2]


class Command:
    """``motcua kafka`` on one data folder and port, in processes of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.port = free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self.data_dir = data_dir

    @contextmanager
    def running(self, **settings: str) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-m", "service.cli", "kafka"]
        with subprocess.Popen(  # noqa: S603 - our own words
            command, env=self._environment(settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            yield process
            process.kill()

    @contextmanager
    def ready(self) -> Iterator[subprocess.Popen[str]]:
        with self.running() as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"Kafka: {self.bootstrap}   (Ctrl-C to stop)\n"
            yield process

    def complaint(self, **settings: str) -> str:
        """What it says when it cannot run."""
        with self.running(**settings) as process:
            said, complained = process.communicate(timeout=PATIENCE)
        assert (process.returncode, said) == (2, ""), complained
        return complained

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
        ours = {"MOTCUA_DATA_DIR": str(self.data_dir), "MOTCUA_KAFKA_PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        return own | ours | settings


@pytest.fixture
def command(data_dir: Path) -> Command:
    return Command(data_dir)


@pytest.mark.kafka
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_told_and_leaves_nothing_running(command: Command, end: signal.Signals) -> None:
    with command.ready() as process:
        assert len(jvms(command.data_dir)) == 1
        process.send_signal(end)
        assert process.wait(PATIENCE) == 0
        assert jvms(command.data_dir) == []


@pytest.mark.kafka
def test_a_second_one_on_the_same_data_says_that_it_runs_already(command: Command) -> None:
    with command.ready() as process:
        assert "Kafka runs already" in command.complaint()
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


@pytest.mark.kafka
def test_what_a_killed_one_left_running_is_ended_by_the_next(command: Command) -> None:
    with command.ready() as process:
        topic = fresh_topic(command.bootstrap)
        send(command.bootstrap, topic, b"kept")
        process.kill()
        process.wait(PATIENCE)
    (left,) = jvms(command.data_dir)
    with command.ready() as process:
        assert not left.is_running()
        assert [message.value for message in messages(command.bootstrap, topic)] == [b"kept"]
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


@pytest.mark.kafka
def test_when_kafka_itself_is_killed_the_command_ends_and_says_so(command: Command) -> None:
    with command.ready() as process:
        jvms(command.data_dir)[0].kill()
        _, complained = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "Kafka ended by itself" in complained


@pytest.mark.kafka
def test_a_taken_port_is_named(command: Command) -> None:
    with socket.create_server(("127.0.0.1", command.port)):
        complained = command.complaint()
    assert f"{command.bootstrap} is taken" in complained
    assert "MOTCUA_KAFKA_PORT" in complained


def test_without_java_it_says_what_to_install(command: Command) -> None:
    assert "apt-get install openjdk-17-jre-headless" in command.complaint(PATH="", JAVA_HOME="")
