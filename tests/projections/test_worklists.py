"""Worklists: the row of a dossier is its state, and every count is the length of its list."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from domain.dossier import events as e
from domain.dossier.corrections import replay
from domain.errors import UnknownCursor
from projections.projection import fold, with_corrections
from projections.tables import ensure_schema
from projections.worklists.projection import WORKLISTS
from projections.worklists.queries import worklist
from projections.worklists.worklist import WorkLine, WorklistQuery, WorkState
from tests.projections.histories import (
    MONDAY,
    PERSON,
    PROCEDURES,
    UNITS,
    Database,
    Fact,
    accepted,
    at,
    emptied,
    facts,
    histories,
    instants,
    logs,
    recorded,
    submitted,
    write,
)
from tests.projections.running import caught_up

UNIT = "H15.50"


def handed(step: str, hours: float = 1, officer: str = "cb-1", unit: str = UNIT) -> e.HandedOver:
    return e.HandedOver(
        step=step, from_unit=UNIT, from_officer="", to_unit=unit, to_officer=officer, to_title="CV", quota=None,
        handed_over_at=at(hours),
    )  # fmt: skip


def opened(step: str, due_at: datetime | None, officer: str = "cb-1", unit: str = UNIT) -> e.StepOpened:
    return e.StepOpened(step=step, unit=unit, officer=officer, quota=None, due_at=due_at, opened_at=MONDAY)


@settings(max_examples=300, deadline=None)
@given(history=histories("H15-260302-0001"))
def test_whoever_holds_a_dossier_has_it_on_his_list(history: list[e.DossierEvent]) -> None:
    """What decisions go by and what the list shows are the same, for any history."""
    row = fold(WORKLISTS, None, with_corrections(recorded(history)))
    dossier = replay(history)
    assert row is not None
    assert (row.step, row.unit, row.officer) == (dossier.holder.step, dossier.holder.unit, dossier.holder.officer)
    assert row.due_at == dossier.due_at
    assert row.ended_at == dossier.ended_at
    assert (row.supplement_since is not None) == dossier.waiting_for_supplement
    assert (row.payment_since is not None) == dossier.waiting_for_payment
    bounds = [due for due in (row.step_due_at, row.due_at) if due is not None]
    assert row.next_due_at == min(bounds, default=None)


queries = st.builds(
    WorklistQuery,
    unit=st.sampled_from(UNITS),
    as_of=instants,
    officer=st.none() | st.none() | st.text("abcđ", max_size=1),
    step=st.none() | st.none() | st.text("abcđ", max_size=1),
    procedure=st.none() | st.none() | st.sampled_from(PROCEDURES),
    state=st.sampled_from(WorkState),
    soon=st.integers(0, 60).map(lambda hours: timedelta(hours=hours)),
    limit=st.integers(1, 3),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=logs(), asked=st.lists(queries, min_size=4, max_size=10))
def test_every_count_is_the_length_of_its_list(database: Database, log: list[Fact], asked: list[WorklistQuery]) -> None:
    """Whatever the filter, page by page; and both are what the facts say."""
    by_dossier: dict[object, list[e.DossierEvent]] = defaultdict(list)
    for fact in log:
        by_dossier[fact.dossier_id].append(fact.event)
    with database() as connection:
        emptied(connection)
        write(connection, log)
        caught_up(database)
        for query in asked:
            expected = _expected(list(by_dossier.values()), query)
            for state in WorkState:
                lines = _whole(connection, replace(query, state=state))
                assert worklist(connection, query).counts.of(state) == len(lines) == len(expected[state])
                assert sorted(line.code for line in lines) == sorted(expected[state])
                assert lines == sorted(lines, key=_place)


def _place(line: WorkLine) -> tuple[bool, datetime, str]:
    return (line.next_due_at is None, line.next_due_at or MONDAY, line.code)


def _whole(connection: Connection[object], query: WorklistQuery) -> list[WorkLine]:
    """Every page."""
    page = worklist(connection, query)
    lines = list(page.lines)
    while page.next is not None:
        page = worklist(connection, replace(query, after=page.next))
        assert page.lines
        lines += page.lines
    return lines


def _expected(all_histories: Sequence[Sequence[e.DossierEvent]], query: WorklistQuery) -> dict[WorkState, list[str]]:
    """Counted the slow way: from the state that decisions go by, and the step's end as its facts say."""
    found: dict[WorkState, list[str]] = {state: [] for state in WorkState}
    for history in all_histories:
        dossier, code = replay(history), next(each.code for each in history if isinstance(each, e.Submitted))
        holder = dossier.holder
        if dossier.ended_at is not None or holder.unit != query.unit:
            continue
        if query.officer not in {None, holder.officer} or query.step not in {None, holder.step}:
            continue
        if query.procedure not in {None, dossier.procedure}:
            continue
        found[WorkState.OPEN].append(code)
        row = fold(WORKLISTS, None, with_corrections(recorded(history)))
        due = row.next_due_at if row else None
        if dossier.waiting_for_supplement or dossier.waiting_for_payment:
            found[WorkState.WAITING].append(code)
        elif due is not None and due < query.as_of:
            found[WorkState.LATE].append(code)
        elif due is not None and due <= query.as_of + query.soon:
            found[WorkState.DUE_SOON].append(code)
    return found


