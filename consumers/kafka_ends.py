"""What the broker knows of the topics that consumers read: how far they reach now, and who reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kafka import IsolationLevel, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import CoordinatorNotAvailableError

from consumers.kafka_client import Kafka, administration
from consumers.topics import Topic

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


def known_to_broker(kafka: Kafka, consumers: Mapping[str, Topic]) -> list[KnownToBroker]:
    """What there is for each consumer, given with the topic it reads. Nothing is made by asking.

    Raises:
        Away: the broker does not answer within seconds.
    """
    with administration(kafka, "status", request_timeout_ms=_ANSWER_MS, bootstrap_timeout_ms=_ANSWER_MS) as admin:
        there = set(admin.list_topics())
        return [_known(admin, kafka, name, topic, there) for name, topic in consumers.items()]


def _known(admin: Any, kafka: Kafka, consumer: str, topic: Topic, there: set[str]) -> KnownToBroker:  # noqa: ANN401
    name = kafka.prefix + topic.name
    partitions: list[Any] = []
    if name in there:
        (described,) = admin.describe_topics([name])
        partitions = [TopicPartition(name, each["partition_index"]) for each in described["partitions"]]
    return KnownToBroker(
        consumer=consumer,
        topic=topic.name,
        firsts=_offsets(admin, partitions, OffsetSpec.EARLIEST),
        ends=_offsets(admin, partitions, OffsetSpec.LATEST),
        readers=_readers(admin, kafka.group(consumer)),
    )


def _offsets(admin: Any, partitions: list[Any], which: Any) -> dict[int, int]:  # noqa: ANN401 - untyped
    found = admin.list_partition_offsets(dict.fromkeys(partitions, which), IsolationLevel.READ_COMMITTED)
    return {partition.partition: at.offset for partition, at in found.items()}


def _readers(admin: Any, group: str) -> int | None:  # noqa: ANN401 - untyped
    try:
        return len(admin.describe_groups([group])[group]["members"])
    except CoordinatorNotAvailableError:
        return None  # a broker that never had a group finds out only now where it would keep them
