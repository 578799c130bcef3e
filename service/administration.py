"""The administration around the dossier, as data: procedures, units, calendars and counting rules.

Every rule says where it was learnt (``source``) and how surely (``confidence``), so that a legal officer can see what
is law and what is not, and replace it without a programmer.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from domain.agency import Unit
from domain.calendar import Calendar
from domain.ports import CountingRule
from domain.procedure import Procedure
from service.rule_files import AdministrationError, read_calendar, read_counting, read_procedures, read_units

SHIPPED: Final = Path(__file__).parent / "data"
"""The rules that come with the project: a calendar, a counting rule and a sample catalogue."""

_Rule = TypeVar("_Rule")


class ConflictingRulesError(ValueError):
    """Rules that are right by themselves do not fit together. ``kind`` is the file, without its ending."""

    def __init__(self, kind: str, message: str) -> None:
        """``message`` names the rule by its code."""
        super().__init__(message)
        self.kind = kind


class Administration:
    """Rules and units of one installation. The last counting rule is the one in force.

    Raises:
        ConflictingRulesError: two rules share a code, a unit names a calendar or a parent that is not there, or no
            counting rule is given.
    """

    def __init__(
        self,
        procedures: Iterable[Procedure],
        units: Iterable[Unit],
        calendars: Iterable[Calendar],
        counting: Iterable[CountingRule],
    ) -> None:
        self._procedures = _by_code("procedures", procedures, lambda procedure: procedure.code)
        self._units = _by_code("units", units, lambda unit: unit.code)
        self._calendars = _by_code("calendar-*", calendars, lambda calendar: calendar.id)
        self._counting = _by_code("counting", counting, lambda rule: rule.id)
        if not self._counting:
            raise ConflictingRulesError("counting", "no counting rule is given")
        self._in_force = list(self._counting)[-1]
        for unit in self._units.values():
            self._check_unit(unit)

    def _check_unit(self, unit: Unit) -> None:
        if unit.calendar not in self._calendars:
            raise ConflictingRulesError("units", f"{unit.code} names calendar {unit.calendar!r}, which is not there")
        if unit.parent is not None and unit.parent not in self._units:
            raise ConflictingRulesError("units", f"{unit.code} names parent {unit.parent!r}, which is not there")

    def procedure(self, code: str) -> Procedure | None:
        """The version of the procedure now in force, or None."""
        return self._procedures.get(code)

    def unit(self, code: str) -> Unit | None:
        """The unit of this code, or None."""
        return self._units.get(code)

    def calendar(self, calendar_id: str) -> Calendar:
        """The calendar of this id.

        Raises:
            KeyError: there is none, which no pinned id can cause.
        """
        return self._calendars[calendar_id]

    def counting(self, rule_id: str | None = None) -> CountingRule:
        """The counting rule of this id, by default the one in force.

        Raises:
            KeyError: there is none, which no pinned id can cause.
        """
        return self._counting[self._in_force if rule_id is None else rule_id]

    def all_units(self) -> Sequence[Unit]:
        """Every unit, in the order of its code."""
        return [self._units[code] for code in sorted(self._units)]

    def all_procedures(self) -> Sequence[Procedure]:
        """Every procedure in force, in the order of its code."""
        return [self._procedures[code] for code in sorted(self._procedures)]


def load_administration(folder: Path = SHIPPED, units: Iterable[Unit] = ()) -> Administration:
    """The administration in a folder: ``procedures.toml``, ``counting.toml``, ``calendar-*.toml`` and ``units.toml``.

    ``units.toml`` may be absent; ``units`` are added to it.

    Raises:
        AdministrationError: a file is missing or cannot be used; the message names the file and the key.
    """
    unit_file = folder / "units.toml"
    own_units = read_units(unit_file) if unit_file.exists() else []
    try:
        return Administration(
            procedures=read_procedures(folder / "procedures.toml"),
            units=[*own_units, *units],
            calendars=[read_calendar(path) for path in sorted(folder.glob("calendar-*.toml"))],
            counting=read_counting(folder / "counting.toml"),
        )
    except ConflictingRulesError as error:
        raise AdministrationError(folder / f"{error.kind}.toml", str(error)) from error


def _by_code(kind: str, rules: Iterable[_Rule], code_of: Callable[[_Rule], str]) -> dict[str, _Rule]:
    by_code: dict[str, _Rule] = {}
    for rule in rules:
        code = code_of(rule)
        if code in by_code:
            raise ConflictingRulesError(kind, f"{code} is given twice")
        by_code[code] = rule
    return by_code
