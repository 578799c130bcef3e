"""``motcua status``: how what goes out and comes in is doing, on one screen."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import typer
from rich.markup import escape

from service import settings as environment
from service.cli.attention import attention, share
from service.cli.printing import AsJson, answer, counted, say, span, table
from service.observing import LogStatus, RelayStatus, Status
from service.overview import BrokerStatus, overview
from service.schedule_status import ScheduleStatus
from service.wiring import database

_NEEDS_A_PERSON: Final = 1
_POSITIONS: Final = frozenset({"head", "readable", "position", "next_offset", "end"})
"""Numbers beyond what every reader of JSON takes exactly."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: motcua status")(status)


def status(as_json: AsJson = False) -> None:
    """How events go out, messages come in and projections keep up. Exit code 1 if something needs a person."""
    settings = environment.load()
    with database(settings) as url:
        found, broker = overview(settings, url)
    needed = attention(found, broker)
    if as_json:
        kafka = None if broker is None else asdict(broker)
        answer({**_exact(asdict(found)), "kafka": kafka, "attention": needed})
    else:
        _show(found, broker)
        say(escape("\n".join(["Needs a person:", *(f"- {line}" for line in needed)])) if needed else "All is well.")
    if needed:
        raise typer.Exit(_NEEDS_A_PERSON)


def _show(found: Status, broker: BrokerStatus | None) -> None:
    say(escape(_kafka(broker)))
    say(f"Log: {_log(found.log)}")
    if found.relays:
        table("Relays", ("topic", "unpublished", "oldest", "messages", "published by"), _relays(found))
    for each in found.relays:
        if each.failing:
            say(escape(f"{each.topic}: {each.failure}"))
    if found.consumers:
        columns = ("consumer", "topic", "from", "unread", "settled", "kept", "retried", "readers", "last read")
        table("Consumers", columns, _consumers(found))
    if found.parked:
        table("Kept messages", ("consumer", "standing", "reason", "messages", "oldest"), _parked(found))
    table("Projections", ("projection", "partitions", "events behind", "oldest"), _projections(found))
    say(escape(_schedule(found.schedule, found.at)))
    if found.schedule.rules:
        table("Escalations", ("rule", "made", "moved on", "last"), _rules(found))


def _schedule(schedule: ScheduleStatus, at: datetime) -> str:
    who = f"{schedule.holder} looks" if schedule.held else "nobody looks"
    waiting = counted(schedule.waiting, at_least=schedule.at_least)
    last = _since(at, schedule.finished_at)
    working = "; the moments of other rules are being worked out" if schedule.reworking else ""
    failing = f"; failing: {schedule.failure}" if schedule.failure else ""
    return f"Clock: {who}, last look: {last}; {waiting} escalations wait{working}{failing}"


def _rules(found: Status) -> Iterator[Sequence[object]]:
    for each in found.schedule.rules:
        yield each.rule, f"{each.escalated:,}", f"{each.moved_on:,}", _since(found.at, each.last_at)


def _kafka(broker: BrokerStatus | None) -> str:
    if broker is None:
        return "Kafka: none is configured; consumers read what was handed in, and there is nothing to relay"
    return f"Kafka: {broker.servers} answers" if broker.problem is None else broker.problem


def _log(log: LogStatus) -> str:
    if log.readable >= log.head:
        return "all of it can be read"
    return f"events wait for an open transaction before them, the oldest for {span(log.unreadable_seconds)}"


def _relays(found: Status) -> Iterator[Sequence[object]]:
    for each in found.relays:
        unpublished = counted(each.unpublished, at_least=each.at_least)
        yield each.topic, unpublished, span(each.oldest_seconds), f"{each.published:,}", _publisher(each)


def _publisher(relay: RelayStatus) -> str:
    who = (relay.holder or "") if relay.held else "nobody"
    return f"{who}, failing" if relay.failing else who


def _consumers(found: Status) -> Iterator[Sequence[object]]:
    for (name, topic, handed_in), group in groupby(found.consumers, key=share):
        parts = list(group)
        readers = parts[0].readers
        yield (
            name,
            topic,
            "here" if handed_in else "Kafka",
            counted(sum(each.lag for each in parts), at_least=any(each.at_least for each in parts)),
            *(f"{sum(counts):,}" for counts in zip(*((e.settled, e.kept, e.retried) for e in parts), strict=True)),
            "?" if readers is None else readers,
            _since(found.at, max((each.moved_at for each in parts if each.moved_at), default=None)),
        )


def _parked(found: Status) -> Iterator[Sequence[object]]:
    for each in found.parked:
        yield each.consumer, each.standing, each.reason, f"{each.messages:,}", span(each.oldest_seconds)


def _projections(found: Status) -> Iterator[Sequence[object]]:
    for name, group in groupby(found.projections, key=attrgetter("name")):
        parts = list(group)
        count = counted(sum(each.behind_events for each in parts), at_least=any(each.at_least for each in parts))
        yield name, len(parts), count, span(max(each.behind_seconds for each in parts))


def _since(now: datetime, then: datetime | None) -> str:
    return "never" if then is None else span(max(0.0, (now - then).total_seconds()))


def _exact(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    if isinstance(value, dict):
        return {key: str(part) if key in _POSITIONS else _exact(part) for key, part in value.items()}
    return [_exact(part) for part in value] if isinstance(value, list | tuple) else value
