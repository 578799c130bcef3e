"""How facts of the administration are stored: as events of dossiers are, under wire names of their own."""

from typing import Any, Final, Generic, TypeVar
from uuid import UUID, uuid5

import msgspec

from domain.administration.entries import Kind, RecordedFact
from domain.administration.kinds import FACT_TYPES, kind_of
from domain.envelope import Envelope
from service.codec import UnknownTopicError, UnreadableEventError

ENTRIES: Final = UUID("0b6f7f0a-63ce-5a5e-9d0e-2f6f0f7d9a31")
"""The namespace of the ids of entries: the same kind and key are the same stream anywhere."""

_Fact = TypeVar("_Fact")


class _Stored(msgspec.Struct, Generic[_Fact], frozen=True, gc=False):
    event: _Fact
    envelope: Envelope


_ENCODER: Final = msgspec.json.Encoder()
_DECODERS: Final[dict[str, msgspec.json.Decoder[_Stored[Any]]]] = {
    name: msgspec.json.Decoder(_Stored[fact])  # type: ignore[valid-type]  # one decoder a type, chosen at run time
    for name, fact in FACT_TYPES.items()
}


def entry_id(kind: Kind[Any], key: str) -> UUID:
    """The stream of an entry."""
    return uuid5(ENTRIES, f"{kind.name}/{key}")


def encode(fact: object, envelope: Envelope) -> bytes:
    """The stored state: ``{"event": {...}, "envelope": {...}}``, every field written."""
    return _ENCODER.encode(_Stored(fact, envelope))


def decode(topic: str, state: bytes, version: int, position: int) -> RecordedFact:
    """The fact as it was recorded.

    Raises:
        UnknownTopicError: no fact has this wire name.
        UnreadableEventError: the state is not JSON, or lacks a field of its type.
    """
    try:
        stored = _DECODERS[topic].decode(state)
    except KeyError:
        raise UnknownTopicError(topic) from None
    except (msgspec.DecodeError, ValueError) as error:
        raise UnreadableEventError(topic, str(error)) from error
    kind = kind_of(stored.event)
    return RecordedFact(kind, kind.key_of(stored.event), version, position, stored.event, stored.envelope)
