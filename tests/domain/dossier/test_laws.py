"""Laws of the dossier, whatever happened to it."""

from dataclasses import replace

from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.applicant import Personal
from domain.calendar import CalendarError
from domain.dossier import events as e
from domain.dossier.commands import Command
from domain.dossier.corrections import corrected_history, replay
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier, evolve
from domain.dossier.promise import standing_promise
from domain.errors import Refusal
from tests.domain.dossier import pasts as p
from tests.domain.dossier.lives import ACTS, HISTORIES, LIVES
from tests.examples import RULES
from tests.spec import Given, given
from tests.strategies import events

NAMES = st.text("ăâđêôơưạếộữ", min_size=6, max_size=12)
DIGITS = st.text("0123456789", min_size=12, max_size=12)
PERSONS = st.builds(Personal, full_name=NAMES, personal_number=DIGITS, phone=DIGITS, email=NAMES, address=NAMES)


@for_all(st.lists(events(), max_size=12))
def test_history_is_never_refused(history: list[e.DossierEvent]) -> None:
    dossier = Dossier()
    for event in history:
        dossier = evolve(dossier, event)
        assert type(dossier) is Dossier
    assert type(replay(history)) is Dossier


@for_all(HISTORIES)
def test_the_same_history_makes_the_same_dossier(history: list[e.DossierEvent]) -> None:
    assert replay(history) == replay(tuple(history)) == replay(iter(history))


@for_all(HISTORIES, events())
def test_a_fact_is_folded_onto_what_the_history_made(history: list[e.DossierEvent], event: e.DossierEvent) -> None:
    if not isinstance(event, e.Corrected):
        assert replay([*history, event]) == evolve(replay(history), event)


@for_all(HISTORIES)
def test_corrections_change_the_named_fields_and_nothing_else(history: list[e.DossierEvent]) -> None:
    corrected = corrected_history(history)
    assert len(corrected) == len(history)
    for version, (before, after) in enumerate(zip(history, corrected, strict=True), start=1):
        named = {event.field for event in history if isinstance(event, e.Corrected) and event.version == version}
        assert type(after) is type(before)
        assert all(getattr(before, name) == getattr(after, name) for name in _fields(before) if name not in named)


@for_all(HISTORIES)
def test_corrections_are_carried_out_once(history: list[e.DossierEvent]) -> None:
    corrected = corrected_history(history)
    assert corrected_history(corrected) == corrected


@for_all(HISTORIES, ACTS)
def test_whatever_happened_a_command_is_decided_or_refused(history: list[e.DossierEvent], command: Command) -> None:
    """Beside refusals only the calendar may have its say: it ends in the year 2199."""
    try:
        made = decide(command, replay(history), RULES, history)
    except (Refusal, CalendarError):
        return
    assert all(type(event) in e.WIRE_NAMES for event in made)


@for_all(LIVES, ACTS)
def test_the_same_command_is_decided_the_same_way(life: Given, command: Command) -> None:
    first, second = (life.when(command) for _ in range(2))
    assert first.made == second.made
    assert type(first.refusal) is type(second.refusal)


@for_all(LIVES)
def test_the_promise_can_be_recomputed_from_the_facts(life: Given) -> None:
    """Not where an extension or the end took effect, on paper, before a wait had ended that was recorded earlier."""
    states = [replay(life.history[:length]) for length in range(len(life.history) + 1)]
    if not any(_backdated(state) for state in states):
        assert states[-1].due_at == standing_promise(states[-1], RULES)


def _backdated(dossier: Dossier) -> bool:
    later = [at for at in (dossier.extended_at, dossier.ended_at) if at is not None]
    return any((wait.until or wait.since) > at for wait in dossier.waits for at in later)


@for_all(LIVES)
def test_what_ended_is_not_open_and_what_is_open_has_not_ended(life: Given) -> None:
    dossier = life.dossier
    assert dossier.is_open == (dossier.submitted_at is not None and dossier.ended_at is None)


@for_all(LIVES, PERSONS, PERSONS)
def test_no_personal_value_is_part_of_what_decisions_need(life: Given, person: Personal, other: Personal) -> None:
    history = [_of(event, person, other) for event in life.history]
    state = repr(replay(history))
    assert not [value for value in (*person.values(), *other.values()) if value in state]


def test_a_life_with_personal_values_is_searched() -> None:
    person = Personal(full_name="Đỗ Đăng Đạt")
    history = [_of(event, person, person) for event in given(*p.RETURNED).history]
    assert repr(history).count(person.full_name) == 2


def _of(event: e.DossierEvent, person: Personal, other: Personal) -> e.DossierEvent:
    if isinstance(event, e.Submitted):
        return replace(event, personal=person)
    return replace(event, recipient=other) if isinstance(event, e.ResultReturned) else event


def _fields(event: e.DossierEvent) -> tuple[str, ...]:
    return tuple(type(event).__dataclass_fields__)
