"""Every kind of thing that an administrator keeps, and which of them a fact or a command is about."""

from typing import Any, Final

from domain.administration.calendars import CALENDARS
from domain.administration.closings import CLOSINGS
from domain.administration.counting import COUNTING_RULES
from domain.administration.delegations import DELEGATIONS
from domain.administration.entries import Kind
from domain.administration.escalation_rules import ESCALATION_RULES
from domain.administration.officers import OFFICERS
from domain.administration.procedures import PROCEDURES
from domain.administration.units import UNITS

KINDS: Final[tuple[Kind[Any], ...]] = (
    CALENDARS,
    COUNTING_RULES,
    UNITS,
    PROCEDURES,
    OFFICERS,
    DELEGATIONS,
    CLOSINGS,
    ESCALATION_RULES,
)
"""In an order in which each leans only on those before it."""

FACT_TYPES: Final[dict[str, type[Any]]] = {name: fact for kind in KINDS for name, fact in kind.facts.items()}
"""The storage format: add, never edit."""

FACT_NAMES: Final[dict[type[Any], str]] = {fact: name for name, fact in FACT_TYPES.items()}
_KIND_OF: Final[dict[type[Any], Kind[Any]]] = {
    known: kind for kind in KINDS for known in (*kind.facts.values(), *kind.acts.values())
}


def kind_of(known: object) -> Kind[Any]:
    """The kind that a fact or a command is about."""
    return _KIND_OF[type(known)]
