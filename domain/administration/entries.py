"""What an administrator keeps, as its facts make it: entries by kind and key, each with its version.

The whole administration is one consistency boundary, since its kinds lean on each other: a unit on its parent, a post
on its unit, a delegation on its posts. It is small and rarely changed, so it is held in memory as one value.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast

from domain.envelope import Envelope

Entry = TypeVar("Entry")

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


def _no_words(_: Any) -> tuple[str, ...]:  # noqa: ANN401 - an entry of any kind
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[Entry]):
    """A sort of thing that an administrator keeps.

    ``key`` is the field of every fact and command that names the entry. ``facts`` and ``acts`` go by wire name and by
    the act's name in addresses. ``evolve`` is total: an entry (None before its first fact), a fact and when it was
    recorded give the entry after it. ``decide`` gives the facts a command makes, none when it is already so. ``words``
    are what people search an entry by, beside its key.
    """

    name: str
    path: str
    key: str
    facts: Mapping[str, type[Any]]
    acts: Mapping[str, type[Any]]
    evolve: Callable[[Entry | None, Any, datetime], Entry]
    decide: Callable[[Any, "Entries"], list[Any]]
    words: Callable[[Entry], tuple[str, ...]] = _no_words

    def key_of(self, fact: object) -> str:
        """Which entry a fact or a command is about."""
        key: str = getattr(fact, self.key)
        return key


class RecordedFact(NamedTuple):
    """A fact of the administration as the log holds it. ``version`` counts from 1 in its entry."""

    kind: Kind[Any]
    key: str
    version: int
    position: int
    fact: Any
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Entries:
    """Everything the administration holds at a position of its log. A value: what follows is another one."""

    by_kind: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    versions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    position: int = 0

    def of(self, kind: Kind[Entry]) -> Mapping[str, Entry]:
        """The entries of a kind, by key, in the order in which they came."""
        return cast("Mapping[str, Entry]", self.by_kind.get(kind.name, _NONE))

    def version(self, kind: Kind[Any], key: str) -> int:
        """How many facts the entry has; 0 when there is none."""
        return self.versions.get((kind.name, key), 0)

    def after(self, facts: Iterable[RecordedFact]) -> "Entries":
        """What the administration holds after further facts."""
        changed: dict[str, dict[str, Any]] = {}
        versions = dict(self.versions)
        position = self.position
        for each in facts:
            kind = each.kind
            entries = changed.setdefault(kind.name, dict(self.by_kind.get(kind.name, _NONE)))
            entries[each.key] = kind.evolve(entries.get(each.key), each.fact, each.envelope.recorded_at)
            versions[kind.name, each.key] = each.version
            position = max(position, each.position)
        return Entries({**self.by_kind, **changed}, versions, position)
