"""What messages carry is what their published schemas say, and what is not so is refused by schema and reader alike."""

import json
from dataclasses import replace
from functools import reduce
from typing import Any, Final

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answer_examples import ANSWERS
from consumers.attributes import EventAttributes
from consumers.cloud_events import read
from consumers.dossier_events import STATUS_TYPE, event_message
from consumers.message_types import ATTRIBUTES, CARRIED, DATA_TYPES
from consumers.messages import Message, Outgoing
from consumers.payment_notices import NOTICE_TYPE, PaymentNotice
from consumers.schemas import DIALECT, data_schemas
from consumers.topics import PAYMENT_NOTICES, TOPICS, Topic
from domain.dossier.events import EVENT_TYPES, WIRE_NAMES, DossierEvent, Withdrawn
from domain.dossier.withholding import PERSONAL
from domain.envelope import Envelope
from projections.tracking.fold import TrackingRow, apply
from service.codec import encode
from tests.examples import MONDAY
from tests.message_examples import NOTICE, SOURCE, golden_state, message_examples, stored_event
from tests.projections.histories import ENVELOPE, histories, recorded
from tests.reference import SCHEMAS, message_references
from tests.strategies import envelopes, events

PUBLISHED: Final = data_schemas()
VALIDATORS: Final = {
    name: jsonschema_rs.Draft202012Validator(schema, validate_formats=True) for name, schema in PUBLISHED.items()
}

TRACE_IDS: Final = st.none() | st.text("0123456789abcdef", min_size=32, max_size=32)


def data_of(message: Outgoing) -> Any:
    return json.loads(message.value)["data"]


def test_each_topic_has_its_types_and_no_two_share_one() -> None:
    assert set(CARRIED) == set(ATTRIBUTES) == set(TOPICS)
    assert len(DATA_TYPES) == sum(map(len, CARRIED.values())) == len(EVENT_TYPES) + 2


@pytest.mark.parametrize(
    ("topic", "name"), [(topic, name) for topic in TOPICS if topic.ours for name in CARRIED[topic]]
)
def test_messages_have_the_attributes_that_are_described(topic: Topic, name: str) -> None:
    attributes = json.loads(message_examples()[name].value)
    del attributes["data"]
    assert list(attributes) == list(ATTRIBUTES[topic].__struct_fields__)
    assert msgspec.to_builtins(msgspec.convert(attributes, ATTRIBUTES[topic])) == attributes


def test_a_message_outside_a_trace_has_every_attribute_but_one() -> None:
    state = encode(Withdrawn(reason="", withdrawn_at=MONDAY), ENVELOPE)
    attributes = json.loads(event_message(stored_event("dossier.withdrawn.v1", state), SOURCE).value)
    assert set(EventAttributes.__struct_fields__) - set(attributes) == {"traceparent"}


def test_the_committed_references_are_those_of_the_code() -> None:
    written = message_references()
    stale = [path.name for path, text in written.items() if not path.is_file() or path.read_text("utf-8") != text]
    assert stale == [], "run make reference"
    assert set(SCHEMAS.iterdir()) == {path for path in written if path.parent == SCHEMAS}


@pytest.mark.parametrize("name", DATA_TYPES)
def test_a_schema_is_a_schema_and_names_itself(name: str) -> None:
    jsonschema_rs.meta.validate(PUBLISHED[name])
    assert PUBLISHED[name]["$schema"] == DIALECT
    assert PUBLISHED[name]["$id"] == f"urn:motcua:schema:{name}"
    assert PUBLISHED[name]["description"]


@pytest.mark.parametrize("name", DATA_TYPES)
def test_the_example_of_a_message_is_as_its_schema_says(name: str) -> None:
    VALIDATORS[name].validate(data_of(message_examples()[name]))


@given(event=events(), envelope=envelopes(), trace_id=TRACE_IDS)
def test_any_event_is_as_its_schema_says(event: DossierEvent, envelope: Envelope, trace_id: str | None) -> None:
    name = WIRE_NAMES[type(event)]
    state = encode(event, replace(envelope, trace_id=trace_id))
    VALIDATORS[name].validate(data_of(event_message(stored_event(name, state), SOURCE)))


