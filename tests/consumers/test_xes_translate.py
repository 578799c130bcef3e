from datetime import UTC, datetime
from pathlib import Path

import pytest

from consumers.xes.mapping import Mapping
from consumers.xes.reader import MalformedLog, open_log
from consumers.xes.translate import Translator
from domain.dossier.commands import ImportedFact, ImportHistory
from domain.dossier.events import (
    Accepted,
    Appraised,
    Approved,
    DeliveryMethod,
    HandedOver,
    Refused,
    ResultReturned,
    StepRecorded,
    Stopped,
    Submitted,
    Supplemented,
    SupplementRequested,
    Withdrawn,
    effective_at,
)
from tests.consumers.xes_logs import NOW, event, log, mapping, trace

SUBMITTED_AT = datetime(2024, 3, 4, 7, 0, tzinfo=UTC)


def command(text: str, by: Mapping, tmp_path: Path) -> ImportHistory:
    path = tmp_path / "log.xes"
    path.write_text(log(text))
    with open_log(path) as opened:
        (case,) = opened.cases()
    return Translator(by).import_history(case, NOW)


def facts(text: str, by: Mapping, tmp_path: Path) -> tuple[ImportedFact, ...]:
    return command(text, by, tmp_path).facts


def story(text: str, by: Mapping, tmp_path: Path) -> list[str]:
    """The names of steps, and the types of other facts."""
    events = [fact.event for fact in facts(text, by, tmp_path)]
    return [each.name if isinstance(each, StepRecorded) else type(each).__name__ for each in events]


def activity(event: str, fields: str = "") -> Mapping:
    return mapping(f'[[activity]]\nname = "Act"\nevent = "{event}"\n{fields}')


def test_a_case_becomes_one_command_for_its_dossier(tmp_path: Path) -> None:
    by = mapping('case.code_unit = "G92"\nresponsible.attribute = "who"')
    taken = command(trace("c-1", event(), channel="letter", who="anna", due="2024-03-22T00:00:00+01:00"), by, tmp_path)
    assert (taken.unit, taken.source, taken.source_case, taken.at, taken.code) == ("G92", "example", "c-1", NOW, "")
    submitted, accepted, step = taken.facts
    assert isinstance(submitted.event, Submitted)
    assert (submitted.event.unit, submitted.event.procedure, submitted.event.channel) == ("G92.01", "PERMIT", "letter")
    assert submitted.event.submitted_at == SUBMITTED_AT
    assert isinstance(accepted.event, Accepted)
    assert (accepted.event.term, accepted.event.calendar, accepted.event.counting) == (None, None, "imported")
    assert (accepted.event.timezone, accepted.event.officer) == ("Europe/Amsterdam", "anna")
    assert accepted.event.due_at == datetime(2024, 3, 21, 23, 0, tzinfo=UTC)
    assert [fact.provenance.key for fact in taken.facts[:2]] == ["case:submitted", "case:accepted"]
    assert step.provenance.key.startswith("event:")
    assert {(fact.provenance.source, fact.provenance.source_case) for fact in taken.facts} == {("example", "c-1")}


def test_what_was_not_read_as_such_is_marked(tmp_path: Path) -> None:
    given = trace("c-1", event(at="2024-03-04 09:00:00"), start="", end="2024-03-05")
    submitted, accepted, step, ended = facts(given, mapping(), tmp_path)
    assert set(submitted.provenance.inferred) >= {"applicant_kind", "unit", "procedure", "channel", "submitted_at"}
    assert set(accepted.provenance.inferred) >= {"accepted_at", "counting", "term", "officer"}
    assert step.provenance.inferred == ("occurred_at",)
    assert ended.provenance.inferred == ("method", "officer", "returned_at")
    read = facts(trace("c-1", event(), channel="post"), mapping('accepted.attribute = "start"'), tmp_path)
    assert not {"channel", "submitted_at"} & set(read[0].provenance.inferred)
    assert "accepted_at" not in read[1].provenance.inferred
    assert read[2].provenance.inferred == ()


def test_a_time_without_offset_is_local_to_the_mapping(tmp_path: Path) -> None:
    *_, winter, summer = facts(
        trace("c-1", event(at="2024-03-04T09:00:00"), event(at="2024-07-01")), mapping(), tmp_path
    )
    assert effective_at(winter.event) == datetime(2024, 3, 4, 8, 0, tzinfo=UTC)
    assert effective_at(summer.event) == datetime(2024, 6, 30, 22, 0, tzinfo=UTC)


