"""The composition root of topics: with Kafka where brokers are named, without it on the log and the database."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import fields
from datetime import timedelta
from functools import partial
from itertools import islice
from threading import Event
from typing import Final

from consumers.consumer import Consumer
from consumers.kafka_client import Kafka
from consumers.kafka_publisher import KafkaPublisher, produce
from consumers.kafka_source import KafkaSource, OffsetsGone
from consumers.messages import Outgoing
from consumers.outbox import Relay
from consumers.payments import payments
from consumers.projecting import ProjectingLoop
from consumers.running import ConsumerLoop, Source
from consumers.topics import EVENTS, PROJECTOR, Topic
from domain.errors import Complaint
from projections.sources import TopicIncomplete
from service import outbox
from service.inbox import PostgresInbox
from service.local_topics import LocalSource, hand_in
from service.outbox import EventOutbox, PostgresOutbox, StatusOutbox
from service.projected import PostgresProjected
from service.rule_book import RuleBook
from service.settings import Settings
from service.wiring import PROJECTIONS, connections, door, event_log, now
from service.working import side_by_side

_BATCH: Final = 1_000
_EVENTS_BATCH: Final = 5_000
_EVENT_POLL_SECONDS: Final = 0.01
_STATUS_POLL_SECONDS: Final = 0.2


class NoKafka(Complaint):
    """MOTCUA_KAFKA_BOOTSTRAP_SERVERS is not set. Without Kafka nothing has to be relayed: everything reads the log."""

    def __init__(self) -> None:
        """The docstring is the message."""
        super().__init__(self.__class__.__doc__)


def kafka(settings: Settings) -> Kafka | None:
    """The cluster that the settings name, if they name one."""
    if settings.kafka_bootstrap_servers is None:
        return None
    return Kafka(**{field.name: getattr(settings, f"kafka_{field.name}") for field in fields(Kafka)})


def consumers(settings: Settings) -> Mapping[str, Consumer]:
    """Every consumer, by its name."""
    found = [payments(timedelta(minutes=settings.payment_patience_minutes))]
    return {each.name: each for each in found}


@contextmanager
def inbox(url: str, rules: RuleBook, consumer: Consumer) -> Iterator[PostgresInbox]:
    """What a consumer keeps, with a door of its own and no cache."""
    with closing(door(url, rules, part=f"consume-{consumer.name}")) as opened:
        yield PostgresInbox(opened, consumer.name, now)


def consume(
    settings: Settings, url: str, rules: RuleBook, consumer: Consumer, stop: Event, *, until_caught_up: bool = False
) -> None:
    """Handle what comes, on Kafka or, without it, on the log and what was handed in.

    Until ``stop`` is set or, if so wished, until all that is there now has been dealt with. A broker that does not
    answer yet is waited for, as one that goes away later is.

    Raises:
        Away: it does not answer, and nothing but what is there now was wished for.
        LeftBehind: it was to stop, and still waits for a broker or a database.
    """
    cluster, name, topic = kafka(settings), consumer.name, consumer.topic
    with inbox(url, rules, consumer) as kept:

        def open_source() -> AbstractContextManager[Source]:
            if cluster is None:
                return closing(LocalSource(connections(url, f"consume-{name}"), name, topic, kept, most=_BATCH))
            return closing(KafkaSource(cluster, name, topic, kept, most=_BATCH))

        loop = ConsumerLoop(consumer, open_source, kept)
        side_by_side([partial(loop.run, stop, until_caught_up=until_caught_up)], stop)


def relay(
    settings: Settings, url: str, stop: Event, *, begin_anew: bool = False, until_caught_up: bool = False
) -> None:
    """Publish events and public statuses until ``stop`` is set or, if so wished, all that there is now is published.

    To ``begin_anew`` is to publish all of it again.

    Raises:
        NoKafka: there is nowhere to publish to.
        LeftBehind: it was to stop, and still waits for a broker or a database.
    """
    cluster = kafka(settings)
    if cluster is None:
        raise NoKafka
    if begin_anew:
        with connections(url, "relay")() as connection:
            outbox.begin_anew(connection)
    made: list[tuple[type[PostgresOutbox], float]] = [
        (EventOutbox, _EVENT_POLL_SECONDS),
        (StatusOutbox, _STATUS_POLL_SECONDS),
    ]
    relays = [
        Relay(
            kind.topic.name,
            kind(connections(url, f"relay-{kind.topic.name}")),
            partial(KafkaPublisher, cluster, kind.topic),
            poll_seconds=poll,
        )
        for kind, poll in made
    ]
    side_by_side([partial(each.run, stop, until_caught_up=until_caught_up) for each in relays], stop)


def project_from_kafka(
    settings: Settings, url: str, stop: Event, *, switch: bool = False, until_caught_up: bool = False
) -> None:
    """Feed the projections from the topic of events until ``stop`` is set or, if so wished, all it has now is in them.

    A broker that does not answer yet is waited for, as one that goes away later is.

    Raises:
        NoKafka: there is no topic.
        Away: it does not answer, and nothing but what is there now was wished for.
        FedOtherwise, TopicChanged, StillFed, NotBuilt: see ``feed_from_kafka``.
        TopicIncomplete: what was to be read next is no longer there.
        LeftBehind: it was to stop, and still waits for a broker or a database.
    """
    cluster = kafka(settings)
    if cluster is None:
        raise NoKafka
    connect = connections(url, "projections")
    with (
        closing(event_log(url)) as log,
        closing(PostgresProjected(connect, log, PROJECTIONS, switch=switch)) as projected,
    ):
        loop = ProjectingLoop(partial(_events, cluster, projected), projected)
        try:
            side_by_side([partial(loop.run, stop, until_caught_up=until_caught_up)], stop)
        except OffsetsGone as gone:
            raise TopicIncomplete(gone.found) from gone


@contextmanager
def _events(cluster: Kafka, projected: PostgresProjected) -> Iterator[KafkaSource]:
    """The projections are taken over before the first partition is."""
    with closing(KafkaSource(cluster, PROJECTOR, EVENTS, projected, most=_EVENTS_BATCH)) as source:
        projected.take_over(source.partitions)
        yield source


def publish(settings: Settings, url: str, topic: Topic, messages: Iterable[Outgoing]) -> int:
    """Put messages into a topic that others write, as they would; how many.

    Raises:
        Away: the broker does not answer.
    """
    cluster = kafka(settings)
    if cluster is not None:
        return produce(cluster, topic, messages)
    count, left = 0, iter(messages)
    with connections(url, "publish")() as connection:
        while chunk := list(islice(left, _BATCH)):
            hand_in(connection, topic, chunk)
            count += len(chunk)
    return count
