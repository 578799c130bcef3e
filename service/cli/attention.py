"""What needs a person, a line each, with what to do."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from consumers.ports import Standing
from consumers.topics import PROJECTOR
from projections.sources import Source
from service.cli.printing import counted, span
from service.local_topics import PARTITION
from service.observing import ReadingStatus, Status
from service.overview import BrokerStatus

PATIENCE: Final = timedelta(minutes=1)
"""What has stood still for no longer may be a restart, and heal by itself."""

_SECONDS: Final = PATIENCE.total_seconds()
_LONGEST_REASON: Final = 200


def attention(status: Status, broker: BrokerStatus | None) -> list[str]:
    """Nothing when all is well. ``broker`` is None where no Kafka is configured: then there is nothing to relay."""
    found = [*_parked(status), *_consumers(status, broker), *_projections(status), *_schedule(status), *_log(status)]
    return found if broker is None else [*_broker(broker), *_relays(status), *found]


def _broker(broker: BrokerStatus) -> Iterator[str]:
    if broker.problem is not None:
        yield f"Kafka does not answer at {broker.servers}: see to it; relays and consumers then go on by themselves"


def _relays(status: Status) -> Iterator[str]:
    for each in status.relays:
        if each.oldest_seconds <= _SECONDS:
            continue
        count = counted(each.unpublished, at_least=each.at_least)
        waits = f"{each.topic}: {count} events are not published, the oldest for {span(each.oldest_seconds)}"
        if not each.held:
            yield f"{waits}, and nobody publishes: start motcua relay"
        elif each.failure is not None:
            yield f"{waits}: {each.failure[:_LONGEST_REASON]}: mend that; {each.holder} then goes on by itself"


def _schedule(status: Status) -> Iterator[str]:
    """Also when nobody ever looked: a clock that is built but never runs is noticed by nobody else."""
    clock = status.schedule
    stands = clock.finished_at is not None and status.at - clock.finished_at > PATIENCE
    if not clock.held and (stands or clock.unseen_seconds > _SECONDS):
        yield "nobody looks at the clock, so nothing is escalated: start motcua schedule"
    elif clock.failure is not None:
        yield f"an escalation fails: {clock.failure[:_LONGEST_REASON]}: see the log; it is tried again at every look"


def _parked(status: Status) -> Iterator[str]:
    parked = [each for each in status.parked if each.standing == Standing.PARKED]
    for name, group in groupby(parked, key=attrgetter("consumer")):
        reasons = Counter({each.reason: each.messages for each in group})
        why = ", ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())
        yield f"{name}: {why} parked: see motcua parked list --consumer {name}, then retry or drop each"


def _consumers(status: Status, broker: BrokerStatus | None) -> Iterator[str]:
    standing_still = (each for each in status.consumers if each.lag and each.readers == 0 and _stands(each, status))
    for (name, topic, handed_in), group in groupby(standing_still, key=share):
        waiting = list(group)
        count = counted(sum(each.lag for each in waiting), at_least=any(each.at_least for each in waiting))
        if handed_in and broker is not None:
            remedy = f"run motcua consume {name} --until-caught-up once without MOTCUA_KAFKA_BOOTSTRAP_SERVERS"
            yield f"{name}: {count} messages of {topic} were handed in without Kafka and are not read: {remedy}"
        else:
            command = "project run --from kafka" if name == PROJECTOR else f"consume {name}"
            yield f"{name}: {count} messages wait in {topic}, and nobody reads: start motcua {command}"


def _stands(each: ReadingStatus, status: Status) -> bool:
    if each.oldest_seconds is not None:
        return each.oldest_seconds > _SECONDS
    return each.moved_at is None or status.at - each.moved_at > PATIENCE


def share(each: ReadingStatus) -> tuple[str, str, bool]:
    """What a consumer reads as one: a topic in Kafka, or what was handed in, which the last part tells."""
    return each.consumer, each.topic, each.partition == PARTITION


def _projections(status: Status) -> Iterator[str]:
    behind = [each for each in status.projections if each.behind_seconds > _SECONDS]
    for (name, source), group in groupby(behind, key=attrgetter("name", "source")):
        parts = list(group)
        count = counted(sum(each.behind_events for each in parts), at_least=any(each.at_least for each in parts))
        oldest = span(max(each.behind_seconds for each in parts))
        command = "motcua project run is" if source is Source.LOG else "motcua relay and project run --from kafka are"
        yield f"{name}: {count} events are not read, the oldest for {oldest}: see that {command} running"


def _log(status: Status) -> Iterator[str]:
    if status.log.unreadable_seconds > _SECONDS:
        yield (
            f"a transaction has been open for {span(status.log.unreadable_seconds)} and holds up every reader of the"
            " log: find it in pg_stat_activity, where backend_xid is oldest, and end it"
        )
