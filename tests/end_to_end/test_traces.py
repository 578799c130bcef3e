"""A trace goes from a request into the event and its message, and from a message into the event it brings about."""

import json
import re

import pytest

from consumers.topics import EVENTS
from tests.end_to_end.trial import OF_NONSENSE, OF_NOTICE, OF_REQUEST, Trial
from tests.examples import ALICE

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

W3C = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""Version 00 of https://www.w3.org/TR/trace-context/#traceparent-header."""


def test_each_event_is_of_the_trace_that_brought_it_about(happened: Trial) -> None:
    traces = [(each["type"], each["envelope"]["trace_id"]) for each in happened.history()]
    assert traces == [
        ("dossier.submitted.v1", OF_REQUEST),
        ("dossier.accepted.v1", OF_REQUEST),
        ("dossier.payment-requested.v1", OF_REQUEST),
        ("dossier.paid.v1", OF_NOTICE),
    ]


def test_each_message_goes_on_with_its_events_trace(happened: Trial) -> None:
    of_event = {each["position"]: each["envelope"]["trace_id"] for each in happened.history()}
    published = [each for each in happened.published(EVENTS) if each.key == happened.code.encode()]
    assert len(published) == len(of_event)
    for message in published:
        event = json.loads(message.value)
        header = dict(message.headers)["traceparent"].decode()
        assert W3C.fullmatch(header)
        assert event["traceparent"] == header
        assert header.split("-")[1] == of_event[event["position"]]


def test_what_became_of_a_message_is_logged_in_its_trace(happened: Trial) -> None:
    [parked] = happened.lines("message_parked")
    assert (parked["trace_id"], parked["reason"], parked["consumer"]) == (OF_NONSENSE, "unreadable", "payments")


def test_nothing_personal_is_logged_however_it_came_in(happened: Trial) -> None:
    logs = happened.logs + (happened.installation.folder / "server.log").read_text(encoding="utf-8")
    assert happened.lines("message_parked")
    assert [value for value in ALICE.values() if value in logs] == []
