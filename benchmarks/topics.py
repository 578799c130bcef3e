"""What goes out and comes in by topics, against a real Kafka: events relayed, payments taken in, and how long it takes.

Side by side in one run: the relay, and Kafka's client alone sending the same messages.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from os import environ
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Event, Thread
from uuid import uuid4

from kafka import KafkaProducer

from benchmarks.commands import Rate
from benchmarks.histories import write_histories
from consumers.cloud_events import CloudEvent
from consumers.consumer import Consumer
from consumers.dossier_events import Fact, event_message
from consumers.kafka_client import Kafka, ensure_topics
from consumers.kafka_publisher import KafkaPublisher, produce
from consumers.kafka_source import KafkaSource
from consumers.outbox import Relay
from consumers.payments import payments
from consumers.projecting import ProjectingLoop
from consumers.running import ConsumerLoop, Read
from consumers.topics import EVENTS, PAYMENT_NOTICES, PROJECTOR, STATUS
from domain.dossier.commands import RecordStep
from domain.dossier.events import EVENT_TYPES, Submitted
from domain.envelope import Actor
from domain.errors import DossierError
from domain.ports import Request
from projections.runner import Runner
from service.broker import Broker, BrokerError, free_port
from service.database import connect
from service.inbox import PostgresInbox
from service.log import PostgresEventLog
from service.memory import settle_down
from service.outbox import NEXT_EVENTS, EventOutbox, PostgresOutbox, StatusOutbox, stored_events
from service.projected import PostgresProjected
from service.wiring import PROJECTIONS, connections, now
from tests.service.doors import door, submission
from tests.service.payments_desk import Desk, notice

EVENTS_RELAYED = 60_000
PAYMENTS = 20_000
EVENTS_A_SECOND = 200
_CONSUMED_IN_A_BATCH = 1_000


@contextmanager
def broker() -> Iterator[Kafka | str]:
    """A broker of the run's own; why there is none, where Java or Maven is missing."""
    with TemporaryDirectory(prefix="motcua-bench-kafka-") as folder:
        found = Broker(Path(folder), port=free_port())
        try:
            found.start()
        except BrokerError as error:
            yield str(error)
            return
        try:
            yield Kafka(bootstrap_servers=found.bootstrap)
        finally:
            found.stop()


def _named(kafka: Kafka) -> Kafka:
    """The same cluster with topics of its own, so that each measurement begins with empty ones."""
    return Kafka(bootstrap_servers=kafka.bootstrap_servers, prefix=f"{uuid4().hex}.")


def write(url: str) -> int:
    """A log to relay, with its projections; how many events."""
    with connect(url, application_name="motcua-bench", transaction_seconds=None) as connection:
        written = write_histories(connection, round(EVENTS_RELAYED / 9.1))
        connection.execute("VACUUM ANALYZE")
    with closing(PostgresEventLog(connections(url, "bench"))) as log:
        Runner(connections(url, "bench"), log, PROJECTIONS).run(Event(), until_caught_up=True)
    return written


def client_alone(url: str, kafka: Kafka) -> Rate:
    """Kafka's client sends the same messages, ready made, with the same settings but for transactions."""
    cluster = _named(kafka)
    ensure_topics(cluster, [EVENTS])
    with connections(url, "bench")() as connection:
        rows = connection.execute(NEXT_EVENTS, (0, 20_000), binary=True).fetchall()
    messages = [event_message(each, "bench") for each in stored_events(rows)]
    topic = cluster.prefix + EVENTS.name
    options = {"compression_type": "lz4", "batch_size": 256 * 1024, "max_request_size": 8 * 1024 * 1024}
    with closing(KafkaProducer(bootstrap_servers=cluster.bootstrap_servers, **options)) as producer:
        producer.send(topic, b"first", b"key").get(10)
        began = time.perf_counter()
        for key, value, headers in messages:
            producer.send(topic, value, key, headers)
        producer.flush()
        return Rate(len(messages) / (time.perf_counter() - began))


def relayed(url: str, kafka: Kafka, events: int, *, statuses: bool) -> Rate:
    """Events a second from log to broker, in this process; with the public statuses beside them where so wished."""
    cluster = _named(kafka)
    kinds: tuple[type[PostgresOutbox], ...] = (EventOutbox, StatusOutbox) if statuses else (EventOutbox,)
    ensure_topics(cluster, (EVENTS, STATUS))
    with connections(url, "bench")() as connection:
        connection.execute("DELETE FROM outbox")
    began = time.perf_counter()
    _relay(url, cluster, *kinds)
    return Rate(events / (time.perf_counter() - began))


def _relay(url: str, cluster: Kafka, *kinds: type[PostgresOutbox]) -> None:
    threads = []
    for kind in kinds:
        opened = partial(KafkaPublisher, cluster, kind.topic)
        relay = Relay("bench", kind(connections(url, "bench")), opened, poll_seconds=0.05)
        threads.append(Thread(target=relay.run, args=(Event(),), kwargs={"until_caught_up": True}))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def projected_from_log(url: str, events: int) -> Rate:
    """Events a second from the log into both projections, in this process."""
    _without_projections(url)
    began = time.perf_counter()
    with closing(PostgresEventLog(connections(url, "bench"))) as log:
        Runner(connections(url, "bench"), log, PROJECTIONS).run(Event(), until_caught_up=True)
    return Rate(events / (time.perf_counter() - began))


