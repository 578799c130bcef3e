"""Who feeds the projections: the log or the topic of events, and from one to the other without loss or standstill."""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from typing import Any

from psycopg import Connection

from consumers.topics import EVENTS, PROJECTOR
from projections.ports import EventLog
from projections.positions import DEFAULT_PARTITIONS, Kept, ensure_table, kept
from projections.projection import Projection
from projections.runner import Runner
from projections.sources import FedOtherwise, NotBuilt, Source, TopicChanged
from projections.switching import hand_over, switching
from projections.tables import ensure_schema
from service.offsets import begin_offsets, forget_offsets
from service.outbox import Standing, standing


def feed_from_log(connect: Callable[[], Connection[Any]], projections: Sequence[Projection[Any]]) -> None:
    """From now on, unless it is so already.

    Raises:
        StillFed: workers feed them from Kafka.
    """
    with connect() as connection, switching(connection):
        ensure_table(connection)
        now = kept(connection)
        if now is not None and now.source is not Source.LOG:
            _back_to_log(connection, _names(projections))


def feed_from_kafka(
    connect: Callable[[], Connection[Any]],
    log: EventLog,
    projections: Sequence[Projection[Any]],
    partitions: int,
    *,
    switch: bool,
) -> None:
    """From now on, in the topic's partitions, unless it is so already.

    What nobody has fed yet begins with the topic. Otherwise the log is read up to where the topic is published, and the
    topic from there: so it does not matter what the topic has lost meanwhile.

    Raises:
        FedOtherwise, TopicChanged: they are fed otherwise, and not to ``switch``.
        StillFed: workers feed them otherwise.
        NotBuilt: there is a projection that is not fed at all.
    """
    names = _names(projections)
    with connect() as connection, switching(connection):
        ensure_schema(connection, projections)
        ensure_table(connection)
        now = kept(connection)
        if now is None:
            _hand_over(connection, names, partitions, Standing(0, 0, {}))
            return
        if now.source is Source.KAFKA and now.partitions == partitions:
            if missing := set(names) - now.names:
                raise NotBuilt(missing)
            return
        if not switch:
            raise _otherwise(now)
        if now.source is Source.KAFKA:
            _back_to_log(connection, names)
        published = standing(connection, EVENTS)
        Runner(connect, log, projections, yields=True).run(Event(), until_caught_up=True)
        _hand_over(connection, names, partitions, published)


def _otherwise(now: Kept) -> Exception:
    return TopicChanged(now.partitions) if now.source is Source.KAFKA else FedOtherwise(now.source, Source.KAFKA)


def _back_to_log(connection: Connection[Any], names: Sequence[str]) -> None:
    """How far the topic was read is of no use any more, and would be told of as work that nobody does."""
    forget = partial(forget_offsets, connection, PROJECTOR, EVENTS.name)
    hand_over(connection, names, Source.LOG, DEFAULT_PARTITIONS, beside=forget)


def _hand_over(connection: Connection[Any], names: Sequence[str], partitions: int, published: Standing) -> None:
    def begin() -> None:
        starts = {number: published.ends.get(number, 0) for number in range(partitions)}
        forget_offsets(connection, PROJECTOR, EVENTS.name)
        begin_offsets(connection, PROJECTOR, EVENTS.name, starts)

    hand_over(connection, names, Source.KAFKA, partitions, beside=begin)


def _names(projections: Sequence[Projection[Any]]) -> list[str]:
    return [projection.name for projection in projections]
