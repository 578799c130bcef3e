"""CloudEvents 1.0 as they come in, in structured or in binary mode of the Kafka protocol binding."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import msgspec

from consumers.attributes import ReadAttributes
from consumers.messages import TRACEPARENT, Message
from consumers.unfit import Empty, KeyMissing, NewerVersion, NotACloudEvent, NotJson, TooLarge, UnknownType, Unreadable
from domain.dossier.commands import Command
from domain.envelope import Actor
from domain.ports import Request

LARGEST_VALUE: Final = 1024 * 1024
"""Bytes that a message may have to be looked at."""

_BINARY: Final = "ce_specversion"
_VERSIONED: Final = re.compile(r"(.+\.v)(\d{1,9})")
_TRACEPARENT: Final = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class _Structured(ReadAttributes, frozen=True):
    data: msgspec.Raw = msgspec.Raw(b"null")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEvent:
    """An event of another system. ``data`` is of the type that its consumer reads for ``type``."""

    id: str
    source: str
    type: str
    key: str
    time: datetime | None
    received_at: datetime
    trace_id: str | None
    data: Any

    def request(self, command: Command, command_id: str, actor: Actor, content: str = "") -> Request:
        """The command as this event asks for it, for the dossier that it is keyed by.

        ``command_id`` names what is asked for, not the message that asks, so that asked twice it is done once.
        Asked for with another ``content`` (by default the whole command) it is refused.
        """
        return Request(
            command=command,
            actor=actor,
            command_id=command_id,
            code=self.key,
            digest=blake2b((content or repr(command)).encode(), digest_size=16).hexdigest(),
            correlation_id=self.id,
            trace_id=self.trace_id,
        )


class _Traced(msgspec.Struct, frozen=True):
    traceparent: str | None = None


_STRUCTURED: Final = msgspec.json.Decoder(_Structured)
_TRACED: Final = msgspec.json.Decoder(_Traced)


def read(message: Message, types: Mapping[str, msgspec.json.Decoder[Any]]) -> CloudEvent:
    """The event in a message, its data decoded by its type.

    Raises:
        Unfit: what is wrong with it.
    """
    if not message.key:
        raise KeyMissing
    if not message.value:
        raise Empty
    if len(message.value) > LARGEST_VALUE:
        raise TooLarge(bytes=str(len(message.value)), most=str(LARGEST_VALUE))
    found = _binary(message) if message.header(_BINARY) is not None else _structured(message.value)
    if found.specversion != "1.0":
        raise NotACloudEvent(specversion=found.specversion)
    decoder = types.get(found.type)
    if decoder is None:
        raise _unknown(found.type, types)
    try:
        data = decoder.decode(found.data)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Unreadable(problem=str(error)) from error
    return CloudEvent(
        id=found.id,
        source=found.source,
        type=found.type,
        key=message.key.decode("utf-8", errors="replace"),
        time=found.time,
        received_at=message.produced_at,
        trace_id=trace_id_of(message.header(TRACEPARENT) or found.traceparent),
        data=data,
    )


def trace_id_of(traceparent: str | None) -> str | None:
    """The trace that a W3C trace context names; None where it names none that can be read."""
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    return match[1] if match else None


def trace_of(message: Message) -> str | None:
    """The trace that a message belongs to, whatever else may be wrong with it; None where it names none."""
    named = message.header(TRACEPARENT) or message.header(f"ce_{TRACEPARENT}")
    if named is None and message.value and len(message.value) <= LARGEST_VALUE:
        with suppress(msgspec.DecodeError, ValueError, RecursionError):
            named = _TRACED.decode(message.value).traceparent
    return trace_id_of(named)


def _structured(value: bytes) -> _Structured:
    try:
        return _STRUCTURED.decode(value)
    except msgspec.ValidationError as error:
        raise NotACloudEvent(problem=str(error)) from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise NotJson(problem=str(error)) from error


def _binary(message: Message) -> _Structured:
    attributes = {
        name.lower().removeprefix("ce_"): message.header(name.lower())
        for name, _ in message.headers
        if name.lower().startswith("ce_")
    }
    try:
        return msgspec.convert({**attributes, "data": msgspec.Raw(message.value or b"null")}, _Structured)
    except msgspec.ValidationError as error:
        raise NotACloudEvent(problem=str(error)) from error


def _unknown(name: str, types: Mapping[str, Any]) -> UnknownType | NewerVersion:
    """A higher version of a type that is known is one to wait for; anything else is not ours."""
    match = _VERSIONED.fullmatch(name)
    known = [int(other[2]) for other in map(_VERSIONED.fullmatch, types) if match and other and other[1] == match[1]]
    if match and known and int(match[2]) > max(known):
        return NewerVersion(type=name, known=str(max(known)))
    return UnknownType(type=name)
