"""What each topic carries: the types of its messages, what the ``data`` of each holds, and the attributes beside it."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from consumers.attributes import EventAttributes, ReadAttributes, StatusAttributes
from consumers.dossier_events import STATUS_TYPE, Fact
from consumers.payment_notices import NOTICE_TYPE, PaymentNotice
from consumers.topics import EVENTS, PAYMENT_NOTICES, STATUS, Topic
from domain.dossier.events import EVENT_TYPES
from projections.tracking.status import PublicStatus

CARRIED: Final[Mapping[Topic, Mapping[str, Any]]] = {
    EVENTS: {name: Fact[kind] for name, kind in EVENT_TYPES.items()},  # type: ignore[valid-type]  # chosen at run time
    STATUS: {STATUS_TYPE: PublicStatus},
    PAYMENT_NOTICES: {NOTICE_TYPE: PaymentNotice},
}
"""The type of ``data`` by topic and wire name. A wire name stands for one type for good: what changes gets another."""

DATA_TYPES: Final[Mapping[str, Any]] = {name: data for types in CARRIED.values() for name, data in types.items()}
"""The same by wire name alone."""

ATTRIBUTES: Final[Mapping[Topic, type[msgspec.Struct]]] = {
    EVENTS: EventAttributes,
    STATUS: StatusAttributes,
    PAYMENT_NOTICES: ReadAttributes,
}
"""The attributes of every message of a topic."""

ABOUT_MESSAGES: Final = (
    "Every message is a CloudEvent 1.0 in structured mode, JSON with its attributes and `data`. Messages of other "
    "systems are also read in binary mode. The key of every message is the dossier's code, so that what concerns one "
    "dossier stands in one partition, in order. A message may come more than once, always with the same `source` and "
    "`id`. Readers pass over attributes, properties and types that they do not know."
)
"""What holds for all of them."""
