"""A dossier's events as messages: CloudEvents 1.0 in structured JSON, spliced from what is stored.

The relay's time goes to the broker's client, so nothing is decoded that need not be.
"""

from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from consumers.messages import CONTENT_TYPE, TRACEPARENT, Message, Outgoing
from domain.dossier.events import EVENT_TYPES, DossierEvent
from domain.dossier.withholding import FREE_TEXT, PERSONAL, without_personal_values
from domain.envelope import Envelope, Recorded
from domain.errors import Complaint

_Event = TypeVar("_Event", bound=DossierEvent)

CLOUD_EVENTS_JSON: Final = b"application/cloudevents+json; charset=utf-8"
STATUS_TYPE: Final = "dossier.status.v1"


class Fact(msgspec.Struct, Generic[_Event], frozen=True, gc=False):
    """What is stored of an event, and what its message carries as ``data``."""

    event: _Event
    envelope: Envelope


class _Circumstances(msgspec.Struct, frozen=True, gc=False):
    recorded_at: str
    trace_id: str | None = None


class _Glance(msgspec.Struct, frozen=True, gc=False):
    envelope: _Circumstances


class StoredEvent(NamedTuple):
    """An event as the log holds it, with its dossier's code. ``type`` is the wire name."""

    dossier_id: UUID
    code: str
    version: int
    position: int
    type: str
    state: bytes


_ENCODER: Final = msgspec.json.Encoder()
_GLANCE: Final = msgspec.json.Decoder(_Glance)
FACT_DECODERS: Final[dict[str, msgspec.json.Decoder[Fact[Any]]]] = {
    name: msgspec.json.Decoder(Fact[kind])  # type: ignore[valid-type]  # one decoder a type, chosen at run time
    for name, kind in EVENT_TYPES.items()
}
_TO_LOOK_THROUGH: Final = frozenset(name for name, kind in EVENT_TYPES.items() if kind in PERSONAL or kind in FREE_TEXT)


def event_message(stored: StoredEvent, source: str) -> Outgoing:
    """The message of an event. ``source`` names the installation; with the position as id it is unique anywhere."""
    seen = _GLANCE.decode(stored.state).envelope
    traced = traceparent(seen.trace_id, stored.position)
    trace = "" if traced is None else f'"traceparent":"{traced}",'
    head = (
        f'{{"specversion":"1.0","id":"{stored.position}","source":"{source}","type":"{stored.type}",'
        f'"subject":"{stored.code}","time":"{seen.recorded_at}","datacontenttype":"application/json",'
        f'"partitionkey":"{stored.code}","dossierid":"{stored.dossier_id}","dossierversion":{stored.version},'
        f'"position":"{stored.position}",{trace}"data":'
    )
    value = b"".join((head.encode(), _public_state(stored), b"}"))
    return Outgoing(stored.code.encode(), value, headers(traced))


def _public_state(stored: StoredEvent) -> bytes:
    if stored.type not in _TO_LOOK_THROUGH:
        return stored.state
    fact = FACT_DECODERS[stored.type].decode(stored.state)
    event = without_personal_values(fact.event)
    return stored.state if event is fact.event else _ENCODER.encode(Fact(event, fact.envelope))


class ForeignMessage(Exception):
    """The message is none of this installation's events: the log does not have it, so nothing depends on it."""


class UnreadableEvent(Complaint):
    """An event of ours that cannot be read here; was it published by a newer version? Then update this one."""

    def __init__(self, message: Message, problem: str) -> None:
        """``problem`` names what was found."""
        super().__init__(f"{message.topic}/{message.partition}, message {message.offset}: {problem}. {self.__doc__}")


class _Published(msgspec.Struct, frozen=True, gc=False):
    source: str
    type: str
    dossierid: UUID
    dossierversion: int
    position: str
    data: msgspec.Raw


_PUBLISHED: Final = msgspec.json.Decoder(_Published)


def recorded_event(message: Message, source: str) -> Recorded:
    """The event in a message of ``event_message``, as the log holds it but for personal values.

    Raises:
        ForeignMessage: it is none of those, or of another ``source``.
        UnreadableEvent: it is one, but not one that this version knows.
    """
    try:
        found = _PUBLISHED.decode(message.value or b"")
        position = int(found.position)
    except ValueError as error:
        raise ForeignMessage("it is not as we publish events") from error
    if found.source != source:
        raise ForeignMessage("it is of another installation")
    try:
        fact = FACT_DECODERS[found.type].decode(found.data)
    except KeyError:
        raise UnreadableEvent(message, f"no event type is called {found.type!r}") from None
    except ValueError as error:
        raise UnreadableEvent(message, str(error)) from error
    return Recorded(
        dossier_id=found.dossierid,
        version=found.dossierversion,
        position=position,
        event=fact.event,
        envelope=fact.envelope,
    )


class _Version(msgspec.Struct, frozen=True, gc=False):
    version: int
    position: str


_VERSION: Final = msgspec.json.Decoder(_Version)


def position_of_status(body: bytes) -> int:
    """The position up to which a public status is told."""
    return int(_VERSION.decode(body).position)


def status_message(code: str, body: bytes, source: str) -> Outgoing:
    """The message of a dossier's public status, ``body`` being its JSON."""
    known = _VERSION.decode(body)
    head = (
        f'{{"specversion":"1.0","id":"{code}/{known.version}","source":"{source}","type":"{STATUS_TYPE}",'
        f'"subject":"{code}","datacontenttype":"application/json","partitionkey":"{code}",'
        f'"dossierversion":{known.version},"position":"{known.position}","data":'
    )
    return Outgoing(code.encode(), b"".join((head.encode(), body, b"}")), headers(None))


def traceparent(trace_id: str | None, position: int) -> str | None:
    """The W3C trace context of an event: its position stands for the span that recorded it."""
    return None if trace_id is None else f"00-{trace_id}-{position:016x}-01"


def headers(traced: str | None) -> list[tuple[str, bytes]]:
    """The headers of a CloudEvent in structured mode."""
    content = [(CONTENT_TYPE, CLOUD_EVENTS_JSON)]
    return content if traced is None else [*content, (TRACEPARENT, traced.encode())]
