"""``make`` as a reader uses it, after ``install``: what it would run is read from the Makefile and run.

``make demo`` is being served already, ``make test`` is what runs this, of ``make bench`` only the options are read, and
of ``make faults`` the rounds are listed.
"""

import shlex
import subprocess
import sys
from pathlib import Path

from service.cli.reference import commands
from tests.house import motcua
from tests.house.examples import ROOT


def main(arguments: list[str]) -> int:
    planned = subprocess.run(  # noqa: S603 - our own words
        ["make", "--dry-run", "--old-file=.venv/installed", "--no-print-directory", *arguments],  # noqa: S607
        cwd=ROOT,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
        check=True,
        capture_output=True,
        text=True,
    )
    return max(_run(shlex.split(line)) for line in planned.stdout.splitlines())


def _run(words: list[str]) -> int:
    match words:
        case ["test", *_] | [".venv/bin/python", "-m", "pytest", "--numprocesses", *_]:
            return 0
        case [".venv/bin/python", "-m", "pytest", "tests/faults/test_topics.py", *_]:
            return subprocess.run([sys.executable, *words[1:], "--collect-only"], cwd=ROOT, check=False).returncode  # noqa: S603 - our own words
        case [".venv/bin/motcua", "demo"]:
            print(Path("demo.txt").read_text(encoding="utf-8"))
            return 0
        case [".venv/bin/motcua", "bench", *options]:
            dict(commands())["bench"].make_context("motcua bench", options)
            return 0
        case [".venv/bin/motcua", *rest]:
            return motcua.main(rest)
        case _:
            print(f"nothing tests {shlex.join(words)}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
