"""Real PostgreSQL for tests: one server a run, one database a test."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from service.broker import end_leftovers
from service.database import connect, with_database
from service.embedded import EmbeddedPostgres
from service.migrations import migrate
from service.postgres_cluster import Cluster


def new_folder() -> Path:
    """Where the run's server keeps its files: outside the project, removed by ``remove_folder``."""
    return Path(tempfile.mkdtemp(prefix="motcua-test-"))


def remove_folder(folder: Path) -> None:
    """Also after failures: a server whose holders were killed is stopped before its files go."""
    end_leftovers(folder)
    if (folder / "postgres").exists():
        Cluster(folder.resolve() / "postgres").stop()
    shutil.rmtree(folder)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The server named by ``MOTCUA_TEST_DATABASE_URL``, else an embedded one."""
    if given := os.environ.get("MOTCUA_TEST_DATABASE_URL"):
        yield given
    else:
        with EmbeddedPostgres(folder) as postgres:
            yield postgres.url


@contextmanager
def fresh_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """A database of its own, dropped afterwards whoever may still be connected to it."""
    name = f"motcua_test_{secrets.token_hex(8)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create)
    try:
        yield with_database(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(drop)


@contextmanager
def migrated_template(server_url: str) -> Iterator[str]:
    """The name of a migrated database to copy: copying costs less than migrating for every test."""
    with fresh_database(server_url) as url:
        with connect(url, application_name="motcua-test", transaction_seconds=None) as connection:
            migrate(connection)
            row = connection.execute("SELECT current_database()").fetchone()
        assert row is not None
        yield row[0]
