"""A calendar as its facts make it: what holds for all units, what for one alone, and when each became known.

A decision counts as known once it has both been made and been recorded, and later than any recorded before it: a
process whose clock is behind cannot change what dossiers have pinned already.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, assert_never

from domain.administration.calendar_acts import (
    CalendarFact,
    CalendarOpened,
    DaysDeclared,
    Decided,
    DecisionRevoked,
    TimetableChanged,
)
from domain.calendar import Calendar, DecidedChange, Declaration, Layer, Revocation

OWN: Final = "/"
"""Between a calendar's id and the unit whose own it is."""

_NEXT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCalendar:
    """The calendar of all units that work by it, and what was decided for single units, by their codes.

    ``decided_until`` is when the decision recorded last became known.
    """

    common: Calendar
    own: dict[str, Layer] = field(default_factory=dict)
    decided_until: datetime | None = None
    _calendars: dict[str, Calendar] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of(self, unit: str) -> Calendar:
        """The calendar that a unit works by: where something was decided for it alone, one of its own."""
        own = self.own.get(unit)
        if own is None:
            return self.common
        calendar = self._calendars.get(unit)
        if calendar is None:
            calendar = self._calendars.setdefault(unit, _with(self.common, f"{self.common.id}{OWN}{unit}", own=own))
        return calendar

    def layer(self, unit: str | None) -> Layer:
        """What was decided for a unit alone, or for all."""
        return self.common.layer if unit is None else self.own.get(unit, Layer())

    def known_at(self, declared_at: datetime, recorded_at: datetime) -> datetime:
        """When a decision that is recorded now becomes known."""
        known_at = max(declared_at, recorded_at)
        if self.decided_until is None or known_at > self.decided_until:
            return known_at
        return self.decided_until + _NEXT


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
        case DaysDeclared() | TimetableChanged() | DecisionRevoked():
            if entry is None:
                raise AssertionError("a calendar is decided on after it was opened")
            return _after(entry, fact, entry.known_at(fact.declared_at, recorded_at))
        case _:
            assert_never(fact)


def _after(entry: KeptCalendar, fact: Decided, known_at: datetime) -> KeptCalendar:
    if fact.units:
        own = entry.own | {unit: _extended(entry.layer(unit), fact, known_at) for unit in fact.units}
        return KeptCalendar(common=entry.common, own=own, decided_until=known_at)
    common = _with(entry.common, entry.common.id, common=_extended(entry.common.layer, fact, known_at))
    return KeptCalendar(common=common, own=entry.own, decided_until=known_at)


def _extended(layer: Layer, fact: Decided, known_at: datetime) -> Layer:
    changes, declarations, revocations = layer.timetable_changes, layer.declarations, layer.revocations
    match fact:
        case DaysDeclared():
            # What a calendar opened with may have become known at this very moment; what is recorded later wins.
            days = set(fact.days)
            others = tuple(each for each in declarations if each.day not in days or each.known_at != known_at)
            declarations = (*others, *(declaration(day, fact, known_at) for day in sorted(days)))
        case TimetableChanged():
            change = DecidedChange(
                since=fact.since, timetable=fact.timetable, known_at=known_at, decision=fact.decision
            )
            changes = (*(each for each in changes if (each.since, each.known_at) != (fact.since, known_at)), change)
        case DecisionRevoked():
            revocations = (*revocations, Revocation(decision=fact.revoked, known_at=known_at))
        case _:
            assert_never(fact)
    return Layer(timetable_changes=changes, declarations=declarations, revocations=revocations)


def declaration(day: date, fact: DaysDeclared, known_at: datetime) -> Declaration:
    """What a fact declares of one day."""
    return Declaration(
        day=day,
        periods=fact.periods,
        kind=fact.kind,
        known_at=known_at,
        decision=fact.decision,
        source=fact.source,
        confidence=fact.confidence,
    )


def _with(calendar: Calendar, calendar_id: str, *, common: Layer | None = None, own: Layer | None = None) -> Calendar:
    layer = common or calendar.layer
    return Calendar(
        id=calendar_id,
        timezone=calendar.timezone,
        timetable=calendar.timetable,
        timetable_changes=layer.timetable_changes,
        declarations=layer.declarations,
        revocations=layer.revocations,
        own=own or calendar.own,
    )
