"""Closed figures (chốt số liệu): up to which instant figures stand, and what was published of them.

What takes effect up to then and would change a figure is recorded no more, save as a correction, which names its
authority and stays on record. So what was published falls or rises by corrections alone, and each can be shown.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from domain.administration.entries import Entries, Kind
from domain.administration.refusals import AlreadyPublished, AlreadyThere, FiguresNotClosed, NotYetPast


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigures:
    """Numbers of dossiers as a report gave them: of all, or of one unit. ``counting`` is by date or by instant."""

    counting: str
    unit: str = ""
    received: int
    early: int
    on_time: int
    overdue: int
    open_within: int
    open_overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseFigures:
    """Close the figures as of an instant, under a code of one's own, such as a quarter's."""

    code: str
    as_of: datetime
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishFigures:
    """Record what is published of closed figures, as it is published. ``position`` is how far the log was read."""

    code: str
    figures: tuple[PublishedFigures, ...]
    position: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresClosed:
    """Figures were closed as of an instant (chốt số liệu)."""

    code: str
    as_of: datetime
    decision: str
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresPublished:
    """What was published of closed figures (công bố số liệu)."""

    code: str
    figures: tuple[PublishedFigures, ...]
    position: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Closed figures. ``figures`` is empty until they are published."""

    code: str
    as_of: datetime
    decision: str
    figures: tuple[PublishedFigures, ...] = ()
    position: str = ""
    published_at: datetime | None = None


def closed_until(entries: Entries) -> datetime | None:
    """The latest instant up to which figures are closed, or None where none are."""
    return max((closing.as_of for closing in entries.of(CLOSINGS).values()), default=None)


def evolve(closing: Closing | None, fact: FiguresClosed | FiguresPublished, _: datetime) -> Closing:
    """Closed figures after a fact."""
    if isinstance(fact, FiguresClosed):
        return Closing(code=fact.code, as_of=fact.as_of, decision=fact.decision)
    known = closing or Closing(code=fact.code, as_of=fact.published_at, decision="")
    return replace(known, figures=fact.figures, position=fact.position, published_at=fact.published_at)


def decide(command: CloseFigures | PublishFigures, entries: Entries) -> list[FiguresClosed | FiguresPublished]:
    """Figures are closed once, as of an instant that has passed, and published once.

    Raises:
        AlreadyThere: other figures were closed under this code.
        NotYetPast: the instant has not passed.
        FiguresNotClosed: they are to be published, and were not closed.
        AlreadyPublished: other figures were published under this code.
    """
    known = entries.of(CLOSINGS).get(command.code)
    if isinstance(command, CloseFigures):
        return _close(command, known)
    if known is None:
        raise FiguresNotClosed(code=command.code)
    if known.published_at is not None:
        if known.figures == command.figures:
            return []
        raise AlreadyPublished(code=command.code)
    return [
        FiguresPublished(code=command.code, figures=command.figures, position=command.position, published_at=command.at)
    ]


def _close(command: CloseFigures, known: Closing | None) -> list[FiguresClosed | FiguresPublished]:
    if known is not None:
        if (known.as_of, known.decision) == (command.as_of, command.decision):
            return []
        raise AlreadyThere(code=command.code)
    if command.as_of > command.at:
        raise NotYetPast(as_of=command.as_of.isoformat())
    return [FiguresClosed(code=command.code, as_of=command.as_of, decision=command.decision, closed_at=command.at)]


CLOSINGS: Final[Kind[Closing]] = Kind(
    name="closing",
    path="closings",
    key="code",
    facts={"closing.closed.v1": FiguresClosed, "closing.published.v1": FiguresPublished},
    acts={"close": CloseFigures, "publish": PublishFigures},
    evolve=evolve,
    decide=decide,
)
