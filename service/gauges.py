"""What the database tells of topics, consumers and projections, in Prometheus' text format."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from consumers.ports import Standing
from projections.ports import MOST_COUNTED
from service.observing import ReadingStatus, Status


class _Figure(NamedTuple):
    """A metric: a counter when its name says so. ``of`` may give None where there is nothing to tell."""

    name: str
    help: str
    of: Callable[[Any], float | None]


_COUNTED: Final = f"counted up to {MOST_COUNTED}"

_DATABASE: Final = (_Figure("motcua_database_up", "Whether the database told the figures that come from it.", bool),)
_LOG: Final = (
    _Figure(
        "motcua_log_unreadable_seconds",
        "Age of the oldest event that nobody may read yet, since a transaction before it is still open; else 0.",
        attrgetter("unreadable_seconds"),
    ),
)
_RELAYS: Final = (
    _Figure(
        "motcua_outbox_unpublished_events",
        f"Events that are not published yet, {_COUNTED}.",
        attrgetter("unpublished"),
    ),
    _Figure(
        "motcua_outbox_oldest_unpublished_seconds",
        "Age of the oldest event that is not published yet; 0 when all are.",
        attrgetter("oldest_seconds"),
    ),
    _Figure("motcua_outbox_published_total", "Messages published.", attrgetter("published")),
    _Figure("motcua_outbox_held", "Whether a process that is alive publishes the topic.", attrgetter("held")),
    _Figure("motcua_outbox_failing", "Whether events wait after a try to publish that failed.", attrgetter("failing")),
)
_CONSUMERS: Final = (
    _Figure(
        "motcua_consumer_lag_messages",
        f"Messages not read yet, as the consumer knew when it last read on; without Kafka as it is now, {_COUNTED}.",
        attrgetter("lag"),
    ),
    _Figure(
        "motcua_consumer_moved_timestamp_seconds",
        "When the consumer last read on.",
        lambda each: each.moved_at and each.moved_at.timestamp(),
    ),
    _Figure("motcua_consumer_settled_total", "Messages settled at once.", attrgetter("settled")),
    _Figure("motcua_consumer_kept_total", "Messages that could not be settled at once.", attrgetter("kept")),
    _Figure("motcua_consumer_retried_total", "Tries of messages that were kept.", attrgetter("retried")),
)
_PARKED: Final = (
    _Figure(
        "motcua_parked_messages",
        "Messages that are kept: waiting for another try, parked for a person, or behind one of these.",
        lambda kept: sum(each.messages for each in kept),
    ),
    _Figure(
        "motcua_parked_oldest_seconds",
        "For how long the oldest of them has been kept; 0 when there is none.",
        lambda kept: max((each.oldest_seconds for each in kept), default=0.0),
    ),
)
_REASONS: Final = (
    _Figure("motcua_parked_messages_by_reason", "Messages that are kept, by why.", attrgetter("messages")),
)
_PROJECTIONS: Final = (
    _Figure(
        "motcua_projection_behind_events",
        f"Events the projection has not read yet, {_COUNTED}.",
        attrgetter("behind_events"),
    ),
    _Figure(
        "motcua_projection_behind_seconds",
        "Age of the oldest event the projection has not read yet; 0 when it has read all.",
        attrgetter("behind_seconds"),
    ),
)
_SCHEDULE: Final = (
    _Figure("motcua_schedule_held", "Whether a process that is alive looks at the clock.", attrgetter("held")),
    _Figure(
        "motcua_schedule_looked_timestamp_seconds",
        "When the last whole look at the clock ended.",
        lambda each: each.finished_at and each.finished_at.timestamp(),
    ),
    _Figure(
        "motcua_schedule_waiting_escalations",
        f"Escalations whose moment has passed and that are not made yet, {_COUNTED}.",
        attrgetter("waiting"),
    ),
    _Figure(
        "motcua_schedule_oldest_waiting_seconds",
        "For how long the oldest of them has been to be made; 0 when there is none.",
        attrgetter("oldest_seconds"),
    ),
    _Figure("motcua_schedule_failed_total", "Tries of escalations that failed.", attrgetter("failed")),
)
_RULES: Final = (
    _Figure("motcua_escalations_total", "Escalations made, by rule.", attrgetter("escalated")),
    _Figure(
        "motcua_escalations_moved_on_total",
        "Escalations that came to nothing since the dossier had moved on, by rule.",
        attrgetter("moved_on"),
    ),
)


class _Told:
    """All that there is to tell. Without a status only that there is none: no old figure passes for a new one."""

    def __init__(self, status: Status | None) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """As the library asks for it."""
        status = self._status
        yield from _metrics(_DATABASE, (), [((), status is not None)])
        if status is not None:
            yield from _metrics(_LOG, (), [((), status.log)])
            yield from _metrics(_RELAYS, ("topic",), (((each.topic,), each) for each in status.relays))
            yield from _metrics(_CONSUMERS, ("consumer", "topic", "partition"), map(_placed, status.consumers))
            yield from _metrics(_PARKED, ("consumer", "standing"), _by_standing(status))
            yield from _metrics(
                _REASONS,
                ("consumer", "standing", "reason"),
                (((each.consumer, each.standing, each.reason), each) for each in status.parked),
            )
            yield from _metrics(
                _PROJECTIONS,
                ("projection", "partition"),
                (((each.name, str(each.partition)), each) for each in status.projections),
            )
            yield from _metrics(_SCHEDULE, (), [((), status.schedule)])
            yield from _metrics(_RULES, ("rule",), (((each.rule,), each) for each in status.schedule.rules))


def exposition(status: Status | None) -> bytes:
    """The figures of ``status``; None when the database did not tell."""
    return generate_latest(_Told(status))


def _metrics(
    figures: Iterable[_Figure], labels: Sequence[str], rows: Iterable[tuple[Sequence[str], object]]
) -> Iterator[Metric]:
    told = list(rows)
    for name, text, of in figures:
        kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
        family = kind(name, text, labels=labels)
        for values, each in told:
            if (value := of(each)) is not None:
                family.add_metric(values, value)
        yield family


def _placed(each: ReadingStatus) -> tuple[Sequence[str], ReadingStatus]:
    return (each.consumer, each.topic, str(each.partition)), each


def _by_standing(status: Status) -> Iterator[tuple[Sequence[str], object]]:
    """Every standing of every consumer, also those in which there is no message."""
    for name in sorted({each.consumer for each in status.consumers} | {each.consumer for each in status.parked}):
        for standing in Standing:
            yield (
                (name, standing.value),
                [each for each in status.parked if (each.consumer, each.standing) == (name, standing)],
            )
