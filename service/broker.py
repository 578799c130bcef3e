"""A real Apache Kafka of one node on this machine, for trials and tests: made, started, recognised and stopped."""

import base64
import fcntl
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil
import structlog
from kafka.protocol.metadata import MetadataRequest, MetadataResponse

from service.broker_listeners import HOST, Listener, free_port, is_free, properties
from service.file_locks import open_lock
from service.kafka_jars import FILES, BrokerError, jars, java, require_programs

__all__ = ["Broker", "BrokerError", "Listener", "end_leftovers", "free_port"]

_HEAP: Final = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_STOP_SECONDS: Final = 20.0
_ANSWER_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.05
_METADATA_VERSION: Final = 12

_log: Final = structlog.get_logger(__name__)


class Broker:
    """The Kafka under ``data_dir/kafka``; whoever started it alone may use these files until it is stopped."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int,
        listeners: Sequence[Listener] = (),
        users: Mapping[str, str] | None = None,
        start_seconds: float = 120,
    ) -> None:
        """``port`` is where clients connect, in the clear and without logging in; ``listeners`` are further ones.

        ``users`` are the passwords of those who may log in by SCRAM-SHA-512, from the making of the data folder on.
        ``start_seconds`` bounds the wait for readiness.
        """
        self.port = port
        self.bootstrap = f"{HOST}:{port}"
        self._listeners = listeners
        self._users = users or {}
        self._start_seconds = start_seconds
        self._data_dir = data_dir.expanduser().absolute()
        self._lock: int | None = None
        self._process: psutil.Popen | None = None
        self._log_began = 0

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def start(self) -> None:
        """Start it, also after ``kill``; returns once it answers. One that a killed owner left behind is ended first.

        Raises:
            BrokerError: Java or Maven is missing, it runs already, a port is taken, or it did not become ready.
        """
        require_programs()
        self._data_dir.mkdir(parents=True, exist_ok=True)
        self._data_dir = self._data_dir.resolve()
        self._hold()
        try:
            end_leftovers(self._data_dir)
            self._refuse_taken_port()
            command = [java(), *_HEAP, "-cp", os.pathsep.join(map(str, [FILES, *jars()]))]
            if not self._folder.exists():
                self._create(command)
            self._run(command)
            self._await_ready(time.monotonic() + self._start_seconds)
        except BaseException:
            self.stop()
            raise

    def wait(self) -> None:
        """Until it ends by itself.

        Raises:
            BrokerError: it ended.
        """
        if self._process is not None:
            while self._process.poll() is None:  # a wait without end would not hear a signal that comes just before it
                time.sleep(_LOOK_SECONDS)
            raise BrokerError(f"Kafka ended by itself\n{self._log_tail()}")

    def kill(self) -> None:
        """As kill -9 does: the files stay held, and ``start`` goes on from what was acknowledged."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End it in good order and let go of its files."""
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._lock is not None:
            # Unlocking, not closing alone, lets go even where forked children still have the file open.
            fcntl.flock(self._lock, fcntl.LOCK_UN)
            os.close(self._lock)
            self._lock = None

    @property
    def _folder(self) -> Path:
        return _folder(self._data_dir)

    def _hold(self) -> None:
        if self._lock is not None:
            return
        lock = open_lock(self._data_dir / "kafka.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise BrokerError(
                f"Kafka runs already on the data in {self._folder}; stop it where it runs, "
                "or choose another MOTCUA_DATA_DIR"
            ) from None
        self._lock = lock

    def _refuse_taken_port(self) -> None:
        if not is_free(self.port):
            raise BrokerError(
                f"{self.bootstrap} is taken: something else listens there; set MOTCUA_KAFKA_PORT to another"
            )

    def _create(self, command: list[str]) -> None:
        """Format its folder whole or not at all: an interrupted attempt leaves only a folder that is made anew."""
        unfinished = self._folder.with_name(f"{self._folder.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        self._configure(unfinished)
        # 16 bytes; the first is 0, since a name with a leading hyphen would be taken for an option.
        cluster = base64.urlsafe_b64encode(b"\0" + secrets.token_bytes(15)).decode().rstrip("=")
        users = [f"--add-scram=SCRAM-SHA-512=[name={name},password={word}]" for name, word in self._users.items()]
        done = subprocess.run(  # noqa: S603 # our own words and paths, no shell
            [*command, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", "server.properties", *users],
            check=False,
            cwd=unfinished,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != 0:
            raise BrokerError(f"Kafka could not make its data folder: {done.stdout.strip()}")
        unfinished.rename(self._folder)

    def _run(self, command: list[str]) -> None:
        self._configure(self._folder)
        with self._log_file.open("ab") as log:
            self._log_began = log.tell()
            self._process = psutil.Popen(
                [*command, "kafka.Kafka", "server.properties"],
                cwd=self._folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _configure(self, folder: Path) -> None:
        (folder / "server.properties").write_text(properties(self.port, self._listeners), encoding="utf-8")

    def _await_ready(self, deadline: float) -> None:
        """An open port is not enough: after kill -9 it is open for seconds before anything can be done with it."""
        assert self._process is not None  # noqa: S101 # just started
        while not _answers(self.port):
            if self._process.poll() is not None:
                raise BrokerError(f"Kafka did not start\n{self._log_tail()}")
            if time.monotonic() >= deadline:
                raise BrokerError(f"Kafka is not ready after {self._start_seconds:.0f} s\n{self._log_tail()}")
            time.sleep(_LOOK_SECONDS)

    @property
    def _log_file(self) -> Path:
        return self._folder / "server.log"

    def _log_tail(self) -> str:
        """What it said last since it was started, without the stacks."""
        lines = self._log_file.read_bytes()[self._log_began :].decode(errors="replace").splitlines()
        return "\n".join([line for line in lines if not line.startswith("\tat ")][-20:])


def end_leftovers(data_dir: Path) -> None:
    """End the Kafka whose owner was killed; callers know that no one owns it."""
    for process in _processes(_folder(data_dir.resolve())):
        _log.warning("kafka_left_behind", pid=process.pid)
        _end(process)


def _folder(data_dir: Path) -> Path:
    return data_dir / "kafka"


def _processes(folder: Path) -> Iterator[psutil.Process]:
    """Java programs whose working folder is this one, which Kafka never leaves: a pid file would prove nothing."""
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "java" and Path(process.cwd()) == folder:
                yield process
        except psutil.Error:
            continue


def _end(process: psutil.Process) -> None:
    try:
        process.terminate()
        process.wait(_STOP_SECONDS)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired:
        _log.warning("kafka_does_not_stop", pid=process.pid)
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    """Whether it tells of a node that serves, as any client asks first."""
    request = MetadataRequest(topics=[])
    request.API_VERSION = _METADATA_VERSION
    request.with_header()
    try:
        with socket.create_connection((HOST, port), timeout=_ANSWER_SECONDS) as connection:
            connection.sendall(request.encode(header=True, framed=True))
            with connection.makefile("rb") as stream:
                answer = stream.read(int.from_bytes(stream.read(4)))
    except OSError:
        return False
    return bool(answer and MetadataResponse.decode(answer, version=_METADATA_VERSION, header=True).brokers)


def _environment() -> dict[str, str]:
    """With an encoding that knows every file name."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}
