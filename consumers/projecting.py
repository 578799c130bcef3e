"""The loop that feeds the projections from the topic of events."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, NamedTuple, Protocol

import structlog

from consumers.dossier_events import ForeignMessage, recorded_event
from consumers.kafka_client import partition_of
from consumers.messages import Message
from consumers.ports import Move
from consumers.running import Loop, Read, Source
from consumers.topics import EVENTS, PROJECTOR
from domain.envelope import Recorded

_POLL_SECONDS: Final = 0.05
_LOOK_SECONDS: Final = 0.2
_NOTHING: Final = Read((), ())

_log = structlog.get_logger(__name__)


class Portion(NamedTuple):
    """What came of one partition: how far it is read with that, and the events in the order they came.

    ``misplaced`` are those whose key belongs to another partition, of as many as the topic had when it was taken over.
    """

    move: Move
    events: Sequence[Recorded]
    misplaced: Sequence[Recorded]


class Projected(Protocol):
    """The projections, as the topic feeds them."""

    installation: str
    """The source that its events name."""
    partitions: int
    """How many partitions the topic has."""

    def save(self, portions: Sequence[Portion]) -> None:
        """Fold the events and save rows, totals, positions and offsets together. Events may have come before.

        Positions go up where nothing came as well.

        Raises:
            OffsetMoved: another process has a partition by now, or the projections were rebuilt; nothing was changed.
            Away: the database does not answer.
        """
        ...


class Partitions(Source, Protocol):
    """A source that tells which partitions it has."""

    @property
    def next_offsets(self) -> Mapping[int, int]:
        """The partitions that are read here now, and where each goes on."""
        ...


class ProjectingLoop(Loop[Partitions]):
    """One process's work. Any number of processes may run one; the source shares out partitions.

    What it meets that a newer version published it does not pass over: ``UnreadableEvent`` ends it.
    """

    def __init__(self, open_source: Callable[[], AbstractContextManager[Partitions]], projected: Projected) -> None:
        """``open_source`` may raise ``Away``."""
        super().__init__(PROJECTOR, open_source)
        self._projected = projected
        self._look_at = 0.0

    def _step(self, source: Partitions) -> bool:
        read = source.poll(_POLL_SECONDS)
        if read.messages or read.moves or time.monotonic() >= self._look_at:
            self.save(source, read)
        return not read.messages

    def _caught_up(self, source: Partitions) -> bool:
        if not source.caught_up():
            return False
        self.save(source)
        return True

    def save(self, source: Partitions, read: Read = _NOTHING) -> None:
        """What was read, and where the partitions stand of which nothing came: what is published moves those, too."""
        moves = {move.partition: move for move in read.moves}
        events, misplaced = self._events(read.messages)
        portions = []
        for number, offset in source.next_offsets.items():
            move = moves.get(number, Move(EVENTS.name, number, offset, offset, offset))
            settled = len(events[number]) + len(misplaced[number])
            portions.append(Portion(move._replace(settled=settled), events[number], misplaced[number]))
        self._projected.save(portions)
        self._look_at = time.monotonic() + _LOOK_SECONDS

    def _events(self, messages: Sequence[Message]) -> tuple[Mapping[int, list[Recorded]], Mapping[int, list[Recorded]]]:
        events: defaultdict[int, list[Recorded]] = defaultdict(list)
        misplaced: defaultdict[int, list[Recorded]] = defaultdict(list)
        installation, partitions = self._projected.installation, self._projected.partitions
        for message in messages:
            try:
                recorded = recorded_event(message, installation)
            except ForeignMessage as foreign:
                place = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
                _log.error("foreign_message_passed_over", **place, reason=str(foreign))
                continue
            belongs = partition_of(message.key or b"", partitions) == message.partition
            found = events if belongs else misplaced
            found[message.partition].append(recorded)
        return events, misplaced
