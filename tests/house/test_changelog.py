"""CHANGELOG.md names every version in order, and every event under the version that brought it."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from domain.dossier.events import EVENT_TYPES

ROOT: Final = Path(__file__).parent.parent.parent
KINDS: Final = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Events"}


@pytest.fixture(scope="module")
def changelog() -> str:
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def versions(changelog: str) -> list[tuple[str, str]]:
    """Each released version and its day, as they stand."""
    return re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\S+)$", changelog, re.MULTILINE)


def listed_events(changelog: str) -> list[str]:
    sections = re.findall(r"^### Events\n(.*?)(?=^##|\Z)", changelog, re.MULTILINE | re.DOTALL)
    return [name for section in sections for name in re.findall(r"^- `([^`]+)`", section, re.MULTILINE)]


def test_every_event_is_listed_once_and_nothing_else(changelog: str) -> None:
    assert sorted(listed_events(changelog)) == sorted(EVENT_TYPES)


def test_the_present_version_is_described(changelog: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == versions(changelog)[0][0]


def test_versions_come_newest_first_and_bear_their_day(changelog: str) -> None:
    released = [(tuple(map(int, version.split("."))), date.fromisoformat(day)) for version, day in versions(changelog)]
    assert released
    assert released == sorted(released, reverse=True)


def test_changes_are_told_under_the_usual_headings(changelog: str) -> None:
    assert "## [Unreleased]" in changelog
    assert set(re.findall(r"^### (.+)$", changelog, re.MULTILINE)) <= KINDS
