"""Topics without Kafka: our events are read from the log itself, what others send from a table it was handed in to.

One process reads for a consumer at a time. There is one partition, and the offset is the position.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from psycopg import Connection

from consumers.dossier_events import event_message
from consumers.messages import Message, Outgoing
from consumers.ports import Inbox, Move
from consumers.running import Read
from consumers.topics import EVENTS, Topic
from service.asking import Asking
from service.lease import Lease
from service.outbox import NEXT_EVENTS, SOURCE, stored_events
from service.recorder import BOUND, NEXT_POSITION

PARTITION: Final = -1
"""No partition of Kafka's: offsets of one never count in the other."""

_BOUND: Final = BOUND.format(epoch="log_epoch")
_LOOK_SECONDS: Final = 0.02

_NEXT: Final = f"""
SELECT position, key, value, header_names, header_values, produced_at FROM topic_message
WHERE topic = %s AND position >= %s AND position < {_BOUND} ORDER BY position LIMIT %s
"""
_END: Final = "SELECT coalesce(max(position), -1) + 1 FROM topic_message WHERE topic = %s"
_END_OF_LOG: Final = "SELECT coalesce(max(notification_id), -1) + 1 FROM stored_events"
_HAND_IN: Final = f"""
INSERT INTO topic_message (topic, position, key, value, header_names, header_values)
SELECT %s, {NEXT_POSITION.format(epoch="log_epoch")} | (ordinal - 1), key, value, %s, %s
FROM unnest(%s::bytea[], %s::bytea[]) WITH ORDINALITY AS m (key, value, ordinal)
"""


def right_to_consume(consumer: str) -> str:
    """The name of the lease of whoever reads for the consumer where there is no Kafka."""
    return f"consume {consumer}"


def hand_in(connection: Connection[Any], topic: Topic, messages: Sequence[Outgoing]) -> None:
    """Put messages, which all have the same headers, into a topic of others. All or none, in their order."""
    if messages:
        names, values = zip(*messages[0].headers, strict=True)
        keys, contents = [each.key for each in messages], [each.value for each in messages]
        connection.execute(_HAND_IN, (topic.name, list(names), list(values), keys, contents))


class LocalSource:
    """What a consumer reads where there is no Kafka."""

    def __init__(
        self, connect: Callable[[], Connection[Any]], name: str, topic: Topic, inbox: Inbox, *, most: int = 500
    ) -> None:
        """``connect`` opens autocommit connections; ``most`` is how many messages one poll gives."""
        self._database = Asking(connect)
        self._lease = Lease(connect, right_to_consume(name))
        self._topic = topic
        self._inbox = inbox
        self._most = most
        self._at: int | None = None
        self._target: int | None = None

    def poll(self, seconds: float) -> Read:
        """What comes next; nothing while another process reads for this consumer.

        Raises:
            Away: the database does not answer.
        """
        deadline = time.monotonic() + seconds
        while True:
            messages = self._next() if self._holds() else []
            if messages:
                start, self._at = self._at or 0, messages[-1].offset + 1
                return Read(messages, [Move(self._topic.name, PARTITION, start, self._at, self._at)])
            if time.monotonic() >= deadline:
                return Read((), ())
            time.sleep(_LOOK_SECONDS)

    def rewind(self) -> None:
        """Go on from the saved offset, when next asked."""
        self._at = None

    def caught_up(self) -> bool:
        """Whether all that was there when this was first asked is saved as read, by whichever process.

        Raises:
            Away: the database does not answer.
        """
        if self._target is None:
            with self._database.connection() as connection:
                asked = (_END_OF_LOG, ()) if self._topic is EVENTS else (_END, (self._topic.name,))
                row = connection.execute(*asked).fetchone()
                self._target = row[0] if row else 0
        return self._inbox.offsets(self._topic.name, {PARTITION: 0})[PARTITION] >= self._target

    def close(self) -> None:
        """Leave it to others."""
        self._lease.let_go()
        self._database.close()

    def _holds(self) -> bool:
        if not self._lease.take():
            self._at = None
            return False
        if self._at is None:
            self._at = self._inbox.offsets(self._topic.name, {PARTITION: 0})[PARTITION]
        return True

    def _next(self) -> list[Message]:
        with self._database.connection() as connection:
            if self._topic is EVENTS:
                return self._next_of_log(connection)
            asked = (self._topic.name, self._at, self._most)
            found = connection.execute(_NEXT, asked, prepare=True, binary=True)
            return [
                Message(self._topic.name, PARTITION, position, key, value, tuple(zip(names, values, strict=True)), at)
                for position, key, value, names, values, at in found
            ]

    def _next_of_log(self, connection: Connection[Any]) -> list[Message]:
        """The very messages that a relay would publish."""
        row = connection.execute(SOURCE).fetchone()
        source, now = str(row and row[0]), datetime.now(UTC)
        found = connection.execute(NEXT_EVENTS, ((self._at or 0) - 1, self._most), prepare=True, binary=True)
        messages = []
        for stored in stored_events(found):
            key, value, headers = event_message(stored, source)
            message = Message(self._topic.name, PARTITION, stored.position, key, value, tuple(headers), now)
            messages.append(message)
        return messages
