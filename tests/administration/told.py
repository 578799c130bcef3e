"""Given an administration, when a command comes, then these facts, a refusal, or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.administration.administration import Administration
from domain.administration.building import build, facts_of
from domain.administration.entries import Entries, RecordedFact
from domain.envelope import Actor, Envelope
from domain.errors import Refusal
from tests.examples import BEGINNING


def recorded(entries: Entries, command: Any, at: datetime | None = None) -> list[RecordedFact]:
    """The facts a command makes, recorded when it took effect or at a time of its own."""
    envelope = Envelope(recorded_at=at or command.at, actor=Actor(id="qt-01"), command_id="-")
    return facts_of(entries, command, envelope, entries.position + 1)


@dataclass(frozen=True)
class Told:
    """What an administration answered."""

    before: Administration
    facts: tuple[Any, ...] = ()
    after: Administration | None = None
    refusal: Refusal | None = None

    def then(self, *kinds: type[Any]) -> Administration:
        """Facts of these kinds, in this order; the administration after them."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        assert tuple(map(type, self.facts)) == kinds
        assert self.after is not None
        return self.after

    def refused(self, kind: type[Refusal]) -> None:
        assert self.refusal is not None, f"not refused, but {self.facts}"
        assert type(self.refusal) is kind, f"refused by {self.refusal!r}"

    def stays_quiet(self) -> None:
        assert self.refusal is None, f"refused: {self.refusal!r}"
        assert self.facts == ()


@dataclass(frozen=True)
class Standing:
    """An administration with a past."""

    administration: Administration

    def when(self, command: Any, *, at: datetime | None = None) -> Told:
        entries = self.administration.entries
        try:
            made = recorded(entries, command, at)
        except Refusal as refusal:
            return Told(self.administration, refusal=refusal)
        after = Administration(entries.after(made))
        return Told(self.administration, tuple(each.fact for each in made), after)


def given(*past: Any, beginning: Iterable[Any] = BEGINNING) -> Standing:
    """The administration of tests, after these commands."""
    return Standing(build([*beginning, *past]))
