"""The catalogue of procedures as the public reads it: what is asked for, how long it takes, what it costs."""

from dataclasses import dataclass
from datetime import datetime

from api.pages.parameters import PAGE_LENGTH, CatalogueAsked
from domain.administration.administration import Administration
from domain.administration.procedures import PROCEDURES, Span
from domain.codes import day_of_code
from domain.procedure import Procedure
from domain.text import found_in, without_diacritics


@dataclass(frozen=True, slots=True)
class ProcedureList:
    """Procedures in force, a page of them in the order of their codes; ``next`` is the last code of the page.

    ``fields`` has a procedure of each field, which names it in both languages; ``levels`` are those there are.
    """

    found: tuple[Procedure, ...]
    count: int
    next: str | None
    fields: tuple[Procedure, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProcedurePage:
    """One procedure: the version in force, or the last there was, and every version with its first day."""

    procedure: Procedure
    in_force: bool
    timeline: tuple[Span, ...]
    linked: tuple[Procedure, ...]


def procedures(administration: Administration, asked: CatalogueAsked, now: datetime) -> ProcedureList:
    """Those that are asked for; what can be chosen from is what procedures in force have."""
    in_force = administration.all_procedures(now)
    fields = {each.field_vi: each for each in in_force}
    matching = [each for each in in_force if _matches(each, asked)]
    left = [each for each in matching if each.code > (asked.after or "")]
    shown = tuple(left[:PAGE_LENGTH])
    return ProcedureList(
        found=shown,
        count=len(matching),
        next=shown[-1].code if len(left) > len(shown) else None,
        fields=tuple(fields[name] for name in sorted(fields, key=without_diacritics)),
        levels=tuple(sorted({each.level for each in in_force})),
    )


def _matches(each: Procedure, asked: CatalogueAsked) -> bool:
    return (
        asked.field in {None, each.field_vi}
        and asked.level in {None, each.level}
        and asked.online in {None, each.online}
        and found_in(asked.q or "", each.code, each.name_vi, each.name_en, each.field_vi, each.field_en)
    )


def procedure_page(administration: Administration, code: str, now: datetime) -> ProcedurePage | None:
    """The procedure of this code; None where the catalogue has none that was ever published."""
    entry = administration.entries.of(PROCEDURES).get(code)
    latest = entry.latest if entry else None
    if entry is None or latest is None:
        return None
    today = entry.on(day_of_code(now))
    procedure = today or latest
    linked = (administration.known_procedure(link) for link in procedure.links)
    return ProcedurePage(procedure, today is not None, entry.timeline, tuple(each for each in linked if each))
