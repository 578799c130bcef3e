"""What the documentation shows: commands, their output, links. Markdown is read as far as these pages use it."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

_FENCED: Final = re.compile(r"(?:^<!-- not run: ([^\n]+?) -->\n+)?^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """Commands of a page; the output shown, where one follows; and the reason, where they are not run."""

    line: int
    commands: str
    output: str | None
    not_run: str | None


def tracked_files() -> list[Path]:
    """Every file of the project, relative to its root: what is tracked, and what would be if it were added."""
    listed = _git("ls-files", "--cached", "--others", "--exclude-standard")
    return sorted(path for name in listed if (ROOT / (path := Path(name))).is_file())


def edited_files(folder: Path) -> set[str]:
    """Files of the folder that were ever changed or removed after they had come, as far as the history is here."""
    changes = ("--no-renames", "--diff-filter=MD", "--name-only")
    committed = _git("log", "--format=", *changes, "--", str(folder))
    return committed | _git("diff", *changes, "HEAD", "--", str(folder))


def _git(*words: str) -> set[str]:
    """The names that git answers with."""
    answered = subprocess.run(  # noqa: S603 - our own words
        ["git", "-c", "safe.directory=*", *words[:1], "-z", *words[1:]],  # noqa: S607 - found on PATH
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {name for name in answered.stdout.split("\0") if name}


def pages() -> list[Path]:
    """Every page of the project, relative to its root."""
    return [path for path in tracked_files() if path.suffix == ".md"]


def languages(page: Path) -> set[str]:
    """What the fences of the page say they hold."""
    return {found[2] for found in _FENCED.finditer((ROOT / page).read_text(encoding="utf-8"))}


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of this language on the page."""
    return [each[3] for each in _FENCED.finditer((ROOT / page).read_text(encoding="utf-8")) if each[2] == language]


def block(page: Path, language: str) -> str:
    """The one block of this language on the page."""
    (found,) = blocks(page, language)
    return found


def examples(page: Path) -> Iterator[Example]:
    """Every block of commands. A ``text`` block right after it is its output."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = list(_FENCED.finditer(text))
    for place, found in enumerate(blocks):
        if found[2] != "sh":
            continue
        after = blocks[place + 1] if place + 1 < len(blocks) else None
        follows = after is not None and after[2] == "text" and not text[found.end() : after.start()].strip()
        yield Example(
            line=text.count("\n", 0, found.start(3)) + 1,
            commands=found[3],
            output=after[3] if after is not None and follows else None,
            not_run=found[1],
        )


def prose(page: Path) -> str:
    """The page without its blocks."""
    return _FENCED.sub("", (ROOT / page).read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """Where the page's links and pictures lead."""
    return _LINK.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """The names of the page's headings in addresses."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(page)))
    return {each.replace(" ", "-") for each in kept}
