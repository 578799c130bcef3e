"""The loop that feeds the projections from the topic of events."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from threading import Event
from typing import Final, NamedTuple, Protocol, TypeAlias

import structlog

from consumers.dossier_events import ForeignMessage, recorded_event
from consumers.kafka_client import partition_of
from consumers.messages import Message
from consumers.ports import Away, Move, OffsetMoved
from consumers.running import Pauses, Read, Source
from consumers.topics import EVENTS
from domain.envelope import Recorded

CONSUMER: Final = "projections"
"""The name under which offsets are kept, and of the consumer group."""

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


Open: TypeAlias = Callable[[], AbstractContextManager[Partitions]]


class ProjectingLoop:
    """One process's work. Any number of processes may run one; the source shares out partitions."""

    def __init__(self, open_source: Open, projected: Projected) -> None:
        """``open_source`` may raise ``Away``."""
        self._open = open_source
        self._projected = projected
        self._look_at = 0.0
        # What a code hashes to: a dossier has many events, and the hash is Python.
        place: Callable[[bytes], int] = partial(partition_of, partitions=projected.partitions)
        self._place = lru_cache(maxsize=100_000)(place)

    def run(self, stop: Event, *, until_caught_up: bool = False) -> None:
        """Work until ``stop`` is set or, if so wished, until all that is in the topic now is in the projections.

        Raises:
            UnreadableEvent: a newer version published an event that this one does not know.
        """
        pauses = Pauses(stop)
        while not stop.is_set():
            try:
                with self._open() as source:
                    if self._work(source, stop, pauses, until_caught_up=until_caught_up):
                        return
            except Away as away:
                self._try_again(away, pauses)

    def _work(self, source: Partitions, stop: Event, pauses: Pauses, *, until_caught_up: bool) -> bool:
        """As long as the source is of use; whether all that was wished for is in the projections.

        Raises:
            Away: twice in a row, or it cannot go on from the saved offsets: a new source starts from them.
        """
        failed = False
        while not stop.is_set():
            try:
                read = source.poll(_POLL_SECONDS)
                if read.moves or time.monotonic() >= self._look_at:
                    self.save(source, read)
                if until_caught_up and not read.messages and source.caught_up():
                    self.save(source)
                    return True
            except OffsetMoved:
                source.rewind()
            except Away as away:
                if failed:
                    raise
                failed = True
                self._try_again(away, pauses)
                source.rewind()
            else:
                failed = False
                pauses.over()
        return False

    def _try_again(self, away: Away, pauses: Pauses) -> None:
        _log.warning("projecting_tries_again", reason=str(away))
        pauses.wait()

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
        installation, place = self._projected.installation, self._place
        for message in messages:
            try:
                recorded = recorded_event(message, installation)
            except ForeignMessage as foreign:
                _log.error("foreign_message_passed_over", offset=message.offset, reason=str(foreign))
                continue
            found = events if place(message.key or b"") == message.partition else misplaced
            found[message.partition].append(recorded)
        return events, misplaced