@given(history=histories("H15-260302-0001"))
def test_any_status_is_as_its_schema_says(history: list[DossierEvent]) -> None:
    start: TrackingRow | None = None
    row = reduce(apply, recorded(history), start)
    if row is not None:
        VALIDATORS[STATUS_TYPE].validate(json.loads(msgspec.json.encode(row.status)))


@pytest.mark.parametrize("kind", PERSONAL, ids=WIRE_NAMES.get)
def test_an_event_from_which_personal_values_were_not_taken_is_refused(kind: type[DossierEvent]) -> None:
    name = WIRE_NAMES[kind]
    assert not VALIDATORS[name].is_valid(json.loads(golden_state(name)))


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_instant_without_offset_is_refused(name: str) -> None:
    state = json.loads(golden_state(name))
    state["envelope"]["recorded_at"] = "2026-10-08T03:00:00"
    assert [
        error.instance for error in VALIDATORS[name].iter_errors(state) if error.instance_path[0] == "envelope"
    ] == ["2026-10-08T03:00:00"]


def test_an_unknown_value_in_a_status_is_refused() -> None:
    assert not VALIDATORS[STATUS_TYPE].is_valid({**ANSWERS["public"], "national_status": "4"})
    assert not VALIDATORS[STATUS_TYPE].is_valid({**ANSWERS["public"], "due_at": "2026-10-15"})


def test_a_notice_as_described_is_read() -> None:
    sent = message_examples()[NOTICE_TYPE]
    message = Message(PAYMENT_NOTICES.name, 0, 0, sent.key, sent.value, tuple(sent.headers), MONDAY)
    event = read(message, {NOTICE_TYPE: msgspec.json.Decoder(PaymentNotice)})
    assert event.data == msgspec.convert(NOTICE, PaymentNotice)
    assert event.trace_id is not None


BAD: Final[dict[str, list[object]]] = {
    "provider": ["", "x" * 65, None, 7],
    "provider_reference": ["", "x" * 129, None],
    "dossier_code": ["", "H15", "h15.50-261008-0975", "H15.50.05.13-261008-09750000"],
    "amount": [-75000, 0, 10**15 + 1, 0.5, "75000", None],
    "paid_at": ["2026-10-09T10:12:30", "2026-10-09", "2026-13-09T10:12:30Z", 1791515550, None],
    "status": ["refunded", "SUCCEEDED", "", None],
    "receipt_number": ["x" * 65, None, 7],
}
GOOD: Final[dict[str, list[object]]] = {
    "provider": ["x" * 64],
    "dossier_code": ["H15-261008-0975", "000.00.19.H26-201120-0001"],
    "amount": [1, 10**15],
    "paid_at": ["2026-10-09T03:12:30Z", "2026-10-09T10:12:30.123456+07:00"],
    "status": ["pending", "failed"],
    "receipt_number": [""],
    "more": ["than is read"],
}


def is_read(notice: dict[str, object]) -> bool:
    try:
        msgspec.json.decode(msgspec.json.encode(notice), type=PaymentNotice)
    except msgspec.ValidationError:
        return False
    return True


@pytest.mark.parametrize(("field", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_notice_is_refused_by_schema_and_reader(field: str, value: object) -> None:
    notice = {**NOTICE, field: value}
    assert not is_read(notice)
    assert [error.instance for error in VALIDATORS[NOTICE_TYPE].iter_errors(notice)] == [value]


@given(
    given_=st.fixed_dictionaries(
        {},
        optional={
            name: st.sampled_from(
                [*BAD.get(name, []), *GOOD.get(name, []), *([NOTICE[name]] if name in NOTICE else [])]
            )
            for name in GOOD | BAD
        },
    ),
    whole=st.booleans(),
)
def test_schema_and_reader_agree_on_notices(given_: dict[str, object], whole: bool) -> None:  # noqa: FBT001
    notice = {**NOTICE, **given_} if whole else given_
    assert VALIDATORS[NOTICE_TYPE].is_valid(notice) is is_read(notice)
