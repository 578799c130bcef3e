"""What the broker knows of the topics that consumers read: how far they reach now, and who reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kafka import IsolationLevel, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import CoordinatorNotAvailableError

from consumers.consumer import Consumer
from consumers.kafka_client import Kafka, administration

_ANSWER_MS: Final = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownToBroker:
    """A consumer's topic, by partition: the first offset there is and the next there will be; none before the topic.

    ``readers`` are the members of the consumer's group; None when the broker cannot tell yet.
    """

    consumer: str
    topic: str
    firsts: Mapping[int, int]
    ends: Mapping[int, int]
    readers: int | None


def known_to_broker(kafka: Kafka, consumers: Iterable[Consumer]) -> list[KnownToBroker]:
    """What there is for each consumer. Nothing is made by asking.

    Raises:
        Away: the broker does not answer within seconds.
    """
    with administration(kafka, "status", request_timeout_ms=_ANSWER_MS, bootstrap_timeout_ms=_ANSWER_MS) as admin:
        there = set(admin.list_topics())
        return [_known(admin, kafka, each, there) for each in consumers]


def _known(admin: Any, kafka: Kafka, consumer: Consumer, there: set[str]) -> KnownToBroker:  # noqa: ANN401 - untyped
    name = kafka.prefix + consumer.topic.name
    partitions: list[Any] = []
    if name in there:
        (described,) = admin.describe_topics([name])
        partitions = [TopicPartition(name, each["partition_index"]) for each in described["partitions"]]
    return KnownToBroker(
        consumer=consumer.name,
        topic=consumer.topic.name,
        firsts=_offsets(admin, partitions, OffsetSpec.EARLIEST),
        ends=_offsets(admin, partitions, OffsetSpec.LATEST),
        readers=_readers(admin, kafka.group(consumer.name)),
    )


def _offsets(admin: Any, partitions: list[Any], which: Any) -> dict[int, int]:  # noqa: ANN401 - untyped
    found = admin.list_partition_offsets(dict.fromkeys(partitions, which), IsolationLevel.READ_COMMITTED)
    return {partition.partition: at.offset for partition, at in found.items()}


def _readers(admin: Any, group: str) -> int | None:  # noqa: ANN401 - untyped
    try:
        return len(admin.describe_groups([group])[group]["members"])
    except CoordinatorNotAvailableError:
        return None  # a broker that never had a group finds out only now where it would keep them
