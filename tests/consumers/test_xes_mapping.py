from pathlib import Path

import pytest

from consumers.xes.mapping import MappingError, load_mapping, shipped_mappings
from tests.consumers.xes_logs import PLAIN, mapping


def test_shipped_mappings_can_be_given_by_name() -> None:
    assert shipped_mappings() == ["bpic15-municipality-1", "wabo-receipt"]
    for name in shipped_mappings():
        assert load_mapping(name).source == name


def test_a_mapping_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(PLAIN)
    assert load_mapping(path) == load_mapping(str(path)) == mapping()


def test_a_plain_string_names_an_attribute() -> None:
    text = '[[activity]]\nname = "Examine"\nevent = "appraised"\nfields = { eligible = "ok", opinion.default = "" }'
    assert mapping(text).activity[0].fields["eligible"].attribute == "ok"


ACTIVITY = '[[activity]]\nname = "Examine"\n'


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("sourse = 1", "sourse", "unknown key; allowed here: source, timezone, case, unit"),
        ('event.naem = "x"', "event.naem", "unknown key; allowed here: name, time, resource, leave_out"),
        ("end.by = { atribute = 'x' }", "end.by.atribute", "unknown key; allowed here: attribute, values, default"),
        ('case.code_unit = "Amsterdam"', "case.code_unit", "must be a unit code such as G90.01"),
        ("responsible = {}", "responsible", "needs attribute, default, or both"),
        ('responsible = { default = "x", values = { a = "b" } }', "responsible", "name it by attribute"),
        ("accepted = {}", "accepted.attribute", "is required"),
        ("end.event = 'approved'", "end", "must be one of: result-returned, refused, stopped, withdrawn"),
        ("end.by = { attribute = 'x', values = { a = 'gone' } }", "end", "gone: an end must be one of"),
        ("end.by = { default = 'stopped' }", "end", "by needs attribute and values"),
        ("event.leave_out = 'phone'", "event.leave_out", "valid tuple"),
        ('[[activity]]\nevent = "step"', "activity.1", "needs either name or pattern"),
        (f'{ACTIVITY}pattern = "E*"\nevent = "step"', "activity.1", "needs either name or pattern"),
        (f'{ACTIVITY}event = "aproved"', "activity.1", "must be one of: step, handed-over"),
        (f'{ACTIVITY}event = "step"\nfields.officer = "x"', "activity.1", "not a field of step; its fields: none"),
        (f'{ACTIVITY}event = "approved"\nfields.who = "x"', "activity.1", "its fields: officer"),
        (f'{ACTIVITY}event = "handed-over"', "activity.1", "handed-over needs fields.to_unit"),
        (f'{ACTIVITY}event = "appraised"\nfields.eligible.default = "ja"', "activity.1", "must be one of: yes, no"),
        (f'{ACTIVITY}event = "approved"\nfields.officer.x = 1', "activity.1.fields.officer.x", "attribute, values"),
    ],
)
def test_an_error_names_file_key_and_what_is_allowed(text: str, key: str, allowed: str) -> None:
    with pytest.raises(MappingError) as caught:
        mapping(text)
    (fault, *_) = caught.value.faults
    assert fault.startswith(f"{key}: ")
    assert allowed in fault
    assert str(caught.value).startswith("example.toml: ")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('source = "example"', "", "source: is required"),
        ('"example"', '"Ex ample"', "source: String should match pattern"),
        ("Europe/Amsterdam", "Atlantis", "timezone: 'Atlantis' must be an IANA time zone"),
        ("Europe/Amsterdam", "../etc", "timezone: '../etc' must be an IANA time zone"),
        ("G92.01", "North", "unit: North must be a unit code such as G90.01"),
        ("first_event = true", 'first_event = "yes"', "submitted.first_event: Input should be a valid boolean"),
        (
            '{ attribute = "start", first_event = true }',
            "{}",
            "submitted: needs attribute, first_event = true, or both",
        ),
        ("unit.default", "unit default", "not TOML: "),
    ],
)
def test_required_keys_are_checked(old: str, new: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(PLAIN.replace(old, new))
    with pytest.raises(MappingError) as caught:
        load_mapping(path)
    assert str(caught.value).startswith(f"{path}: {fault}")


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(MappingError) as caught:
        mapping("one = 1\ntwo = 2")
    assert len(caught.value.faults) == 2


def test_a_missing_mapping_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"nowhere\.toml: no such file; .* bpic15-municipality-1, wabo-receipt"):
        load_mapping("nowhere.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(MappingError, match="UTF-8"):
        load_mapping(tmp_path / "latin.toml")
