"""Messages through a consumer: those of one key strictly in turn, those of different keys side by side.

All first messages of their keys travel through the door in one batch, then all second ones, and so on. Once a message
of a key has to be kept, the later ones of that key are kept behind it.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, Final

import msgspec
import structlog

from consumers.cloud_events import CloudEvent, read
from consumers.consumer import Consumer, Instead, Park, Settled, Verdict, Wait
from consumers.messages import Message
from consumers.ports import Entry, Kept, Standing, Work
from consumers.telling import concerning, fault
from consumers.unfit import HandlerFailed, UnknownType, WaitsBehind
from domain.errors import Complaint, Reasoned, TryLater
from domain.ports import Outcome, Request

SHORTEST_PAUSE: Final = timedelta(milliseconds=500)
LONGEST_PAUSE: Final = timedelta(seconds=30)

_log = structlog.get_logger(__name__)


class DoorBusy(Complaint):
    """Others are at work on the same dossiers: nothing of this happened. Try again."""

    def __init__(self) -> None:
        """The docstring is the message."""
        super().__init__(self.__class__.__doc__)


@dataclass(slots=True)
class _Line:
    """The messages of one key, in order, and what is being asked for the first of them."""

    entries: deque[Entry]
    event: CloudEvent | None = None
    request: Request | None = None


@dataclass(slots=True)
class Handling:
    """One batch of messages in one transaction."""

    consumer: Consumer
    work: Work
    settled: list[Entry] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def receive(self, messages: Iterable[Message]) -> None:
        """Handle new messages, in the order of their partitions."""
        lines: dict[object, deque[Entry]] = {}
        for number, message in enumerate(messages):
            lines.setdefault(message.key or number, deque()).append(Entry(message=message))
        held = self.work.held([key for key in lines if isinstance(key, bytes)])
        for key in held:
            self._keep_behind(lines.pop(key))
        self._handle(lines.values())

    def release(self, lines: Iterable[Sequence[Entry]]) -> None:
        """Handle kept messages, each line of one key in its order."""
        self._handle(map(deque, lines))

    def _handle(self, queues: Iterable[deque[Entry]]) -> None:
        lines = [_Line(entries) for entries in queues]
        while lines := [line for line in lines if self._next(line)]:
            requests = [line.request for line in lines if line.request is not None]
            for line, outcome in zip(lines, self.work.handle(requests), strict=True):
                self._judge(line, outcome)
        self.kept.sort(key=lambda kept: kept.entry.message[:3])  # numbered in the order in which they came
        self.work.keep(self.kept)
        self.work.release([entry for entry in self.settled if entry.id is not None])

    def _next(self, line: _Line) -> bool:
        """Find what is to be asked next for this line; False when nothing is left of it."""
        while line.request is None and line.entries:
            entry = line.entries[0]
            try:
                line.event, line.request = self._asked(entry.message)
            except Reasoned as unfit:
                self._decide(line, Park(unfit))
            except Exception as error:  # noqa: BLE001 - whatever one message does to the program, the others go on
                with concerning(self.consumer.name, entry.message):
                    _log.error("message_failed", **fault(error))
                self._decide(line, Park(HandlerFailed()))
            else:
                if line.request is None:
                    self._decide(line, Settled())
        return line.request is not None

    def _asked(self, message: Message) -> tuple[CloudEvent | None, Request | None]:
        try:
            event = read(message, _decoders(self.consumer))
        except UnknownType as unknown:
            if unknown.details["type"] in self.consumer.passes_over:
                return None, None
            raise
        return event, self.consumer.ask(event)

    def _judge(self, line: _Line, outcome: Outcome) -> None:
        if isinstance(outcome, TryLater):
            raise DoorBusy
        event, request = line.event, line.request
        if event is not None and request is not None:
            line.request = None
            self._decide(line, self.consumer.judge(event, request, outcome))

    def _decide(self, line: _Line, verdict: Verdict) -> None:
        entry = line.entries[0]
        match verdict:
            case Settled():
                self.settled.append(line.entries.popleft())
            case Instead(request):
                line.request = request
            case Wait(reason, patience):
                line.entries.popleft()
                self._keep(entry, reason, patience)
                self._keep_behind(line.entries)
            case Park(reason):
                line.entries.popleft()
                self._keep(entry, reason, timedelta(0))
                self._keep_behind(line.entries)

    def _keep(self, entry: Entry, reason: Reasoned, patience: timedelta) -> None:
        waits_until = (entry.since or self.work.now) + patience
        attempts = entry.attempts + 1
        next_try_at = min(self.work.now + _pause(attempts), waits_until)
        waits = next_try_at > self.work.now
        self.kept.append(
            Kept(
                entry=entry,
                standing=Standing.WAITING if waits else Standing.PARKED,
                reason=reason,
                attempts=attempts,
                next_try_at=next_try_at if waits else None,
            )
        )

    def _keep_behind(self, entries: deque[Entry]) -> None:
        while entries:
            entry = entries.popleft()
            if entry.standing is not Standing.BEHIND:
                self.kept.append(
                    Kept(entry=entry, standing=Standing.BEHIND, reason=WaitsBehind(), attempts=entry.attempts)
                )


def _pause(attempts: int) -> timedelta:
    return min(LONGEST_PAUSE, SHORTEST_PAUSE * (1 << min(attempts - 1, 16)))


@cache
def _decoders_of(types: tuple[tuple[str, type[Any]], ...]) -> Mapping[str, msgspec.json.Decoder[Any]]:
    return {name: msgspec.json.Decoder(kind) for name, kind in types}


def _decoders(consumer: Consumer) -> Mapping[str, msgspec.json.Decoder[Any]]:
    return _decoders_of(tuple(consumer.types.items()))
