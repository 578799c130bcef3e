"""What is decided on working time: the commands, and the facts they make."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from domain.calendar import Declaration, DeclarationKind, Periods, Timetable, TimetableChange


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
class RevokeDecision:
    """Revoke a decision on working time, for all units, or what it says of those named; ``revoked`` is its number."""

    id: str
    revoked: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRevoked:
    """The decision ``revoked`` no longer holds, by one made at ``declared_at``. No ``units``: what it says of all."""

    id: str
    revoked: str
    units: tuple[str, ...]
    decision: str
    declared_at: datetime


Deciding: TypeAlias = DeclareDays | ChangeTimetable | RevokeDecision
Decided: TypeAlias = DaysDeclared | TimetableChanged | DecisionRevoked
CalendarCommand: TypeAlias = OpenCalendar | Deciding
CalendarFact: TypeAlias = CalendarOpened | Decided
