"""``motcua demo`` in processes of its own: killed at any point and started again, it comes to the same end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.installation import ROOT, Installation
from tests.service.payments_desk import Desk
from tests.waiting import until

DEMO = ("demo", "--dossiers", "60")


@pytest.mark.slow
def test_killed_and_started_again_it_comes_to_the_same_end(data_dir: Path, database_url: str) -> None:
    desk = Desk(database_url)
    installation = Installation(data_dir, MOTCUA_DATABASE_URL=database_url)
    killed_while_generating(installation, desk)
    installation.start(*DEMO)
    try:
        until(lambda: "unknown-dossier" in {reason for _, _, reason in desk.standings()})
        until(lambda: overpaid(desk) == 1)
        ended = desk.standings(), events(desk)
        installation.kill("server")
        installation.start(*DEMO)
        until(lambda: installation.pids("payments"))
        assert (desk.standings(), events(desk)) == ended
        assert installation.run("project", "verify").stdout == "0 differences\n"
    finally:
        installation.stop()
    assert f"http://127.0.0.1:{installation.port}/dashboard" in (data_dir / "server.log").read_text()
    assert "motcua parked list" in (data_dir / "server.log").read_text()


def killed_while_generating(installation: Installation, desk: Desk) -> None:
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "service.cli", *DEMO], env=installation.environment, cwd=ROOT
    ) as running:
        until(lambda: events(desk) > 0)
        os.kill(running.pid, signal.SIGKILL)


def events(desk: Desk) -> int:
    [(number,)] = desk.ask("SELECT count(*) FROM stored_events")
    return int(number)


def overpaid(desk: Desk) -> int:
    [(number,)] = desk.ask("SELECT count(*) FROM stored_events WHERE topic = 'dossier.overpaid.v1'")
    return int(number)
