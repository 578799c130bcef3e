"""The calendars that units work by. A calendar has two times: how a day is worked, and when that was known here.

A declaration counts as known once it has both been made and been recorded: what was computed before stays computed. A
unit whose own days or timetable are declared works by a calendar of its own from then on, that of all units with its
own declarations over it; its id is ``{calendar}/{unit}``.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeAlias, assert_never

from domain.administration.entries import Entries, Kind
from domain.administration.refusals import (
    AlreadyThere,
    DecisionRequired,
    UnknownCalendar,
    UnknownTimezone,
    WrongPeriods,
)
from domain.calendar import Calendar, Declaration, DeclarationKind, Periods, Timetable, TimetableChange
from domain.instants import is_timezone

OWN: Final = "/"
"""Between a calendar's id and the unit whose own it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCalendar:
    """Begin a calendar, with what is known of it by then."""

    id: str
    timezone: str
    timetable: Timetable
    timetable_changes: tuple[TimetableChange, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareDays:
    """Declare how days are worked: holidays, make-up days, half days, others. For all units, or for those named."""

    id: str
    days: tuple[date, ...]
    kind: DeclarationKind
    periods: Periods = ()
    units: tuple[str, ...] = ()
    decision: str
    declared_at: datetime
    source: str
    confidence: str = "declared"
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTimetable:
    """From a day on all units, or those named, work by another timetable."""

    id: str
    since: date
    timetable: Timetable
    units: tuple[str, ...] = ()
    decision: str
    declared_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarOpened:
    """A calendar was begun. No dossier can have pinned it before, so all it opens with keeps its own ``known_at``."""

    id: str
    timezone: str
    timetable: Timetable
    timetable_changes: tuple[TimetableChange, ...]
    declarations: tuple[Declaration, ...]
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysDeclared:
    """It was declared how days are worked; the decision was made at ``declared_at``. No ``units``: for all."""

    id: str
    days: tuple[date, ...]
    kind: DeclarationKind
    periods: Periods
    units: tuple[str, ...]
    decision: str
    declared_at: datetime
    source: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableChanged:
    """From ``since`` on another timetable holds; the decision was made at ``declared_at``. No ``units``: for all."""

    id: str
    since: date
    timetable: Timetable
    units: tuple[str, ...]
    decision: str
    declared_at: datetime


CalendarCommand: TypeAlias = OpenCalendar | DeclareDays | ChangeTimetable
CalendarFact: TypeAlias = CalendarOpened | DaysDeclared | TimetableChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCalendar:
    """The calendar of all units that work by it, and those of units with declarations of their own, by their codes."""

    common: Calendar
    own: dict[str, Calendar] = field(default_factory=dict)

    def of(self, unit: str) -> Calendar:
        """The calendar that a unit works by."""
        return self.own.get(unit, self.common)


def evolve(entry: KeptCalendar | None, fact: CalendarFact, recorded_at: datetime) -> KeptCalendar:
    """The calendar after a fact."""
    match fact:
        case CalendarOpened():
            return KeptCalendar(
                common=Calendar(
                    id=fact.id,
                    timezone=fact.timezone,
                    timetable=fact.timetable,
                    timetable_changes=fact.timetable_changes,
                    declarations=fact.declarations,
                )
            )
        case DaysDeclared() | TimetableChanged():
            if entry is None:
                raise AssertionError("a calendar is declared on after it was opened")
            return _declared(entry, fact, max(fact.declared_at, recorded_at))
        case _:
            assert_never(fact)


def _declared(entry: KeptCalendar, fact: DaysDeclared | TimetableChanged, known_at: datetime) -> KeptCalendar:
    """For all units it is declared on every unit's own calendar too, so that the decision known later wins there."""
    own = {unit: entry.own.get(unit) or _own(entry.common, unit) for unit in fact.units} if fact.units else entry.own
    changed = {unit: _with(calendar, fact, known_at) for unit, calendar in own.items()}
    common = entry.common if fact.units else _with(entry.common, fact, known_at)
    return KeptCalendar(common=common, own={**entry.own, **changed})


def _own(common: Calendar, unit: str) -> Calendar:
    return Calendar(
        id=f"{common.id}{OWN}{unit}",
        timezone=common.timezone,
        timetable=common.timetable,
        timetable_changes=common.timetable_changes,
        declarations=common.declarations,
    )


def _with(calendar: Calendar, fact: DaysDeclared | TimetableChanged, known_at: datetime) -> Calendar:
    changes, declarations = calendar.timetable_changes, calendar.declarations
    if isinstance(fact, TimetableChanged):
        change = TimetableChange(since=fact.since, timetable=fact.timetable, known_at=known_at)
        kept = tuple(each for each in changes if (each.since, each.known_at) != (fact.since, known_at))
        changes = (*kept, change)
    else:
        days = set(fact.days)
        kept_days = tuple(each for each in declarations if each.day not in days or each.known_at != known_at)
        declarations = (*kept_days, *(_declaration(day, fact, known_at) for day in sorted(days)))
    return Calendar(
        id=calendar.id,
        timezone=calendar.timezone,
        timetable=calendar.timetable,
        timetable_changes=changes,
        declarations=declarations,
    )


def _declaration(day: date, fact: DaysDeclared, known_at: datetime) -> Declaration:
    return Declaration(
        day=day,
        periods=fact.periods,
        kind=fact.kind,
        known_at=known_at,
        decision=fact.decision,
        source=fact.source,
        confidence=fact.confidence,
    )


def decide(command: CalendarCommand, entries: Entries) -> list[CalendarFact]:
    """A calendar is begun once; what is declared afterwards names its decision and is never taken back, but replaced.

    Raises:
        Refusal: what is wrong with it.
    """
    match command:
        case OpenCalendar():
            return _opened(command, entries)
        case DeclareDays():
            _check(command.id, command.decision, entries)
            return _days(command)
        case ChangeTimetable():
            _check(command.id, command.decision, entries)
            return [
                TimetableChanged(
                    id=command.id,
                    since=command.since,
                    timetable=command.timetable,
                    units=command.units,
                    decision=command.decision,
                    declared_at=command.declared_at,
                )
            ]
        case _:
            assert_never(command)


def _opened(command: OpenCalendar, entries: Entries) -> list[CalendarFact]:
    if not is_timezone(command.timezone):
        raise UnknownTimezone(timezone=command.timezone)
    if OWN in command.id:
        raise AlreadyThere(calendar=command.id)
    opened = CalendarOpened(
        id=command.id,
        timezone=command.timezone,
        timetable=command.timetable,
        timetable_changes=command.timetable_changes,
        declarations=command.declarations,
        opened_at=command.at,
    )
    known = entries.of(CALENDARS).get(command.id)
    if known is None:
        evolve(None, opened, command.at)  # two decisions on one day that became known at once contradict each other
        return [opened]
    if known.common == evolve(None, opened, command.at).common:
        return []
    raise AlreadyThere(calendar=command.id)


def _days(command: DeclareDays) -> list[CalendarFact]:
    fact = DaysDeclared(
        id=command.id,
        days=command.days,
        kind=command.kind,
        periods=command.periods,
        units=command.units,
        decision=command.decision,
        declared_at=command.declared_at,
        source=command.source,
        confidence=command.confidence,
    )
    if not command.days:
        raise WrongPeriods(days="-")
    try:
        for day in command.days:
            _declaration(day, fact, command.declared_at)
    except ValueError as error:
        raise WrongPeriods(kind=command.kind.value, problem=str(error)) from error
    return [fact]


def _check(calendar: str, decision: str, entries: Entries) -> None:
    if calendar not in entries.of(CALENDARS):
        raise UnknownCalendar(calendar=calendar)
    if not decision.strip():
        raise DecisionRequired


CALENDARS: Final[Kind[KeptCalendar]] = Kind(
    name="calendar",
    path="calendars",
    key="id",
    facts={
        "calendar.opened.v1": CalendarOpened,
        "calendar.days-declared.v1": DaysDeclared,
        "calendar.timetable-changed.v1": TimetableChanged,
    },
    acts={"open": OpenCalendar, "declare": DeclareDays, "change-timetable": ChangeTimetable},
    evolve=evolve,
    decide=decide,
)


def calendar_of(entries: Entries, calendar: str, unit: str) -> Calendar:
    """The calendar that a unit works by.

    Raises:
        KeyError: there is none of this id.
    """
    return entries.of(CALENDARS)[calendar].of(unit)


def calendar_by_id(entries: Entries, calendar_id: str) -> Calendar:
    """A calendar by the id that a dossier pinned: that of all units, or a unit's own.

    Raises:
        KeyError: there is none.
    """
    calendar, _, unit = calendar_id.partition(OWN)
    kept = entries.of(CALENDARS)[calendar]
    return kept.own[unit] if unit else kept.common
