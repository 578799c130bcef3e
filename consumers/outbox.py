"""Events out: what is in the log goes into a topic, at least once and in each dossier's order."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Event
from typing import Final, Protocol, TypeAlias

import structlog

from consumers.messages import Outgoing
from consumers.ports import Away, OffsetMoved, Outbox
from consumers.running import Pauses

BATCH: Final = 2_000
_LEASE_SECONDS: Final = 0.5

_log = structlog.get_logger(__name__)


class Publisher(Protocol):
    """Takes messages for one topic."""

    def publish(self, messages: Sequence[Outgoing]) -> Mapping[int, int]:
        """Publish them; the ends of the partitions they went into, once the broker has them.

        Raises:
            Away: it did not work; the publisher is of no use any more.
        """
        ...


Open: TypeAlias = Callable[[], AbstractContextManager[Publisher]]


class Relay:
    """Publishes one outbox as long as it holds it. Any number of processes may run one; the others stand by."""

    def __init__(self, name: str, outbox: Outbox, open_publisher: Open, *, poll_seconds: float) -> None:
        self._name = name
        self._outbox = outbox
        self._open = open_publisher
        self._poll_seconds = poll_seconds

    def run(self, stop: Event, *, until_caught_up: bool = False) -> None:
        """Work until ``stop`` is set or, if so wished, until all that is committed now is published, by whomever."""
        pauses = Pauses(stop)
        while not stop.is_set():
            try:
                if self._outbox.take():
                    if self._publish(stop, pauses, until_caught_up=until_caught_up):
                        break
                elif until_caught_up and self._outbox.caught_up():
                    break
                else:
                    stop.wait(_LEASE_SECONDS)
            except Away as away:
                _log.warning("relay_tries_again", relay=self._name, reason=str(away))
                self._tell(str(away))
                pauses.wait()
            except OffsetMoved:
                _log.warning("relay_lost_its_topic", relay=self._name)
        self._outbox.let_go()

    def _publish(self, stop: Event, pauses: Pauses, *, until_caught_up: bool) -> bool:
        """As long as the outbox is held; whether all that was wished for is published."""
        with self._open() as publisher:
            told = True
            while not stop.is_set() and self._outbox.take():
                batch = self._outbox.read(BATCH)
                if batch.events:
                    ends = publisher.publish(batch.messages) if batch.messages else {}
                    self._outbox.save(batch, ends)
                    pauses.over()
                    continue
                if told:  # what failed before, here or in another process, has healed, and no save may come to say so
                    self._outbox.healed()
                    told = False
                if until_caught_up and self._outbox.caught_up():
                    return True
                stop.wait(self._poll_seconds)
        return False

    def _tell(self, reason: str) -> None:
        try:
            self._outbox.failed(reason)
        except Away:
            return  # then the database is what is away, and there is nobody to tell
