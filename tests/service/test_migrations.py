"""Migrations: each once, in order, never edited."""

import threading
from pathlib import Path

import pytest
from psycopg import errors

from service.database import connect
from service.migrations import Migration, MigrationError, load, migrate

FIRST = Migration(1, "0001_first", "CREATE TABLE thing (n integer); INSERT INTO thing VALUES (1);")
SECOND = Migration(2, "0002_second", "ALTER TABLE thing ADD COLUMN m integer")
BROKEN = Migration(2, "0002_broken", "INSERT INTO thing VALUES (2); SELECT 1/0")


def test_a_new_database_gets_every_migration_once(empty_database_url: str) -> None:
    with connect(empty_database_url, application_name="test") as connection:
        assert migrate(connection) == [migration.name for migration in load()]
        assert migrate(connection) == []


def test_only_what_is_new_is_applied(empty_database_url: str) -> None:
    with connect(empty_database_url, application_name="test") as connection:
        assert migrate(connection, (FIRST,)) == ["0001_first"]
        assert migrate(connection, (FIRST, SECOND)) == ["0002_second"]


def test_processes_that_migrate_together_apply_each_migration_once(empty_database_url: str) -> None:
    applied: list[str] = []

    def work() -> None:
        with connect(empty_database_url, application_name="test") as connection:
            applied.extend(migrate(connection, (FIRST, SECOND)))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == ["0001_first", "0002_second"]


def test_a_failing_migration_leaves_nothing_behind(empty_database_url: str) -> None:
    with connect(empty_database_url, application_name="test") as connection:
        with pytest.raises(errors.DivisionByZero):
            migrate(connection, (FIRST, BROKEN))
        assert connection.execute("SELECT n FROM thing").fetchall() == [(1,)]
        assert migrate(connection, (FIRST, SECOND)) == ["0002_second"]


def test_an_edited_migration_is_refused(empty_database_url: str) -> None:
    with connect(empty_database_url, application_name="test") as connection:
        migrate(connection, (FIRST,))
        with pytest.raises(MigrationError, match="0001_first was edited"):
            migrate(connection, (Migration(1, "0001_first", "CREATE TABLE other ()"),))


def test_a_database_of_a_newer_version_is_refused(empty_database_url: str) -> None:
    with connect(empty_database_url, application_name="test") as connection:
        migrate(connection, (FIRST, SECOND))
        with pytest.raises(MigrationError, match=r"migration 2.*does not know"):
            migrate(connection, (FIRST,))


@pytest.mark.parametrize("name", ["0002_gap.sql", "first.sql", "0001_Upper.sql"])
def test_file_names_must_count_from_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("SELECT 1")
    with pytest.raises(MigrationError, match=r"expected a file named 0001_name\.sql"):
        load(tmp_path)


def test_the_log_keeps_large_events_in_the_row_uncompressed(database_url: str) -> None:
    with connect(database_url, application_name="test") as connection:
        connection.execute(
            "INSERT INTO stored_events SELECT gen_random_uuid(), 1, 't', repeat('a', 7000)::bytea, n"
            " FROM generate_series(1, 10) n"
        )
        row = connection.execute(
            "SELECT min(pg_column_size(state)), (SELECT pg_relation_size(reltoastrelid) FROM pg_class"
            " WHERE relname = 'stored_events') FROM stored_events"
        ).fetchone()
    assert row is not None
    assert row[0] >= 7000
    assert row[1] == 0
