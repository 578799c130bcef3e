"""Connections to PostgreSQL, and what a server must be like to be trusted with a history."""

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import Connection, sql

from domain.errors import Complaint

OLDEST_SERVER: Final = 150000
_WITH_TRANSACTION_TIMEOUT: Final = 170000
_RETRY_SECONDS: Final = 0.05
_IDLE_IN_TRANSACTION: Final = "60s"
_LOST_CONNECTION: Final = ("08", "57P01", "57P02", "57P03", "57P05")


T = TypeVar("T")


class UnfitServerError(Complaint):
    """The server could lose what it acknowledged, or lacks what is needed; the message says what to do."""


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name, safe='')}"))


def connect(
    url: str, *, application_name: str, transaction_seconds: int | None = 60, patience: float = 10
) -> Connection[tuple[Any, ...]]:
    """An autocommit connection, tried anew for ``patience`` seconds while the server starts or recovers.

    An open transaction with a transaction id holds up every reader of the log, so transactions are bounded by
    ``transaction_seconds`` (None: unbounded) and idle ones are ended by the server.

    Raises:
        psycopg.OperationalError: the server could not be reached.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            connection = psycopg.connect(url, autocommit=True, application_name=application_name, connect_timeout=10)
            _bound_transactions(connection, transaction_seconds)
        except psycopg.OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return connection


def ask(
    url: str,
    question: Callable[[Connection[tuple[Any, ...]]], T],
    *,
    application_name: str,
    transaction_seconds: int | None = 60,
    patience: float = 10,
) -> T:
    """The answer to a question that may be put twice, on a connection of its own: again when that is lost.

    Raises:
        psycopg.OperationalError: the server did not answer for ``patience`` seconds.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            with connect(url, application_name=application_name, transaction_seconds=transaction_seconds) as connection:
                return question(connection)
        except psycopg.Error as error:
            if not is_connection_lost(error) or time.monotonic() >= deadline:
                raise


def is_connection_lost(error: psycopg.Error) -> bool:
    """Whether the connection, not the statement, failed: whatever was sent may or may not have been committed."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(_LOST_CONNECTION)


def check_server(connection: Connection[Any]) -> None:
    """Refuse a server on which an acknowledged event could be lost.

    Raises:
        UnfitServerError: every fault found, each with its remedy.
    """
    faults = []
    if connection.info.server_version < OLDEST_SERVER:
        faults.append(f"PostgreSQL {connection.info.server_version // 10000} is too old: use 15 or newer")
    for name, remedy in (
        ("fsync", "set fsync = on in postgresql.conf and restart it"),
        ("full_page_writes", "set full_page_writes = on in postgresql.conf and reload it"),
        ("synchronous_commit", "set synchronous_commit = on for the server, this database and this role"),
    ):
        if _show(connection, name) == "off":
            faults.append(f"{name} is off, so a crash could lose acknowledged events: {remedy}")
    if (encoding := _show(connection, "server_encoding")) != "UTF8":
        faults.append(f"the database is encoded in {encoding}: create it with ENCODING 'UTF8'")
    if _show(connection, "transaction_read_only") == "on":
        faults.append("the server is read-only: give the address of the primary")
    if faults:
        raise UnfitServerError("the database server cannot be used. " + "; ".join(faults))


def _show(connection: Connection[Any], name: str) -> str:
    row = connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
    return str(row[0]) if row else ""


def _bound_transactions(connection: Connection[Any], seconds: int | None) -> None:
    limit = "0" if seconds is None else f"{seconds}s"
    bound = (
        "transaction_timeout" if connection.info.server_version >= _WITH_TRANSACTION_TIMEOUT else "statement_timeout"
    )
    connection.execute(
        "SELECT set_config('idle_in_transaction_session_timeout', %s, false), set_config(%s, %s, false)",
        (_IDLE_IN_TRANSACTION, bound, limit),
    )
