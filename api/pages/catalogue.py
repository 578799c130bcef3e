"""The catalogue of procedures as the public reads it: what is asked for, how long it takes, what it costs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.administration.administration import Administration
from domain.administration.procedures import PROCEDURES, Span
from domain.codes import day_of_code
from domain.procedure import Procedure
from domain.text import found_in

PAGE_LENGTH: Final = 50


@dataclass(frozen=True, slots=True)
class ProcedureList:
    """Procedures in force, a page of them in the order of their codes; ``next`` is the last code of the page."""

    found: tuple[Procedure, ...]
    count: int
    next: str | None


@dataclass(frozen=True, slots=True)
class ProcedurePage:
    """One procedure: the version in force, or the last there was, and every version with its first day."""

    procedure: Procedure
    in_force: bool
    spans: tuple[Span, ...]
    linked: tuple[Procedure, ...]


def procedures(administration: Administration, wanted: str, after: str, now: datetime) -> ProcedureList:
    """Those in which every word stands: in the code, the names, or the field."""
    matching = [
        each
        for each in administration.all_procedures(now)
        if found_in(wanted, each.code, each.name_vi, each.name_en, each.field_vi, each.field_en)
    ]
    left = [each for each in matching if each.code > after]
    shown = tuple(left[:PAGE_LENGTH])
    return ProcedureList(shown, len(matching), shown[-1].code if len(left) > len(shown) else None)


def procedure_page(administration: Administration, code: str, now: datetime) -> ProcedurePage | None:
    """The procedure of this code; None where the catalogue has none that was ever published."""
    entry = administration.entries.of(PROCEDURES).get(code)
    latest = entry.latest if entry else None
    if entry is None or latest is None:
        return None
    today = entry.on(day_of_code(now))
    procedure = today or latest
    linked = (administration.known_procedure(link) for link in procedure.links)
    return ProcedurePage(procedure, today is not None, entry.spans, tuple(each for each in linked if each))