def test_facts_stand_in_order_of_time_and_ties_in_the_order_of_the_log(tmp_path: Path) -> None:
    nine, ten = "2024-03-04T09:00:00+01:00", "2024-03-04T10:00:00+01:00"
    before = "2024-03-01T09:00:00+01:00"
    given = trace("c-1", event("b", ten), event("a", nine), event("c", ten), event("z", before), end=ten)
    assert story(given, mapping(), tmp_path) == ["Submitted", "Accepted", "z", "a", "b", "c", "ResultReturned"]


def test_what_follows_the_end_is_kept_as_steps(tmp_path: Path) -> None:
    given = trace("c-1", event("Act", "2024-03-06"), event("Act", "2024-03-04"), end="2024-03-05")
    assert story(given, activity("approved"), tmp_path) == [
        "Submitted",
        "Accepted",
        "Approved",
        "ResultReturned",
        "Act",
    ]


def test_what_follows_an_activity_that_ends_the_case_is_kept_as_steps(tmp_path: Path) -> None:
    given = trace("c-1", event("Act", "2024-03-05"), event("Act", "2024-03-06"))
    assert story(given, activity("stopped"), tmp_path) == ["Submitted", "Accepted", "Stopped", "Act"]


def test_a_case_without_its_time_of_acceptance_is_not_accepted(tmp_path: Path) -> None:
    assert story(trace("c-1"), mapping('accepted.attribute = "ok"'), tmp_path) == ["Submitted"]


def test_a_step_keeps_all_attributes_but_those_left_out(tmp_path: Path) -> None:
    given = event("Ring", **{"org:resource": "anna", "phone": "0123", "room": "7"})
    step = facts(trace("c-1", given), mapping('event.leave_out = ["phone"]'), tmp_path)[-1].event
    assert isinstance(step, StepRecorded)
    assert (step.name, step.resource, step.attributes) == ("Ring", "anna", (("room", "7"),))


def test_the_key_of_an_event_is_what_it_says_and_how_often(tmp_path: Path) -> None:
    def keys(*events: dict[str, str]) -> list[str]:
        return [fact.provenance.key for fact in facts(trace("c-1", *events), mapping(), tmp_path)[2:]]

    one = event("Ring", room="7")
    (key,) = keys(one)
    assert keys(dict(reversed(one.items()))) == [key]
    assert keys(event("Ring", room="8")) != [key]
    assert keys(one, one, event("Open"), one)[:2] == [key, f"{key}:2"]
    assert len(set(keys(one, one, one, event("Open")))) == 4


@pytest.mark.parametrize(
    ("kind", "fields", "made", "inferred"),
    [
        (
            "handed-over",
            "fields = { to_unit = { attribute = 'to', values = { B = 'G92.02' } }, to_title.default = 'clerk' }",
            HandedOver(
                step="Act",
                from_unit="",
                from_officer="",
                to_unit="G92.02",
                to_officer="anna",
                to_title="clerk",
                quota=None,
                handed_over_at=SUBMITTED_AT,
            ),
            ("from_unit", "from_officer", "quota", "to_title"),
        ),
        (
            "supplement-requested",
            "fields.legal_basis = 'to'",
            SupplementRequested(
                items=(), stage="in-process", legal_basis="B", approver="", officer="anna", requested_at=SUBMITTED_AT
            ),
            ("items", "stage", "approver"),
        ),
        (
            "supplemented",
            "",
            Supplemented(components=(), due_at=None, supplemented_at=SUBMITTED_AT),
            ("components", "due_at"),
        ),
        (
            "appraised",
            "fields = { eligible = { attribute = 'to', values = { B = 'no' } }, opinion = 'to' }",
            Appraised(eligible=False, opinion="B", officer="anna", appraised_at=SUBMITTED_AT),
            (),
        ),
        ("approved", "fields.officer = 'to'", Approved(officer="B", approved_at=SUBMITTED_AT), ()),
        (
            "result-returned",
            "fields.method = { attribute = 'to', values = { B = 'post' } }",
            ResultReturned(method=DeliveryMethod.POST, officer="anna", returned_at=SUBMITTED_AT),
            (),
        ),
        ("refused", "", Refused(reason="Act", officer="anna", refused_at=SUBMITTED_AT), ()),
        (
            "stopped",
            "fields.reason = 'to'",
            Stopped(reason="B", stage="in-process", finance="nothing-due", officer="anna", stopped_at=SUBMITTED_AT),
            ("stage", "finance"),
        ),
        ("withdrawn", "", Withdrawn(reason="Act", withdrawn_at=SUBMITTED_AT), ()),
        (
            "step",
            "",
            StepRecorded(name="Act", resource="anna", attributes=(("to", "B"),), occurred_at=SUBMITTED_AT),
            (),
        ),
    ],
)
def test_an_activity_is_read_as_the_mapping_says(
    kind: str, fields: str, made: object, inferred: tuple[str, ...], tmp_path: Path
) -> None:
    given = event("Act", "2024-03-04T08:00:00+01:00", **{"org:resource": "anna", "to": "B"})
    fact = facts(trace("c-1", given), activity(kind, fields), tmp_path)[-1]
    assert fact.event == made
    assert fact.provenance.inferred == inferred
    assert fact.provenance.key.startswith("event:")


