"""An administration made by commands alone, in memory: what tests, trials and a first start begin with."""

from collections.abc import Iterable
from typing import Any

from domain.administration.administration import Administration
from domain.administration.entries import Entries, RecordedFact
from domain.administration.kinds import kind_of
from domain.envelope import Actor, Envelope


def facts_of(entries: Entries, command: object, envelope: Envelope, position: int = 0) -> list[RecordedFact]:
    """The facts a command makes, each numbered in its entry; ``position`` is for all of them.

    Raises:
        Refusal: the rules forbid it.
    """
    made: list[RecordedFact] = []
    versions: dict[tuple[str, str], int] = {}
    for fact in kind_of(command).decide(command, entries):
        kind = kind_of(fact)
        key = kind.key_of(fact)
        version = versions.get((kind.name, key), entries.version(kind, key)) + 1
        versions[kind.name, key] = version
        made.append(RecordedFact(kind, key, version, position, fact, envelope))
    return made


def build(commands: Iterable[Any], entries: Entries | None = None) -> Administration:
    """The administration after these commands, each recorded when it took effect.

    Raises:
        Refusal: the rules forbid one of them.
    """
    entries = entries or Entries()
    for command in commands:
        envelope = Envelope(recorded_at=command.at, actor=Actor(id="-"), command_id="-")
        entries = entries.after(facts_of(entries, command, envelope))
    return Administration(entries)
