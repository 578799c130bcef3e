"""Strategies for lives of dossiers: usual ones with anything in between, and histories that hold anything."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import reduce
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from domain.calendar import CalendarVersion
from domain.dossier import events as e
from domain.dossier.commands import Command
from domain.dossier.corrections import CORRECTABLE, replay
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier, evolve
from domain.errors import Refusal
from domain.money import Dues
from domain.term import Term
from tests.domain.dossier import pasts as p
from tests.examples import COMMUNE, LIFE, PROCEDURE, RULES, SHA, UNIT, at, components
from tests.spec import Given
from tests.strategies import events

LONGEST_TERM: Final = 500

texts = st.sampled_from(("", "x"))
officers = st.sampled_from(("cb-01", "cb-02", "cb-03"))
moments = st.integers(-4, 24 * 4 * 20).map(lambda quarters: at(hours=quarters / 4))
some_components = st.lists(st.sampled_from(("TK", "CC", "UQ", "ZZ")), max_size=3, unique=True).map(
    lambda codes: components(*codes)
)
items = some_components.map(lambda given: tuple(e.SupplementItem(component=each.component) for each in given))
digests = st.sampled_from((SHA, p.OTHER_SHA, "no digest"))
values = st.one_of(moments.map(datetime.isoformat), st.sampled_from(("post", PROCEDURE, UNIT, "2026-03-05", "?")))
FIELDS: Final = sorted({field for readers in CORRECTABLE.values() for field in readers} | {"officer", "weather"})

_VALUES: Final[dict[str, SearchStrategy[Any]]] = {
    "at": moments,
    "new_due_at": moments,
    "officer": officers,
    "to_officer": officers,
    "signer": officers,
    "unit": st.sampled_from((COMMUNE, "H99.99")),
    "from_unit": st.sampled_from((COMMUNE, UNIT)),
    "to_unit": st.sampled_from((COMMUNE, UNIT, "H99.99")),
    "step": texts,
    "reason": texts,
    "components": some_components,
    "items": items,
    "dues": st.sampled_from((Dues(), Dues(fee=1), Dues(charge=8000))),
    "amount": st.sampled_from((0, 1, 8000)),
    "provider_reference": st.sampled_from(("VN1", "VN2", "")),
    "document_sha256": digests,
    "eligible": st.booleans(),
    "rule": st.sampled_from(("overdue", "due-soon", "supplement-unanswered", "?")),
    "occasion_at": st.sampled_from((p.DUE_AT, at(3))) | moments,
    "version": st.integers(0, 14),
    "field": st.sampled_from(FIELDS),
    "new_value": values,
}
_TYPICAL: Final[Sequence[Command]] = (
    p.SUBMIT,
    *LIFE,
    p.REFUSE_RECEPTION,
    p.DECLINE,
    p.OVERPAY,
    replace(p.OVERPAY, channel="momo"),
    p.WAIVE,
    p.EXTEND,
    p.HAND_TO_SUCCESSOR,
    p.WITHDRAW,
    p.STOP,
    p.VERIFY,
    p.REPRESENT,
    p.REUSE,
    p.CORRECT,
    p.RECORD_STEP,
    p.ESCALATE,
)


def _varied(command: Command) -> SearchStrategy[Command]:
    """The command with some of its values changed."""
    changes = {field.name: _VALUES[field.name] for field in fields(command) if field.name in _VALUES}
    return st.fixed_dictionaries({}, optional=changes).map(lambda values: replace(command, **values))


def _pinned(event: e.DossierEvent) -> e.DossierEvent:
    if not isinstance(event, e.Accepted):
        return event
    term = event.term and Term(min(event.term.amount, LONGEST_TERM), event.term.unit)
    calendar = event.calendar and CalendarVersion(id="vn", known_at=event.calendar.known_at)
    return replace(event, term=term, calendar=calendar)


READABLE_EVENTS: Final[SearchStrategy[e.DossierEvent]] = events().map(_pinned)
"""Any event, with any values; what acceptance pinned exists and is a term that some law could set."""

_IMPORTS: Final[SearchStrategy[Command]] = (
    st.lists(st.builds(p.fact, READABLE_EVENTS, st.sampled_from("abcdef")), max_size=3)
    .map(tuple)
    .map(lambda facts: replace(p.IMPORT, facts=facts))
)
ACTS: Final[SearchStrategy[Command]] = st.one_of(*(_varied(command) for command in _TYPICAL), _IMPORTS)
"""Any command, with values that other commands know."""


@st.composite
def _lives(draw: st.DrawFn) -> Given:
    length = draw(st.integers(0, len(LIFE)))
    planned: list[Command] = list(LIFE[:length])
    for place in draw(st.lists(st.integers(0, length), max_size=4)):
        planned.insert(place, draw(ACTS))
    return _followed((p.SUBMIT, *planned))


def _followed(commands: Sequence[Command]) -> Given:
    """The commands that are refused make nothing."""
    history: tuple[e.DossierEvent, ...] = ()
    dossier = Dossier()
    for command in commands:
        try:
            made = decide(command, dossier, RULES, history)
        except Refusal:
            continue
        history = (*history, *made)
        corrected = any(isinstance(event, e.Corrected) for event in made)
        dossier = replay(history) if corrected else reduce(evolve, made, dossier)
    return Given(history, RULES)


LIVES: Final[SearchStrategy[Given]] = _lives()
"""What became of a usual life, cut off anywhere, and of the commands that came in between or were changed."""


@st.composite
def _histories(draw: st.DrawFn) -> list[e.DossierEvent]:
    history: list[e.DossierEvent] = []
    for event in draw(st.lists(READABLE_EVENTS, max_size=10)):
        history.append(draw(_aimed(event, history)) if isinstance(event, e.Corrected) else event)
    return history


def _aimed(event: e.Corrected, history: Sequence[e.DossierEvent]) -> SearchStrategy[e.Corrected]:
    return st.builds(
        replace,
        st.just(event),
        version=st.integers(0, len(history) + 2),
        field=st.sampled_from(FIELDS),
        new_value=values,
    )


HISTORIES: Final[SearchStrategy[list[e.DossierEvent]]] = _histories()
"""Any events in any order; corrections often name a fact that is there and a field that can be corrected."""
