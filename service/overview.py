"""Everything that ``motcua status`` shows: what the database tells, and what only the broker knows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from consumers.kafka_ends import KnownToBroker, known_to_broker
from consumers.ports import Away
from consumers.topics import EVENTS, PROJECTOR, TOPICS
from projections.positions import ensure_told
from projections.sources import Source
from service.database import connect
from service.observing import ReadingStatus, Status
from service.settings import Settings
from service.wiring import PROJECTIONS, status
from service.wiring_topics import consumers, kafka


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerStatus:
    """The brokers that are configured, and why they do not answer, when they do not."""

    servers: str
    problem: str | None


def overview(settings: Settings, url: str) -> tuple[Status, BrokerStatus | None]:
    """How all of it is doing; no broker where none is configured.

    The broker is asked first: what it counts, a consumer that keeps up has then had time to read.
    """
    with connect(url, application_name="motcua-status") as connection:
        kept = ensure_told(connection, [projection.name for projection in PROJECTIONS])
    cluster, known = kafka(settings), {each.name: each.topic for each in consumers(settings).values()}
    if cluster is None:
        return status(url, handed_in=[(name, topic.name) for name, topic in known.items()]), None
    if kept is not None and kept.source is Source.KAFKA:
        known[PROJECTOR] = EVENTS
    told, problem = list[KnownToBroker](), None
    try:
        told = known_to_broker(cluster, known)
    except Away as away:
        problem = str(away)
    found = status(url, relayed=[topic.name for topic in TOPICS if topic.ours])
    broker = BrokerStatus(servers=cluster.bootstrap_servers, problem=problem)
    return replace(found, consumers=joined(found.consumers, told)), broker


def joined(saved: Iterable[ReadingStatus], told: Iterable[KnownToBroker]) -> tuple[ReadingStatus, ...]:
    """What consumers saved, with the ends as they are now; also of partitions that were never read."""
    rows = {(each.consumer, each.topic, each.partition): each for each in saved}
    for known in told:
        for partition, end in known.ends.items():
            place = (known.consumer, known.topic, partition)
            row = rows.get(place) or _never_read(*place, known.firsts[partition])
            rows[place] = replace(row, end=end, lag=max(0, end - row.next_offset), readers=known.readers)
    return tuple(row for _, row in sorted(rows.items()))


def _never_read(consumer: str, topic: str, partition: int, first: int) -> ReadingStatus:
    return ReadingStatus(
        consumer=consumer,
        topic=topic,
        partition=partition,
        next_offset=first,
        end=first,
        lag=0,
        at_least=False,
        oldest_seconds=None,
        settled=0,
        kept=0,
        retried=0,
        moved_at=None,
        readers=None,
    )
