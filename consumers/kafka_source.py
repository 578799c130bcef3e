"""A consumer's share of a topic in Kafka. Its offsets are ours: Kafka shares out partitions and knows none of them."""

import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, Protocol

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaError

from consumers.kafka_client import Kafka, broker_faults, client, ensure_topics
from consumers.messages import Message
from consumers.ports import Away, Move
from consumers.running import Read
from consumers.topics import Topic
from domain.errors import Complaint

_FETCH_BYTES: Final = 2 * 1024 * 1024
_SESSION_MS: Final = 6_000
_HEARTBEAT_MS: Final = 1_500
_FETCH_WAIT_MS: Final = 50
_METADATA_MS: Final = 10_000
_LOOK_SECONDS: Final = 0.2
_CLOSE_MS: Final = 3_000
_TAKEN_AWAY: Final = (KafkaError, ValueError, KeyError)
"""What the client raises of a partition that its own thread is losing to another member at this moment."""


_log = structlog.get_logger(__name__)


class OffsetsGone(Complaint):
    """What was to be read next is no longer in the topic."""

    def __init__(self, topic: str, partition: int, saved: int, first: int, end: int) -> None:
        """``first`` and ``end`` bound what the topic has."""
        self.found = (
            f"{topic}/{partition}: the next message to read is {saved}, but the topic has {first} to {end}: messages"
            " were removed before they were read, or the topic was made anew"
        )
        super().__init__(
            f"{self.found}. Handling a message twice does no harm, so begin the topic again with --begin-anew; what was"
            " removed has to be sent again by its sender"
        )


class Offsets(Protocol):
    """Where a consumer's offsets are kept."""

    def offsets(self, topic: str, starts: Mapping[int, int]) -> Mapping[int, int]:
        """The next offset to read, by partition. ``starts`` say where those begin that were never read."""
        ...


