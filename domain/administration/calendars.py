"""The calendars that units work by. A calendar has two times: how a day is worked, and when that was known here.

A unit for which days or a timetable are declared works by a calendar of its own from then on, that of all units with
what was declared for it over it; its id is ``{calendar}/{unit}``. A decision is replaced by a later one on the same
day, or revoked by a later one; nothing is ever taken out.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final, assert_never

from domain.administration.calendar_acts import (
    CalendarCommand,
    CalendarFact,
    CalendarOpened,
    ChangeTimetable,
    DaysDeclared,
    Deciding,
    DecisionRevoked,
    DeclareDays,
    OpenCalendar,
    RevokeDecision,
    TimetableChanged,
)
from domain.administration.entries import Entries, Kind
from domain.administration.kept_calendars import OWN, KeptCalendar, evolve
from domain.administration.refusals import (
    AlreadyThere,
    CannotBeAnId,
    Contradiction,
    DayGivenTwice,
    DecidedLater,
    DecisionRequired,
    HolidayWorked,
    NoDays,
    NothingToRevoke,
    NoWorkingTime,
    PeriodsMissing,
    UnknownCalendar,
    UnknownTimezone,
    WorksByAnother,
    WrongPeriods,
    YearUnknown,
)
from domain.calendar import Calendar, DecidedChange, DeclarationKind
from domain.dossier.refusals import UnknownUnit
from domain.instants import is_timezone
from domain.timetable import check_periods
from domain.working_time import FIRST_YEAR, LAST_YEAR

__all__ = [
    "CALENDARS",
    "OWN",
    "CalendarCommand",
    "CalendarFact",
    "CalendarOpened",
    "ChangeTimetable",
    "DaysDeclared",
    "DecisionRevoked",
    "DeclareDays",
    "KeptCalendar",
    "OpenCalendar",
    "RevokeDecision",
    "TimetableChanged",
    "calendar_by_id",
    "calendar_of",
]

_UNITS: Final = "unit"
"""The kind that leans on this one, so that its module cannot be named here."""


def decide(command: CalendarCommand, entries: Entries) -> list[CalendarFact]:
    """A calendar is begun once; what is decided on it afterwards names its decision and is never taken out.

    Raises:
        Refusal: what is wrong with it.
    """
    if isinstance(command, OpenCalendar):
        return _open(command, entries)
    kept = _decided_on(command, entries)
    layers: list[str | None] = list(command.units) or [None]
    match command:
        case DeclareDays():
            return _declare(command, kept, layers)
        case ChangeTimetable():
            return _change(command, kept, layers)
        case RevokeDecision():
            return _revoke(command, kept, layers)
        case _:
            assert_never(command)


def _open(command: OpenCalendar, entries: Entries) -> list[CalendarFact]:
    if not is_timezone(command.timezone):
        raise UnknownTimezone(timezone=command.timezone)
    if OWN in command.id:
        raise CannotBeAnId(calendar=command.id)
    opened = CalendarOpened(
        id=command.id,
        timezone=command.timezone,
        timetable=command.timetable,
        timetable_changes=command.timetable_changes,
        declarations=command.declarations,
        opened_at=command.at,
    )
    try:
        begun = evolve(None, opened, command.at)
    except ValueError as error:
        raise Contradiction(calendar=command.id) from error
    known = entries.of(CALENDARS).get(command.id)
    if known is None:
        return [opened]
    if known == begun:
        return []
    raise AlreadyThere(calendar=command.id)


def _decided_on(command: Deciding, entries: Entries) -> KeptCalendar:
    """The calendar that a decision is about; everything that all decisions need is there."""
    kept = entries.of(CALENDARS).get(command.id)
    if kept is None:
        raise UnknownCalendar(calendar=command.id)
    if not command.decision.strip():
        raise DecisionRequired
    if command.declared_at > command.at:
        raise DecidedLater(declared_at=command.declared_at.isoformat(), at=command.at.isoformat())
    units = entries.by_kind.get(_UNITS, {})
    for code in command.units:
        if code not in units:
            raise UnknownUnit(unit=code)
        calendars = {version.unit.calendar for version in units[code].versions}
        if command.id not in calendars:
            raise WorksByAnother(unit=code, calendar=", ".join(sorted(calendars)))
    return kept


def _declare(command: DeclareDays, kept: KeptCalendar, layers: Sequence[str | None]) -> list[CalendarFact]:
    _check_days(command)
    _check_periods(command)
    if all(_declared_so(day, command, kept, unit) for day in command.days for unit in layers):
        return []
    moment = max(command.declared_at, command.at)
    for unit in layers:
        for each in kept.layer(unit).in_force().declarations:
            if each.day in command.days and each.known_at == moment:
                raise Contradiction(day=each.day.isoformat(), decision=each.decision)
    return [
        DaysDeclared(
            id=command.id,
            days=tuple(sorted(command.days)),
            kind=command.kind,
            periods=command.periods,
            units=command.units,
            decision=command.decision,
            declared_at=command.declared_at,
            source=command.source,
            confidence=command.confidence,
        )
    ]


def _check_days(command: DeclareDays) -> None:
    if not command.days:
        raise NoDays
    if twice := sorted(day.isoformat() for day, count in Counter(command.days).items() if count > 1):
        raise DayGivenTwice(days=", ".join(twice))
    for day in command.days:
        _check_year(day)


def _check_year(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise YearUnknown(day=day.isoformat(), first=str(FIRST_YEAR), last=str(LAST_YEAR))


def _check_periods(command: DeclareDays) -> None:
    try:
        check_periods(command.periods)
    except ValueError as error:
        periods = ", ".join(f"{_clock(opening)}-{_clock(closing)}" for opening, closing in command.periods)
        raise WrongPeriods(periods=periods) from error
    if command.kind is DeclarationKind.HOLIDAY and command.periods:
        raise HolidayWorked(days=_listed(command))
    if command.kind in {DeclarationKind.MAKE_UP_DAY, DeclarationKind.HALF_DAY} and not command.periods:
        raise PeriodsMissing(days=_listed(command), kind=command.kind.value)


def _listed(command: DeclareDays) -> str:
    return ", ".join(day.isoformat() for day in command.days)


def _clock(minute: int) -> str:
    hours, minutes = divmod(minute, 60)
    return f"{hours:02}:{minutes:02}"


def _declared_so(day: date, command: DeclareDays, kept: KeptCalendar, unit: str | None) -> bool:
    """Whether just this decision already says how the day is worked."""
    found = [each for each in kept.layer(unit).in_force().declarations if each.day == day]
    if unit is not None:
        found += [each for each in kept.layer(None).in_force().declarations if each.day == day]
    if not found:
        return False
    last = max(found, key=lambda each: each.known_at)
    return (last.periods, last.kind, last.decision, last.source, last.confidence) == (
        command.periods, command.kind, command.decision, command.source, command.confidence,
    )  # fmt: skip


def _change(command: ChangeTimetable, kept: KeptCalendar, layers: Sequence[str | None]) -> list[CalendarFact]:
    _check_year(command.since)
    if not any(command.timetable.periods):
        raise NoWorkingTime
    so, moment = 0, max(command.declared_at, command.at)
    for unit in layers:
        same_day = [each for each in kept.layer(unit).in_force().timetable_changes if each.since == command.since]
        if not same_day:
            continue
        last = max(same_day, key=lambda each: each.known_at)
        decision = last.decision if isinstance(last, DecidedChange) else ""
        if (last.timetable, decision) == (command.timetable, command.decision):
            so += 1
        elif last.known_at == moment:
            raise Contradiction(since=last.since.isoformat(), decision=decision)
    if so == len(layers):
        return []
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


def _revoke(command: RevokeDecision, kept: KeptCalendar, layers: Sequence[str | None]) -> list[CalendarFact]:
    in_force = False
    for unit in layers:
        layer = kept.layer(unit)
        if command.revoked not in layer.decisions:
            raise NothingToRevoke(decision=command.revoked, **({"unit": unit} if unit else {}))
        in_force |= command.revoked in layer.in_force().decisions
    if not in_force:
        return []
    return [
        DecisionRevoked(
            id=command.id,
            revoked=command.revoked,
            units=command.units,
            decision=command.decision,
            declared_at=command.declared_at,
        )
    ]


CALENDARS: Final[Kind[KeptCalendar]] = Kind(
    name="calendar",
    path="calendars",
    key="id",
    facts={
        "calendar.opened.v1": CalendarOpened,
        "calendar.days-declared.v1": DaysDeclared,
        "calendar.timetable-changed.v1": TimetableChanged,
        "calendar.decision-revoked.v1": DecisionRevoked,
    },
    acts={
        "open": OpenCalendar,
        "declare": DeclareDays,
        "change-timetable": ChangeTimetable,
        "revoke": RevokeDecision,
    },
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
    if unit and unit not in kept.own:
        raise KeyError(calendar_id)
    return kept.of(unit) if unit else kept.common
