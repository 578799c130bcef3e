"""What relays publish: every event of the log, and the public status of every dossier that an event changed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from consumers.dossier_events import StoredEvent, event_message, position_of_status, status_message
from consumers.ports import Away, OffsetMoved, OutboxBatch
from consumers.topics import EVENTS, STATUS, Topic
from projections.positions import lowest_position
from projections.tables import missing_tables
from projections.tracking.projection import TRACKING
from service.asking import Asking
from service.lease import Lease
from service.recorder import BOUND

_BOUND: Final = BOUND.format(epoch="log_epoch")

_BEGIN: Final = "INSERT INTO outbox (topic, position) VALUES (%s, 0) ON CONFLICT DO NOTHING"
_STANDING: Final = "SELECT position, generation, ends FROM outbox WHERE topic = %s"
_SAVE: Final = """
UPDATE outbox SET position = %s, generation = %s, ends = %s, published = published + %s, saved_at = now(),
    failure = NULL
WHERE topic = %s AND position = %s AND generation = %s
"""
_FAILED: Final = """
INSERT INTO outbox (topic, position, failure) VALUES (%s, 0, %s)
ON CONFLICT (topic) DO UPDATE SET failure = excluded.failure
"""
_HEALED: Final = "UPDATE outbox SET failure = NULL WHERE topic = %s AND failure IS NOT NULL"
SOURCE: Final = "SELECT 'urn:uuid:' || id FROM installation"
_COMMITTED: Final = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
NEXT_EVENTS: Final = f"""
SELECT e.originator_id, c.code, e.originator_version, e.notification_id, e.topic, e.state
FROM (SELECT * FROM stored_events WHERE notification_id > %s AND notification_id < {_BOUND}
    ORDER BY notification_id LIMIT %s) e
LEFT JOIN dossier_code c ON c.dossier_id = e.originator_id ORDER BY e.notification_id
"""
"""Takes a position and a limit; gives the fields of ``StoredEvent``."""
_CHANGED: Final = """
SELECT max(notification_id), array_agg(DISTINCT originator_id), count(*) FROM (
    SELECT notification_id, originator_id FROM stored_events WHERE notification_id > %s AND notification_id <= %s
    ORDER BY notification_id LIMIT %s) e
"""
_STATUSES: Final = "SELECT code, body FROM tracking WHERE dossier_id = ANY(%s)"
_GENERATION: Final = "SELECT coalesce(max(generation), 0) FROM projection_position WHERE name = %s"


def right_to_relay(topic: str) -> str:
    """The name of the lease of whoever publishes the topic."""
    return f"relay {topic}"


@dataclass(frozen=True, slots=True)
class Standing:
    """All up to ``position`` is published, from rows of ``generation``; ``ends`` of the topic's partitions then."""

    position: int
    generation: int
    ends: Mapping[int, int]


class PostgresOutbox(ABC):
    """Where the publication of one topic stands. Not for several threads at once.

    Whatever asks the database raises ``Away`` when it does not answer.
    """

    topic: Topic

    def __init__(self, connect: Callable[[], Connection[Any]]) -> None:
        """``connect`` opens autocommit connections."""
        self._database = Asking(connect)
        self._lease = Lease(connect, right_to_relay(self.topic.name))
        self._known: Standing | None = None
        self._source = ""
        self._target: int | None = None

    def take(self) -> bool:
        """Whether this process holds the topic, after trying to."""
        held = self._lease.take()
        if not held:
            self._known = None
        return held

    def let_go(self) -> None:
        """Leave the topic to others."""
        self._lease.let_go()
        self._known = None
        self._database.close()

    def read(self, limit: int) -> OutboxBatch:
        """At most ``limit`` events that come next, as far as the log is settled, as messages."""
        with self._asking() as connection:
            if self._known is None:
                self._known = self._begin(connection)
            return self._read(connection, self._known, limit)

    def save(self, batch: OutboxBatch, ends: Mapping[int, int]) -> None:
        """The batch is acknowledged by the broker.

        Raises:
            OffsetMoved: another process holds the topic by now.
        """
        before = self._known
        if before is None:
            raise OffsetMoved
        after = Standing(batch.reached, before.generation, {**before.ends, **ends})
        self._put(before, after, len(batch.messages))

    def failed(self, reason: str) -> None:
        """Say why nothing is being published; the next save takes it back."""
        with self._asking() as connection:
            connection.execute(_FAILED, (self.topic.name, reason[:2_000]))

    def healed(self) -> None:
        """Take back why nothing was being published: all that there is was read, and it is published."""
        with self._asking() as connection:
            connection.execute(_HEALED, (self.topic.name,))

    def caught_up(self) -> bool:
        """Whether everything that there was when this was first asked is published."""
        with self._asking() as connection:
            if self._target is None:
                self._target = self._end(connection)
            found = connection.execute(_STANDING, (self.topic.name,)).fetchone()
        return found is not None and found[0] >= self._target

    @abstractmethod
    def _read(self, connection: Connection[Any], known: Standing, limit: int) -> OutboxBatch:
        """What comes after ``known``."""

    @abstractmethod
    def _end(self, connection: Connection[Any]) -> int:
        """Up to where there is something to publish now."""

    def _begin(self, connection: Connection[Any]) -> Standing:
        connection.execute(_BEGIN, (self.topic.name,))
        self._source = installation(connection)
        return standing(connection, self.topic)

    def _put(self, before: Standing, after: Standing, published: int = 0) -> None:
        ends = [after.ends.get(number, 0) for number in range(max(after.ends, default=-1) + 1)]
        values = (after.position, after.generation, ends, published)
        self._known = None
        with self._asking() as connection:
            guard = (self.topic.name, before.position, before.generation)
            if connection.execute(_SAVE, (*values, *guard), prepare=True).rowcount != 1:
                raise OffsetMoved
        self._known = after

    @contextmanager
    def _asking(self) -> Iterator[Connection[Any]]:
        try:
            with self._database.connection() as connection:
                yield connection
        except Away:
            self._known = None
            raise