def test_a_pattern_covers_many_activities_and_the_first_rule_counts(tmp_path: Path) -> None:
    by = mapping('[[activity]]\nname = "T1 b"\nevent = "step"\n[[activity]]\npattern = "T? *"\nevent = "approved"')
    given = trace("c-1", event("T1 a"), event("T1 b"), event("T10 a"))
    assert story(given, by, tmp_path) == ["Submitted", "Accepted", "Approved", "T1 b", "T10 a"]


@pytest.mark.parametrize(
    ("word", "made"), [("off", Stopped), ("no", Refused), ("other", ResultReturned), ("", ResultReturned)]
)
def test_a_word_of_the_case_says_how_it_ended(word: str, made: type, tmp_path: Path) -> None:
    by = mapping("end.by = { attribute = 'status', values = { off = 'stopped', no = 'refused' } }")
    fact = facts(trace("c-1", end="2024-03-05", status=word), by, tmp_path)[-1]
    assert isinstance(fact.event, made)
    assert fact.provenance.key == "case:ended"
    assert not word or getattr(fact.event, "reason", word) == word


@pytest.mark.parametrize(
    ("text", "more", "line", "reason"),
    [
        (trace(""), "", 3, "no concept:name, which names it"),
        (trace("c-1", start=""), "", 3, "no start to say when"),
        (trace("c-1", start="soon"), "", 3, "start is 'soon', not a date and time"),
        (trace("c-1", due="2024-02-30"), "", 3, "due is '2024-02-30', not a date and time"),
        (trace("c-1", end="9999-12-31T00:00:00Z"), "", 3, "not within the years"),
        (trace("c-1", event(at="1/2/2024")), "", 6, "time:timestamp is '1/2/2024'"),
        (trace("c-1", event(at="")), "", 6, "the event has no time:timestamp"),
        (trace("c-1", event(name="")), "", 6, "the event has no concept:name"),
        (
            trace("c-1", event("Act")),
            "[[activity]]\nname = 'Act'\nevent = 'appraised'\nfields.eligible = 'ok'",
            6,
            "eligible of 'Act': there is no ok",
        ),
        (
            trace("c-1", event("Act", ok="ja")),
            "[[activity]]\nname = 'Act'\nevent = 'appraised'\nfields.eligible = 'ok'",
            6,
            "eligible of 'Act' is 'ja'; it must be one of: yes, no",
        ),
        (trace("c-1"), "responsible.attribute = 'who'", 3, "[responsible]: there is no who"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(
    text: str, more: str, line: int, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(MalformedLog) as caught:
        facts(text, mapping(more), tmp_path)
    assert reason in caught.value.reason
    assert caught.value.line == line


def test_a_unit_must_be_a_unit_code(tmp_path: Path) -> None:
    by = mapping().model_copy(update={"unit": mapping("responsible.attribute = 'office'").responsible})
    with pytest.raises(MalformedLog, match="the unit 'North' must be a unit code"):
        facts(trace("c-1", office="North"), by, tmp_path)
