"""The administration that an installation begins with, read from files: calendars, units, procedures, rules.

Every rule says where it was learnt (``source``) and how surely (``confidence``), so that a legal officer can see what
is law and what is not. On a first start all of it is taken over into the administration's log, in which everything
after that is a command of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from domain.administration.administration import Administration
from domain.administration.building import build
from domain.administration.calendars import OpenCalendar
from domain.administration.counting import IntroduceCountingRule
from domain.administration.entries import Entries
from domain.administration.escalation_facts import IntroduceEscalationRule
from domain.administration.kinds import kind_of
from domain.administration.procedures import PublishProcedure
from domain.administration.unit_facts import EstablishUnit
from domain.agency import Unit
from domain.calendar import Calendar
from domain.errors import Refusal
from domain.escalation import EscalationRule
from domain.ports import CountingRule
from domain.procedure import Procedure
from service.rule_files import (
    AdministrationError,
    read_calendar,
    read_counting,
    read_escalation,
    read_procedures,
    read_units,
)

SHIPPED: Final = Path(__file__).parent / "data"
"""The rules that come with the project: a calendar, a counting rule and a sample catalogue."""

SINCE: Final = date(1975, 1, 1)
"""Procedures taken over are in force from here on, since nobody tells since when they have been."""


def taken_over(
    folder: Path = SHIPPED, units: Iterable[Unit] = (), at: datetime = datetime(1975, 1, 1, tzinfo=UTC)
) -> list[Any]:
    """The commands that make the administration in a folder.

    It has ``calendar-*.toml``, ``counting.toml``, ``procedures.toml`` and, if need be, ``escalation.toml`` and
    ``units.toml``, to which ``units`` are added.

    Raises:
        AdministrationError: a file is missing or cannot be used; the message names the file and the key.
    """
    unit_file = folder / "units.toml"
    files: list[tuple[Path, Sequence[Any]]] = [
        (path, [_opened(read_calendar(path), at)]) for path in sorted(folder.glob("calendar-*.toml"))
    ]
    counting, procedures = folder / "counting.toml", folder / "procedures.toml"
    files.append((counting, [_introduced(rule, at) for rule in read_counting(counting)]))
    units = [*(read_units(unit_file) if unit_file.exists() else []), *units]
    files.append(
        (
            unit_file,
            [EstablishUnit(code=unit.code, unit=unit, effective_from=SINCE, at=at) for unit in _parents_first(units)],
        )
    )
    files.append((procedures, [_published(each, at) for each in read_procedures(procedures)]))
    escalation = folder / "escalation.toml"
    if escalation.exists():
        files.append((escalation, [_escalating(rule, at) for rule in read_escalation(escalation)]))
    entries = Entries()
    for path, commands in files:
        _refuse_twice(path, commands)
        try:
            entries = build(commands, entries).entries
        except Refusal as refusal:
            raise AdministrationError(path, refusal.message) from refusal
    if not dict(files)[counting]:
        raise AdministrationError(counting, "no counting rule is given")
    return [command for _, commands in files for command in commands]


def load_administration(folder: Path = SHIPPED, units: Iterable[Unit] = ()) -> Administration:
    """The administration that a folder makes.

    Raises:
        AdministrationError: as ``taken_over``.
    """
    return build(taken_over(folder, units))


def _opened(calendar: Calendar, at: datetime) -> OpenCalendar:
    return OpenCalendar(
        id=calendar.id,
        timezone=calendar.timezone,
        timetable=calendar.timetable,
        timetable_changes=calendar.timetable_changes,
        declarations=calendar.declarations,
        at=at,
    )


def _introduced(rule: CountingRule, at: datetime) -> IntroduceCountingRule:
    return IntroduceCountingRule(
        id=rule.id, payment_waits=rule.payment_waits, source=rule.source, confidence=rule.confidence, at=at
    )


def _escalating(rule: EscalationRule, at: datetime) -> IntroduceEscalationRule:
    return IntroduceEscalationRule(
        id=rule.id,
        trigger=rule.trigger,
        amount=rule.amount,
        unit=rule.unit,
        level=rule.level,
        consequence=rule.consequence,
        source=rule.source,
        confidence=rule.confidence,
        at=at,
    )


def _published(procedure: Procedure, at: datetime) -> PublishProcedure:
    return PublishProcedure(code=procedure.code, procedure=procedure, effective_from=SINCE, at=at)


def _parents_first(units: Iterable[Unit]) -> Iterator[Unit]:
    """Units in an order in which each comes after the one above it, where that is among them."""
    left = sorted(units, key=lambda unit: unit.code)
    while left:
        codes = {unit.code for unit in left}
        ready = [unit for unit in left if unit.parent not in codes] or left
        yield from ready
        left = [unit for unit in left if unit not in ready]


def _refuse_twice(path: Path, commands: Sequence[Any]) -> None:
    given = Counter(kind_of(command).key_of(command) for command in commands)
    if twice := [key for key, count in given.items() if count > 1]:
        raise AdministrationError(path, f"{', '.join(twice)} is given twice")
