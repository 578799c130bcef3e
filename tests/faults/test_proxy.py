"""The proxy passes everything on, or cuts about the share it was told to, in the middle of what the server said."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from kafka import KafkaAdminClient

from tests.brokers import fresh_topic, messages, send
from tests.faults.proxy import Proxy, postgresql_target, postgresql_through

ANSWER = bytes(range(256)) * 400


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """Answers every question with ``ANSWER`` and closes; a question ends where the client ends it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    while connection.recv(1000):
                        pass
                    connection.sendall(ANSWER)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def asked(proxy: Proxy) -> bytes:
    """What came of the answer until the connection ended, in good order or not."""
    got = b""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=30) as connection:
        try:
            connection.sendall(b"question")
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                got += chunk
        except ConnectionError:
            assert len(got) < len(ANSWER)
    return got


def test_about_the_share_is_cut_and_all_the_rest_is_whole() -> None:
    with server() as target, Proxy(target, cutting=0.15, seed=1) as proxy:
        answers = [asked(proxy) for _ in range(400)]
        whole = answers.count(ANSWER)
        assert proxy.accepted == 400
        assert proxy.cut == 400 - whole
        assert 0.10 < proxy.cut / 400 < 0.20
        assert all(ANSWER.startswith(answer) for answer in answers)


def test_the_same_seed_cuts_the_same_connections() -> None:
    def lengths() -> list[int]:
        with server() as target, Proxy(target, cutting=0.5, seed=7) as proxy:
            return [len(asked(proxy)) == len(ANSWER) for _ in range(40)]

    assert lengths() == lengths()


def test_turned_off_it_passes_everything() -> None:
    with server() as target, Proxy(target, cutting=1.0) as proxy:
        assert asked(proxy) != ANSWER
        proxy.cutting = 0.0
        assert [asked(proxy) for _ in range(50)] == [ANSWER] * 50
        assert proxy.cut == 1


def test_a_changed_target_counts_for_new_connections() -> None:
    with server() as target, Proxy(("127.0.0.1", 1)) as proxy:
        assert asked(proxy) == b""
        proxy.target = target
        assert asked(proxy) == ANSWER


def test_postgresql_is_reached_by_tcp_through_its_unix_socket(server_url: str) -> None:
    with Proxy(postgresql_target(server_url)) as proxy:
        url = postgresql_through(proxy, server_url)
        assert url.startswith("postgresql://")
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("motcua",)
            assert connection.info.host == "127.0.0.1"
        proxy.cutting = 1.0
        with pytest.raises(psycopg.OperationalError), psycopg.connect(url) as connection:
            connection.execute("SELECT repeat('x', 30000)")
        assert proxy.cut == 1


@pytest.mark.kafka
def test_a_broker_tells_its_clients_to_stay_on_the_way_they_came(kafka: str, kafka_proxy: Proxy) -> None:
    assert brokers_named_at(kafka) == [kafka]
    assert brokers_named_at(kafka_proxy.address) == [kafka_proxy.address]


@pytest.mark.kafka
def test_messages_come_through_a_proxy_that_cuts(kafka: str, kafka_proxy: Proxy) -> None:
    topic = fresh_topic(kafka)
    kafka_proxy.cutting = 0.5
    before = kafka_proxy.cut
    numbers = [b"%d" % number for number in range(15)]
    for number in numbers:
        send(kafka_proxy.address, topic, number)
    assert kafka_proxy.cut > before
    assert [message.value for message in messages(kafka, topic)] == numbers


def brokers_named_at(bootstrap: str) -> list[str]:
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        return [f"{broker['host']}:{broker['port']}" for broker in admin.describe_cluster()["brokers"]]
