"""A consumer's database as dictionaries: the real handling, and no PostgreSQL."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from consumers.messages import Message
from consumers.ports import Entry, Kept, Move, OffsetMoved, Standing
from domain.ports import Door, Outcome, Request

TOPIC = "test.v1"
MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)


def message(value: bytes | None, key: bytes | None = b"k", offset: int = 0, partition: int = 0) -> Message:
    return Message(TOPIC, partition, offset, key, value, (), MORNING)


@dataclass
class MemoryInbox:
    """Keeps what the work says; ``now`` is set by the test."""

    door: Door
    now: datetime = MORNING
    kept: dict[int, Kept] = field(default_factory=dict)
    released: list[Message] = field(default_factory=list)
    next_offsets: dict[int, int] = field(default_factory=dict)

    def offsets(self, topic: str, starts: Mapping[int, int]) -> dict[int, int]:  # noqa: ARG002 - there is one topic
        for partition, start in starts.items():
            self.next_offsets.setdefault(partition, start)
        return self.next_offsets

    def has_due(self) -> bool:
        return bool(self.due(1))

    @contextmanager
    def receiving(self) -> Iterator["MemoryInbox"]:
        before = dict(self.kept), dict(self.next_offsets)
        try:
            yield self
        except BaseException:
            self.kept, self.next_offsets = before
            raise

    releasing = receiving

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        return self.door.handle(batch)

    def held(self, keys: Collection[bytes]) -> set[bytes]:
        return {key for each in self.kept.values() if (key := each.entry.message.key) in keys and key is not None}

    def keep(self, kept: Sequence[Kept]) -> None:
        for each in kept:
            number = each.entry.id or max(self.kept, default=0) + 1
            since = each.entry.since or self.now
            entry = replace(each.entry, id=number, standing=each.standing, attempts=each.attempts, since=since)
            self.kept[number] = replace(each, entry=entry)

    def release(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            assert entry.id is not None
            del self.kept[entry.id]
            self.released.append(entry.message)

    def due(self, limit: int) -> list[list[Entry]]:
        lines: dict[bytes | None, list[Kept]] = {}
        for _, each in sorted(self.kept.items()):
            lines.setdefault(each.entry.message.key, []).append(each)
        ready = [
            [each.entry for each in line]
            for line in lines.values()
            if line[0].standing is Standing.BEHIND
            or (line[0].next_try_at is not None and line[0].next_try_at <= self.now)
        ]
        return ready[:limit]

    def move(self, moves: Sequence[Move]) -> None:
        for move in moves:
            if self.next_offsets.get(move.partition, 0) != move.start:
                raise OffsetMoved
            self.next_offsets[move.partition] = move.end

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def standings(self) -> list[tuple[str, str]]:
        """Standing and reason of what is kept, in order."""
        return [(each.standing.value, each.reason.slug) for _, each in sorted(self.kept.items())]
