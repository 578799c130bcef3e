"""The order of the house: what lies where, and what no file may hold."""

import re
from pathlib import Path
from typing import Final

import pytest

from domain.administration.kinds import FACT_TYPES
from domain.dossier.events import EVENT_TYPES
from tests.house.examples import ROOT, edited_files, tracked_files

AGREED: Final = {
    "domain", "projections", "api", "consumers", "service", "tests", "benchmarks", "docs", "pyproject.toml",
    "docker-compose.yml", "Makefile", "README.md", "LICENSE", "CHANGELOG.md", "requirements.lock", ".ci", ".gitignore",
}  # fmt: skip
PACKAGES: Final = ("domain", "projections", "api", "consumers", "service", "benchmarks")
LONGEST_MODULE: Final = 350
LONGER: Final = {
    "domain/dossier/events.py": "every event in one place: the storage format is read as a whole",
    "domain/dossier/commands.py": "every command in one place, beside the list of acts as the API names them",
}
OF_ONE_MACHINE: Final = re.compile(r"(?<![\w.])/(?:work|opt|root|home)/\w")
REGISTRIES: Final = re.compile(
    r"pypi\.|pythonhosted\.|conda\.|index-url|find-links|proxy\.golang\.|npmjs\.", re.IGNORECASE
)
GOLDEN: Final = Path("tests/golden")
EDITED: Final[dict[str, str]] = {}  # golden files that were edited all the same, each with the reason
IN_A_CONTAINER: Final = "/opt/kafka/bin/kafka-topics.sh"
FILES: Final = tracked_files()


def text_of(path: Path) -> str:
    return (ROOT / path).read_bytes().decode("utf-8", errors="ignore")


def test_the_top_level_holds_what_was_agreed() -> None:
    assert {path.parts[0] for path in FILES} == AGREED


def test_no_file_holds_a_path_of_one_machine() -> None:
    found = {str(path): OF_ONE_MACHINE.search(text_of(path).replace(IN_A_CONTAINER, "")) for path in FILES}
    assert {path for path, match in found.items() if match} == set()


def test_only_this_test_names_registries_and_how_packages_are_asked_of_them() -> None:
    named = {str(path) for path in FILES if REGISTRIES.search(text_of(path))}
    assert named - {"Makefile", str(Path(__file__).relative_to(ROOT))} == set()
    assert set(REGISTRIES.findall(text_of(Path("Makefile")))) == {"index-url"}  # --no-emit-index-url keeps them out


def test_every_locked_package_has_hashes_and_no_address() -> None:
    lock = text_of(Path("requirements.lock"))
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert len(entries) > 50
    for entry in entries:
        assert re.fullmatch(
            r"[\w.-]+(?:\[[\w,-]+\])?==[^\s;]+(?: ; [^\\\n]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+", entry
        ), entry
    assert "://" not in lock


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_can_be_read_in_one_go(package: str) -> None:
    modules = [path for path in FILES if path.parts[0] == package and path.suffix == ".py"]
    assert modules
    long = {str(path) for path in modules if len(text_of(path).splitlines()) > LONGEST_MODULE}
    assert long == {path for path in LONGER if path.startswith(f"{package}/")}


def test_what_was_stored_or_published_is_never_edited() -> None:
    assert edited_files(GOLDEN) == set(EDITED)


def test_the_changelog_names_every_event() -> None:
    assert set(re.findall(r"`(dossier\.[\w.-]+\.v\d+)`", text_of(Path("CHANGELOG.md")))) == set(EVENT_TYPES)


def test_the_changelog_names_every_fact_of_the_administration() -> None:
    named = set(re.findall(r"`([a-z-]+\.[a-z-]+\.v\d+)`", text_of(Path("CHANGELOG.md"))))
    assert {name for name in named if not name.startswith(("dossier.", "payment."))} >= set(FACT_TYPES)


def test_pictures_are_small() -> None:
    pictures = [ROOT / path for path in FILES if path.suffix == ".png"]
    assert pictures
    assert all(picture.stat().st_size < 250_000 for picture in pictures)
