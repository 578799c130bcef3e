"""Events and public statuses out, against a real Kafka: at least once, in each dossier's order, nothing personal."""

import json
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from shutil import which
from threading import Event, Thread
from threading import enumerate as enumerate_threads
from typing import Any

import psycopg
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured_event
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaTimeoutError

from consumers import kafka_publisher
from consumers.kafka_client import Kafka
from consumers.kafka_publisher import KafkaPublisher
from consumers.messages import Outgoing
from consumers.outbox import Relay
from consumers.ports import Away, OffsetMoved, OutboxBatch
from consumers.topics import EVENTS, STATUS, TOPICS
from projections.rebuild import rebuild
from projections.runner import Runner
from service.lease import STALE_SECONDS, Lease
from service.log import PostgresEventLog
from service.outbox import EventOutbox, PostgresOutbox, StatusOutbox
from service.wiring import PROJECTIONS
from tests.brokers import messages
from tests.examples import ALICE, LIFE
from tests.faults.proxy import Proxy
from tests.service.doors import connector
from tests.service.payments_desk import Desk
from tests.waiting import until

pytestmark = pytest.mark.kafka


@pytest.fixture
def cluster(kafka: str, request: pytest.FixtureRequest) -> Kafka:
    return Kafka(bootstrap_servers=kafka, partitions=3, prefix=f"{abs(hash(request.node.name))}.")


def relay(outbox: PostgresOutbox, cluster: Kafka, publisher: Callable[..., Any] = KafkaPublisher) -> Relay:
    return Relay("test", outbox, partial(publisher, cluster, outbox.topic), poll_seconds=0.01)


@contextmanager
def side_by_side(stop: Event, *relays: Relay) -> Iterator[None]:
    """Relays in threads, stopped whatever happens."""
    threads = [Thread(target=each.run, args=(stop,), daemon=True) for each in relays]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


def published(desk: Desk, cluster: Kafka, kind: type[PostgresOutbox] = EventOutbox) -> list[Any]:
    """All that is in the topic once it is caught up."""
    relay(kind(connector(desk.url)), cluster).run(Event(), until_caught_up=True)
    return messages(cluster.bootstrap_servers, cluster.prefix + kind.topic.name)


def projected(desk: Desk) -> None:
    with closing(PostgresEventLog(connector(desk.url))) as log:
        Runner(connector(desk.url), log, PROJECTIONS).run(Event(), until_caught_up=True)


def stored(desk: Desk) -> Mapping[str, list[tuple[int, int]]]:
    """Version and position of every event, by code."""
    found = defaultdict(list)
    for code, version, position in desk.ask(
        "SELECT code, originator_version, notification_id FROM stored_events"
        " JOIN dossier_code ON dossier_id = originator_id ORDER BY notification_id"
    ):
        found[code].append((version, position))
    return found


def in_topic(records: list[Any]) -> Mapping[str, list[tuple[int, int]]]:
    found = defaultdict(list)
    for record in records:
        event = json.loads(record.value)
        found[record.key.decode()].append((event["dossierversion"], int(event["position"])))
    return found


def first_occurrences(entries: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return list(dict.fromkeys(entries))


def test_every_event_is_published_once_and_in_its_dossiers_order(desk: Desk, cluster: Kafka) -> None:
    desk.dossiers(20, *LIFE)
    records = published(desk, cluster)
    assert in_topic(records) == stored(desk)
    assert len({record.partition for record in records}) == 3
    desk.dossiers(5, *LIFE)
    assert in_topic(published(desk, cluster)) == stored(desk)


def test_the_cloudevents_sdk_reads_every_message(desk: Desk, cluster: Kafka) -> None:
    desk.dossiers(2, *LIFE)
    projected(desk)
    for record in [*published(desk, cluster), *published(desk, cluster, StatusOutbox)]:
        event = from_structured_event(KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value))
        assert event.get_specversion() == "1.0"
        assert event.get_subject() == record.key.decode()
        assert event.get_extension("partitionkey") == record.key.decode()
        assert event.get_source().startswith("urn:uuid:")
        assert isinstance(event.get_data(), dict)


def test_ids_are_unique_and_positions_are_text(desk: Desk, cluster: Kafka) -> None:
    desk.dossiers(3, *LIFE)
    events = [json.loads(record.value) for record in published(desk, cluster)]
    assert len({(event["source"], event["id"]) for event in events}) == len(events) == 3 * 12
    assert all(event["id"] == event["position"] for event in events)