class _Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]  # the client is untyped
    """Runs in the client's own loop: it only takes notes, and keeps what is new from being fetched before it is found.

    Where to go on is a question to the database, which must not hold up the loop.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.new: set[Any] = set()
        self.gone: set[Any] = set()
        self.consumer: Any = None

    def on_partitions_assigned(self, assigned: Collection[Any]) -> None:
        with self.lock:
            self.consumer.pause(*assigned)
            self.new |= set(assigned)
            self.gone -= set(assigned)

    def on_partitions_revoked(self, revoked: Collection[Any]) -> None:
        with self.lock:
            self.new -= set(revoked)
            self.gone |= set(revoked)

    on_partitions_lost = on_partitions_revoked


class KafkaSource:
    """One member of the consumer group ``{prefix}motcua-{name}``.

    Raises:
        Away: the broker does not answer.
    """

    def __init__(self, kafka: Kafka, name: str, topic: Topic, offsets: Offsets, *, most: int = 500) -> None:
        """``most`` is how many messages one poll gives."""
        self._topic = topic.name
        self._full_name = kafka.prefix + topic.name
        self._offsets = offsets
        self._most = most
        self._at: dict[int, int] = {}
        self._targets: dict[int, int] | None = None
        self._looked = 0.0
        self.partitions = ensure_topics(kafka, [topic])[topic.name]
        self._rebalances = _Rebalances()
        with broker_faults():
            self._consumer: Any = client(
                KafkaConsumer,
                **kafka.options(f"consume-{name}"),
                group_id=kafka.group(name),
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                partition_assignment_strategy=(CooperativeStickyAssignor,),
                session_timeout_ms=_SESSION_MS,
                heartbeat_interval_ms=_HEARTBEAT_MS,
                fetch_max_wait_ms=_FETCH_WAIT_MS,
                max_partition_fetch_bytes=_FETCH_BYTES,
                max_poll_records=self._most,
                metadata_max_age_ms=_METADATA_MS,
            )
            self._rebalances.consumer = self._consumer
            try:
                self._consumer.subscribe([self._full_name], listener=self._rebalances)
                # A leader of the group that has not heard of the topic yet would assign nobody anything.
                self._consumer.partitions_for_topic(self._full_name)
            except BaseException:
                self.close()
                raise

    @property
    def assigned(self) -> frozenset[int]:
        """The partitions that are read here now."""
        return frozenset(self._at)

    @property
    def next_offsets(self) -> Mapping[int, int]:
        """The partitions that are read here now, and where each goes on."""
        return dict(self._at)

    def poll(self, seconds: float) -> Read:
        """What comes next, partition by partition.

        Raises:
            Away: Kafka or the database does not answer.
            OffsetsGone: what was to be read next is no longer there.
        """
        with broker_faults():
            polled = self._consumer.poll(timeout_ms=int(seconds * 1000))
        fresh = self._take_over()
        messages, moves = [], []
        for partition, records in polled.items():
            if partition.partition in self._at and partition not in fresh:
                messages += [_message(self._topic, record) for record in records]
        for number, start in self._at.items():
            end = self._position(number)
            if end > start:
                moves.append(Move(self._topic, number, start, end, self._high_water(number, end)))
                self._at[number] = end
        return Read(messages, moves)

    def _take_over(self) -> set[Any]:
        """Go on where the new partitions were left, by whomever; which they are."""
        with self._rebalances.lock:
            new, gone = set(self._rebalances.new), set(self._rebalances.gone)
            self._rebalances.new.clear()
            self._rebalances.gone.clear()
        for partition in gone:
            self._at.pop(partition.partition, None)
        if new:
            try:
                self._seek(new)
            except BaseException:
                with self._rebalances.lock:
                    self._rebalances.new |= new
                raise
        return new

    def _seek(self, partitions: Collection[Any]) -> None:
        with broker_faults():
            first = self._consumer.beginning_offsets(list(partitions))
            ends = self._consumer.end_offsets(list(partitions))
        saved = self._offsets.offsets(self._topic, {each.partition: first[each] for each in partitions})
        for each in partitions:
            offset = saved[each.partition]
            if not first[each] <= offset <= ends[each]:
                raise OffsetsGone(self._topic, each.partition, offset, first[each], ends[each])
            with suppress(*_TAKEN_AWAY):
                self._consumer.seek(each, offset)
                self._consumer.resume(each)
                self._at[each.partition] = offset

    def _position(self, number: int) -> int:
        """Beyond the last message given, and beyond what the broker notes between messages."""
        try:
            return int(self._consumer.position(TopicPartition(self._full_name, number), timeout_ms=0) or 0)
        except _TAKEN_AWAY:
            return 0

    def _high_water(self, number: int, least: int) -> int:
        try:
            known = self._consumer.highwater(TopicPartition(self._full_name, number))
        except _TAKEN_AWAY:
            known = None
        return max(least, known or 0)

    def rewind(self) -> None:
        """Go on from the saved offsets.

        Raises:
            Away: Kafka or the database does not answer.
        """
        partitions = [TopicPartition(self._full_name, number) for number in self._at]
        if partitions:
            self._seek(partitions)

    def caught_up(self) -> bool:
        """Whether all that was in the topic when this was first asked is saved as read, by whichever member.

        Raises:
            Away: Kafka or the database does not answer.
            OffsetsGone: more is saved as read than the topic has.
        """
        if time.monotonic() < self._looked:
            return False
        self._looked = time.monotonic() + _LOOK_SECONDS
        all_of_it = [TopicPartition(self._full_name, number) for number in range(self.partitions)]
        saved = self._offsets.offsets(self._topic, {})
        if self._targets is None:
            with broker_faults():
                ends = self._consumer.end_offsets(all_of_it)
            self._targets = {partition.partition: end for partition, end in ends.items()}
            for number, end in self._targets.items():
                if saved.get(number, 0) > end:
                    raise OffsetsGone(self._topic, number, saved[number], 0, end)
        return all(saved.get(number, 0) >= end for number, end in self._targets.items())

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        with suppress(Away), broker_faults():
            self._consumer.close(timeout_ms=_CLOSE_MS)


def _message(topic: str, record: Any) -> Message:  # noqa: ANN401 - the client is untyped
    return Message(
        topic=topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        produced_at=datetime.fromtimestamp(max(0, record.timestamp) / 1000, UTC),
    )
