"""A topic of events without a broker, and workers on it that can be held up anywhere."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Final

from consumers.dossier_events import event_message
from consumers.kafka_client import partition_of
from consumers.messages import Message
from consumers.ports import Move
from consumers.projecting import ProjectingLoop
from consumers.running import Read
from consumers.topics import EVENTS, PROJECTOR
from service.log import PostgresEventLog
from service.offsets import read_offsets
from service.outbox import NEXT_EVENTS, installation, standing, stored_events
from service.projected import PostgresProjected
from tests.projections.histories import ALL, MONDAY, Database

NAMES: Final = [projection.name for projection in ALL]
PARTITIONS: Final = 3


class Topic:
    """What a relay writes: every event in order, some again after a crash, and a marker after each batch."""

    def __init__(self, database: Database, partitions: int = PARTITIONS) -> None:
        self.database = database
        self.partitions = partitions
        self.messages: dict[int, list[Message | None]] = {number: [] for number in range(partitions)}

    def publish(self, limit: int, *, crash: bool) -> None:
        """The next events; a relay that crashes has published them, and does not know."""
        with self.database() as connection:
            before = standing(connection, EVENTS)
            ends = dict(before.ends)
            stored = stored_events(connection.execute(NEXT_EVENTS, (before.position, limit)).fetchall())
            source = installation(connection)
            for each in stored:
                key, value, headers = event_message(each, source)
                number = partition_of(key, self.partitions)
                queue = self.messages[number]
                queue.append(Message(EVENTS.name, number, len(queue), key, value, tuple(headers), MONDAY))
                ends[number] = len(queue)
            for queue in self.messages.values():
                queue.append(None)
            if stored and not crash:
                saved = [ends.get(number, 0) for number in range(self.partitions)]
                connection.execute(
                    "INSERT INTO outbox (topic, position, ends) VALUES (%s, %s, %s)"
                    " ON CONFLICT (topic) DO UPDATE SET position = excluded.position, ends = excluded.ends",
                    (EVENTS.name, stored[-1].position, saved),
                )


class Worker:
    """A source on some of the topic's partitions, read on from where its worker thinks it is, and that worker."""

    def __init__(self, topic: Topic, log: PostgresEventLog, count: int = PARTITIONS) -> None:
        self.topic = topic
        self.at: dict[int, int] = {}
        self.projected = PostgresProjected(topic.database, log, ALL)
        self.projected.take_over(count)
        self.loop = ProjectingLoop(lambda: nullcontext(self), self.projected)

    @property
    def next_offsets(self) -> dict[int, int]:
        return dict(self.at)

    def assigned(self, partitions: Sequence[int]) -> None:
        self.at = dict.fromkeys(partitions, 0)
        self.rewind()

    def read(self, limit: int) -> Read:
        messages, moves = [], []
        for number, start in self.at.items():
            queue = self.topic.messages[number]
            given = queue[start : start + limit]
            messages += [message for message in given if message is not None]
            if given:
                self.at[number] = start + len(given)
                moves.append(Move(EVENTS.name, number, start, self.at[number], len(queue)))
        return Read(messages, moves)

    def poll(self, _seconds: float) -> Read:
        return self.read(3)

    def rewind(self) -> None:
        with self.topic.database() as connection:
            saved = read_offsets(connection, PROJECTOR, EVENTS.name)
        self.at = {number: saved.get(number, 0) for number in self.at}

    def caught_up(self) -> bool:
        return all(self.at[number] >= len(self.topic.messages[number]) for number in self.at)

    def close(self) -> None:
        self.projected.close()
