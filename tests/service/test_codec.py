"""The past stays readable: golden files hold one event of every type, as it was first stored."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given

from domain.dossier.events import EVENT_TYPES, DossierEvent, Escalated
from domain.envelope import Envelope
from service.codec import UnknownTopicError, UnreadableEventError, decode, encode
from tests.strategies import envelopes, events

GOLDEN = Path(__file__).parent.parent / "golden" / "events"


def golden(topic: str) -> bytes:
    return (GOLDEN / f"{topic}.json").read_bytes()


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for index, part in enumerate(value):
            yield from leaves(part, f"{path}[{index}]")
    else:
        yield path, value


def test_every_stored_type_has_a_golden_file_and_every_golden_file_a_type() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(EVENT_TYPES)


@pytest.mark.parametrize("topic", EVENT_TYPES)
def test_a_golden_event_is_written_back_byte_for_byte(topic: str) -> None:
    state = encode(*decode(topic, golden(topic)))
    assert msgspec.json.format(state, indent=2) + b"\n" == golden(topic)


@pytest.mark.parametrize(("topic", "kind"), EVENT_TYPES.items())
def test_a_golden_event_has_every_field_filled(topic: str, kind: type[DossierEvent]) -> None:
    stored = json.loads(golden(topic))
    assert list(stored["event"]) == [field.name for field in fields(kind)]
    assert list(stored["envelope"]) == [field.name for field in fields(Envelope)]
    of_no_unit = {".envelope.actor.unit"} if kind is Escalated else set()  # the clock is nobody's officer
    assert {path for path, value in leaves(stored) if value in (None, "", [], {})} == of_no_unit


@pytest.mark.parametrize("topic", EVENT_TYPES)
def test_a_stored_field_cannot_go_missing_unnoticed(topic: str) -> None:
    stored = json.loads(golden(topic))
    for name in stored["event"]:
        lacking = {**stored, "event": {key: value for key, value in stored["event"].items() if key != name}}
        try:
            event, envelope = decode(topic, json.dumps(lacking).encode())
        except UnreadableEventError:
            continue
        assert json.loads(encode(event, envelope)) != stored, f"{name} is not kept"


@given(event=events(), envelope=envelopes())
def test_what_is_read_is_what_was_written(event: DossierEvent, envelope: Envelope) -> None:
    topic = next(name for name, kind in EVENT_TYPES.items() if kind is type(event))
    state = encode(event, envelope)
    assert decode(topic, state) == (event, envelope)
    assert encode(*decode(topic, state)) == state


def test_an_unknown_topic_is_named() -> None:
    with pytest.raises(UnknownTopicError, match=r"dossier\.teleported\.v1.*newer version"):
        decode("dossier.teleported.v1", b"{}")


@pytest.mark.parametrize("state", [b"", b"\xff", b"{}", b'{"event":{"reason":1},"envelope":{}}'])
def test_an_unreadable_event_names_its_topic_and_no_value(state: bytes) -> None:
    with pytest.raises(UnreadableEventError, match=r"dossier\.withdrawn\.v1"):
        decode("dossier.withdrawn.v1", state)
