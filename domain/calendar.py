"""A unit's calendar has two times: how a day is worked, and when that was known."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from domain.timetable import (
    STANDARD_TIMETABLE,
    DecidedChange,
    Declaration,
    DeclarationKind,
    Layer,
    Periods,
    Revocation,
    Timetable,
    TimetableChange,
    check_aware,
)
from domain.working_time import CalendarError, WorkingTime

__all__ = [
    "STANDARD_TIMETABLE",
    "Calendar",
    "CalendarError",
    "CalendarVersion",
    "DecidedChange",
    "Declaration",
    "DeclarationKind",
    "Layer",
    "Periods",
    "Revocation",
    "Timetable",
    "TimetableChange",
    "WorkingTime",
]

NOTHING_KNOWN: Final = datetime(1970, 1, 2, tzinfo=UTC)
"""Before anything of a calendar but its first timetable was known: the first instant that calendars compute with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarVersion:
    """What a dossier pins at acceptance: the calendar and how much of it was known."""

    id: str
    known_at: datetime

    def __post_init__(self) -> None:
        check_aware(self.known_at, "known_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A unit's working time: its timetable, later changes of it, and declared days.

    ``timetable`` holds until the first change. For one day (or one date of change) the decision known later wins.
    ``timezone`` is an IANA name. ``own`` is what was decided for one unit alone, over what holds for all: a timetable
    of its own stays when that of all changes; of days the decision known later wins, whomever it was made for.

    Raises:
        ValueError: two decisions on the same day became known at the same moment.
        ZoneInfoNotFoundError: the time zone is unknown.
    """

    id: str
    timezone: str
    timetable: Timetable
    timetable_changes: tuple[TimetableChange, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    own: Layer = field(default_factory=Layer)
    _layer: Layer = field(init=False, repr=False, compare=False)
    _as_known: dict[int, WorkingTime] = field(default_factory=dict, init=False, repr=False, compare=False)
    _known_times: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ZoneInfo(self.timezone)
        layer = Layer(
            timetable_changes=self.timetable_changes, declarations=self.declarations, revocations=self.revocations
        )
        object.__setattr__(self, "_layer", layer)
        object.__setattr__(self, "_known_times", tuple(sorted({*layer.known_times, *self.own.known_times})))

    @property
    def layer(self) -> Layer:
        """What was decided for all units."""
        return self._layer

    def version_at(self, moment: datetime) -> CalendarVersion:
        """What is pinned at a moment: this calendar, and when the last that was known of it by then became known.

        Not the moment itself, which may lie ahead of what has been recorded: what is recorded next would change it.
        """
        check_aware(moment, "moment")
        state = bisect_right(self._known_times, moment)
        return CalendarVersion(id=self.id, known_at=self._known_times[state - 1] if state else NOTHING_KNOWN)

    def as_known(self, known_at: datetime) -> WorkingTime:
        """The working time by what was known at ``known_at`` (inclusive); compiled once for each state of knowledge."""
        check_aware(known_at, "known_at")
        state = bisect_right(self._known_times, known_at)
        working_time = self._as_known.get(state)
        if working_time is None:
            working_time = self._as_known.setdefault(state, self._compile(known_at))
        return working_time

    def timetables(self, known_at: datetime) -> dict[date, Timetable]:
        """The timetables after the first, by the day from which each holds, as known at ``known_at``."""
        common, own = self._layer.in_force(known_at), self.own.in_force(known_at)
        found = {}
        for since in sorted({each.since for each in (*common.timetable_changes, *own.timetable_changes)}):
            change = own.timetable_on(since) or common.timetable_on(since)
            if change is not None:
                found[since] = change.timetable
        return found

    def _compile(self, known_at: datetime) -> WorkingTime:
        common, own = self._layer.in_force(known_at), self.own.in_force(known_at)
        days = sorted((*common.declarations, *own.declarations), key=lambda declaration: declaration.known_at)
        return WorkingTime(
            zone=ZoneInfo(self.timezone),
            timetable=self.timetable,
            timetables=self.timetables(known_at),
            declarations={declaration.day: declaration for declaration in days},
        )
