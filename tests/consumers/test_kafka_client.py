"""What is left of clients that found no broker: nothing, however often they are tried."""

import threading
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

from consumers.kafka_client import broker_faults, client
from consumers.ports import Away


def loops() -> tuple[int, int]:
    """How many threads this process has, and how many of them, or of what they left behind, wait for sockets."""
    opened = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return threading.active_count(), opened.count("anon_inode:[eventpoll]")


@pytest.mark.parametrize("kind", [KafkaAdminClient, KafkaConsumer, KafkaProducer])
def test_a_client_that_finds_no_broker_leaves_nothing_behind(kind: type) -> None:
    before = loops()
    for _ in range(3):
        with pytest.raises(KafkaError):
            client(kind, bootstrap_servers="127.0.0.1:1", bootstrap_timeout_ms=100)
    assert loops() == before


def test_whatever_its_client_raises_the_broker_is_away() -> None:
    """Its sender knows no partition of a topic that metadata lacked for a moment; its loop is not to be run twice."""
    for error in (KafkaError("no"), OSError("cut"), ValueError("Unrecognized partition"), RuntimeError("loop closed")):
        with pytest.raises(Away, match=str(error)), broker_faults():
            raise error
