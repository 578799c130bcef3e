"""The loop of consumers over whatever faults its source and its database have: nothing is passed over."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.ports import Away, Move
from consumers.running import ConsumerLoop, Read
from domain.errors import TryLater
from domain.ports import Outcome, Request
from tests.consumers.memory_inbox import TOPIC, MemoryInbox
from tests.consumers.test_handling import CONSUMER, WordDoor, wish

WISHES = [wish("ok", key=f"k{offset % 3}", offset=offset) for offset in range(12)]


class Hurried(Event):
    """Nothing is waited for."""

    def wait(self, _timeout: float | None = None) -> bool:
        return self.is_set()


@dataclass
class Faults:
    """Strikes as it was told, each time that something could fail."""

    script: Iterator[bool]

    def may_strike(self) -> None:
        if next(self.script, False):
            raise Away("struck")


@dataclass
class FlakySource:
    """Its client reads on behind what a failed poll had read already."""

    inbox: MemoryInbox
    faults: Faults
    at: int = 0
    position: int = 0

    def poll(self, _seconds: float) -> Read:
        messages = WISHES[self.position : self.position + 2]
        self.position += len(messages)
        self.faults.may_strike()
        start, self.at = self.at, self.position
        return Read(messages, [Move(TOPIC, 0, start, self.at, len(WISHES))] if self.at > start else [])

    def rewind(self) -> None:
        self.faults.may_strike()
        self.at = self.position = self.inbox.next_offsets.get(0, 0)

    def caught_up(self) -> bool:
        self.faults.may_strike()
        return self.inbox.next_offsets.get(0, 0) == len(WISHES)


@dataclass
class FlakyDoor(WordDoor):
    faults: Faults = field(default_factory=lambda: Faults(iter(())))

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        self.faults.may_strike()
        return super().handle(batch)


@given(st.lists(st.booleans(), max_size=40))
def test_nothing_is_passed_over(script: list[bool]) -> None:
    faults = Faults(iter(script))
    door = FlakyDoor(faults=faults)
    inbox = MemoryInbox(door)

    opened = 0

    @contextmanager
    def open_source() -> Iterator[FlakySource]:
        nonlocal opened
        source, opened = FlakySource(inbox, faults), opened + 1
        if opened > 1:
            source.rewind()
        yield source

    ConsumerLoop(CONSUMER, open_source, inbox).run(Hurried(), until_caught_up=True)
    assert {effect.partition(":")[2] for effects in door.effects.values() for effect in effects} == {
        f"k{offset % 3}/{offset}" for offset in range(12)
    }
    assert inbox.next_offsets == {0: len(WISHES)}
    assert inbox.kept == {}


def test_a_source_that_cannot_even_be_opened_is_waited_for_unless_only_what_is_there_now_was_wished_for() -> None:
    stop, tries = Hurried(), 0

    def nowhere() -> AbstractContextManager[FlakySource]:
        nonlocal tries
        tries += 1
        if tries > 3:
            stop.set()
        raise Away("nobody answers")

    loop = ConsumerLoop(CONSUMER, nowhere, MemoryInbox(FlakyDoor()))
    loop.run(stop)
    assert tries == 4
    with pytest.raises(Away):
        loop.run(Hurried(), until_caught_up=True)


class OneAtATime(WordDoor):
    """Too busy for more than one."""

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        return super().handle(batch) if len(batch) == 1 else [TryLater() for _ in batch]


def test_what_a_busy_door_refuses_together_is_asked_for_one_by_one() -> None:
    door = OneAtATime()
    inbox = MemoryInbox(door)

    @contextmanager
    def open_source() -> Iterator[FlakySource]:
        yield FlakySource(inbox, Faults(iter(())))

    ConsumerLoop(CONSUMER, open_source, inbox).run(Hurried(), until_caught_up=True)
    assert [len(effects) for effects in door.effects.values()] == [4, 4, 4]
    assert inbox.next_offsets == {0: len(WISHES)}
