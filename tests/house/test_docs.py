"""What the documentation says is so: its commands run, their output is what is shown, its links lead somewhere."""

import re
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import pytest
import typer

from api import problems_reference
from domain.errors import DossierError
from service.cli import reference as command_line
from service.cli.app import MODULES
from tests.brokers import require_kafka
from tests.databases import fresh_database
from tests.house.examples import ROOT, anchors, examples, languages, links, pages, prose
from tests.house.workshop import FILES, HOW_TO_IMPORT, KAFKA, Workshop, matches, workshop

PAGES = pages()
NOT_RUN = {
    "docs/how-to/run-with-kafka.md": ["it names a cluster of yours"],
    "docs/how-to/run-on-your-own-postgresql.md": ["it changes a server of yours"],
    "docs/how-to/identify-applicants.md": ["the demo keeps its key"],
    "docs/reference/command-line.md": [
        "it ends with 1, since in the demo a person is needed; the how-to has it",
        "it measures for minutes",
        *["it takes a message of yours; the how-to has one"] * 3,
        "it takes a file of yours; the how-to has one",
        "it takes a file of yours: the parts, with their day and decision",
    ],
}


@pytest.fixture(scope="module")
def shop(server_url: str) -> Iterator[Workshop]:
    with fresh_database(server_url) as database, workshop(database) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if any(examples(page))], ids=str)
def test_commands_run_and_write_what_is_shown(page: Path, shop: Workshop, request: pytest.FixtureRequest) -> None:
    shown = [each for each in examples(page) if each.not_run is None]
    if any(KAFKA in each.commands for each in shown):
        require_kafka()
        if any("kcat" in each.commands for each in shown) and which("kcat") is None:
            pytest.skip("kcat is not installed: apt-get install kcat")
        shop = shop.with_kafka(request.getfixturevalue("kafka"))
    ran = shop.run(shown)
    for each, output in zip(shown, ran.outputs, strict=False):
        if each.output is not None:
            assert matches(each.output, output), f"{page}:{each.line} wrote\n{output}"
    assert not ran.failed, f"{page}:{shown[len(ran.outputs)].line} failed\n{ran.failed}"


@pytest.mark.slow
def test_addresses_in_the_text_are_served(shop: Workshop) -> None:
    found = {
        address.rstrip(".,") for page in PAGES for address in re.findall(r"http://127\.0\.0\.1:8000\S*", prose(page))
    }
    assert found
    for address in found:
        with urllib.request.urlopen(shop.put_in(address), timeout=30) as answer:  # noqa: S310 - loopback
            assert answer.status == 200


def test_what_is_not_run_is_little_and_says_why() -> None:
    reasons = {str(page): [each.not_run for each in examples(page) if each.not_run] for page in PAGES}
    assert {page: found for page, found in reasons.items() if found} == NOT_RUN


def test_commands_stand_in_blocks_that_are_run() -> None:
    written = {language for page in PAGES for language in languages(page)}
    assert written <= {"sh", "text", "xml", "toml", "json", "python"}


def test_what_stands_for_the_readers_own_is_listed(shop: Workshop) -> None:
    rows = re.findall(r"^\| (`.*`) \| .* \|$", (ROOT / "docs/README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`([^`]+)`", "".join(rows))) == {*shop.stand_ins, KAFKA, *FILES}
    assert all((shop.folder / name).is_file() for name in FILES)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (ROOT / page).parent / parts.path if parts.path else ROOT / page
        assert target.exists(), link
        assert not parts.fragment or parts.fragment in anchors(target.resolve().relative_to(ROOT)), link


def test_every_page_is_found_from_the_index() -> None:
    linked = {(ROOT / "docs" / urlsplit(link).path).resolve() for link in links(Path("docs/README.md"))}
    of_docs = {ROOT / page for page in PAGES if page.parts[0] == "docs" and page.parts[1] not in {"adr", "README.md"}}
    assert of_docs | set((ROOT / "docs/reference").iterdir()) <= linked


def test_every_schema_is_found_from_the_page_of_events() -> None:
    linked = {(ROOT / "docs/reference" / link).resolve() for link in links(Path("docs/reference/events.md"))}
    assert set((ROOT / "docs/reference/schemas").iterdir()) <= linked


@pytest.mark.parametrize(
    ("shown", "real", "same"),
    [
        ("a\n", "a", True),
        ("a\n", "b", False),
        ("a\n", "a\nb", False),
        ("a\n…\n", "a\nb\nc", True),
        ("a\n…\nc\n", "a\nc", True),
        ("a …, c\n", "a b, c", True),
        ("a …\n", "a\nb", False),
        ("H15.50.05.13-261008-0975 (x)\n", "H99.143-270101-0001 (x)", True),
        ('{"position":"1","version":2}\n', '{"position":"987","version":2}', True),
        ('{"version":2}\n', '{"version":3}', False),
    ],
)
def test_outputs_are_compared_by_what_they_say(shown: str, real: str, same: bool) -> None:  # noqa: FBT001
    assert matches(shown, real) is same


def test_the_reference_of_the_command_line_is_that_of_the_commands() -> None:
    assert command_line.PAGE.read_text(encoding="utf-8") == command_line.render(), "run make reference"


def test_every_command_that_is_there_can_be_called() -> None:
    for module in set(MODULES.values()):
        part = typer.Typer()
        import_module(f"service.cli.{module}").register(part)
        assert set(typer.main.get_group(part).commands) == {name for name, where in MODULES.items() if where == module}


def test_every_command_and_every_option_tells_of_itself() -> None:
    for name, command in command_line.commands():
        assert command.help, name
        assert command.epilog.startswith(command_line.EXAMPLE), name
        assert f"motcua {name}" in command.epilog, name
        assert all(parameter.help for parameter in command.params), name


def test_the_reference_of_problems_is_that_of_the_classes() -> None:
    assert problems_reference.PAGE.read_text(encoding="utf-8") == problems_reference.render(), "run make reference"


def test_no_problem_is_missing_and_no_two_share_a_type() -> None:
    def derived(kind: type[DossierError]) -> set[type[DossierError]]:
        return {kind}.union(*(derived(each) for each in kind.__subclasses__()))

    ours = {kind for kind in derived(DossierError) if not kind.__module__.startswith("tests.")}
    told = problems_reference.kinds()
    assert {kind.__name__ for kind in ours - told} == {"DossierError", "Refusal"}
    assert len({kind().slug for kind in told}) == len(told)


def test_the_import_how_to_has_one_log_and_one_mapping() -> None:
    assert {"xml", "toml"} <= languages(HOW_TO_IMPORT)
