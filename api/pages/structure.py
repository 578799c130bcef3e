"""The units of the administration as the public reads them: the tree of today, and each unit with its past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from domain.administration.administration import Administration
from domain.administration.units import UNITS, KeptUnit, UnitVersion, predecessors
from domain.agency import Unit, UnitKind
from domain.codes import day_of_code
from domain.text import found_in
from domain.timetable import Periods


class Absent(StrEnum):
    """Why a unit is not there today."""

    ENDED = "ended"
    NOT_BEGUN = "not_begun"


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit: how it is or was, what came before and after it, what stands below it, and when it works.

    ``absent`` says that it is not there, and why. ``established`` is its first version, where a decision made it: of a
    unit that was taken over nobody tells since when it has been there. ``hours`` are runs of weekdays, 0 for Monday,
    that are worked alike.
    """

    kept: KeptUnit
    unit: Unit
    absent: Absent | None
    established: UnitVersion | None
    predecessors: tuple[str, ...]
    below: tuple[Unit, ...]
    hours: tuple[tuple[int, int, Periods], ...]


def tree(units: Sequence[Unit]) -> tuple[tuple[Unit, ...], Mapping[str, tuple[Unit, ...]]]:
    """The units above which there is none, and those below each: by their kinds, from above, then by their codes."""
    units = sorted(units, key=lambda unit: (list(UnitKind).index(unit.kind), unit.code))
    codes = {unit.code for unit in units}
    below: dict[str, tuple[Unit, ...]] = {}
    for unit in units:
        if unit.parent in codes:
            below[str(unit.parent)] = (*below.get(str(unit.parent), ()), unit)
    return tuple(unit for unit in units if unit.parent not in codes), below


def matching(administration: Administration, wanted: str) -> tuple[Unit, ...]:
    """Units in whose code or names every word stands, those that ended too."""
    return tuple(unit for unit in administration.all_units() if found_in(wanted, unit.code, unit.name_vi, unit.name_en))


def unit_page(administration: Administration, code: str, now: datetime) -> UnitPage | None:
    """The unit of this code; None where there is none."""
    kept = administration.entries.of(UNITS).get(code)
    if kept is None:
        return None
    unit = administration.unit_at(code, now)
    described = unit or kept.latest
    weekdays = administration.calendar_of(described).timetable.periods
    hours = []
    for periods, days in groupby(range(len(weekdays)), key=lambda day: weekdays[day]):
        run = list(days)
        hours.append((run[0], run[-1], periods))
    return UnitPage(
        kept=kept,
        unit=described,
        absent=_absent(kept, now) if unit is None else None,
        established=kept.versions[0] if kept.versions[0].decision else None,
        predecessors=predecessors(administration.entries, code),
        below=tuple(each for each in administration.units_at(now) if each.parent == code),
        hours=tuple(hours),
    )


def _absent(kept: KeptUnit, now: datetime) -> Absent:
    return Absent.NOT_BEGUN if day_of_code(now) < kept.established_on else Absent.ENDED
