"""The units of the administration: established, changed, and ended, each from a day on, with those who take over.

Districts end, communes merge. A unit that ended keeps its history; its successors are named, so that somebody is
answerable for what it had on every day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, assert_never

from domain.administration.calendars import CALENDARS
from domain.administration.entries import Entries, Kind
from domain.administration.refusals import (
    AlreadyThere,
    CodeDiffers,
    ParentsInACircle,
    SuccessorRequired,
    UnitHasChildren,
    UnitNotInForce,
    UnknownCalendar,
    UnknownEntry,
    UnknownParent,
)
from domain.administration.unit_facts import (
    ChangeUnit,
    EndUnit,
    EstablishUnit,
    MergeUnits,
    SplitUnit,
    UnitChanged,
    UnitCommand,
    UnitEnded,
    UnitEstablished,
    UnitFact,
)
from domain.agency import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitVersion:
    """How a unit is described from a day on, and by which decision."""

    effective_from: date
    unit: Unit
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptUnit:
    """A unit through time. ``ended_on`` is the first day on which it is no longer there."""

    code: str
    versions: tuple[UnitVersion, ...]
    ended_on: date | None = None
    successors: tuple[str, ...] = ()
    ended_by: str = ""

    @property
    def established_on(self) -> date:
        """The first day of the unit."""
        return self.versions[0].effective_from

    @property
    def latest(self) -> Unit:
        """The unit as it is, or was, described last."""
        return self.versions[-1].unit

    def on(self, day: date) -> Unit | None:
        """The unit as it is on a day; None before it begins and after it ended."""
        if self.ended_on is not None and self.ended_on <= day:
            return None
        begun = [version for version in self.versions if version.effective_from <= day]
        return begun[-1].unit if begun else None


def evolve(entry: KeptUnit | None, fact: UnitFact, _: datetime) -> KeptUnit:
    """The unit after a fact."""
    match fact:
        case UnitEstablished() | UnitChanged():
            version = UnitVersion(effective_from=fact.effective_from, unit=fact.unit, decision=fact.decision)
            versions = (*entry.versions, version) if entry else (version,)
            in_order = tuple(sorted(versions, key=lambda each: each.effective_from))
            return replace(entry, versions=in_order) if entry else KeptUnit(code=fact.code, versions=in_order)
        case UnitEnded():
            if entry is None:
                raise AssertionError("a unit ends after it began")
            return replace(entry, ended_on=fact.effective_from, successors=fact.successors, ended_by=fact.decision)
        case _:
            assert_never(fact)


def decide(command: UnitCommand, entries: Entries) -> list[UnitFact]:
    """Units stand below units that exist, in no circle, and whoever ends is succeeded.

    Raises:
        Refusal: what is wrong with it.
    """
    match command:
        case EstablishUnit():
            return _established(command, entries)
        case ChangeUnit():
            return _changed(command, entries)
        case EndUnit():
            return _ended(command, entries)
        case MergeUnits():
            return list(_merged(command, entries))
        case SplitUnit():
            return list(_split(command, entries))
        case _:
            assert_never(command)


def _established(command: EstablishUnit, entries: Entries) -> list[UnitFact]:
    known = entries.of(UNITS).get(command.code)
    if known is not None:
        if (known.versions[0].unit, known.established_on) == (command.unit, command.effective_from):
            return []
        raise AlreadyThere(code=command.code)
    _check(command.code, command.unit, command.effective_from, entries)
    return [
        UnitEstablished(
            code=command.code,
            unit=command.unit,
            effective_from=command.effective_from,
            decision=command.decision,
            established_at=command.at,
        )
    ]


def _changed(command: ChangeUnit, entries: Entries) -> list[UnitFact]:
    kept = _there(command.code, command.effective_from, entries)
    if kept.on(command.effective_from) == command.unit and kept.latest == command.unit:
        return []
    _check(command.code, command.unit, command.effective_from, entries)
    return [
        UnitChanged(
            code=command.code,
            unit=command.unit,
            effective_from=command.effective_from,
            decision=command.decision,
            changed_at=command.at,
        )
    ]


def _ended(command: EndUnit, entries: Entries) -> list[UnitFact]:
    kept = entries.of(UNITS).get(command.code)
    if kept is not None and (kept.ended_on, kept.successors) == (command.effective_from, command.successors):
        return []
    _there(command.code, command.effective_from, entries)
    if not command.successors or command.code in command.successors:
        raise SuccessorRequired(unit=command.code)
    for successor in command.successors:
        _there(successor, command.effective_from, entries)
    return [_end(command, entries)]


def _merged(command: MergeUnits, entries: Entries) -> Iterator[UnitFact]:
    kept = entries.of(UNITS)
    if command.merged and all(
        code in kept and (kept[code].ended_on, kept[code].successors) == (command.effective_from, (command.code,))
        for code in command.merged
    ):
        return
    if not command.merged or command.code in command.merged:
        raise SuccessorRequired(unit=command.code)
    if command.unit is None:
        _there(command.code, command.effective_from, entries)
    else:
        yield from _established(
            EstablishUnit(
                code=command.code,
                unit=command.unit,
                effective_from=command.effective_from,
                decision=command.decision,
                at=command.at,
            ),
            entries,
        )
    for code in command.merged:
        _there(code, command.effective_from, entries)
        yield _end(_ending(command, code, (command.code,)), entries)


def _split(command: SplitUnit, entries: Entries) -> Iterator[UnitFact]:
    codes = tuple(unit.code for unit in command.into)
    kept = entries.of(UNITS).get(command.code)
    if kept is not None and (kept.ended_on, kept.successors) == (command.effective_from, codes):
        return
    if not codes or command.code in codes or len(set(codes)) < len(codes):
        raise SuccessorRequired(unit=command.code)
    _there(command.code, command.effective_from, entries)
    for unit in command.into:
        new = EstablishUnit(
            code=unit.code,
            unit=unit,
            effective_from=command.effective_from,
            decision=command.decision,
            at=command.at,
        )
        yield from _established(new, entries)
    yield _end(_ending(command, command.code, codes), entries)


def _ending(command: MergeUnits | SplitUnit, code: str, successors: tuple[str, ...]) -> EndUnit:
    return EndUnit(
        code=code,
        successors=successors,
        effective_from=command.effective_from,
        decision=command.decision,
        at=command.at,
    )


def _end(command: EndUnit, entries: Entries) -> UnitEnded:
    day = command.effective_from
    below = [
        unit.code
        for unit in entries.of(UNITS).values()
        if (unit.ended_on is None or unit.ended_on > day) and unit.latest.parent == command.code
    ]
    if below:
        raise UnitHasChildren(unit=command.code, below=", ".join(below[:5]))
    return UnitEnded(
        code=command.code,
        successors=command.successors,
        effective_from=day,
        decision=command.decision,
        ended_at=command.at,
    )


def _there(code: str, day: date, entries: Entries) -> KeptUnit:
    kept = entries.of(UNITS).get(code)
    if kept is None:
        raise UnknownEntry(unit=code)
    if kept.ended_on is not None or kept.on(day) is None:
        raise UnitNotInForce(unit=code, day=day.isoformat())
    return kept


def _check(code: str, unit: Unit, day: date, entries: Entries) -> None:
    if unit.code != code:
        raise CodeDiffers(code=code, named=unit.code)
    if unit.calendar not in entries.of(CALENDARS):
        raise UnknownCalendar(unit=code, calendar=unit.calendar)
    units, above = entries.of(UNITS), unit.parent
    while above is not None:
        if above == code:
            raise ParentsInACircle(unit=code)
        parent = units.get(above)
        if parent is None or parent.ended_on is not None or parent.on(day) is None:
            raise UnknownParent(unit=code, parent=above)
        above = parent.latest.parent


UNITS: Final[Kind[KeptUnit]] = Kind(
    name="unit",
    path="units",
    key="code",
    facts={"unit.established.v1": UnitEstablished, "unit.changed.v1": UnitChanged, "unit.ended.v1": UnitEnded},
    acts={
        "establish": EstablishUnit,
        "change": ChangeUnit,
        "end": EndUnit,
        "merge": MergeUnits,
        "split": SplitUnit,
    },
    evolve=evolve,
    decide=decide,
    words=lambda kept: (kept.latest.name_vi, kept.latest.name_en),
)


def present_successors(entries: Entries, code: str, day: date) -> tuple[str, ...]:
    """Who answers on a day for what a unit had: itself while it is there, else its successors, and theirs."""
    units, found, left = entries.of(UNITS), list[str](), [code]
    seen: set[str] = set()
    while left:
        each = left.pop(0)
        if each in seen or each not in units:
            continue
        seen.add(each)
        kept = units[each]
        if kept.ended_on is not None and kept.ended_on <= day:
            left += kept.successors
        else:
            found.append(each)
    return tuple(found)


def answering(entries: Entries, unit: str, holder: str, day: date) -> tuple[str, ...]:
    """The units whose posts count for a dossier: its own, the holder's, those above them, and their successors."""
    units, found, left = entries.of(UNITS), dict[str, None](), [unit, *([holder] if holder else [])]
    while left:
        code = left.pop(0)
        kept = None if code in found else units.get(code)
        if kept is None:
            continue
        found[code] = None
        left += [each for each in present_successors(entries, code, day) if each != code]
        if kept.latest.parent is not None:
            left.append(kept.latest.parent)
    return tuple(found)


def predecessors(entries: Entries, code: str) -> tuple[str, ...]:
    """The units that this one succeeds, in the order of their codes."""
    return tuple(sorted(unit.code for unit in entries.of(UNITS).values() if code in unit.successors))
