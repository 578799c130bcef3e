"""How the projections talk to the database that keeps them."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from psycopg import Connection

Connect: TypeAlias = Callable[[], Connection[Any]]
"""Opens an autocommit connection to the database, and in it the schema, where the projections are kept."""

_WITH_TRANSACTION_TIMEOUT: Final = 170_000


def take_time(connection: Connection[Any]) -> None:
    """Lift the bounds that are set for commands: building an index or reading every row takes as long as it takes."""
    connection.execute("SET statement_timeout = 0")
    if connection.info.server_version >= _WITH_TRANSACTION_TIMEOUT:
        connection.execute("SET transaction_timeout = 0")
