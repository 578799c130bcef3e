"""What an administrator types: acts from files, entries as they stand or stood, and messages that say what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.administration_examples import ADMINISTRATION_EXAMPLES
from tests.service.shell import motcua

UNIT = {
    "unit": {
        "code": "H15", "name_vi": "Tỉnh", "name_en": "Province", "kind": "province", "parent": None, "calendar": "vn",
    },
    "effective_from": "2026-01-01",
}  # fmt: skip


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Any:
    def run(*words: str, body: object = None) -> Any:
        if body is not None:
            (tmp_path / "body.json").write_text(json.dumps(body), encoding="utf-8")
            words = (*words, "body.json")
        return motcua(tmp_path, "administration", *words, MOTCUA_DATABASE_URL=database_url)

    return run


def test_a_unit_is_established_shown_and_its_history_told(run: Any) -> None:
    dry = run("act", "units", "H15", "establish", "--dry-run", body=UNIT)
    assert (dry.returncode, dry.stdout) == (0, "would record: unit.established.v1\n")
    done = run("act", "units", "H15", "establish", "--by", "qt-01", body=UNIT)
    assert done.returncode == 0, done.stderr
    assert "recorded: unit.established.v1" in done.stdout
    again = run("act", "units", "H15", "establish", body=UNIT)
    assert "nothing, it is so already" in again.stdout
    assert json.loads(run("show", "units", "H15").stdout)["entry"]["versions"][0]["unit"]["name_vi"] == "Tỉnh"
    [fact] = json.loads(run("history", "units", "H15", "--json").stdout)
    assert (fact["actor"], fact["type"]) == ("qt-01", "unit.established.v1")
    assert "unit.established.v1" in run("history", "units", "H15").stdout
    assert json.loads(run("list", "units", "--json", "--known-at", "2020-01-01T00:00:00+07:00").stdout) == []
    assert "H15" in run("list", "units").stdout


def test_a_first_start_takes_the_shipped_rules_over(run: Any) -> None:
    assert {each["key"] for each in json.loads(run("list", "calendars", "--json").stdout)} == {"vn"}
    assert len(json.loads(run("list", "procedures", "--json").stdout)) >= 40
    shown = json.loads(run("show", "calendars", "vn").stdout)["entry"]
    assert not [name for name in shown["common"] if name.startswith("_")]


@pytest.mark.parametrize(
    ("words", "body", "told"),
    [
        (("act", "unit", "H15", "establish"), UNIT, "there is no kind 'unit'; there are: calendars,"),
        (("act", "units", "H15", "found"), UNIT, "units know no act 'found'; they know: establish,"),
        (("act", "units", "H15", "establish"), {**UNIT, "names": 1}, "body.json: establish has no field names"),
        (("act", "units", "H15", "establish"), {"unit": {}}, "body.json: Object missing required field"),
        (("act", "units", "H16", "establish"), UNIT, "Nội dung mang mã khác với mã của mục."),
        (
            ("act", "calendars", "vn", "declare"),
            ADMINISTRATION_EXAMPLES["calendar/declare"] | {"decision": " "},
            "số quy",
        ),
        (("show", "units", "H98"), None, "units have no 'H98'"),
        (("history", "units", "H98"), None, "units have no 'H98'"),
        (("list", "units", "--known-at", "yesterday"), None, "RFC 3339"),
    ],
)
def test_bad_input_ends_with_2_and_says_what_to_do(run: Any, words: tuple[str, ...], body: object, told: str) -> None:
    done = run(*words, body=body)
    assert done.returncode == 2
    assert told in done.stderr


def test_kinds_are_told_with_their_acts(run: Any) -> None:
    told = {each["kind"]: each["acts"] for each in json.loads(run("kinds", "--json").stdout)}
    assert told["delegations"] == ["grant", "revoke"]
    assert "units (by code): establish, change, end, merge, split" in run("kinds").stdout
