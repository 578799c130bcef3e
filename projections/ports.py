"""What the projections ask of the event store: a log that is read in order and never skips."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from domain.envelope import Recorded

MOST_COUNTED: Final = 10_000
"""How far a backlog is looked through: in a long log, going on would cost more than the figure is worth."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One of ``count`` shares of all dossiers; a dossier stays in its share.

    Raises:
        ValueError: there is no such share. The last byte of a dossier's id decides, so there are 256 at most.
    """

    index: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.count <= 256:  # noqa: PLR2004 - the values of a byte
            raise ValueError(f"there is no partition {self.index} of {self.count}")

    @classmethod
    def of(cls, dossier_id: UUID, count: int) -> "Partition":
        """The share of ``count`` that holds the dossier."""
        return cls(dossier_id.bytes[15] % count, count)

    def holds(self, dossier_id: UUID) -> bool:
        """Whether the dossier belongs to this share."""
        return dossier_id.bytes[15] % self.count == self.index


@dataclass(frozen=True, slots=True)
class LogBatch:
    """Events of one partition in the order of their positions.

    Every event of the partition with a position up to ``upto`` (inclusive) is in this batch or was in an earlier one.
    """

    events: list[Recorded]
    upto: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a reader has before it: how many events, and when the oldest of them was recorded.

    ``at_least`` when the log goes on beyond ``MOST_COUNTED`` events, so that there may be more than these.
    """

    events: int
    oldest_recorded_at: datetime | None
    at_least: bool = False


NO_BACKLOG: Final = Backlog(0, None)


class EventLog(Protocol):
    """The notification log. Positions rise, with gaps; what can be read at a position never changes afterwards."""

    def read(self, after: int, limit: int, partition: Partition = Partition()) -> LogBatch:
        """At most ``limit`` events with a position above ``after``."""
        ...

    def head(self) -> int:
        """The highest position a reader may now see; 0 when the log is empty."""
        ...

    def committed(self) -> int:
        """The highest position there is; a reader comes to see it once every older transaction has ended."""
        ...

    def backlog(self, after: int, partition: Partition = Partition()) -> Backlog:
        """What lies above ``after``."""
        ...

    def count(self, stop: int, partition: Partition = Partition()) -> int:
        """How many events have a position up to ``stop`` (inclusive)."""
        ...

    def history(self, dossier_id: UUID) -> list[Recorded]:
        """One dossier's whole history, in version order."""
        ...

    def histories(
        self, stop: int, partition: Partition = Partition(), after: UUID | None = None, upto: UUID | None = None
    ) -> Iterator[list[Recorded]]:
        """Whole histories as they stood at ``stop`` (inclusive), in the order of dossier ids.

        Ids lie above ``after`` and up to ``upto`` (inclusive), where given. They stream: memory does not grow with
        their number.
        """
        ...
