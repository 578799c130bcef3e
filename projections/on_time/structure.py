"""Where units stand when figures are cut by them: in the structure of then, or in that of now.

A report by the structure of then gives each dossier to the unit that had it; by that of now, to whoever answers for
that unit today. Both count the same dossiers.
"""

from collections.abc import Callable, Mapping
from datetime import date

from domain.administration.entries import Entries
from domain.administration.units import UNITS, KeptUnit, present_successors
from domain.codes import day_of_code
from projections.on_time.report import Places, ReportQuery, Structure


def placed(query: ReportQuery, entries: Entries) -> Places:
    """The places of all units for a question: at the report's end, or now."""
    at = query.now if query.structure is Structure.NOW else query.as_of or query.now
    units, day = entries.of(UNITS), day_of_code(at)
    if query.structure is Structure.THEN and query.unit is None:
        return Places()
    image: Callable[[str], str] = (
        _itself if query.structure is Structure.THEN else lambda code: counted_for(entries, code, day)
    )
    images = {code: image(code) for code in units}
    within: list[str] = []
    outside: list[str] = []
    if query.unit is not None:
        wanted = images.get(query.unit, query.unit)
        for code, counted in images.items():
            line = above(units, counted, day)
            below = wanted in line or _code_says(line[-1], wanted)  # with nothing recorded above it, its code tells
            if below != _code_says(code, query.unit):
                (within if below else outside).append(code)
    return Places(
        counted_for=tuple((code, counted) for code, counted in images.items() if code != counted),
        within=tuple(within),
        outside=tuple(outside),
    )


def counted_for(entries: Entries, code: str, day: date) -> str:
    """The unit that a unit's dossiers are counted for on a day: itself while it is there, else its successor.

    Where several succeed it, nobody can say which of them did what it did: it is counted for the nearest unit above
    all of them, or for itself where there is none.
    """
    units = entries.of(UNITS)
    kept = units.get(code)
    if kept is None or kept.ended_on is None or kept.ended_on > day:
        return code
    lines = [above(units, successor, day) for successor in present_successors(entries, code, day)]
    return next((each for each in (lines[0] if lines else ()) if all(each in line for line in lines)), code)


def above(units: Mapping[str, KeptUnit], code: str, day: date) -> tuple[str, ...]:
    """A unit and those above it on a day, from below; one that is not there stands where it stood last, or will."""
    line: list[str] = []
    left: str | None = code
    while left is not None and left not in line:
        line.append(left)
        kept = units.get(left)
        left = _parent(kept, day) if kept else None
    return tuple(line)


def _parent(kept: KeptUnit, day: date) -> str | None:
    begun = [version for version in kept.versions if version.effective_from <= day]
    return (begun[-1] if begun else kept.versions[0]).unit.parent


def _code_says(code: str, above: str) -> bool:
    return code == above or code.startswith(f"{above}.")


def _itself(code: str) -> str:
    return code
