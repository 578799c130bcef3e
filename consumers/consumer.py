"""What a consumer is: which topic it reads, what it asks of the dossier, and what it makes of the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias

from consumers.cloud_events import CloudEvent
from consumers.topics import Topic
from domain.errors import InternalFault, Reasoned
from domain.ports import Done, Outcome, Request

_PATIENCE_WITH_FAULTS: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Settled:
    """The message has had its effect, or needs none."""


@dataclass(frozen=True, slots=True)
class Instead:
    """Something else is to be asked first, in the same transaction."""

    request: Request


@dataclass(frozen=True, slots=True)
class Wait:
    """What stands in the way may heal: try again with growing pauses, and park it after ``patience``."""

    reason: Reasoned
    patience: timedelta


@dataclass(frozen=True, slots=True)
class Park:
    """Somebody has to look at it."""

    reason: Reasoned


Verdict: TypeAlias = Settled | Instead | Wait | Park


def settled_if_done(_event: CloudEvent, _request: Request, outcome: Outcome) -> Verdict:
    """What is not done is parked with the door's reason; a fault of ours is tried again for a while."""
    match outcome:
        case Done():
            return Settled()
        case InternalFault():
            return Wait(outcome, _PATIENCE_WITH_FAULTS)
        case _:
            return Park(outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A consumer of one topic, by its ``name``, under which its offsets are kept.

    ``types`` are the data of the event types it reads. ``ask`` says what an event asks of its dossier: a request, or
    None when there is nothing to do; it raises ``Unfit`` for an event that asks nonsense. ``judge`` says what becomes
    of the message. ``passes_over`` are types that the topic also carries and this consumer has no business with.
    """

    name: str
    topic: Topic
    types: Mapping[str, type[Any]]
    ask: Callable[[CloudEvent], Request | None]
    judge: Callable[[CloudEvent, Request, Outcome], Verdict] = settled_if_done
    passes_over: frozenset[str] = frozenset()
