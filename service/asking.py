"""A connection for one thread that asks by key: opened when it is first needed, and anew after it was lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from consumers.ports import Away
from service.streams import PLANNING


class Asking:
    """What the database answers, or that it is away."""

    def __init__(self, connect: Callable[[], Connection[Any]]) -> None:
        """``connect`` opens autocommit connections."""
        self._connect = connect
        self._connection: Connection[Any] | None = None

    @contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        """The connection, to ask on.

        Raises:
            Away: the database does not answer, or cannot do what it was asked now.
        """
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
                self._connection.execute(PLANNING)
            yield self._connection
        except psycopg.Error as error:
            self.close()
            raise Away(str(error)) from error

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        if self._connection is not None:
            self._connection.close()
