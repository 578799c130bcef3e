"""The event log as projections read it, from the table the store writes."""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.dossier.events import DossierEvent
from domain.envelope import Envelope, Recorded
from projections.ports import MOST_COUNTED, Backlog, LogBatch, Partition
from service.codec import decode as decode_event
from service.codec import recorded_at
from service.recorder import BOUND

Connect: TypeAlias = Callable[[], Connection[Any]]
Decode: TypeAlias = Callable[[str, bytes], tuple[DossierEvent, Envelope]]

_PAGE: Final = 5_000
_FIRST_ID: Final = UUID(int=0)
_LAST_ID: Final = UUID(int=(1 << 128) - 1)
_WHOLE: Final = Partition()

_COLUMNS: Final = "originator_id, originator_version, notification_id, topic, state"
_IN_PARTITION: Final = "(%(count)s = 1 OR get_byte(uuid_send(originator_id), 15) %% %(count)s = %(index)s)"
_BOUND: Final = BOUND.format(epoch="log_epoch")

_READ: Final = f"""
WITH bound AS MATERIALIZED (SELECT {_BOUND} AS position)
SELECT b.position, e.* FROM bound b LEFT JOIN LATERAL (
    SELECT {_COLUMNS} FROM stored_events
    WHERE notification_id > %(after)s AND notification_id < b.position AND {_IN_PARTITION}
    ORDER BY notification_id LIMIT %(limit)s
) e ON true ORDER BY e.notification_id
"""
_HEAD: Final = f"SELECT coalesce(max(notification_id), 0) FROM stored_events WHERE notification_id < {_BOUND}"
_COMMITTED: Final = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
_BACKLOG: Final = f"""
WITH bound AS MATERIALIZED (SELECT CASE WHEN %(settled)s THEN {_BOUND} ELSE {(1 << 63) - 1} END AS position)
SELECT counted.events, oldest.state, counted.all_events = {MOST_COUNTED} FROM bound, LATERAL (
    SELECT count(*) FILTER (WHERE {_IN_PARTITION}) AS events, count(*) AS all_events FROM (
        SELECT originator_id FROM stored_events WHERE notification_id > %(after)s AND notification_id < bound.position
        ORDER BY notification_id LIMIT {MOST_COUNTED}) AS next
) AS counted LEFT JOIN LATERAL (
    SELECT state FROM stored_events
    WHERE notification_id > %(after)s AND notification_id < bound.position AND {_IN_PARTITION}
    ORDER BY notification_id LIMIT 1
) AS oldest ON true
"""
_COUNT: Final = f"SELECT count(*) FROM stored_events WHERE notification_id <= %(stop)s AND {_IN_PARTITION}"
_HISTORY: Final = f"SELECT {_COLUMNS} FROM stored_events WHERE originator_id = %(id)s ORDER BY originator_version"
_HISTORIES: Final = f"""
SELECT {_COLUMNS} FROM stored_events
WHERE (originator_id, originator_version) > (%(id)s, %(version)s) AND originator_id <= %(upto)s
    AND notification_id <= %(stop)s AND {_IN_PARTITION}
ORDER BY originator_id, originator_version LIMIT {_PAGE}
"""


class PostgresEventLog:
    """The log in ``stored_events``. An object serves one thread; copies in other processes connect on their own."""

    def __init__(self, connect: Connect, decode: Decode = decode_event) -> None:
        """``connect`` opens autocommit connections; the first is opened when it is needed."""
        self._connect = connect
        self._decode = decode
        self._connection: Connection[Any] | None = None

    def __getstate__(self) -> tuple[Connect, Decode]:
        """Everything but the connection."""
        return self._connect, self._decode

    def __setstate__(self, state: tuple[Connect, Decode]) -> None:
        """A copy that is not connected."""
        self._connect, self._decode = state
        self._connection = None

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def read(self, after: int, limit: int, partition: Partition = _WHOLE) -> LogBatch:
        """At most ``limit`` events above ``after``. Rows and bound come from one snapshot, so nothing is skipped."""
        rows = self._ask(_READ, {"after": after, "limit": limit, **_share(partition)})
        events = [self._recorded(row[1:]) for row in rows if row[1] is not None]
        return LogBatch(events, events[-1].position if len(events) == limit else rows[0][0] - 1)

    def head(self) -> int:
        """The highest position a reader may now see; 0 when the log is empty."""
        return int(self._ask(_HEAD, {})[0][0])

    def committed(self) -> int:
        """The highest position there is; a reader comes to see it once every older transaction has ended."""
        return int(self._ask(_COMMITTED, {})[0][0])

    def backlog(self, after: int, partition: Partition = _WHOLE, *, settled: bool = True) -> Backlog:
        """What lies above ``after``: for readers, or with ``settled`` false also what they may not see yet."""
        asked = {"after": after, "settled": settled, **_share(partition)}
        events, oldest, at_least = self._ask(_BACKLOG, asked)[0]
        return Backlog(events, None if oldest is None else recorded_at(oldest), at_least)

    def count(self, stop: int, partition: Partition = _WHOLE) -> int:
        """How many events have a position up to ``stop``."""
        return int(self._ask(_COUNT, {"stop": stop, **_share(partition)})[0][0])

    def history(self, dossier_id: UUID) -> list[Recorded]:
        """One dossier's whole history, in version order."""
        return [self._recorded(row) for row in self._ask(_HISTORY, {"id": dossier_id})]

    def histories(
        self, stop: int, partition: Partition = _WHOLE, after: UUID | None = None, upto: UUID | None = None
    ) -> Iterator[list[Recorded]]:
        """Whole histories as they stood at ``stop``, by dossier id, a page of events at a time."""
        for _, history in groupby(self._paged(stop, partition, after, upto), key=attrgetter("dossier_id")):
            yield list(history)

    def _paged(self, stop: int, partition: Partition, after: UUID | None, upto: UUID | None) -> Iterator[Recorded]:
        """Pages instead of a cursor: no transaction stays open, however long the reader takes."""
        asked = {"stop": stop, "upto": upto or _LAST_ID, **_share(partition)}
        asked |= {"id": _FIRST_ID, "version": 0} if after is None else {"id": after, "version": (1 << 63) - 1}
        while rows := self._ask(_HISTORIES, asked):
            yield from map(self._recorded, rows)
            if len(rows) < _PAGE:
                return
            asked |= {"id": rows[-1][0], "version": rows[-1][1]}

    def _ask(self, statement: str, parameters: Mapping[str, object]) -> list[TupleRow]:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        cursor = self._connection.execute(statement, parameters, prepare=True, binary=True)
        return cursor.fetchall()

    def _recorded(self, row: TupleRow) -> Recorded:
        dossier_id, version, position, topic, state = row
        event, envelope = self._decode(topic, state)
        return Recorded(dossier_id=dossier_id, version=version, position=position, event=event, envelope=envelope)


def _share(partition: Partition) -> dict[str, int]:
    return {"index": partition.index, "count": partition.count}
