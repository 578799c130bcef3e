"""The one loop of all consumers: read, handle, save the offsets with the effects, try again what waits."""

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from threading import Event
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

import structlog

from consumers.consumer import Consumer
from consumers.handling import DoorBusy, Handling
from consumers.messages import Message
from consumers.ports import Away, Entry, Inbox, Kept, Move, NotStorable, OffsetMoved, Standing
from consumers.telling import concerning, fault
from consumers.unfit import HandlerFailed

DUE_SECONDS: Final = 0.25
_DUE_LINES: Final = 200
_POLL_SECONDS: Final = 0.1
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0

_log = structlog.get_logger(__name__)


class Read(NamedTuple):
    """Messages in the order of their partitions, and how far they bring each partition."""

    messages: Sequence[Message]
    moves: Sequence[Move]


class Source(Protocol):
    """Where messages come from: a consumer's share of a topic, from where its offsets were saved."""

    def poll(self, seconds: float) -> Read:
        """What comes next; nothing after ``seconds`` without a message.

        Raises:
            Away: it does not answer.
        """
        ...

    def rewind(self) -> None:
        """Go on from the saved offsets, since what was read last was not saved."""
        ...

    def caught_up(self) -> bool:
        """Whether all that was there when this was first asked has been read, and saved, by whomever."""
        ...


class Pauses:
    """Growing pauses between tries, over again after a success."""

    def __init__(self, stop: Event, first: float = _FIRST_PAUSE, longest: float = _LONGEST_PAUSE) -> None:
        self._stop, self._first, self._longest = stop, first, longest
        self._next = first

    def wait(self) -> None:
        """Wait, longer each time."""
        self._stop.wait(self._next)
        self._next = min(self._longest, 2 * self._next)

    def over(self) -> None:
        """It went well."""
        self._next = self._first


S = TypeVar("S", bound=Source)


class Loop(ABC, Generic[S]):
    """Work on what a source gives, through faults of broker and database."""

    def __init__(self, name: str, open_source: Callable[[], AbstractContextManager[S]]) -> None:
        """``name`` is the consumer's. ``open_source`` may raise ``Away``."""
        self._name = name
        self._open = open_source

    def run(self, stop: Event, *, until_caught_up: bool = False) -> None:
        """Work until ``stop`` is set or, if so wished, until all that is in the topic now has been dealt with.

        Raises:
            Away: the source could not even be opened, and nothing but what is there now was wished for.
        """
        pauses, opened = Pauses(stop), False
        while not stop.is_set():
            try:
                with self._open() as source:
                    opened = True
                    if self._work(source, stop, pauses, until_caught_up=until_caught_up):
                        return
            except Away as away:
                if until_caught_up and not opened:
                    raise
                self._try_again(away, pauses)

    def _work(self, source: S, stop: Event, pauses: Pauses, *, until_caught_up: bool) -> bool:
        """As long as the source is of use; whether all that was wished for is dealt with.

        Raises:
            Away: twice in a row, or it cannot go on from the saved offsets: then a new source is to be opened, which
                starts from them. To read on would be to pass over what was read and not saved.
        """
        failed = False
        while not stop.is_set():
            try:
                if self._step(source) and until_caught_up and self._caught_up(source):
                    return True
            except OffsetMoved:
                source.rewind()
            except (Away, DoorBusy) as reason:
                if failed and isinstance(reason, Away):
                    raise
                failed = True
                self._try_again(reason, pauses)
                source.rewind()
            else:
                failed = False
                pauses.over()
        return False

    def _try_again(self, reason: Exception, pauses: Pauses) -> None:
        _log.warning("consumer_tries_again", consumer=self._name, reason=str(reason))
        pauses.wait()

    @abstractmethod
    def _step(self, source: S) -> bool:
        """Read what comes next and deal with it; whether there was nothing new."""

    def _caught_up(self, source: S) -> bool:
        return source.caught_up()


class ConsumerLoop(Loop[Source]):
    """One process's work for one consumer. Any number of processes may run one; the source shares out partitions."""

    def __init__(
        self,
        consumer: Consumer,
        open_source: Callable[[], AbstractContextManager[Source]],
        inbox: Inbox,
        *,
        on_batch: Callable[[int], None] = lambda _: None,
    ) -> None:
        """``open_source`` may raise ``Away``. ``on_batch`` is told how many messages were dealt with."""
        super().__init__(consumer.name, open_source)
        self._consumer = consumer
        self._inbox = inbox
        self._on_batch = on_batch
        self._look_at = 0.0

    def _step(self, source: Source) -> bool:
        read = source.poll(_POLL_SECONDS)
        if read.moves:
            self._receive(read)
        self._release_due()
        return not read.messages

    def _receive(self, read: Read) -> None:
        try:
            self._receive_together(read.messages, read.moves)
        except (NotStorable, DoorBusy):
            for message, moves in _one_by_one(read):
                self._receive_alone(message, moves)
        self._on_batch(len(read.messages))

    def _receive_together(self, messages: Sequence[Message], moves: Sequence[Move]) -> None:
        with self._inbox.receiving() as work:
            handling = Handling(self._consumer, work)
            handling.receive(messages)
            settled = Counter((entry.message.topic, entry.message.partition) for entry in handling.settled)
            work.move([move._replace(settled=settled[move.topic, move.partition]) for move in moves])
        self._tell(handling)

    def _receive_alone(self, message: Message | None, moves: Sequence[Move]) -> None:
        messages = [] if message is None else [message]
        try:
            self._receive_together(messages, moves)
        except NotStorable as error:
            for each in messages:
                with concerning(self._consumer.name, each):
                    _log.error("message_not_storable", **fault(error))
            with self._inbox.receiving() as work:
                work.keep(
                    [
                        Kept(entry=Entry(message=each), standing=Standing.PARKED, reason=HandlerFailed(), attempts=1)
                        for each in messages
                    ]
                )
                work.move(moves)

    def _release_due(self) -> None:
        """Try again what waits. Not at every poll, since new messages stand still meanwhile."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + DUE_SECONDS
        if self._inbox.has_due():
            with self._inbox.releasing() as work:
                lines = work.due(_DUE_LINES)
                handling = Handling(self._consumer, work)
                handling.release(lines)
            self._tell(handling)
            if len(lines) == _DUE_LINES:
                self._look_at = 0.0

    def _tell(self, handling: Handling) -> None:
        """Once it is saved: which messages were not settled at once, and which were settled in the end."""
        for kept in handling.kept:
            with concerning(self._consumer.name, kept.entry.message):
                match kept.standing:
                    case Standing.PARKED:
                        _log.warning("message_parked", reason=kept.reason.slug, attempts=kept.attempts)
                    case Standing.WAITING if kept.attempts == 1:
                        _log.info("message_waits", reason=kept.reason.slug)
                    case Standing.BEHIND:
                        _log.info("message_waits_behind")
        for entry in handling.settled:
            if entry.id is not None:
                with concerning(self._consumer.name, entry.message):
                    _log.info("message_settled", attempts=entry.attempts + 1)


def _one_by_one(read: Read) -> Iterator[tuple[Message | None, list[Move]]]:
    """Each message with the move up to just behind it, then what is left of the moves."""
    left = {(move.topic, move.partition): move for move in read.moves}
    for message in read.messages:
        place = (message.topic, message.partition)
        move = left[place]
        yield message, [move._replace(end=message.offset + 1)]
        left[place] = move._replace(start=message.offset + 1)
    rest = [move for move in left.values() if move.start < move.end]
    if rest:
        yield None, rest
