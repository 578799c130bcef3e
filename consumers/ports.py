"""What consumers and relays need of the database. The composition root supplies it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from consumers.messages import Message, Outgoing
from domain.errors import Complaint, Reasoned
from domain.ports import Outcome, Request


class Away(Complaint):
    """Database or broker do not answer; what was not committed did not happen. Try again."""


class OffsetMoved(Exception):
    """Another process handles this partition by now; nothing was changed."""


class NotStorable(Exception):
    """Something in this batch cannot be stored; nothing was changed."""


class Standing(StrEnum):
    """Where a message that is kept stands: it waits and is tried again, or needs a person, or follows one of them."""

    WAITING = "waiting"
    PARKED = "parked"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message on its way through a consumer. ``id`` is its own when it is kept already, ``since`` since when."""

    message: Message
    id: int | None = None
    standing: Standing | None = None
    attempts: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How a message is to be kept. ``next_try_at`` is set while it waits."""

    entry: Entry
    standing: Standing
    reason: Reasoned
    attempts: int
    next_try_at: datetime | None = None


class Move(NamedTuple):
    """All messages of a partition from ``start`` up to before ``end`` are dealt with, ``settled`` at once.

    ``high_water`` is the end of the partition as far as it is known.
    """

    topic: str
    partition: int
    start: int
    end: int
    high_water: int
    settled: int = 0


class Work(Protocol):
    """One transaction of a consumer: what it does to dossiers, what it keeps, and how far it has read."""

    now: datetime

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        """The one door."""
        ...

    def held(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of the keys that have a kept message, behind which others of the key have to wait."""
        ...

    def keep(self, kept: Sequence[Kept]) -> None:
        """Keep messages, or change how they are kept."""
        ...

    def release(self, entries: Sequence[Entry]) -> None:
        """These were kept, and are settled now."""
        ...

    def due(self, limit: int) -> list[list[Entry]]:
        """The kept messages whose time has come, each with those behind it. For a transaction that releases."""
        ...

    def move(self, moves: Sequence[Move]) -> None:
        """Save how far the partitions are read.

        Raises:
            OffsetMoved: one of them is not where it was left.
        """
        ...


class Inbox(Protocol):
    """How far a consumer has read, and what it keeps.

    Whatever is done in a transaction may raise ``Away``, or ``NotStorable``; then nothing of it happened.
    """

    def offsets(self, topic: str, starts: Mapping[int, int]) -> Mapping[int, int]:
        """The next offset to read, by partition. ``starts`` say where those begin that were never read."""
        ...

    def has_due(self) -> bool:
        """Whether the time of a kept message has come."""
        ...

    def receiving(self) -> AbstractContextManager[Work]:
        """A transaction for new messages. Any number may be open side by side."""
        ...

    def releasing(self) -> AbstractContextManager[Work]:
        """A transaction for kept messages, in which no new ones are received."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxBatch:
    """What is to be published next. ``reached`` is the position up to which all is published once this is."""

    messages: Sequence[Outgoing]
    reached: int
    events: int


class Outbox(Protocol):
    """What one relay publishes: a topic, and how far it is published. One process at a time holds it."""

    def take(self) -> bool:
        """Whether this process holds it, after trying to."""
        ...

    def read(self, limit: int) -> OutboxBatch:
        """What comes next; ``reached`` stays where it was when there is nothing."""
        ...

    def save(self, batch: OutboxBatch, ends: Mapping[int, int]) -> None:
        """The batch is acknowledged. ``ends`` are the ends of the partitions it went into.

        Raises:
            OffsetMoved: another process holds it by now.
        """
        ...

    def failed(self, reason: str) -> None:
        """Say why nothing is being published; cleared by the next save."""
        ...

    def healed(self) -> None:
        """Take back why nothing was being published: all that there is was read, and it is published."""
        ...

    def caught_up(self) -> bool:
        """Whether everything that had been committed when this was first asked is published."""
        ...

    def let_go(self) -> None:
        """Leave it to others."""
        ...
