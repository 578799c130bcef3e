"""A unit's calendar has two times: how a day is worked, and when that was known."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.timetable import (
    STANDARD_TIMETABLE,
    Declaration,
    DeclarationKind,
    Periods,
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
    "Declaration",
    "DeclarationKind",
    "Periods",
    "Timetable",
    "TimetableChange",
    "WorkingTime",
]


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
    ``timezone`` is an IANA name.

    Raises:
        ValueError: two decisions on the same day became known at the same moment.
        ZoneInfoNotFoundError: the time zone is unknown.
    """

    id: str
    timezone: str
    timetable: Timetable
    timetable_changes: tuple[TimetableChange, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    _as_known: dict[int, WorkingTime] = field(default_factory=dict, init=False, repr=False, compare=False)
    _known_times: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ZoneInfo(self.timezone)
        _refuse_contradictions((change.since, change.known_at) for change in self.timetable_changes)
        _refuse_contradictions((declaration.day, declaration.known_at) for declaration in self.declarations)
        known_times = [change.known_at for change in self.timetable_changes]
        known_times += [declaration.known_at for declaration in self.declarations]
        object.__setattr__(self, "_known_times", tuple(sorted(known_times)))

    def as_known(self, known_at: datetime) -> WorkingTime:
        """The working time by what was known at ``known_at`` (inclusive); compiled once for each state of knowledge."""
        check_aware(known_at, "known_at")
        state = bisect_right(self._known_times, known_at)
        working_time = self._as_known.get(state)
        if working_time is None:
            working_time = self._as_known.setdefault(state, self._compile(known_at))
        return working_time

    def _compile(self, known_at: datetime) -> WorkingTime:
        changes = sorted(
            (change for change in self.timetable_changes if change.known_at <= known_at),
            key=lambda change: change.known_at,
        )
        declarations = sorted(
            (declaration for declaration in self.declarations if declaration.known_at <= known_at),
            key=lambda declaration: declaration.known_at,
        )
        timetables = {change.since: change.timetable for change in changes}
        return WorkingTime(
            zone=ZoneInfo(self.timezone),
            timetable=self.timetable,
            timetables=timetables,
            declarations={declaration.day: declaration for declaration in declarations},
        )


def _refuse_contradictions(news: Iterable[tuple[date, datetime]]) -> None:
    seen: set[tuple[date, datetime]] = set()
    for day, known_at in news:
        if (day, known_at) in seen:
            raise ValueError(f"two decisions on {day} became known at the same moment, {known_at}")
        seen.add((day, known_at))
