"""The same dossiers, cut by the structure of then or of now: equal totals, and figures that add up by parent."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import HealthCheck, assume, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.administration import unit_facts as f
from domain.administration.building import build
from domain.administration.entries import Entries
from domain.administration.units import UNITS as KIND
from domain.agency import Unit, UnitKind
from domain.dossier import events as e
from domain.errors import Refusal
from projections.on_time.projection import ON_TIME
from projections.on_time.queries import dossiers, report
from projections.on_time.report import Bucket, Cut, DossierQuery, Places, Report, ReportQuery, ReportRow, Structure
from projections.on_time.structure import above, counted_for, placed
from projections.tables import ensure_schema
from tests.administrations import administered
from tests.examples import VN
from tests.projections.histories import Database, accepted, at, emptied, facts, submitted, write
from tests.projections.running import caught_up

FIRST: Final = date(2026, 3, 1)
NOW: Final = at(24 * 60)
CODES: Final = ("H15", "H15.50", "H15.50.05", "H15.51", "H16", "H16.01")
NEW: Final = ("H15.60", "H16.60", "H17")
ELSEWHERE: Final = "H99.1"
"""A unit that the administration does not know, as in dossiers of outside systems."""
MOVED: Final = at(30)


def unit(code: str, parent: str | None) -> Unit:
    return Unit(code=code, name_vi=code, name_en="", kind=UnitKind.COMMUNE, parent=parent, calendar="vn")


BEGUN: Final = administered([VN], units=[unit(code, code.rpartition(".")[0] or None) for code in CODES]).entries


def merge(day: date, into: Unit, *merged: str) -> f.MergeUnits:
    return f.MergeUnits(code=into.code, merged=merged, unit=into, effective_from=day, decision="-", at=NOW)


acts: Final = st.lists(
    st.tuples(
        st.sampled_from(("merge", "end", "split", "move")),
        st.sampled_from((*CODES, *NEW)),
        st.sampled_from((*CODES, *NEW)),
        st.integers(1, 20),
    ),
    max_size=8,
)


def changed(planned: list[tuple[str, str, str, int]]) -> Entries:
    """The structure after whatever of these acts the rules allow."""
    entries, day = BEGUN, FIRST
    for act, code, other, days in planned:
        day += timedelta(days=days)
        with suppress(Refusal):
            entries = build([_act(act, code, other, day)], entries).entries
    return entries


def _act(act: str, code: str, other: str, day: date) -> Any:
    common: dict[str, Any] = {"effective_from": day, "decision": "-", "at": NOW}
    match act:
        case "merge":
            return merge(day, unit(code, "H16"), other)
        case "end":
            return f.EndUnit(code=code, successors=(other,), **common)
        case "split":
            return f.SplitUnit(code=code, into=(unit(other, "H15"), unit(f"{other}.9", "H16")), **common)
        case _:
            return f.ChangeUnit(code=code, unit=unit(code, other), **common)


def asked(entries: Entries, structure: Structure, **more: Any) -> ReportQuery:
    query = ReportQuery(now=NOW, by=Cut.UNIT, structure=structure, **more)
    return replace(query, places=placed(query, entries))


def figures(row: ReportRow) -> tuple[Any, ...]:
    return tuple(getattr(row, bucket.value.replace("-", "_")) for bucket in Bucket)


def of_unit(answer: Report, code: str) -> tuple[Any, ...]:
    return next((figures(row) for row in answer.rows if row.key == code), (0,) * len(Bucket))


def plus(parts: Iterator[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(map(sum, zip(*parts, strict=True)))


histories: Final = st.lists(
    st.tuples(st.sampled_from((*CODES, *NEW, ELSEWHERE)), st.sampled_from(CODES), st.booleans(), st.booleans()),
    max_size=8,
)


def written(database: Database, planned: list[tuple[str, str, bool, bool]]) -> None:
    with database() as connection:
        emptied(connection)
        for number, (code, to_unit, moved, ended) in enumerate(planned):
            history: list[e.DossierEvent] = [submitted(f"H15-260302-{number:04d}", unit=code), accepted(at(1), at(48))]
            if moved:
                history.append(e.Succeeded(from_unit=code, to_unit=to_unit, decision="-", succeeded_at=MOVED))
            if ended:
                history.append(e.Stopped(reason="", stage="", finance="", officer="", stopped_at=at(50)))
            write(connection, facts(history, str(number)))
    caught_up(database)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(acts, histories, st.none() | st.sampled_from((at(20), at(40), at(24 * 20))))
def test_both_structures_count_the_same_and_add_up_by_parent(
    database: Database, planned: list[tuple[str, str, str, int]], lives: list[tuple[str, str, bool, bool]], as_of: Any
) -> None:
    entries = changed(planned)
    units = entries.of(KIND)
    known = [(code if code in units else ELSEWHERE, to, moved, ended) for code, to, moved, ended in lives]
    written(database, known)
    with database() as connection:
        totals = {s: report(connection, asked(entries, s, as_of=as_of)) for s in Structure}
        assert figures(totals[Structure.THEN].total) == figures(totals[Structure.NOW].total)
        for structure, whole in totals.items():
            day = (NOW if structure is Structure.NOW else as_of or NOW).date()
            for row in whole.rows:
                query = DossierQuery(report=whole.query, bucket=Bucket.RECEIVED, key=row.key)
                assert dossiers(connection, query).count == row.received
            there = [code for code in units if structure is Structure.THEN or counted_for(entries, code, day) == code]
            for code in there:
                below = [each for each in there if above(units, each, day)[1:2] == (code,)]
                parts = [report(connection, asked(entries, structure, as_of=as_of, unit=each)).total for each in below]
                own = of_unit(whole, code)
                narrowed = report(connection, asked(entries, structure, as_of=as_of, unit=code)).total
                assert figures(narrowed) == plus(iter([own, *map(figures, parts)])), (structure, code)


def test_then_is_by_the_units_that_had_the_dossiers_and_now_by_those_that_answer_for_them(database: Database) -> None:
    """One settled before the merger, one handed over after it, one left behind."""
    entries = build([merge(date(2026, 3, 3), unit("H15.60", "H15"), "H15.51")], BEGUN).entries
    written(
        database, [("H15.51", "H15.60", False, True), ("H15.51", "H15.60", True, False), ("H15.51", "", False, False)]
    )
    with database() as connection:

        def rows(structure: Structure, **more: Any) -> dict[str, int]:
            return {row.key: row.received for row in report(connection, asked(entries, structure, **more)).rows}

        assert rows(Structure.THEN) == {"H15.51": 2, "H15.60": 1}
        assert rows(Structure.THEN, as_of=at(29)) == {"H15.51": 3}
        assert rows(Structure.THEN, as_of=at(30)) == {"H15.51": 2, "H15.60": 1}
        assert rows(Structure.NOW) == rows(Structure.NOW, as_of=at(29)) == {"H15.60": 3}


def test_a_unit_moved_to_another_parent_is_counted_there_from_then_on(database: Database) -> None:
    """A province that took over a commune of another: its code tells the old one."""
    move = f.ChangeUnit(
        code="H15.51", unit=unit("H15.51", "H16"), effective_from=date(2026, 3, 10), decision="-", at=NOW
    )
    entries = build([move], BEGUN).entries
    written(database, [("H15.51", "", False, False), ("H15", "", False, False)])
    with database() as connection:

        def received(structure: Structure, code: str, **more: Any) -> int:
            return report(connection, asked(entries, structure, unit=code, **more)).total.received

        assert [received(Structure.THEN, code, as_of=at(40)) for code in ("H15", "H16")] == [2, 0]
        assert [received(Structure.NOW, code, as_of=at(40)) for code in ("H15", "H16")] == [1, 1]
        assert [received(Structure.THEN, code) for code in ("H15", "H16")] == [1, 1]


def test_what_several_succeed_is_counted_above_them() -> None:
    day = date(2026, 3, 3)
    split = f.SplitUnit(
        code="H15.51", into=(unit("H15.60", "H15"), unit("H15.61", "H15")), effective_from=day, decision="-", at=NOW
    )
    assert counted_for(build([split], BEGUN).entries, "H15.51", day) == "H15"
    apart = replace(split, into=(unit("H15.60", "H15"), unit("H16.60", "H16")))
    assert counted_for(build([apart], BEGUN).entries, "H15.51", day) == "H15.51"
    assert counted_for(BEGUN, "unknown", day) == "unknown"


@for_all(acts)
def test_whoever_is_counted_for_another_is_there(planned: list[tuple[str, str, str, int]]) -> None:
    entries = changed(planned)
    units, day = entries.of(KIND), NOW.date()
    assume(units)
    for code in units:
        counted = counted_for(entries, code, day)
        ended_on = units[counted].ended_on
        assert counted == code or ended_on is None or ended_on > day
        assert counted_for(entries, counted, day) == counted


def test_a_unit_with_nothing_recorded_above_it_stands_where_its_code_says() -> None:
    entries = administered([VN], units=[unit("H15", None), unit("H15.50", None), unit("H16", None)]).entries
    assert placed(ReportQuery(now=NOW, unit="H15"), entries) == placed(ReportQuery(now=NOW), entries) == Places()


def test_tables_of_an_earlier_version_gain_the_columns_that_are_new(database: Database) -> None:
    written(database, [("H15.51", "", False, False)])
    with database() as connection:
        connection.execute("ALTER TABLE on_time DROP COLUMN earlier_units, DROP COLUMN earlier_until")
        ensure_schema(connection, [ON_TIME])
        write(connection, facts([submitted("H15-260302-0007", unit="H15.51"), accepted(at(1))], "7"))
    caught_up(database)
    with database() as connection:
        assert report(connection, asked(BEGUN, Structure.THEN, as_of=at(40))).total.received == 2