def _codes(database: Database, *past: Sequence[e.DossierEvent], **asked: object) -> list[str]:
    with database() as connection:
        for number, history in enumerate(past):
            write(connection, facts(history, str(number)))
        caught_up(database)
        query = WorklistQuery(**({"unit": UNIT, "as_of": at(24)} | asked))  # type: ignore[arg-type]
        return [line.code for line in worklist(connection, query).lines]


def test_what_is_due_first_comes_first_and_what_has_no_date_last(database: Database) -> None:
    """The step's end bounds the work where it comes before the promise."""
    pasts: list[list[e.DossierEvent]] = [
        [submitted("H15.50-260302-0001")],
        [submitted("H15.50-260302-0002"), accepted(due_at=at(90))],
        [submitted("H15.50-260302-0003"), accepted(due_at=at(99)), opened("a", at(50))],
        [submitted("H15.50-260302-0004"), accepted(due_at=at(70)), opened("a", at(80))],
    ]
    assert [code[-1] for code in _codes(database, *pasts)] == ["3", "4", "2", "1"]
    assert [code[-1] for code in _codes(database, state=WorkState.LATE, as_of=at(75))] == ["3", "4"]


def test_a_hand_over_moves_it_from_list_to_list_and_the_end_off_all(database: Database) -> None:
    past: list[e.DossierEvent] = [submitted(), accepted(), opened("a", at(5)), handed("b", unit="H16", officer="cb-7")]
    assert _codes(database, past) == []
    assert _codes(database, unit="H16", officer="cb-7", step="b") == ["H15-260302-0001"]
    assert _codes(database, unit="H16", state=WorkState.LATE) == []
    with database() as connection:
        (ended,) = facts([*past, e.Withdrawn(reason="", withdrawn_at=at(30))], "0")[-1:]
        write(connection, [ended])
    assert _codes(database, unit="H16") == []


def test_no_personal_value_is_in_it(database: Database) -> None:
    past: list[e.DossierEvent] = [submitted(personal=PERSON), accepted(), handed("a")]
    _codes(database, past)
    with database() as connection:
        stored = repr(connection.execute("SELECT * FROM worklists").fetchall())
    assert "H15-260302-0001" in stored
    assert not any(value in stored for value in (PERSON.full_name, PERSON.personal_number, PERSON.phone))


@pytest.mark.parametrize("cursor", ["?", "YQ", "MjAyNi0wMS0wMSBh", "aW5maW5pdHkgAA"])
def test_a_cursor_of_another_list_is_refused(database: Database, cursor: str) -> None:
    with database() as connection:
        ensure_schema(connection, [WORKLISTS])
        caught_up(database)
        with pytest.raises(UnknownCursor):
            worklist(connection, WorklistQuery(unit=UNIT, as_of=datetime.now(UTC), after=cursor))


def test_what_is_handed_to_a_successor_is_on_its_list_and_on_no_other() -> None:
    """With the same officer, step and dates; what another unit holds stays there."""
    taken = e.Succeeded(from_unit=UNIT, to_unit="H15.51", decision="60/NQ", succeeded_at=at(9))
    held: list[e.DossierEvent] = [submitted(unit=UNIT), accepted(due_at=at(48)), handed("a"), opened("a", at(8))]
    before = fold(WORKLISTS, None, recorded(held))
    after = fold(WORKLISTS, None, recorded([*held, taken]))
    assert before is not None
    assert after is not None
    assert (after.unit, after.since) == ("H15.51", at(9))
    assert msgspec.structs.replace(after, unit=UNIT, since=before.since, version=before.version) == before
    away = [*held, handed("a", 2, unit="H16")]
    stays = fold(WORKLISTS, None, recorded([*away, taken]))
    assert stays is not None
    assert (stays.unit, stays.since) == ("H16", at(2))
