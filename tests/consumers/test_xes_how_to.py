"""The how-to says what is so: its example is imported, and its tables list what the mapping takes."""

import re
from pathlib import Path

import pytest

from consumers.xes.activities import KINDS
from consumers.xes.importer import import_log
from consumers.xes.mapping import Activity, CaseTable, EndTable, EventTable, Mapping, SubmittedTable, parse_mapping
from domain.dossier.dossier import Stage
from domain.dossier.events import StepRecorded, effective_at
from tests.consumers.xes_logs import NOW, MemoryDoor

HOW_TO = (Path(__file__).parents[2] / "docs/how-to/import-an-event-log.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", HOW_TO, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture
def door(tmp_path: Path) -> MemoryDoor:
    path, door = tmp_path / "log.xes", MemoryDoor()
    path.write_text(block("xml"), encoding="utf-8")
    import_log(path, parse_mapping(block("toml"), "the how-to"), door, NOW)
    return door


def test_the_example_has_the_history_shown(door: MemoryDoor) -> None:
    lines = []
    for fact in door.kept["import:example-permits:2024-0117"].facts:
        kind, _, rest = fact.provenance.key.partition(":")
        key = "event" if kind == "event" else f"case:{rest}"
        name = f"  {fact.event.name}" if isinstance(fact.event, StepRecorded) else ""
        lines.append(f"{effective_at(fact.event):%Y-%m-%d %H:%M}  {type(fact.event).__name__:14}  {key}{name}")
    assert "\n".join(lines) == block("text").strip()


def test_the_example_leaves_out_what_it_says_and_keeps_the_other_case_open(door: MemoryDoor) -> None:
    assert "+31" not in str(door.snapshot())
    assert [(each.unit, each.stage) for each in door.dossiers] == [
        ("G92.01", Stage.RETURNED),
        ("G92.02", Stage.IN_PROCESS),
    ]


def test_every_key_and_every_event_is_in_the_reference() -> None:
    reference = HOW_TO.partition("## Reference")[2]
    named = set(re.findall(r"`([^`]*)`", reference))
    for table in (CaseTable, SubmittedTable, EndTable, EventTable, Activity):
        assert set(table.model_fields) <= named
    for name, hint in Mapping.model_fields.items():
        assert {name, f"[{name}]", f"[[{name}]]"} & named, hint
    for name, kind in KINDS.items():
        assert {name, *kind.fields} <= named