def test_no_personal_value_leaves(desk: Desk, cluster: Kafka) -> None:
    desk.dossiers(2, *LIFE)
    projected(desk)
    sent = b"".join(record.value for record in [*published(desk, cluster), *published(desk, cluster, StatusOutbox)])
    assert b"dossier.submitted.v1" in sent
    for value in ALICE.values():
        assert value.encode() not in sent


def test_kcat_reads_what_was_sent(desk: Desk, cluster: Kafka) -> None:
    kcat = which("kcat")
    if kcat is None:
        pytest.skip("kcat is not installed: apt-get install kcat")
    desk.dossiers(5, *LIFE)
    records = published(desk, cluster)
    printed = subprocess.run(  # noqa: S603 - fixed words
        [
            *(kcat, "-C", "-q", "-e", "-b", cluster.bootstrap_servers, "-t", cluster.prefix + EVENTS.name),
            *("-o", "beginning", "-f", r"%k\t%p\t%s\n", "-X", "isolation.level=read_committed"),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    ours = [f"{record.key.decode()}\t{record.partition}\t{record.value.decode()}" for record in records]
    assert sorted(printed) == sorted(ours)


def test_the_status_topic_read_from_its_start_rebuilds_every_public_status(desk: Desk, cluster: Kafka) -> None:
    codes = desk.dossiers(10)
    for command in LIFE[2:]:
        projected(desk)
        published(desk, cluster, StatusOutbox)
        for code in codes[:5]:
            desk.act(code, command)
    projected(desk)
    newest: dict[str, object] = {}
    for record in published(desk, cluster, StatusOutbox):
        newest[record.key.decode()] = json.loads(record.value)["data"]
    assert newest == {code: json.loads(bytes(body)) for code, body in desk.ask("SELECT code, body FROM tracking")}


def test_a_backlog_costs_one_status_a_dossier_and_a_rebuild_publishes_all_anew(desk: Desk, cluster: Kafka) -> None:
    desk.dossiers(10, *LIFE)
    projected(desk)
    assert len(published(desk, cluster, StatusOutbox)) == 10
    assert len(published(desk, cluster, StatusOutbox)) == 10
    with closing(PostgresEventLog(connector(desk.url))) as log:
        rebuild(connector(desk.url), log, PROJECTIONS, workers=1)
    assert len(published(desk, cluster, StatusOutbox)) == 20


def test_statuses_wait_for_the_projection(desk: Desk, cluster: Kafka) -> None:
    assert published(desk, cluster, StatusOutbox) == []
    projected(desk)
    desk.dossiers(1)
    assert published(desk, cluster, StatusOutbox) == []
    projected(desk)
    assert len(published(desk, cluster, StatusOutbox)) == 1


def test_topics_are_made_with_their_settings(desk: Desk, cluster: Kafka) -> None:
    published(desk, cluster)
    published(desk, cluster, StatusOutbox)
    resources = [ConfigResource(ConfigResourceType.TOPIC, cluster.prefix + topic.name) for topic in (EVENTS, STATUS)]
    with closing(KafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)) as admin:
        found = admin.describe_configs(resources)
    assert "compact" in str(found)
    assert {topic.name for topic in TOPICS} == {
        "motcua.dossier.events.v1",
        "motcua.dossier.status.v1",
        "payment.notices.v1",
    }


class _Crash(Exception):
    pass


class _CrashingOutbox(EventOutbox):
    def save(self, _batch: OutboxBatch, _ends: Mapping[int, int]) -> None:
        raise _Crash


def test_a_relay_that_dies_between_publishing_and_saving_loses_nothing(desk: Desk, cluster: Kafka) -> None:
    desk.dossiers(5, *LIFE)
    dying = _CrashingOutbox(connector(desk.url))
    with pytest.raises(_Crash):
        relay(dying, cluster).run(Event())
    dying.let_go()
    records = published(desk, cluster)
    assert len(records) == 2 * 60
    assert {key: first_occurrences(entries) for key, entries in in_topic(records).items()} == stored(desk)


def test_what_a_former_holder_still_sends_is_refused(cluster: Kafka) -> None:
    former = KafkaPublisher(cluster, EVENTS)
    successor = KafkaPublisher(cluster, EVENTS)
    with pytest.raises(Away, match=r"Fenced|InvalidProducerEpoch"):
        former.publish([Outgoing(b"k", b"late", [])])
    assert successor.publish([Outgoing(b"k", b"in time", [])])
    former.close()
    successor.close()
    records = messages(cluster.bootstrap_servers, cluster.prefix + EVENTS.name)
    assert [record.value for record in records if record.value != b"late"] == [b"in time"]


def test_a_publisher_whose_broker_went_away_is_closed_within_seconds(cluster: Kafka, kafka_proxy: Proxy) -> None:
    threads = set(enumerate_threads())
    publisher = KafkaPublisher(replace(cluster, bootstrap_servers=kafka_proxy.address), EVENTS)
    publisher.publish([Outgoing(b"k", b"v", [])])
    kafka_proxy.sever()
    publisher._producer.begin_transaction()
    publisher._producer.send(cluster.prefix + EVENTS.name, b"v", b"k")
    began = time.monotonic()
    publisher.close()
    assert time.monotonic() - began < 10
    until(lambda: set(enumerate_threads()) <= threads)


def test_a_commit_that_gets_no_answer_is_given_up(
    cluster: Kafka, kafka_proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KafkaPublisher(replace(cluster, bootstrap_servers=kafka_proxy.address), EVENTS) as publisher:
        monkeypatch.setattr(kafka_publisher, "_DELIVERY_MS", 2_000)
        publisher._producer.begin_transaction()
        publisher._producer.send(cluster.prefix + EVENTS.name, b"v", b"k")
        publisher._producer.flush()
        kafka_proxy.sever()
        with pytest.raises(KafkaTimeoutError):
            publisher._commit()


def test_a_position_that_another_moved_is_not_saved(desk: Desk) -> None:
    desk.dossiers(1)
    slow = EventOutbox(connector(desk.url))
    batch = slow.read(10)
    desk.ask("UPDATE outbox SET position = 1 RETURNING position")
    with pytest.raises(OffsetMoved):
        slow.save(batch, {})
    slow.let_go()


def test_a_database_that_holds_a_statement_up_for_too_long_is_away(desk: Desk) -> None:
    slow = EventOutbox(lambda: psycopg.connect(desk.url, autocommit=True, options="-c transaction_timeout=200ms"))
    with psycopg.connect(desk.url) as busy:
        busy.execute("LOCK TABLE outbox IN SHARE MODE")
        with pytest.raises(Away, match="transaction timeout"):
            slow.read(10)
    assert slow.read(10).events == 0
    slow.let_go()


def test_one_publishes_and_the_others_stand_by(desk: Desk, cluster: Kafka) -> None:
    desk.dossiers(2)
    stop = Event()
    first, second = (EventOutbox(connector(desk.url)) for _ in range(2))
    with side_by_side(stop, relay(first, cluster), relay(second, cluster)):
        desk.dossiers(2)
        until(lambda: desk.ask("SELECT 1 FROM outbox WHERE published = 4 * 3"))
        assert {first.take(), second.take()} == {True, False}
    assert in_topic(published(desk, cluster)) == stored(desk)


def test_the_hold_of_a_process_that_hangs_passes_to_another_within_ten_seconds(desk: Desk) -> None:
    hanging, other = (Lease(connector(desk.url), "relay x") for _ in range(2))
    assert hanging.take()
    assert not other.take()
    hanging._ended.set()  # it signs no more, but its session lives on
    began = time.monotonic()
    while not other.take():
        assert time.monotonic() - began < 10
        time.sleep(0.1)
    assert time.monotonic() - began > 3
    other.let_go()
    hanging.let_go()


def test_the_hold_of_a_process_that_died_passes_at_once(desk: Desk) -> None:
    dead, other = (Lease(connector(desk.url), "relay x") for _ in range(2))
    assert dead.take()
    assert dead._connection is not None
    dead._connection.close()
    began = time.monotonic()
    until(other.take)
    assert time.monotonic() - began < STALE_SECONDS  # not because its signature is too old
    other.let_go()
    dead.let_go()


def test_why_nothing_is_published_is_told_until_it_is(desk: Desk, cluster: Kafka) -> None:
    desk.dossiers(1)
    nowhere = Kafka(bootstrap_servers="127.0.0.1:1")
    with side_by_side(Event(), relay(EventOutbox(connector(desk.url)), nowhere)):
        until(lambda: desk.ask("SELECT 1 FROM outbox WHERE failure LIKE 'Kafka: %%'"))
    published(desk, cluster)
    assert desk.ask("SELECT failure FROM outbox") == [(None,)]


def test_an_event_that_cannot_be_keyed_is_not_passed_over(desk: Desk, cluster: Kafka) -> None:
    desk.dossiers(1)
    desk.ask("DELETE FROM dossier_code RETURNING code")
    outbox = EventOutbox(connector(desk.url))
    with pytest.raises(LookupError, match="has no code"):
        relay(outbox, cluster).run(Event())
    outbox.let_go()
