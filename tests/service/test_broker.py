"""The broker for trials and tests: ready when it says so, loses nothing to kill -9, and leaves nothing behind."""

from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from service.broker import Broker, BrokerError, free_port
from tests.brokers import fresh_topic, jvms, messages, send

pytestmark = pytest.mark.kafka


def test_what_is_sent_is_read_back(kafka: str) -> None:
    topic = fresh_topic(kafka, partitions=3)
    send(kafka, topic, *(b"%d" % number for number in range(100)))
    assert sorted(int(message.value) for message in messages(kafka, topic)) == list(range(100))


def test_a_topic_that_nobody_made_does_not_come_to_be(kafka: str) -> None:
    assert messages(kafka, "test-nobody-made-it") == []
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        assert "test-nobody-made-it" not in admin.list_topics()


def test_a_message_too_large_for_us_still_reaches_us_to_be_parked(kafka: str) -> None:
    topic = fresh_topic(kafka)
    send(kafka, topic, large := bytes(7 * 2**20))
    assert [message.value for message in messages(kafka, topic)] == [large]


@pytest.mark.slow
def test_what_was_acknowledged_outlives_kill_9_and_an_orderly_stop(data_dir: Path) -> None:
    with Broker(data_dir, port=free_port()) as broker:
        topic = fresh_topic(broker.bootstrap)
        send(broker.bootstrap, topic, b"before the kill")
        broker.kill()
        broker.start()
        send(broker.bootstrap, topic, b"after the kill")
        broker.stop()
        assert jvms(data_dir) == []
        broker.start()
        read = [message.value for message in messages(broker.bootstrap, topic)]
    assert read == [b"before the kill", b"after the kill"]
    assert jvms(data_dir) == []


@pytest.mark.slow
def test_the_path_of_the_data_may_be_vietnamese_and_hold_spaces(data_dir: Path) -> None:
    with Broker(data_dir / "Một Cửa", port=free_port()) as broker:
        assert messages(broker.bootstrap, fresh_topic(broker.bootstrap)) == []


@pytest.mark.slow
def test_an_interrupted_creation_is_made_anew_and_one_that_cannot_start_says_why(data_dir: Path) -> None:
    (data_dir / "kafka.new" / "log").mkdir(parents=True)
    with Broker(data_dir, port=free_port()) as broker:
        pass
    identity = data_dir / "kafka" / "log" / "meta.properties"
    identity.write_text(identity.read_text().replace("node.id=1", "node.id=2"))
    with pytest.raises(BrokerError, match=r"Kafka did not start\n.* ERROR .*\n.*node id 2"):
        broker.start()
    identity.write_text(identity.read_text().replace("node.id=2", "node.id=1"))
    broker.start()
    broker.stop()


@pytest.mark.slow
def test_one_that_is_not_ready_in_time_is_ended(data_dir: Path) -> None:
    with pytest.raises(BrokerError, match="Kafka is not ready after 0 s"):
        Broker(data_dir, port=free_port(), start_seconds=0).start()
    assert jvms(data_dir) == []
