"""The AsyncAPI project's own parser, run by Node; installed once for each lock, in the user's cache."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from service.file_locks import turn

HERE: Final = Path(__file__).parent
LOCK: Final = HERE / "package-lock.json"
_OLDEST_NODE: Final = 18
_REQUIRED: Final = "MOTCUA_REQUIRE_NODE"
_MISSING: Final = (
    f"AsyncAPI's parser needs Node {_OLDEST_NODE} or newer and npm: install them (Debian and Ubuntu: apt-get install "
    f"nodejs npm); {_REQUIRED}=1 makes their absence a failure"
)


class Finding(NamedTuple):
    """What the parser says; ``severity`` is error, warning, information or hint, ``place`` a path in the document."""

    severity: str
    place: str
    message: str


def findings(files: Sequence[Path]) -> list[list[Finding]]:
    """What the parser says of each document. Without Node the test is skipped, or fails where Node is required."""
    _require_node()
    said = _run("node", str(HERE / "check.mjs"), str(_installed()), *map(str, files), folder=HERE)
    return [[Finding(*each) for each in json.loads(line)] for line in said.splitlines()]


def _require_node() -> None:
    if shutil.which("npm") and shutil.which("node"):
        told = re.match(r"v(\d+)", _run("node", "--version", folder=HERE))
        if told is not None and int(told[1]) >= _OLDEST_NODE:
            return
    if os.environ.get(_REQUIRED) == "1":
        pytest.fail(_MISSING, pytrace=False)
    pytest.skip(_MISSING)


def _installed() -> Path:
    """The folder with what the lock names."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "motcua"
    folder = cache / f"asyncapi-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    cache.mkdir(parents=True, exist_ok=True)
    with turn(folder.with_name(f"{folder.name}.lock")):
        if not folder.exists():
            # Whole or not at all: an interrupted installation leaves only a folder that is made anew.
            unfinished = folder.with_name(f"{folder.name}.new")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            for name in ("package.json", LOCK.name):
                shutil.copy(HERE / name, unfinished)
            _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=unfinished)
            unfinished.rename(folder)
    return folder


def _run(*command: str, folder: Path) -> str:
    """What the command wrote; where it fails, so does the test, with all it said."""
    done = subprocess.run(command, cwd=folder, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)  # noqa: S603 # our own words
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout
