"""Whatever is changed by hand is named."""

from typing import Any

import pytest
from psycopg import Connection

from projections.verify import Difference, verify
from service.log import PostgresEventLog
from tests.projections.histories import ALL, Database, accepted, at, facts, submitted, write
from tests.projections.running import caught_up


@pytest.fixture
def connection(database: Database) -> Any:
    with database() as connection:
        for number in range(3):
            write(connection, facts((submitted(f"H15-260302-{number:04d}"), accepted(due_at=at(40))), str(number)))
        caught_up(database, partitions=2)
        yield connection


def _found(database: Database, log: PostgresEventLog) -> list[Difference]:
    return list(verify(database, log, ALL))


def _changed(connection: Connection[Any], statement: str) -> None:
    assert connection.execute(statement).rowcount == 1


def test_nothing_is_found_where_nothing_was_changed(
    database: Database, log: PostgresEventLog, connection: Connection[Any]
) -> None:
    assert connection.execute("SELECT count(*) FROM on_time").fetchone() == (3,)
    assert _found(database, log) == []


def test_a_changed_document_is_named_by_code_and_key(
    database: Database, log: PostgresEventLog, connection: Connection[Any]
) -> None:
    _changed(
        connection,
        "UPDATE tracking SET body = convert_to(replace(convert_from(body, 'UTF8'), 'in-process', 'sealed'), 'UTF8')"
        " WHERE code = 'H15-260302-0001'",
    )
    assert _found(database, log) == [
        Difference("tracking", "tracking", "H15-260302-0001", "body.stage", '"sealed"', '"in-process"')
    ]


def test_a_key_added_to_a_document_is_named(
    database: Database, log: PostgresEventLog, connection: Connection[Any]
) -> None:
    _changed(
        connection,
        "UPDATE tracking SET body = convert_to(jsonb_insert(convert_from(body, 'UTF8')::jsonb, '{phone}', '\"09\"')"
        "::text, 'UTF8') WHERE code = 'H15-260302-0001'",
    )
    found = _found(database, log)
    assert [(each.subject, each.field, each.stored) for each in found] == [("H15-260302-0001", "body.phone", '"09"')]


def test_a_document_that_is_none_is_named(
    database: Database, log: PostgresEventLog, connection: Connection[Any]
) -> None:
    _changed(connection, "UPDATE tracking SET body = 'broken' WHERE code = 'H15-260302-0002'")
    found = _found(database, log)
    assert [(each.subject, each.field, each.stored) for each in found] == [("H15-260302-0002", "body", "broken")]


def test_a_changed_row_and_the_totals_it_no_longer_fits_are_named(
    database: Database, log: PostgresEventLog, connection: Connection[Any]
) -> None:
    _changed(connection, "UPDATE on_time SET unit = 'H99' WHERE code = 'H15-260302-0000'")
    found = _found(database, log)
    assert found[0] == Difference("on_time", "on_time", "H15-260302-0000", "unit", '"H99"', '"H15.50"')
    assert {each.table for each in found[1:]} == {"on_time_cell", "on_time_margin"}
    assert all(each.field == "received" for each in found[1:])


def test_extra_and_missing_rows_are_named(
    database: Database, log: PostgresEventLog, connection: Connection[Any]
) -> None:
    _changed(connection, "DELETE FROM tracking WHERE code = 'H15-260302-0001'")
    _changed(
        connection,
        "INSERT INTO tracking SELECT gen_random_uuid(), 'H15-260302-7777', NULL, NULL, body FROM tracking"
        " WHERE code = 'H15-260302-0002'",
    )
    assert set(_found(database, log)) == {
        Difference("tracking", "tracking", "H15-260302-0001", "", "no row", "a row"),
        Difference("tracking", "tracking", "H15-260302-7777", "", "a row", "no row"),
    }


def test_a_changed_total_is_named(database: Database, log: PostgresEventLog, connection: Connection[Any]) -> None:
    _changed(
        connection,
        "UPDATE on_time_margin SET late = late + 5 WHERE ctid = (SELECT min(ctid) FROM on_time_margin"
        " WHERE cut = 'unit')",
    )
    found = _found(database, log)
    assert [(each.table, each.field, each.stored, each.recomputed) for each in found] == [
        ("on_time_margin", "late", "5", "0")
    ]
    assert found[0].subject.startswith("unit H15.50")


def test_a_row_behind_what_its_projection_has_read_is_named(
    database: Database, log: PostgresEventLog, connection: Connection[Any]
) -> None:
    _changed(connection, "UPDATE on_time SET version = 1 WHERE code = 'H15-260302-0001'")
    _changed(connection, "UPDATE on_time SET version = 9 WHERE code = 'H15-260302-0002'")
    assert {(each.subject, each.field, each.stored, each.recomputed) for each in _found(database, log)} == {
        ("H15-260302-0001", "version", "1", "2"),
        ("H15-260302-0002", "version", "9", "2"),
    }


def test_a_row_further_than_the_lowest_position_is_compared_at_its_own_version(
    database: Database, log: PostgresEventLog, connection: Connection[Any]
) -> None:
    connection.execute("UPDATE projection_position SET position = 0 WHERE partition = 1")
    assert _found(database, log) == []
    _changed(connection, "UPDATE on_time SET channel = 'post' WHERE code = 'H15-260302-0001'")
    assert ("on_time", "channel") in {(each.table, each.field) for each in _found(database, log)}
