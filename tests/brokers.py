"""Real Kafka for tests: one broker a process of the run, topics of its own for every test."""

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from service.broker import Broker, Listener, free_port
from service.kafka_jars import BrokerError, require_programs
from tests.faults.proxy import Proxy

PATIENCE = 150
_REQUIRED = "MOTCUA_REQUIRE_KAFKA"
_LARGEST = 16 * 2**20


def require_kafka() -> None:
    """Where Java 17 or Maven is missing, skip the test with what to install, or fail where Kafka is required."""
    if (lacking := _lacking()) is None:
        return
    if os.environ.get(_REQUIRED) == "1":
        pytest.fail(lacking, pytrace=False)
    pytest.skip(f"{lacking}; {_REQUIRED}=1 makes its absence a failure")


@cache
def _lacking() -> str | None:
    try:
        require_programs()
    except BrokerError as error:
        return str(error)
    return None


@contextmanager
def broker_behind_proxy(data_dir: Path) -> Iterator[tuple[Broker, Proxy]]:
    """A broker, and a proxy whose clients learn no other way to it."""
    with Proxy(("127.0.0.1", 0)) as proxy:
        proxied = Listener(name="PROXIED", advertised_port=proxy.port)
        proxy.target = ("127.0.0.1", proxied.port)
        with Broker(data_dir, port=free_port(), listeners=[proxied]) as broker:
            yield broker, proxy


def jvms(data_dir: Path) -> list[psutil.Process]:
    """The brokers that run on this folder, whoever started them."""
    wanted = {"name": "java", "cwd": str(data_dir / "kafka")}
    return [each for each in psutil.process_iter(["name", "cwd"]) if each.info == wanted]


def fresh_topic(bootstrap: str, *, partitions: int = 1, **settings: str) -> str:
    """The name of a topic of the test's own, ready for use; dots in the names of settings are underscores here."""
    name = f"test-{secrets.token_hex(8)}"
    configs = {key.replace("_", "."): value for key, value in settings.items()}
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        admin.create_topics({name: {"num_partitions": partitions, "configs": configs}}, wait_for_metadata=True)
    return name


def send(bootstrap: str, topic: str, *values: bytes) -> None:
    """Messages without key, acknowledged when this returns."""
    with closing(KafkaProducer(bootstrap_servers=bootstrap, max_request_size=_LARGEST)) as producer:
        for sent in [producer.send(topic, value) for value in values]:
            sent.get(PATIENCE)


def messages(bootstrap: str, topic: str, **settings: str) -> list[Any]:
    """The consumer records of all that is there now; in order within each partition."""
    with closing(KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", **settings)) as consumer:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        found = []
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            found += [record for records in consumer.poll(1000).values() for record in records]
        return found
