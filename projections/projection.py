"""What a projection is: a fold of histories into rows, and totals that are sums of what the rows contribute."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

from domain.dossier.corrections import corrected_history
from domain.dossier.events import Corrected
from domain.envelope import Recorded

Key: TypeAlias = tuple[Any, ...]
Measures: TypeAlias = tuple[int, ...]
Contributions: TypeAlias = Mapping[str, Sequence[tuple[Key, Measures]]]


class DossierRow(Protocol):
    """One dossier's row knows how much of its history it holds."""

    @property
    def dossier_id(self) -> UUID:
        """Whose row it is."""
        ...

    @property
    def version(self) -> int:
        """The last event folded into it."""
        ...


Row = TypeVar("Row", bound=DossierRow)


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its PostgreSQL type. Arrays are written as text literals."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Totals:
    """A table of sums, kept apart by partition so that workers never wait for each other.

    ``from_rows`` is the same sums in SQL, over all rows: the keys, the measures.
    """

    table: str
    keys: tuple[Column, ...]
    measures: tuple[str, ...]
    from_rows: str


@dataclass(frozen=True, slots=True)
class Projection(Generic[Row]):
    """One question's answer, kept up to date: a pure ``apply``, the table of its rows, and their totals.

    ``apply`` gets corrected facts (see ``fold``). Once there is a row it stays. ``contributions`` gives what a row
    adds to each table of totals. ``folder`` holds schema.sql and indexes.sql.
    """

    name: str
    apply: Callable[[Row | None, Recorded], Row | None]
    columns: tuple[Column, ...]
    record: Callable[[Row], tuple[Any, ...]]
    row: Callable[[Sequence[Any]], Row]
    folder: Path
    totals: tuple[Totals, ...] = ()
    contributions: Callable[[Row], Contributions] | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table that belongs to it; the first holds the rows."""
        return (self.name, *(totals.table for totals in self.totals))


def fold(projection: Projection[Row], row: Row | None, events: Iterable[Recorded]) -> Row | None:
    """The row after more events."""
    for recorded in events:
        row = projection.apply(row, recorded)
    return row


def with_corrections(history: Sequence[Recorded]) -> Sequence[Recorded]:
    """A whole history with its corrections carried out; the corrections stay in it, so that rows can show them."""
    if not any(isinstance(recorded.event, Corrected) for recorded in history):
        return history
    events = corrected_history([recorded.event for recorded in history])
    return [
        recorded if recorded.event is event else replace(recorded, event=event)
        for recorded, event in zip(history, events, strict=True)
    ]


def follows(version: int, events: Sequence[Recorded]) -> bool:
    """Whether the events continue a row at ``version`` one by one, and correct nothing before them.

    Where they do not, the row is folded anew from the whole history.
    """
    return all(
        recorded.version == version + number and not isinstance(recorded.event, Corrected)
        for number, recorded in enumerate(events, start=1)
    )
