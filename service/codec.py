"""How events are stored: JSON of the fact and its envelope, under a wire name that is not a Python path."""

from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import msgspec

from consumers.dossier_events import FACT_DECODERS, Fact
from domain.dossier.events import EVENT_TYPES, DossierEvent
from domain.envelope import Envelope

_Event = TypeVar("_Event", bound=DossierEvent)
_Stored_ = TypeVar("_Stored_")


class UnknownTopicError(LookupError):
    """The log holds an event of a type this version does not know; a newer version wrote it."""

    def __init__(self, topic: str) -> None:
        """``topic`` is the wire name that was found."""
        super().__init__(f"no event type is stored as {topic!r}; was the log written by a newer version?")


class UnreadableEventError(ValueError):
    """A stored event is not what its wire name promises."""

    def __init__(self, topic: str, reason: str) -> None:
        """``reason`` names the place and what was expected there."""
        super().__init__(f"an event stored as {topic!r} cannot be read: {reason}")


class _Origin(msgspec.Struct, frozen=True, gc=False):
    command_id: str
    command_digest: str = ""


class _Decided(msgspec.Struct, Generic[_Event], frozen=True, gc=False):
    event: _Event
    envelope: _Origin


class _Circumstances(msgspec.Struct, frozen=True, gc=False):
    recorded_at: datetime


class _Glance(msgspec.Struct, frozen=True, gc=False):
    envelope: _Circumstances


_ENCODER: Final = msgspec.json.Encoder()
_GLANCE: Final = msgspec.json.Decoder(_Glance)
_DECIDED: Final[dict[str, msgspec.json.Decoder[_Decided[DossierEvent]]]] = {
    topic: msgspec.json.Decoder(_Decided[kind])  # type: ignore[valid-type]  # one decoder a type, chosen at run time
    for topic, kind in EVENT_TYPES.items()
}


def encode(event: DossierEvent, envelope: Envelope) -> bytes:
    """The stored state: ``{"event": {...}, "envelope": {...}}``, every field written, instants with their offset."""
    return _ENCODER.encode(Fact(event, envelope))


def decode(topic: str, state: bytes) -> tuple[DossierEvent, Envelope]:
    """The fact and its envelope, as stored under the wire name ``topic``.

    Raises:
        UnknownTopicError: no event type has this wire name.
        UnreadableEventError: the state is not JSON, or lacks a field of its type.
    """
    stored: Fact[Any] = _decoded(FACT_DECODERS, topic, state)
    return stored.event, stored.envelope


def decode_decided(topic: str, state: bytes) -> tuple[DossierEvent, str, str]:
    """The fact, and the id and digest of the command that made it: what a decision needs, at half the cost.

    Raises:
        UnknownTopicError, UnreadableEventError: as ``decode``.
    """
    stored = _decoded(_DECIDED, topic, state)
    return stored.event, stored.envelope.command_id, stored.envelope.command_digest


def recorded_at(state: bytes) -> datetime:
    """When a stored event of whatever type was recorded, also of one that only a newer version knows."""
    return _GLANCE.decode(state).envelope.recorded_at


def _decoded(decoders: dict[str, msgspec.json.Decoder[_Stored_]], topic: str, state: bytes) -> _Stored_:
    try:
        return decoders[topic].decode(state)
    except KeyError:
        raise UnknownTopicError(topic) from None
    except (msgspec.DecodeError, ValueError) as error:
        raise UnreadableEventError(topic, str(error)) from error
