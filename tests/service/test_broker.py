"""The broker for trials and tests: ready when it says so, loses nothing to kill -9, and leaves nothing behind."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from kafka import KafkaAdminClient

from service.broker import Broker, free_port
from tests.brokers import fresh_topic, messages, send

pytestmark = pytest.mark.kafka


@pytest.fixture
def broker(data_dir: Path) -> Iterator[Broker]:
    with Broker(data_dir, port=free_port()) as started:
        yield started


def javas_in(folder: Path) -> list[int]:
    found = psutil.process_iter(["pid", "name", "cwd"])
    return [each.pid for each in found if each.info["name"] == "java" and str(folder) in (each.info["cwd"] or "")]


def test_what_is_sent_is_read_back(kafka: str) -> None:
    topic = fresh_topic(kafka, partitions=3)
    send(kafka, topic, *(b"%d" % number for number in range(100)))
    assert sorted(int(message.value) for message in messages(kafka, topic)) == list(range(100))


def test_a_topic_that_nobody_made_does_not_come_to_be(kafka: str) -> None:
    assert messages(kafka, "test-nobody-made-it") == []
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        assert "test-nobody-made-it" not in admin.list_topics()


@pytest.mark.slow
def test_what_was_acknowledged_outlives_kill_9_and_an_orderly_stop(broker: Broker) -> None:
    topic = fresh_topic(broker.bootstrap)
    send(broker.bootstrap, topic, b"before the kill")
    broker.kill()
    broker.start()
    send(broker.bootstrap, topic, b"after the kill")
    broker.stop()
    broker.start()
    assert [message.value for message in messages(broker.bootstrap, topic)] == [b"before the kill", b"after the kill"]
