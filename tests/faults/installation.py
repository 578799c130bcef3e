"""A whole installation in processes of its own, to be killed and started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil

from service.administration import SHIPPED
from tests import forking

ROOT = Path(__file__).parents[2]
PATIENCE = 60
PARTS = {
    "projector": {"project", "run"},
    "relay": {"relay"},
    "payments": {"consume", "payments"},
    "schedule": {"schedule"},
}
"""The words by which a part's command line is known."""
UNITS = """
[[units]]
code = "H99.01"
name_vi = "Sở Thử nghiệm"
name_en = "Department of Trials"
kind = "department"
calendar = "vn"

[[units]]
code = "H99.02.15"
name_vi = "Xã Thử nghiệm"
name_en = "Commune of Trials"
kind = "commune"
calendar = "vn"
"""


def rules(folder: Path) -> str:
    """The shipped rules and two units."""
    shutil.copytree(SHIPPED, folder)
    (folder / "units.toml").write_text(UNITS, encoding="utf-8")
    return str(folder)


class Installation:
    """``motcua serve`` on an embedded server in ``folder``."""

    def __init__(self, folder: Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")},
            "MOTCUA_DATA_DIR": str(folder),
            "MOTCUA_PORT": str(self.port),
            "MOTCUA_LOG_LEVEL": "warning",
            "PYTHONPATH": str(ROOT),
            "PYTHONFAULTHANDLER": "1",
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *command: str) -> None:
        """Start it and wait until it is ready."""
        self.begin(*command)
        self.wait_until_ready()

    def begin(self, *command: str) -> None:
        """Start it."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-m", "service.cli", *(command or ("serve",))],
                env=self.environment, cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if self.get("/readyz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError((self.folder / "server.log").read_text())

    def get(self, path: str) -> tuple[int, Any]:
        return self._ask(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}"))

    def post(self, path: str, body: object, headers: dict[str, str]) -> tuple[int, Any]:
        """The answer's status and document. Raises OSError when the connection broke before there was one."""
        sent = json.dumps(body).encode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=sent,
            headers={"Content-Type": "application/json", "Motcua-Actor": "cb-01", **headers},
        )
        return self._ask(asked)

    @staticmethod
    def _ask(asked: urllib.request.Request) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - loopback
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command on the same installation."""
        return subprocess.run(  # noqa: S603 - our own words
            [*forking.motcua(), *arguments],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def pids(self, what: str) -> list[int]:
        """The processes of ``server``, of ``postgres`` (the postmaster), or of one of ``PARTS``."""
        assert self.process is not None
        if what == "postgres":
            pid_file = self.folder / "postgres" / "postmaster.pid"
            return [int(pid_file.read_text().split()[0])]
        parent = psutil.Process(self.process.pid)
        if what == "server":
            return [parent.pid]
        return [each.pid for each in parent.children(recursive=True) if PARTS[what] <= set(words(each))]

    def kill(self, what: str) -> None:
        """kill -9."""
        for pid in self.pids(what):
            os.kill(pid, signal.SIGKILL)
        if what == "server" and self.process is not None:
            self.process.wait()
            self._wait_until_orphans_have_gone()

    def _wait_until_orphans_have_gone(self) -> None:
        """A worker notices within half a second that its parent was killed."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                self.get("/livez")
            except OSError:
                return
            time.sleep(0.05)
        raise AssertionError("a worker outlived its killed parent")

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGABRT)  # says in the log what every thread is at
                self.process.wait()
                raise


def words(process: psutil.Process) -> list[str]:
    """Its command line."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []  # it has ended meanwhile
