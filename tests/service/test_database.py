"""Connections that wait for a server, and servers that are refused."""

from pathlib import Path
from time import sleep
from typing import Any

import pytest
from psycopg import Connection, errors, sql

from service.database import UnfitServerError, ask, check_server, connect, is_connection_lost, with_database
from service.embedded import EmbeddedPostgres


def test_a_durable_server_is_accepted(database_url: str) -> None:
    with connect(database_url, application_name="test") as connection:
        check_server(connection)


@pytest.mark.parametrize("setting", ["synchronous_commit"])
def test_a_server_that_could_lose_commits_is_refused_with_the_remedy(database_url: str, setting: str) -> None:
    with connect(database_url, application_name="test") as connection:
        connection.execute(f"SET {setting} = off")
        with pytest.raises(UnfitServerError, match=f"{setting} is off.*set {setting} = on"):
            check_server(connection)


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_could_lose_pages_is_refused_with_the_remedy(data_dir: Path, setting: str) -> None:
    with (
        EmbeddedPostgres(data_dir) as postgres,
        connect(postgres.url, application_name="test") as connection,
    ):
        check_server(connection)
        connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
        for _ in range(200):
            row = connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()
            if row == ("off",):
                break
            sleep(0.05)
        with pytest.raises(UnfitServerError, match=f"{setting} is off.*set {setting} = on"):
            check_server(connection)


def test_a_read_only_server_is_refused(database_url: str) -> None:
    with connect(database_url, application_name="test") as connection:
        connection.execute("SET default_transaction_read_only = on")
        with pytest.raises(UnfitServerError, match="address of the primary"):
            check_server(connection)


def test_connections_are_named_bounded_and_autocommit(database_url: str) -> None:
    with connect(database_url, application_name="motcua-test", transaction_seconds=5) as connection:
        assert connection.autocommit
        row = connection.execute(
            "SELECT current_setting('application_name'), current_setting('idle_in_transaction_session_timeout'),"
            " current_setting('transaction_timeout')"
        ).fetchone()
    assert row == ("motcua-test", "1min", "5s")


def test_a_server_that_stays_away_is_an_error_when_patience_ends(database_url: str) -> None:
    away = with_database(database_url, "no_such_database")
    with pytest.raises(errors.OperationalError, match="no_such_database"):
        connect(away, application_name="test", patience=0)


def test_a_cut_connection_is_told_from_a_failed_statement(database_url: str) -> None:
    with connect(database_url, application_name="victim") as victim:
        with pytest.raises(errors.DivisionByZero) as failed:
            victim.execute("SELECT 1/0")
        with connect(database_url, application_name="other") as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (victim.info.backend_pid,))
        with pytest.raises(errors.AdminShutdown) as cut:
            victim.execute("SELECT 1")
        with pytest.raises(errors.OperationalError) as gone:
            victim.execute("SELECT 1")
    assert not is_connection_lost(failed.value)
    assert is_connection_lost(cut.value)
    assert is_connection_lost(gone.value)


def test_another_database_of_the_same_server_keeps_user_host_and_options() -> None:
    url = "postgresql://postgres@/motcua?host=%2Fsome%2Fwhere"
    assert with_database(url, "a b") == "postgresql://postgres@/a%20b?host=%2Fsome%2Fwhere"


def test_a_question_whose_connection_is_lost_is_put_again(database_url: str) -> None:
    asked = 0

    def question(connection: Connection[Any]) -> object:
        nonlocal asked
        asked += 1
        if asked < 3:
            with connect(database_url, application_name="test") as other:
                other.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
        return connection.execute("SELECT 'answer'").fetchone()

    assert ask(database_url, question, application_name="test") == ("answer",)
    assert asked == 3


def test_a_question_that_cannot_be_answered_is_put_once(database_url: str) -> None:
    with pytest.raises(errors.UndefinedTable):
        ask(database_url, lambda connection: connection.execute("SELECT * FROM nowhere"), application_name="test")