def projected_from_kafka(url: str, kafka: Kafka, events: int) -> Rate:
    """Events a second from Kafka into both projections, in this process."""
    cluster = _named(kafka)
    ensure_topics(cluster, [EVENTS])
    with connections(url, "bench")() as connection:
        connection.execute("DELETE FROM outbox")
    _relay(url, cluster, EventOutbox)
    _without_projections(url)
    with (
        closing(PostgresEventLog(connections(url, "bench"))) as log,
        closing(PostgresProjected(connections(url, "bench"), log, PROJECTIONS)) as projected,
        closing(_Timed(cluster, PROJECTOR, EVENTS, projected, most=5_000)) as source,
    ):
        projected.take_over(source.partitions)
        ProjectingLoop(lambda: nullcontext(source), projected).run(Event(), until_caught_up=True)
        return Rate(events / (time.perf_counter() - source.first))


def _without_projections(url: str) -> None:
    with connections(url, "bench")() as connection:
        for table in ("projection_position", *(table for each in PROJECTIONS for table in each.tables)):
            connection.execute(f"DROP TABLE IF EXISTS {table}")


def paid(url: str, kafka: Kafka) -> Rate:
    """Notices of payment a second, each with its effect in a dossier, in one process."""
    cluster, desk = _named(kafka), Desk(url)
    codes = [code for _ in range(PAYMENTS // 1_000) for code in desk.dossiers(1_000)]
    produce(cluster, PAYMENT_NOTICES, (notice(code) for code in codes))
    consumer, inbox = payments(timedelta(hours=1)), desk.inbox()
    inbox.begin_anew(PAYMENT_NOTICES.name)
    settle_down()
    last = 0.0

    def dealt_with(_messages: int) -> None:
        nonlocal last
        last = time.perf_counter()

    with closing(_Timed(cluster, consumer.name, consumer.topic, inbox, most=_CONSUMED_IN_A_BATCH)) as source:
        ConsumerLoop(consumer, lambda: nullcontext(source), inbox, on_batch=dealt_with).run(
            Event(), until_caught_up=True
        )
        took = last - source.first
    effects = desk.ask("SELECT count(*) FROM stored_events WHERE topic = 'dossier.paid.v1'")[0][0]
    desk.close()
    if effects < PAYMENTS:
        raise AssertionError(f"{effects} effects of {PAYMENTS} payments")
    return Rate(PAYMENTS / took)


class _Timed(KafkaSource):
    """Tells when the first message came: joining a group is not what is measured."""

    first = 0.0

    def poll(self, seconds: float) -> Read:
        read = super().poll(seconds)
        if read.messages and not self.first:
            self.first = time.perf_counter()
        return read


@dataclass
class _Echo:
    """Answers each submission with a step, and notes when that is committed."""

    asked: list[str] = field(default_factory=list)
    effects: dict[str, float] = field(default_factory=dict)

    def ask(self, event: CloudEvent) -> Request | None:
        """A step for each submission."""
        self.asked.append(event.key)
        step = RecordStep(name="Ghi nhận", resource="bench", at=event.data.event.submitted_at)
        return event.request(step, f"echo/{event.id}", Actor(id="bench"))

    def committed(self, _messages: int) -> None:
        """What was asked for so far is committed."""
        at = time.perf_counter()
        for key in self.asked:
            self.effects.setdefault(key, at)
        self.asked.clear()


def commit_to_effect(url: str, kafka: Kafka, seconds: float) -> Rate:
    """From the commit of an event to that of what a consumer makes of it, a relay process between: at 200 events/s."""
    cluster = _named(kafka)
    echo = _Echo()
    consumer = Consumer(
        name="echo",
        topic=EVENTS,
        types={"dossier.submitted.v1": Fact[Submitted]},
        ask=echo.ask,
        passes_over=frozenset(EVENT_TYPES),
    )
    inbox, stop = PostgresInbox(door(url), consumer.name, now), Event()
    source = KafkaSource(cluster, consumer.name, consumer.topic, inbox)
    loop = ConsumerLoop(consumer, lambda: nullcontext(source), inbox, on_batch=echo.committed)
    consuming = Thread(target=loop.run, args=(stop,))
    consuming.start()
    with _relay_process(url, cluster):
        desk = Desk(url)
        _settle(desk, echo)
        committed = _submit_steadily(desk, seconds)
        _until(lambda: committed.keys() <= echo.effects.keys())
        desk.close()
    stop.set()
    consuming.join()
    source.close()
    waits = sorted(1000 * (echo.effects[code] - at) for code, at in committed.items())
    cuts = quantiles(waits, n=100)
    return Rate(len(waits) / seconds, cuts[49], cuts[98])


@contextmanager
def _relay_process(url: str, cluster: Kafka) -> Iterator[None]:
    environment = {
        **environ,
        "MOTCUA_DATABASE_URL": url,
        "MOTCUA_KAFKA_BOOTSTRAP_SERVERS": cluster.bootstrap_servers,
        "MOTCUA_KAFKA_PREFIX": cluster.prefix,
        "MOTCUA_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "service.cli", "relay", "--while-input-open"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:  # noqa: S603 - our own words
        yield
        if process.stdin is not None:
            process.stdin.close()


def _settle(desk: Desk, echo: _Echo) -> None:
    """Everything has started once a first event has had its effect."""
    [code] = desk.dossiers(1)
    _until(lambda: code in echo.effects)


def _submit_steadily(desk: Desk, seconds: float) -> dict[str, float]:
    """Submissions at an even pace; when each was acknowledged, by code."""
    opened, committed = desk.door(), {}
    began = time.perf_counter()
    for number in range(int(seconds * EVENTS_A_SECOND)):
        time.sleep(max(0.0, began + number / EVENTS_A_SECOND - time.perf_counter()))
        [done] = opened.handle([submission(uuid4().hex)])
        if isinstance(done, DossierError):
            raise done
        committed[done.code] = time.perf_counter()
    return committed


def _until(it_is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not it_is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("what was sent did not have its effect within a minute")
        time.sleep(0.01)
