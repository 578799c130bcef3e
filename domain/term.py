"""Terms, and the waits that suspend them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from domain.instants import instant_of
from domain.timetable import check_aware


class TermUnit(StrEnum):
    """What a term is counted in."""

    WORKING_HOURS = "working-hours"
    WORKING_DAYS = "working-days"
    CALENDAR_DAYS = "calendar-days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Term:
    """How long processing may take: a positive number of units."""

    amount: int
    unit: TermUnit

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"a term is at least one {self.unit.value[:-1]}, not {self.amount}")


class PauseReason(StrEnum):
    """What a clock waits for: the applicant's supplement, his payment, or a listed phase outside the agency."""

    SUPPLEMENT = "supplement"
    PAYMENT = "payment"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The clock waits from ``since`` (inclusive) to ``until`` (exclusive); without ``until`` it still waits."""

    since: datetime
    until: datetime | None
    reason: PauseReason

    def __post_init__(self) -> None:
        check_aware(self.since, "since")
        if self.until is None:
            return
        check_aware(self.until, "until")
        if instant_of(self.until) < instant_of(self.since):
            raise ValueError(f"a wait cannot end at {self.until}, before it began at {self.since}")

    def ended(self, until: datetime) -> "Pause":
        """The wait, ended; never before it began."""
        began = instant_of(until) < instant_of(self.since)
        return Pause(since=self.since, until=self.since if began else until, reason=self.reason)


def with_wait_ended(waits: tuple[Pause, ...], reason: PauseReason, until: datetime) -> tuple[Pause, ...]:
    """The waits, with the open one of this reason ended; a wait never ends before it began."""
    return tuple(wait.ended(until) if wait.until is None and wait.reason is reason else wait for wait in waits)


class Wait(NamedTuple):
    """A stretch of a clock's own scale (worked time, positions of days, or days) in which it stands still."""

    since: int
    until: int
    reason: PauseReason

    def within(self, end: int) -> int:
        """How much of the wait lies before ``end``."""
        return max(0, min(self.until, end) - self.since)


def waits(pauses: Sequence[Pause], start: int, scale: Callable[[int], int], open_until: int | None) -> Iterator[Wait]:
    """Pauses on a clock's scale, ascending, from ``start`` on, and what two of them share only once.

    ``start`` and ``open_until`` are places on the scale; a pause still open lasts to ``open_until``, or is left out
    where there is none. Shared time keeps the reason of the pause that began first.
    """
    free_from = start
    by_instant = sorted(((instant_of(pause.since), pause) for pause in pauses), key=itemgetter(0))
    for instant, pause in by_instant:
        if pause.until is not None:
            until = scale(instant_of(pause.until))
        elif open_until is not None:
            until = open_until
        else:
            continue
        since = max(scale(instant), free_from)
        if since < until:
            yield Wait(since, until, pause.reason)
            free_from = until
