"""Payments in over a real Kafka: offsets in the transaction of the effect, shared partitions, bad messages parked."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from threading import Event, Thread
from threading import enumerate as enumerate_threads

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaTimeoutError

from consumers.kafka_client import Kafka, ensure_topics
from consumers.kafka_publisher import produce
from consumers.kafka_source import KafkaSource, OffsetsGone
from consumers.messages import Outgoing
from consumers.payments import payments
from consumers.ports import Away, OffsetMoved
from consumers.running import ConsumerLoop
from consumers.topics import PAYMENT_NOTICES
from domain.dossier.events import Overpaid, Paid
from tests.service.payments_desk import ACCEPT, AMOUNT, ASK_DUES, Desk, notice
from tests.waiting import until

pytestmark = pytest.mark.kafka


@pytest.fixture
def cluster(kafka: str, request: pytest.FixtureRequest) -> Kafka:
    return Kafka(bootstrap_servers=kafka, partitions=4, prefix=f"{abs(hash(request.node.name))}.")


def loop(desk: Desk, cluster: Kafka) -> tuple[ConsumerLoop, KafkaSource]:
    consumer, inbox = payments(desk.patience), desk.inbox()
    source = KafkaSource(cluster, consumer.name, consumer.topic, inbox)
    return ConsumerLoop(consumer, lambda: nullcontext(source), inbox), source


def consume(desk: Desk, cluster: Kafka) -> None:
    """Deal with all that is in the topic."""
    running, source = loop(desk, cluster)
    with closing(source):
        running.run(Event(), until_caught_up=True)


def send(cluster: Kafka, *messages: Outgoing) -> None:
    assert produce(cluster, PAYMENT_NOTICES, messages) == len(messages)


def send_raw(cluster: Kafka, key: bytes | None, value: bytes | None, **options: object) -> None:
    ensure_topics(cluster, [PAYMENT_NOTICES])
    with closing(KafkaProducer(bootstrap_servers=cluster.bootstrap_servers, max_request_size=9_000_000)) as producer:
        producer.send(cluster.prefix + PAYMENT_NOTICES.name, value, key, **options).get(10)


def paid(desk: Desk, code: str) -> list[type]:
    return [type(event) for event in desk.history(code) if isinstance(event, Paid | Overpaid)]


@contextmanager
def running(desk: Desk, cluster: Kafka, number: int) -> Iterator[list[KafkaSource]]:
    """So many consumers in threads."""
    stop, made = Event(), [loop(desk, cluster) for _ in range(number)]
    threads = [Thread(target=each.run, args=(stop,), daemon=True) for each, _ in made]
    for thread in threads:
        thread.start()
    try:
        yield [source for _, source in made]
    finally:
        stop.set()
        for thread, (_, source) in zip(threads, made, strict=True):
            thread.join(30)
            source.close()


def test_a_source_that_cannot_be_opened_leaves_nothing_behind(
    desk: Desk, cluster: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KafkaTimeoutError

    threads = set(enumerate_threads())
    monkeypatch.setattr(KafkaConsumer, "partitions_for_topic", fail)
    with pytest.raises(Away):
        loop(desk, cluster)
    assert set(enumerate_threads()) <= threads


def test_notices_become_payments_each_once(desk: Desk, cluster: Kafka) -> None:
    codes = desk.dossiers(30)
    notices = [notice(code) for code in codes]
    send(cluster, *notices, *notices[:10])
    consume(desk, cluster)
    assert all(paid(desk, code) == [Paid] for code in codes)
    assert desk.ask("SELECT sum(settled), sum(kept), bool_and(next_offset = high_water) FROM consumer_offset") == [
        (40, 0, True)
    ]
    consume(desk, cluster)
    assert desk.ask("SELECT sum(settled) FROM consumer_offset") == [(40,)]


def test_what_is_bad_is_parked_with_a_reason_and_its_partition_goes_on(desk: Desk, cluster: Kafka) -> None:
    [code] = desk.dossiers(1)
    key = code.encode()
    good = notice(code)
    bad = {
        "not-json": (key, b"{not json"),
        "unknown-type": notice(code, type="refund.notice.v1")[:2],
        "newer-version": notice(code, type="payment.notice.v2")[:2],
        "unreadable": notice(code, amount=-AMOUNT)[:2],
        "too-large": (key, b"x" * 2_000_000),
        "key-missing": (None, good.value),
        "empty": (key, None),
        "another-key": (b"somebody else", good.value),
    }
    for number, (bad_key, value) in enumerate(bad.values()):
        own_key = f"{number}".encode() if bad_key == key else bad_key  # so that none waits behind another
        send_raw(cluster, own_key, value, partition=0)
    send_raw(cluster, b"H99.02.15-260302-9999", notice("H99.02.15-260302-9999").value, partition=0)
    send_raw(cluster, key, good.value, partition=0)
    consume(desk, cluster)
    assert paid(desk, code) == [Paid]
    found = {reason: standing for _, standing, reason in desk.standings()}
    assert found == dict.fromkeys([*bad, "unknown-dossier"], "parked")
    assert desk.ask("SELECT length(value) FROM parked_message WHERE reason = 'too-large'") == [(2_000_000,)]
    for vi, en in desk.ask("SELECT reason_vi, reason_en FROM parked_message"):
        assert vi.split(". ")[0] != en.split(". ")[0]


def test_headers_and_content_are_kept_as_they_came(desk: Desk, cluster: Kafka) -> None:
    send_raw(cluster, b"\x00\xff", b"\x01\xfe", headers=[("a", b"\x00"), ("b", b"\xff")])
    consume(desk, cluster)
    [row] = desk.ask("SELECT key, value, header_names, header_values FROM parked_message")
    assert row == (b"\x00\xff", b"\x01\xfe", ["a", "b"], [b"\x00", b"\xff"])


def test_consumers_share_the_partitions_and_take_over_from_each_other(desk: Desk, cluster: Kafka) -> None:
    codes = desk.dossiers(40)
    with running(desk, cluster, 2) as sources:
        until(lambda: sorted(map(len, (source.assigned for source in sources))) == [2, 2])
        send(cluster, *(notice(code) for code in codes[:20]))
        with running(desk, cluster, 1) as joined:
            until(lambda: len(joined[0].assigned) >= 1)
            send(cluster, *(notice(code) for code in codes[20:]))
            until(lambda: all(paid(desk, code) == [Paid] for code in codes))
        until(lambda: sorted(map(len, (source.assigned for source in sources))) == [2, 2])
        last = desk.dossiers(5)
        send(cluster, *(notice(code) for code in last))
        until(lambda: all(paid(desk, code) == [Paid] for code in last))
    assert desk.standings() == []


def test_an_early_notice_goes_on_by_itself_once_the_dues_are_asked_for(desk: Desk, cluster: Kafka) -> None:
    [code] = desk.dossiers(1, ACCEPT)
    send(cluster, notice(code))
    with running(desk, cluster, 1):
        until(lambda: desk.standings() == [(code, "waiting", "nothing-due")])
        desk.act(code, ASK_DUES)
        until(lambda: paid(desk, code) == [Paid])
        until(lambda: desk.standings() == [])


def test_a_partition_moved_on_by_another_is_not_handled_twice(desk: Desk, cluster: Kafka) -> None:
    """A member that was away too long still has messages in hand: its transaction is refused, whole."""
    [code] = desk.dossiers(1)
    send(cluster, notice(code), notice(code, "wrong", amount=1))
    slow, source = loop(desk, cluster)
    with closing(source):
        read = source.poll(0)
        deadline = time.monotonic() + 20
        while not read.messages:
            assert time.monotonic() < deadline
            read = source.poll(0.2)
        desk.ask("UPDATE consumer_offset SET next_offset = next_offset + 1 WHERE partition = %s RETURNING 1",
                 [read.messages[0].partition])  # fmt: skip
        with pytest.raises(OffsetMoved):
            slow._receive(read)
    assert paid(desk, code) == []
    assert desk.standings() == []


def test_messages_removed_before_they_were_read_are_an_error_that_says_what_to_do(desk: Desk, cluster: Kafka) -> None:
    codes = desk.dossiers(8)
    send(cluster, *(notice(code) for code in codes))
    consume(desk, cluster)
    topic = cluster.prefix + PAYMENT_NOTICES.name
    with closing(KafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)) as admin:
        admin.delete_topics([topic])
        until(lambda: topic not in admin.list_topics())
    with pytest.raises(OffsetsGone, match="--begin-anew"):
        consume(desk, cluster)
    desk.inbox().begin_anew(PAYMENT_NOTICES.name)
    again = desk.dossiers(1)
    send(cluster, *(notice(code) for code in [*codes, *again]))
    consume(desk, cluster)
    assert paid(desk, again[0]) == [Paid]


def test_read_anew_nothing_takes_effect_twice(desk: Desk, cluster: Kafka) -> None:
    codes = desk.dossiers(10)
    send(cluster, *(notice(code) for code in codes), *(notice(code) for code in codes))
    consume(desk, cluster)
    before = desk.ask("SELECT count(*) FROM stored_events")
    desk.inbox().begin_anew(PAYMENT_NOTICES.name)
    consume(desk, cluster)
    assert desk.ask("SELECT count(*) FROM stored_events") == before
    assert all(paid(desk, code) == [Paid, Overpaid] for code in codes)


def test_every_codec_of_others_is_read(desk: Desk, cluster: Kafka) -> None:
    codes = desk.dossiers(4)
    ensure_topics(cluster, [PAYMENT_NOTICES])
    for code, codec in zip(codes, ("gzip", "lz4", "snappy", "zstd"), strict=True):
        with closing(KafkaProducer(bootstrap_servers=cluster.bootstrap_servers, compression_type=codec)) as producer:
            told = notice(code)
            producer.send(cluster.prefix + PAYMENT_NOTICES.name, told.value, told.key).get(10)
    consume(desk, cluster)
    assert all(paid(desk, code) == [Paid] for code in codes)
