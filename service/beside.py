"""What runs beside a server, a process for each part: one that dies is started again, and all end with the server.

A part ends when its input is closed, which happens however the server ends. Each has a process of its own, so that a
fault in one, or a topic that cannot be read on, leaves the others alone.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Final

import structlog

from consumers.running import Pauses
from service.settings import Settings
from service.wiring_topics import consumers
from service.working import GRACE_SECONDS

_LOOK_SECONDS: Final = 0.1
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_STOP_SECONDS: Final = GRACE_SECONDS + 2.0
_BAD_USE: Final = 2
"""How our commands end when somebody has to mend something before they can do their work."""

_log = structlog.get_logger(__name__)


_STARTING: Final = Lock()
# The server forks its workers meanwhile. What is open in that moment stays open in them for good, and the end of a pipe
# by which a new program tells that it has begun must not: whoever waits for its other end would never go on.
os.register_at_fork(before=_STARTING.acquire, after_in_parent=_STARTING.release, after_in_child=_STARTING.release)


def start(command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a program that ends when its input does. No fork of this process comes between."""
    with _STARTING:
        # In a group of its own, Ctrl-C in a terminal reaches the server alone, which then closes the input of all.
        return subprocess.Popen(  # noqa: S603 - our own words
            command, stdin=subprocess.PIPE, env=environment, process_group=0
        )


class Keeper:
    """Keeps a process for each command that it is given, until it is told to stop."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._stopping = Event()
        self._keepers: list[Thread] = []

    def keep(self, name: str, command: Sequence[str]) -> None:
        """Start it, and again whenever it ends. It has to end by itself when its input does."""
        keeper = Thread(target=self._keep, args=(name, command), name=name, daemon=True)
        self._keepers.append(keeper)
        keeper.start()

    def stop(self) -> None:
        """End them all."""
        self._stopping.set()
        for keeper in self._keepers:
            keeper.join()

    def _keep(self, name: str, command: Sequence[str]) -> None:
        pauses = Pauses(self._stopping, _FIRST_PAUSE, _LONGEST_PAUSE)
        while not self._stopping.is_set():
            began = time.monotonic()
            exit_code = self._run(command)
            if self._stopping.is_set():
                return
            _log.warning("part_ended", part=name, exit_code=exit_code)
            if time.monotonic() - began > _LONGEST_PAUSE:
                pauses.over()
            if exit_code == _BAD_USE:
                self._stopping.wait(_LONGEST_PAUSE)
            else:
                pauses.wait()

    def _run(self, command: Sequence[str]) -> int:
        """Until it ends or is to end; its exit code."""
        with start(command, self._environment) as process:
            while process.poll() is None and not self._stopping.wait(_LOOK_SECONDS):
                pass
            if process.stdin is not None:
                process.stdin.close()
            try:
                return process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()  # what it had not committed did not happen
                return process.wait()


@contextmanager
def parts_beside(settings: Settings, url: str) -> Iterator[Callable[[], None]]:
    """Keep the projections and look at the clock; from when what is yielded is called, also all that belongs to topics.

    Somebody waits for the first page, and the processors of a small machine start a few programs at a time.
    """
    keeper = Keeper({**os.environ, "MOTCUA_DATABASE_URL": url})

    def keep(part: str) -> None:
        keeper.keep(part, (sys.executable, "-m", "service.cli", *part.split(), "--while-input-open"))

    def keep_topics() -> None:
        for part in parts_of_topics(settings):
            keep(part)

    keep("project run --stand-by")
    keep("schedule")
    try:
        yield keep_topics
    finally:
        keeper.stop()


def parts_of_topics(settings: Settings) -> list[str]:
    """The commands: every consumer and, where Kafka is named, the relay."""
    relay = [] if settings.kafka_bootstrap_servers is None else ["relay"]
    return [*relay, *(f"consume {name}" for name in consumers(settings))]
