"""How what goes out and comes in is doing, from the database alone: the same whichever process asks.

Every question about the log is answered from an index and counts at most ``MOST_COUNTED`` events, so asking costs the
same however long the log is.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from consumers.topics import EVENTS
from projections import positions
from projections.ports import MOST_COUNTED
from projections.tables import missing_tables
from service.inbox import LIVE
from service.lease import Holder, holders
from service.local_topics import PARTITION, right_to_consume
from service.log import PostgresEventLog
from service.outbox import right_to_relay
from service.schedule_status import ScheduleStatus, schedule_status

_RELAYS: Final = """
SELECT topic, coalesce(position, 0), coalesce(published, 0), saved_at, failure
FROM outbox FULL JOIN unnest(%s::text[]) AS wanted (topic) USING (topic) ORDER BY topic
"""
_CONSUMERS: Final = f"""
SELECT consumer, topic, partition, coalesce(next_offset, 0), coalesce(high_water, 0), coalesce(settled, 0),
    coalesce(kept, 0), coalesce(retried, 0), moved_at
FROM consumer_offset FULL JOIN (
    SELECT consumer, topic, {PARTITION} AS partition FROM unnest(%s::text[], %s::text[]) AS wanted (consumer, topic)
) AS wanted USING (consumer, topic, partition) ORDER BY consumer, topic, partition
"""
_HANDED_IN: Final = f"""
SELECT count(*), (array_agg(produced_at ORDER BY position))[1] FROM (
    SELECT position, produced_at FROM topic_message WHERE topic = %s AND position >= %s
    ORDER BY position LIMIT {MOST_COUNTED}) AS unread
"""
_PARKED: Final = f"""
SELECT consumer, standing, reason, count(*), min(kept_at) FROM parked_message WHERE {LIVE}
GROUP BY consumer, standing, reason ORDER BY consumer, standing, reason
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStatus:
    """The log. Events above ``readable`` wait for a transaction before them to end, the oldest for so long."""

    head: int
    readable: int
    unreadable_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayStatus:
    """The publication of a topic. ``at_least`` when ``unpublished`` was not counted to the end.

    ``holder`` is the process that publishes, or did so last; ``published`` counts messages.
    """

    topic: str
    position: int
    unpublished: int
    at_least: bool
    oldest_seconds: float
    published: int
    saved_at: datetime | None
    holder: str | None
    held: bool
    failure: str | None

    @property
    def failing(self) -> bool:
        """Whether events wait after a try that failed. Why the last one failed is told until the next publication."""
        return self.failure is not None and self.unpublished > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingStatus:
    """How far a consumer has read a partition, as it saved it last; ``end`` is the partition's end as it knew it.

    ``readers`` are the processes that read for the consumer, and ``oldest_seconds`` is the age of the oldest message
    that waits: None where the database cannot tell, since Kafka has the messages.
    """

    consumer: str
    topic: str
    partition: int
    next_offset: int
    end: int
    lag: int
    at_least: bool
    oldest_seconds: float | None
    settled: int
    kept: int
    retried: int
    moved_at: datetime | None
    readers: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedStatus:
    """Messages that a consumer keeps for one reason."""

    consumer: str
    standing: str
    reason: str
    messages: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All of it, as it was at an instant."""

    at: datetime
    log: LogStatus
    relays: tuple[RelayStatus, ...]
    consumers: tuple[ReadingStatus, ...]
    parked: tuple[ParkedStatus, ...]
    projections: tuple[positions.PartitionStatus, ...]
    schedule: ScheduleStatus


def observe(
    connection: Connection[Any],
    now: datetime,
    *,
    relayed: Collection[str] = (),
    handed_in: Collection[tuple[str, str]] = (),
) -> Status:
    """Ask for everything. The connection is one in autocommit.

    ``relayed`` are topics that are to be published, and ``handed_in`` are consumers with their topics that read what
    was handed in: they are told of also when no process ever ran for them.
    """
    log = PostgresEventLog(lambda: connection)
    held = holders(connection)
    head, readable = log.committed(), log.head()
    unreadable = log.backlog(readable, settled=False).oldest_recorded_at
    return Status(
        at=now,
        log=LogStatus(head=head, readable=readable, unreadable_seconds=_age(unreadable, now)),
        relays=tuple(_relays(connection, log, held, now, relayed)),
        consumers=tuple(_consumers(connection, log, held, now, handed_in)),
        parked=tuple(
            ParkedStatus(consumer=name, standing=standing, reason=reason, messages=count, oldest_seconds=_age(at, now))
            for name, standing, reason, count, at in connection.execute(_PARKED)
        ),
        projections=()
        if missing_tables(connection, ("projection_position",))
        else tuple(positions.status(connection, log, now)),
        schedule=schedule_status(connection, log, held, now),
    )


def _relays(
    connection: Connection[Any],
    log: PostgresEventLog,
    held: Mapping[str, Holder],
    now: datetime,
    relayed: Collection[str],
) -> Iterator[RelayStatus]:
    for topic, position, published, saved_at, failure in connection.execute(_RELAYS, (list(relayed),)).fetchall():
        backlog = log.backlog(position, settled=False)
        holder = held.get(right_to_relay(topic))
        yield RelayStatus(
            topic=topic,
            position=position,
            unpublished=backlog.events,
            at_least=backlog.at_least,
            oldest_seconds=_age(backlog.oldest_recorded_at, now),
            published=published,
            saved_at=saved_at,
            holder=None if holder is None else holder.process,
            held=holder is not None and holder.held,
            failure=failure,
        )


def _consumers(
    connection: Connection[Any],
    log: PostgresEventLog,
    held: Mapping[str, Holder],
    now: datetime,
    handed_in: Collection[tuple[str, str]],
) -> Iterator[ReadingStatus]:
    wanted = [list(column) for column in zip(*handed_in, strict=True)] or [[], []]
    for name, topic, partition, start, end, *counts, moved_at in connection.execute(_CONSUMERS, wanted).fetchall():
        lag, at_least, oldest_seconds, readers = max(0, end - start), False, None, None
        if partition == PARTITION:
            lag, at_least, oldest = _unread(connection, log, topic, start)
            holder = held.get(right_to_consume(name))
            oldest_seconds, readers = _age(oldest, now), int(holder is not None and holder.held)
        settled, kept, retried = counts
        yield ReadingStatus(
            consumer=name,
            topic=topic,
            partition=partition,
            next_offset=start,
            end=end,
            lag=lag,
            at_least=at_least,
            oldest_seconds=oldest_seconds,
            settled=settled,
            kept=kept,
            retried=retried,
            moved_at=moved_at,
            readers=readers,
        )


def _unread(
    connection: Connection[Any], log: PostgresEventLog, topic: str, start: int
) -> tuple[int, bool, datetime | None]:
    """What a consumer has before it where there is no Kafka: our events in the log, others' as handed in."""
    if topic == EVENTS.name:
        backlog = log.backlog(start - 1)
        return backlog.events, backlog.at_least, backlog.oldest_recorded_at
    count, oldest = connection.execute(_HANDED_IN, (topic, start)).fetchone() or (0, None)
    return count, count == MOST_COUNTED, oldest


def _age(then: datetime | None, now: datetime) -> float:
    return 0.0 if then is None else max(0.0, (now - then).total_seconds())
