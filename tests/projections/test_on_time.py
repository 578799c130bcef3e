"""Figures, the lists behind them, and a slow count from the events always agree."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from domain.dossier import events as e
from domain.errors import UnknownCursor
from projections.on_time.queries import dossiers, report
from projections.on_time.report import Bucket, Counting, Cut, DossierQuery, Places, ReportQuery, ReportRow
from projections.tables import ensure_schema
from tests.projections.histories import (
    CHANNELS,
    MONDAY,
    PROCEDURES,
    UNITS,
    Database,
    Fact,
    accepted,
    at,
    emptied,
    facts,
    instants,
    logs,
    submitted,
    write,
)
from tests.projections.reference import count
from tests.projections.running import caught_up

History: TypeAlias = list[e.DossierEvent]

NOW = at(150)

days = st.dates(date(2026, 3, 1), date(2026, 3, 8))


def _rarely(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Seldom narrowed, since an empty report shows nothing."""
    return st.integers(0, 7).flatmap(lambda number: values if number == 7 else st.none())


few_units = st.lists(st.sampled_from(UNITS), max_size=2, unique=True).map(tuple)
places = st.builds(
    Places,
    counted_for=st.dictionaries(st.sampled_from(UNITS), st.sampled_from(UNITS), max_size=3).map(
        lambda counted: tuple(counted.items())
    ),
    within=few_units,
    outside=few_units,
)
queries = st.builds(
    ReportQuery,
    places=st.just(Places()) | places,
    now=instants,
    by=st.sampled_from(Cut),
    counting=st.sampled_from(Counting),
    from_on=_rarely(days),
    to_on=_rarely(days),
    as_of=st.none() | instants | instants,
    unit=_rarely(st.sampled_from(UNITS)),
    procedure=_rarely(st.sampled_from(PROCEDURES)),
    channel=_rarely(st.sampled_from(CHANNELS)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=logs(), asked=st.lists(queries, min_size=3, max_size=8))
def test_every_figure_is_the_length_of_its_list_and_the_count_of_its_facts(
    database: Database, log: list[Fact], asked: list[ReportQuery]
) -> None:
    histories = defaultdict(list)
    for fact in log:
        histories[fact.dossier_id].append(fact.event)
    with database() as connection:
        emptied(connection)
        write(connection, log)
        caught_up(database)
        for query in asked:
            _check(connection, query, list(histories.values()))


def _check(connection: Connection[Any], query: ReportQuery, histories: list[History]) -> None:
    answer = report(connection, query)
    counted = count(histories, query)
    with_corrections = count([each for each in histories if any(isinstance(it, e.Corrected) for it in each)], query)
    if query.by is Cut.ALL:
        counted = {"all": counted.get("all", Counter())}
    assert [row.key for row in answer.rows] == sorted(counted)
    for row in answer.rows:
        _check_identities(row)
        for bucket in Bucket:
            figure = getattr(row, bucket.value.replace("-", "_"))
            assert figure == counted[row.key][bucket], (query, row.key, bucket)
            listed = dossiers(connection, DossierQuery(report=query, bucket=bucket, key=row.key))
            assert listed.count == len(listed.lines) == figure, (query, row.key, bucket)
            figure = getattr(row.corrected, bucket.value.replace("-", "_"))
            assert figure == with_corrections.get(row.key, Counter())[bucket], (query, row.key, bucket)
            corrected = dossiers(connection, DossierQuery(report=query, bucket=bucket, key=row.key, corrected=True))
            assert corrected.lines == tuple(line for line in listed.lines if line.corrected)
            assert corrected.count == len(corrected.lines) == figure, (query, row.key, bucket)
    _check_identities(answer.total)
    for bucket in Bucket:
        name = bucket.value.replace("-", "_")
        assert getattr(answer.total, name) == sum(getattr(row, name) for row in answer.rows)
        assert getattr(answer.total.corrected, name) == sum(getattr(row.corrected, name) for row in answer.rows)


def _check_identities(row: ReportRow) -> None:
    assert row.received == row.closed + row.open
    assert row.closed == row.in_time + row.overdue
    assert row.in_time == row.early + row.on_time
    assert row.open == row.open_within + row.open_overdue
    assert row.paused <= row.open_within


def _report(database: Database, *histories: History, **asked: Any) -> ReportRow:
    with database() as connection:
        for number, history in enumerate(histories):
            write(connection, facts(history, str(number)))
        caught_up(database)
        return report(connection, ReportQuery(now=NOW, **asked)).total


def test_the_two_countings_differ_within_the_day(database: Database) -> None:
    due, ended = at(48), at(50)
    history: History = [submitted(), accepted(due_at=due), e.Withdrawn(reason="", withdrawn_at=ended)]
    by_date = _report(database, history)
    with database() as connection:
        by_instant = report(connection, ReportQuery(now=NOW, counting=Counting.INSTANT)).total
    assert (by_date.on_time, by_date.overdue) == (1, 0)
    assert (by_instant.on_time, by_instant.overdue) == (0, 1)


def test_the_days_are_those_of_the_dossiers_timezone(database: Database) -> None:
    due = datetime(2026, 3, 5, 10, tzinfo=UTC)
    ended = datetime(2026, 3, 5, 22, tzinfo=UTC)  # the next morning in Việt Nam, the same day in Amsterdam
    there: History = [
        submitted("H15-260302-0001"),
        accepted(due_at=due, timezone="Europe/Amsterdam"),
        e.Withdrawn(reason="", withdrawn_at=ended),
    ]
    here: History = [submitted("H15-260302-0002"), accepted(due_at=due), e.Withdrawn(reason="", withdrawn_at=ended)]
    row = _report(database, there, here)
    assert (row.on_time, row.overdue) == (1, 1)


def test_whoever_waits_is_within_the_deadline(database: Database) -> None:
    asked = e.SupplementRequested(items=(), stage="", legal_basis="", approver="", officer="", requested_at=at(1))
    waiting: History = [submitted("H15-260302-0001"), accepted(due_at=at(2)), asked]
    late: History = [submitted("H15-260302-0002"), accepted(due_at=at(2))]
    row = _report(database, waiting, late)
    assert (row.open_within, row.open_overdue, row.paused) == (1, 1, 1)


def _as_of(database: Database, instant: datetime, counting: Counting = Counting.DATE) -> ReportRow:
    with database() as connection:
        return report(connection, ReportQuery(now=NOW, as_of=instant, counting=counting)).total


def test_a_day_ends_at_midnight_and_an_appointment_at_its_moment(database: Database) -> None:
    midnight, moment = at(40), timedelta(microseconds=1)
    due_at = midnight - timedelta(hours=3)
    assert _report(database, [submitted(), accepted(due_at=due_at)]).open_overdue == 1
    assert _as_of(database, midnight - moment).open_overdue == 0
    assert _as_of(database, midnight).open_overdue == 1
    assert _as_of(database, due_at, Counting.INSTANT).open_overdue == 0
    assert _as_of(database, due_at + moment, Counting.INSTANT).open_overdue == 1
    with database() as connection:
        for counting, last in ((Counting.DATE, midnight - moment), (Counting.INSTANT, due_at)):
            for now, overdue in ((last, 0), (last + moment, 1)):
                assert report(connection, ReportQuery(now=now, counting=counting)).total.open_overdue == overdue


def test_what_takes_effect_at_an_instant_has_taken_effect(database: Database) -> None:
    asked = e.SupplementRequested(items=(), stage="", legal_basis="", approver="", officer="", requested_at=at(3))
    answered = e.Supplemented(components=(), due_at=at(400), supplemented_at=at(6))
    ended = e.Withdrawn(reason="", withdrawn_at=at(9))
    _report(database, [submitted(), accepted(at(1), at(0)), asked, answered, ended])
    moment = timedelta(microseconds=1)
    before, after = _as_of(database, at(1) - moment), _as_of(database, at(1))
    assert (before.received, after.received) == (0, 1)
    assert [_as_of(database, at(3) - moment).paused, _as_of(database, at(3)).paused] == [0, 1]
    assert [_as_of(database, at(6) - moment).paused, _as_of(database, at(6)).paused] == [1, 0]
    by_instant = [
        _as_of(database, instant, Counting.INSTANT).open_overdue for instant in (at(1), at(3) - moment, at(6))
    ]
    assert by_instant == [1, 1, 0]
    assert [_as_of(database, at(9) - moment).closed, _as_of(database, at(9)).closed] == [0, 1]


def test_neither_refused_nor_merely_submitted_dossiers_count(database: Database) -> None:
    refused: History = [submitted("H15-260302-0001"), e.ReceptionRefused(reason="r", officer="", refused_at=at(1))]
    assert _report(database, refused, [submitted("H15-260302-0002")]).received == 0


def test_a_past_instant_sees_the_promise_that_stood_then(database: Database) -> None:
    extended = e.DeadlineExtended(old_due_at=at(24), new_due_at=at(240), reason="r", signer="", extended_at=at(60))
    history: History = [submitted(), accepted(due_at=at(24)), extended]
    now = _report(database, history)
    with database() as connection:
        before = report(connection, ReportQuery(now=NOW, as_of=at(59))).total
        after = report(connection, ReportQuery(now=NOW, as_of=at(60))).total
    assert (now.open_overdue, before.open_overdue, after.open_overdue) == (0, 1, 0)


def test_a_unit_means_itself_and_all_below_it(database: Database) -> None:
    histories: list[History] = [
        [submitted(f"H15-260302-{number:04d}", unit=unit), accepted()] for number, unit in enumerate(UNITS)
    ]
    assert _report(database, *histories, unit="H15.50").received == 2
    with database() as connection:
        by_unit = report(connection, ReportQuery(now=NOW, by=Cut.UNIT, unit="H15"))
    assert [row.key for row in by_unit.rows] == ["H15", "H15.50", "H15.50.05", "H15.501", "H15.51"]


def test_pages_cover_the_list_once(database: Database) -> None:
    histories: list[History] = [[submitted(f"H15-260302-{n:04d}"), accepted()] for n in range(7)]
    _report(database, *histories)
    query = DossierQuery(report=ReportQuery(now=NOW), bucket=Bucket.OPEN, limit=3)
    seen, pages = [], 0
    with database() as connection:
        page = dossiers(connection, query)
        while True:
            assert page.count == 7
            seen += [line.code for line in page.lines]
            pages += 1
            if page.next is None:
                break
            page = dossiers(connection, replace(query, after=page.next))
    assert (seen, pages) == (sorted(history[0].code for history in histories if isinstance(history[0], e.Submitted)), 3)


def test_a_foreign_cursor_is_malformed(database: Database) -> None:
    with database() as connection:
        caught_up(database)
        query = DossierQuery(report=ReportQuery(now=NOW), bucket=Bucket.OPEN, after="%%%")
        with pytest.raises(UnknownCursor):
            dossiers(connection, query)


def test_an_empty_report_is_all_zeros(database: Database) -> None:
    with database() as connection:
        caught_up(database)
        ensure_schema(connection, ())
        answer = report(connection, ReportQuery(now=MONDAY + timedelta(days=1)))
    assert (answer.total.received, answer.position, answer.rows) == (0, 0, (answer.total,))
