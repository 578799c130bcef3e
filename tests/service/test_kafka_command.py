"""``motcua kafka`` as a shell meets it: a line when ready, an end when told, and nothing left that blocks the next."""

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
from tests.faults.installation import Installation


class Command(Installation):
    """``motcua kafka`` in processes of its own, on one data folder and port."""

    def __init__(self, folder: Path, **settings: str) -> None:
        port = free_port()
        super().__init__(folder, MOTCUA_KAFKA_PORT=str(port), **settings)
        self.bootstrap = f"127.0.0.1:{port}"

    @contextmanager
    def ready(self) -> Iterator["subprocess.Popen[str]"]:
        command = [sys.executable, "-m", "service.cli", "kafka"]
        with subprocess.Popen(  # noqa: S603 - our own words
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == f"Kafka: {self.bootstrap}   (Ctrl-C to stop)\n"
                yield process
            finally:
                process.kill()

    def complaint(self) -> str:
        """What it says when it cannot run."""
        done = self.run("kafka")
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        return done.stderr


@pytest.fixture
def command(data_dir: Path) -> Command:
    return Command(data_dir)


@pytest.mark.kafka
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_told_and_leaves_nothing_running(command: Command, end: signal.Signals) -> None:
    with command.ready() as process:
        assert len(jvms(command.folder)) == 1
        process.send_signal(end)
        assert process.wait(PATIENCE) == 0
        assert jvms(command.folder) == []


@pytest.mark.kafka
def test_a_second_one_on_the_same_data_says_that_it_runs_already(command: Command) -> None:
    with command.ready() as process:
        assert "Kafka runs already" in command.complaint()
        assert process.poll() is None


@pytest.mark.kafka
def test_what_a_killed_one_left_running_is_ended_by_the_next(command: Command) -> None:
    with command.ready():
        topic = fresh_topic(command.bootstrap)
        send(command.bootstrap, topic, b"kept")
    (left,) = jvms(command.folder)
    with command.ready():
        assert not left.is_running()
        assert [message.value for message in messages(command.bootstrap, topic)] == [b"kept"]


@pytest.mark.kafka
def test_when_kafka_itself_is_killed_the_command_ends_and_says_so(command: Command) -> None:
    with command.ready() as process:
        jvms(command.folder)[0].kill()
        _, complained = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "Kafka ended by itself" in complained


@pytest.mark.kafka
def test_a_taken_port_is_named(command: Command) -> None:
    host, _, port = command.bootstrap.partition(":")
    with socket.create_server((host, int(port))):
        complained = command.complaint()
    assert f"{command.bootstrap} is taken" in complained
    assert "MOTCUA_KAFKA_PORT" in complained


def test_without_java_it_says_what_to_install(data_dir: Path) -> None:
    assert "apt-get install openjdk-17-jre-headless" in Command(data_dir, PATH="", JAVA_HOME="").complaint()
