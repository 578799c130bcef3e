"""Statements against payments recorded on real PostgreSQL: every line is one of four kinds, and the sums add up."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from consumers.statement import StatementProblem, open_statement
from domain.dossier.events import Overpaid, Paid
from service.database import connect
from service.reconciling import CHUNK, Category, Finding, Sum, Tally, findings, take_in
from tests.databases import fresh_database
from tests.service.statements import LIVES, NOBODYS, paid_dossiers, written

MATCHED, MISSING, DIFFERENT, UNKNOWN = Category


class Desk(NamedTuple):
    """Dossiers on a database: one that paid, one that paid too much twice, one remitted that paid, one that did not."""

    connection: Connection[Any]
    codes: list[str]

    def reconciled(self, path: Path) -> tuple[Sum, list[Finding]]:
        with open_statement(path) as statement:
            read = take_in(self.connection, statement)
        return read, list(findings(self.connection))


@pytest.fixture(scope="module")
def desk(server_url: str, _template: str) -> Iterator[Desk]:
    with fresh_database(server_url, _template) as url, connect(url, application_name="motcua-test") as connection:
        yield Desk(connection, paid_dossiers(url, LIVES))


RECORDED = {
    (0, "vnpay", "A1", 8000),
    (1, "vnpay", "B1", 8000),
    (1, "vnpay", "B2", 5000),
    (1, "momo", "B1", 8000),
    (2, "vnpay", "C1", 8000),
}


def one(desk: Desk, tmp_path: Path, *line: Any) -> Finding:
    _, (found,) = desk.reconciled(written(tmp_path / "s.csv", [line]))
    return found


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        *((payment, MATCHED) for payment in sorted(RECORDED)),
        ((0, "vnpay", "A2", 8000), MISSING),
        ((3, "vnpay", "A1", 8000), MISSING),
        ((0, "vnpay", "B1", 8000), MISSING),
        ((0, "vnpay", "a1", 8000), MISSING),
        ((0, "vnpay", "A1", 8001), DIFFERENT),
        ((1, "vnpay", "B2", 8000), DIFFERENT),
        ((0, "momo", "A1", 8000), DIFFERENT),
    ],
)
def test_a_line_is_known_by_dossier_provider_reference_and_amount(
    desk: Desk, tmp_path: Path, payment: tuple[int, str, str, int], expected: Category
) -> None:
    dossier, provider, reference, amount = payment
    assert one(desk, tmp_path, provider, reference, desk.codes[dossier], amount).category is expected


@pytest.mark.parametrize("code", [NOBODYS, "", "nộp hộ chị Mẫu"])
def test_a_line_of_no_dossier_is_unknown(desk: Desk, tmp_path: Path, code: str) -> None:
    found = one(desk, tmp_path, "vnpay", "A1", code, 8000)
    assert (found.category, found.recorded) == (UNKNOWN, ())


def test_what_is_recorded_is_shown_beside(desk: Desk, tmp_path: Path) -> None:
    def recorded(*line: Any) -> list[tuple[type[object], str, str, int]]:
        found = one(desk, tmp_path, *line).recorded
        return [(type(each), each.channel, each.provider_reference, each.amount) for each in found]

    paid, over, momo = (Paid, "vnpay", "B1", 8000), (Overpaid, "vnpay", "B2", 5000), (Overpaid, "momo", "B1", 8000)
    assert recorded("vnpay", "B2", desk.codes[1], 5000) == [over]
    assert recorded("vnpay", "B1", desk.codes[1], 1) == [paid, momo]
    assert recorded("vnpay", "B9", desk.codes[1], 1) == [paid, over, momo]
    assert recorded("vnpay", "B9", desk.codes[3], 1) == []


def test_a_payment_listed_twice_is_found_however_far_apart(desk: Desk, tmp_path: Path) -> None:
    between = [("vnpay", f"X{number}", desk.codes[number % 4], 8000) for number in range(2 * CHUNK)]
    twice = ("vnpay", "A1", desk.codes[0], 8000)
    other = ("vnpay", "A1", NOBODYS, 8000)
    same_reference = ("momo", "A1", desk.codes[3], 8000)
    _, found = desk.reconciled(written(tmp_path / "s.csv", [twice, same_reference, *between, twice, other]))
    last = len(found) + 1
    assert [(each.line.number, each.category, each.also_on) for each in (found[0], *found[-2:])] == [
        (2, DIFFERENT, last - 1),
        (last - 1, DIFFERENT, 2),
        (last, UNKNOWN, 2),
    ]
    assert {(each.category, each.also_on) for each in found[1:-2]} == {(MISSING, None)}
    assert [each.line.number for each in found] == list(range(2, last + 1))


def test_nothing_is_said_of_a_statement_with_a_fault_at_its_end(desk: Desk, tmp_path: Path) -> None:
    path = written(
        tmp_path / "s.csv", [("vnpay", "A1", desk.codes[0], 8000)] * CHUNK + [("vnpay", "A2", desk.codes[0], 0)]
    )
    with pytest.raises(StatementProblem, match=rf"s\.csv, line {CHUNK + 2}: amount"):
        desk.reconciled(path)


def test_an_empty_statement_adds_up_to_nothing(desk: Desk, tmp_path: Path) -> None:
    assert desk.reconciled(written(tmp_path / "s.csv", [])) == (Sum(0, 0), [])
    assert Tally().total == Sum(0, 0)


LINES = st.tuples(
    st.sampled_from(("vnpay", "momo")),
    st.sampled_from(("A1", "B1", "B2", "C1", "D1")),
    st.sampled_from((0, 1, 2, 3, None)),
    st.sampled_from((8000, 5000, 10**15 - 1)),
)


def expected(line: tuple[str, str, int | None, int], listed: int) -> Category:
    """The rule, told once more, by what the dossiers of this module have."""
    provider, reference, dossier, amount = line
    if dossier is None:
        return UNKNOWN
    if listed > 1:
        return DIFFERENT
    if (dossier, provider, reference, amount) in RECORDED:
        return MATCHED
    return DIFFERENT if any((dossier, reference) == (each[0], each[2]) for each in RECORDED) else MISSING


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(LINES, max_size=8) | st.lists(LINES, max_size=8, unique_by=lambda line: line[:2]))
def test_categories_partition_the_lines_and_their_sums_add_up(
    desk: Desk, tmp_path: Path, drawn: list[tuple[str, str, int | None, int]]
) -> None:
    lines = [(line[0], line[1], NOBODYS if line[2] is None else desk.codes[line[2]], line[3]) for line in drawn]
    read, found = desk.reconciled(written(tmp_path / "s.csv", lines))
    listed = Counter(line[:2] for line in drawn)
    assert [each.category for each in found] == [expected(line, listed[line[:2]]) for line in drawn]
    tally = Tally()
    for each in found:
        tally.add(each)
    assert read == tally.total == Sum(len(drawn), sum(line[3] for line in drawn))
    sums = [tally.of(category) for category in Category]
    assert read == Sum(sum(each.lines for each in sums), sum(each.amount for each in sums))


def test_memory_does_not_grow_with_the_statement(desk: Desk, tmp_path: Path) -> None:
    def peak(lines: int) -> int:
        path = written(tmp_path / "s.csv", (("vnpay", f"X{n}", desk.codes[n % 4], 8000) for n in range(lines)))
        tracemalloc.start()
        with open_statement(path) as statement:
            take_in(desk.connection, statement)
        assert sum(1 for _ in findings(desk.connection)) == lines
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(CHUNK)
    assert peak(20 * CHUNK) < 1.3 * peak(2 * CHUNK)