class EventOutbox(PostgresOutbox):
    """Every event of the log, in the log's order."""

    topic = EVENTS

    def _read(self, connection: Connection[Any], known: Standing, limit: int) -> OutboxBatch:
        found = connection.execute(NEXT_EVENTS, (known.position, limit), prepare=True, binary=True).fetchall()
        stored = stored_events(found)
        reached = stored[-1].position if stored else known.position
        messages = [event_message(each, self._source) for each in stored]
        return OutboxBatch(messages=messages, reached=reached, events=len(stored))

    def _end(self, connection: Connection[Any]) -> int:
        return int(_only(connection.execute(_COMMITTED).fetchone()))


class StatusOutbox(PostgresOutbox):
    """The public status of each dossier that events changed, as the tracking projection has it.

    A window of the log gives the dossiers; each is published once, however many of its events are in the window. One
    that the projection has carried beyond the window is left to the window in which its next event lies, so that a
    backlog costs one message a dossier. When the projection was rebuilt, all are published anew: other code may see
    them otherwise.
    """

    topic = STATUS

    def _read(self, connection: Connection[Any], known: Standing, limit: int) -> OutboxBatch:
        nothing = OutboxBatch(messages=(), reached=known.position, events=0)
        if self._not_yet_projected(connection):
            return nothing
        generation = int(_only(connection.execute(_GENERATION, (TRACKING.name,)).fetchone()))
        if generation != known.generation:
            self._put(known, Standing(0, generation, known.ends))
            return self.read(limit)
        asked = (known.position, self._end(connection), limit)
        row = connection.execute(_CHANGED, asked, prepare=True).fetchone()
        if row is None or row[0] is None:
            return nothing
        reached, changed, events = row
        found = connection.execute(_STATUSES, (changed,), prepare=True, binary=True)
        messages = [
            status_message(code, body, self._source) for code, body in found if position_of_status(body) <= reached
        ]
        return OutboxBatch(messages=messages, reached=reached, events=events)

    def _end(self, connection: Connection[Any]) -> int:
        return 0 if self._not_yet_projected(connection) else lowest_position(connection, (TRACKING.name,))

    @staticmethod
    def _not_yet_projected(connection: Connection[Any]) -> bool:
        return missing_tables(connection, ("projection_position", TRACKING.name))


def installation(connection: Connection[Any]) -> str:
    """The source that all messages of this installation name."""
    return str(_only(connection.execute(SOURCE).fetchone()))


def standing(connection: Connection[Any], topic: Topic) -> Standing:
    """How far a topic is published. Whoever has read each partition up to its end has read all up to the position."""
    row = connection.execute(_STANDING, (topic.name,), prepare=True).fetchone()
    position, generation, ends = row or (0, 0, [])
    return Standing(position, generation, dict(enumerate(ends)))


def begin_anew(connection: Connection[Any]) -> None:
    """Nothing counts as published any more, whoever publishes now; all of it will be, once more."""
    connection.execute("DELETE FROM outbox")


def stored_events(rows: Iterable[tuple[Any, ...]]) -> list[StoredEvent]:
    """The rows of ``NEXT_EVENTS``.

    Raises:
        LookupError: an event's dossier has no code, so that it could not be keyed; it must not be passed over.
    """
    stored = [StoredEvent._make(row) for row in rows]
    for each in stored:
        if each.code is None:
            raise LookupError(f"the dossier of event {each.position} has no code: restore its row in dossier_code")
    return stored


def _only(row: tuple[Any, ...] | None) -> Any:  # noqa: ANN401 - one value of any type
    if row is None:
        raise LookupError("the database is not that of an installation")
    return row[0]
