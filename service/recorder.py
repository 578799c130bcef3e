"""The lock-free recorder: one statement, one round trip, no table lock, no NOTIFY, no sequence.

An event's position in the log is ``(transaction id + epoch offset) << 20 | ordinal within the transaction``. Integer
order is therefore transaction order, and a reader that stops below the oldest transaction still running can never
pass over a row that commits later. docs/adr/0003 tells what else was tried.
"""

from collections.abc import Sequence
from typing import Any, Final

from eventsourcing.persistence import (
    InterfaceError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    StoredEvent,
    Subscription,
)
from eventsourcing.postgres import (
    PostgresApplicationRecorder,
    PostgresDatastore,
    PostgresFactory,
)
from eventsourcing.utils import retry
from psycopg.sql import SQL, Composed, Identifier

ORDINAL_BITS: Final = 20
MOST_EVENTS: Final = 1 << ORDINAL_BITS
"""What one transaction can hold."""

OFFSET: Final = "(SELECT xid_offset FROM {epoch})"
NEXT_POSITION: Final = f"((pg_current_xact_id()::text::bigint + {OFFSET}) << {ORDINAL_BITS})"
BOUND: Final = f"((pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {OFFSET}) << {ORDINAL_BITS})"
"""Every event below this position is visible now, and none can appear there later."""

POLL_SECONDS: Final = 0.02


class DossierRecorder(PostgresApplicationRecorder):
    """The library's application recorder with our way of numbering, saving and reading."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        names = {
            "schema": Identifier(datastore.schema),
            "table": Identifier(datastore.schema, events_table_name),
            "epoch": Identifier(datastore.schema, "log_epoch"),
            "id_type": Identifier(datastore.originator_id_type),
        }
        self._define_tables(names)
        self._insert = SQL(
            "INSERT INTO {table} (originator_id, originator_version, topic, state, notification_id)"
            f" SELECT id, version, topic, state, {NEXT_POSITION} | (ordinal - 1)"
            " FROM unnest(%b::{id_type}[], %b::bigint[], %b::text[], %b::bytea[])"
            " WITH ORDINALITY AS new(id, version, topic, state, ordinal)"
            " RETURNING notification_id"
        ).format(**names)
        self._select = SQL(
            "SELECT notification_id, originator_id, originator_version, topic, state FROM {table}"
            f" WHERE notification_id >= %s AND notification_id < {BOUND}"
        ).format(**names)

    def _define_tables(self, names: dict[str, Identifier]) -> None:
        # In service the migrations make these tables; the statements serve the library's own test cases.
        self.sql_create_statements[self.create_table_statement_index] = SQL(
            "CREATE TABLE IF NOT EXISTS {table} (originator_id {id_type} NOT NULL, originator_version bigint NOT NULL,"
            " topic text, state bytea, notification_id bigint NOT NULL,"
            " PRIMARY KEY (originator_id, originator_version))"
        ).format(**names)
        self.sql_create_statements[self.create_insert_function_statement_index] = SQL(
            "CREATE TABLE IF NOT EXISTS {epoch} (xid_offset bigint NOT NULL,"
            " only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row))"
        ).format(**names)
        self.sql_create_statements.append(
            SQL("INSERT INTO {epoch} (xid_offset) VALUES (0) ON CONFLICT DO NOTHING").format(**names)
        )

    # No retry on a lost connection: the statement may have been committed unseen. Who knows the command asks again.
    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:  # noqa: ANN401
        """Save all or none, and give the positions in the order of the events.

        Raises:
            IntegrityError: another writer recorded one of these versions first.
            ValueError: more events than one transaction can number.
        """
        if not stored_events:
            return None
        if len(stored_events) > MOST_EVENTS:
            raise ValueError(f"one save holds at most {MOST_EVENTS} events")
        columns = (
            [event.originator_id for event in stored_events],
            [event.originator_version for event in stored_events],
            [event.topic for event in stored_events],
            [event.state for event in stored_events],
        )
        with self.datastore.get_connection() as connection:
            rows = connection.execute(self._insert, columns, prepare=True).fetchall()
        return sorted(row["notification_id"] for row in rows)

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The log from ``start`` on, in order and without gaps, as far as it is settled."""
        first = (start or 0) + (0 if inclusive_of_start or start is None else 1)
        statement: Composed = self._select
        parameters: list[object] = [first]
        if stop is not None:
            statement += SQL(" AND notification_id <= %s")
            parameters.append(stop)
        if topics:
            statement += SQL(" AND topic = ANY(%s)")
            parameters.append(list(topics))
        statement += SQL(" ORDER BY notification_id LIMIT %s")
        with self.datastore.get_connection() as connection:
            rows = connection.execute(statement, [*parameters, limit], prepare=True, binary=True).fetchall()
        return [
            Notification(
                id=row["notification_id"],
                originator_id=row["originator_id"],
                originator_version=row["originator_version"],
                topic=row["topic"],
                state=bytes(row["state"]),
            )
            for row in rows
        ]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription["DossierRecorder"]:
        """Follow the log by polling; there is no NOTIFY to lose."""
        return PollingSubscription(recorder=self, gt=gt, topics=topics)


class PollingSubscription(ListenNotifySubscription[DossierRecorder]):
    """The library's subscription, woken by time instead of by a message that may be lost."""

    def _loop_on_pull(self) -> None:
        try:
            while not self._has_been_stopped:
                self._pull()
                self._has_been_notified.wait(POLL_SECONDS)
        except BaseException as error:  # noqa: BLE001 - handed to the reader's thread, as the library does
            self._thread_error = self._thread_error or error
            self.stop()


class DossierFactory(PostgresFactory):
    """The library's PostgreSQL factory, with our recorder."""

    application_recorder_class = DossierRecorder
