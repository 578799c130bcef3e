"""A folder like a checkout after ``make demo``, in which the commands of the documentation are run by a real shell."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import psutil

from consumers.statement import COLUMNS
from service.catalogue_rows import COLUMNS as CATALOGUE
from service.registers import COLUMNS as REGISTER
from tests import forking
from tests.databases import new_folder, remove_folder
from tests.faults.installation import words
from tests.house.examples import ROOT, Example, block

HOW_TO_IMPORT: Final = Path("docs/how-to/import-an-event-log.md")
KAFKA: Final = "127.0.0.1:9092"
CODE: Final = "H15.50.05.13-261008-0975"
FILES: Final = {
    "permits.xes.gz": block(HOW_TO_IMPORT, "xml"),
    "permits.toml": block(HOW_TO_IMPORT, "toml"),
    "statement.csv": ",".join(COLUMNS) + "\n",
    "catalogue.csv": ",".join(CATALOGUE) + "\n",
    "register.csv": ",".join(REGISTER) + "\n",
    "swap.toml": (
        'calendar = "vn"\n'
        '[[declarations]]\ndays = [2027-03-01]\nkind = "holiday"\n'
        'decision = "1/QĐ"\ndeclared_at = 2026-11-23T09:00:00+07:00\nsource = "an example"\n'
    ),
    "holiday.json": '{"days": ["2027-03-01"], "kind": "holiday", "decision": "1/QĐ", "source": "an example",'
    ' "declared_at": "2026-11-01T08:00:00+07:00"}\n',
    "notices.jsonl": '{"specversion":"1.0","id":"1","source":"/vnpay","type":"payment.notice.v1",'
    f'"partitionkey":"{CODE}","data":{{"provider":"vnpay","provider_reference":"VN-1","dossier_code":"{CODE}",'
    '"amount":8000,"paid_at":"2026-11-23T09:00:00+07:00","status":"succeeded"}}\n',
}
"""What stands in for files of the reader's own."""

PATIENCE: Final = 180
_END: Final = "\x1e"

_MOTCUA: Final = """case "$1" in
serve|api|demo|kafka) exec {python} -m tests.house.motcua "$@" ;;
*) exec {forked} "$@" ;;
esac"""

_STAND_INS_FOR_FORM: Final = (
    (re.compile(r"\b[GH]\d\d(?:\.\d{2,3})*-\d{6}-\d{4,7}\b"), "<code>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+07:00"), "<instant>"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"), "<time>"),
    (re.compile(r'("position": ?)"\d+"'), r"\1<position>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "<server>"),
)
"""What differs from run to run is compared by its form."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a page's commands wrote, example by example; ``failed`` holds what the shell said when it ended early."""

    outputs: list[str]
    failed: str


@dataclass(frozen=True, slots=True)
class Workshop:
    """The folder, the address at which its demo is served, and what stands for the reader's own."""

    folder: Path
    server: str
    environment: Mapping[str, str]
    stand_ins: Mapping[str, str]

    def run(self, shown: list[Example]) -> Ran:
        """One shell for all of a page's commands, in order; it ends at the first that fails."""
        script = "".join(f"{self.put_in(each.commands)}\nprintf '\\x1e'\n" for each in shown)
        with subprocess.Popen(  # noqa: S603 - our own pages
            ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607 - found on PATH
            cwd=self.folder,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as shell:
            try:
                written, told = shell.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                running = [shlex.join(words(each)) for each in psutil.Process(shell.pid).children(recursive=True)]
                os.killpg(shell.pid, signal.SIGKILL)  # what it started would stand in the way of the next page's
                written, told = shell.communicate()
                told += f"\nafter {PATIENCE} s there ran still: {running}"
        outputs = written.split(_END)
        return Ran(outputs[:-1], f"{outputs[-1]}\n{told}" if shell.returncode else "")

    def with_kafka(self, address: str) -> "Workshop":
        """The same folder, and a broker on which nobody else uses topics without a prefix."""
        return replace(self, stand_ins={**self.stand_ins, KAFKA: address})

    def put_in(self, text: str) -> str:
        """The text with the reader's own in place of what stands for it."""
        for shown, real in self.stand_ins.items():
            text = text.replace(shown, real)
        return text


def matches(shown: str, real: str) -> bool:
    """Whether a command wrote what the page shows; ``…`` stands for the rest of a line, or alone for any lines."""
    lines = _form(shown).strip("\n").split("\n")
    parts = (r"(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + "\n" for line in lines)
    return re.fullmatch("".join(parts), _form(real).strip("\n") + "\n") is not None


def _form(text: str) -> str:
    for pattern, form in _STAND_INS_FOR_FORM:
        text = pattern.sub(form, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


@contextmanager
def workshop(database: str) -> Iterator[Workshop]:
    """Open it: ``motcua`` and ``make`` on the path, a small demo served, and the reader's files."""
    folder = new_folder()
    demo = folder / ".motcua" / "demo"
    commands = folder / ".venv" / "bin"
    commands.mkdir(parents=True)
    (commands / "activate").write_text("", encoding="utf-8")
    _command(commands / "make", f'exec {sys.executable} -m tests.house.make "$@"')
    _command(commands / "motcua", _MOTCUA.format(python=sys.executable, forked=shlex.join(forking.motcua())))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")} | {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "MOTCUA_LOG_LEVEL": "error",
        "MOTCUA_PORT": str(_free_port()),
        "MOTCUA_KAFKA_PORT": str(_free_port()),
    }
    try:
        with _served(folder, environment, (port := _free_port())) as printed:
            code = printed.partition("/audit/")[2].split()[0]
            for name, content in FILES.items():
                (folder / name).write_text(content.replace(CODE, code), encoding="utf-8")
            readers = environment | {"MOTCUA_DATA_DIR": ".motcua/demo"}
            _wait_for_payments(folder, readers)
            yield Workshop(
                folder=folder,
                server=f"127.0.0.1:{port}",
                environment=readers,
                stand_ins={
                    "127.0.0.1:8000": f"127.0.0.1:{port}",
                    CODE: code,
                    "postgresql://motcua:secret@localhost/motcua": f"'{database}'",
                },
            )
    finally:
        for data in (demo / "demo", demo):
            if data.exists():
                remove_folder(data)
        remove_folder(folder)


@contextmanager
def _served(folder: Path, environment: Mapping[str, str], port: int) -> Iterator[str]:
    """What ``make demo`` does, with fewer dossiers; what it printed."""
    printed = folder / "demo.txt"
    with printed.open("wb") as out, (folder / "demo.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "demo", "--dossiers", "60"],
            cwd=folder,
            env={**environment, "MOTCUA_PORT": str(port)},
            stdout=out,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while "Ctrl-C" not in printed.read_text(encoding="utf-8"):
            assert server.poll() is None, (folder / "demo.log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline, "the demo does not serve"
            time.sleep(0.05)
        yield printed.read_text(encoding="utf-8")
        server.send_signal(signal.SIGINT)
        assert server.wait(PATIENCE) == 0
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def _wait_for_payments(folder: Path, environment: Mapping[str, str]) -> None:
    """What the demo's platforms told is dealt with a moment after it serves, before anybody has read so far."""
    command = [*forking.motcua(), "consume", "payments", "--until-caught-up"]
    subprocess.run(command, cwd=folder, env=environment, check=True)  # noqa: S603 - our own words


def _command(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
