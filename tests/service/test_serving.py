"""``motcua serve`` and what runs beside it: notices are handled, what is killed comes back, and all ends together."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from domain.dossier.events import Escalated
from tests.brokers import messages
from tests.faults.installation import Installation, words
from tests.service.payments_desk import ACCEPT, Desk, notice
from tests.waiting import until

pytestmark = pytest.mark.slow
FIRST, SECOND = "H99.01-261008-0001", "H99.01-261008-0002"
"""No dossier has these codes, so that what became of a notice for one stays on record."""


@contextmanager
def served(folder: Path, desk: Desk, **settings: str) -> Iterator[Installation]:
    opened = Installation(folder, MOTCUA_DATABASE_URL=desk.url, **settings)
    opened.start()
    try:
        yield opened
    finally:
        opened.stop()


def publish(installation: Installation, code: str) -> None:
    file = installation.folder / f"{code}.jsonl"
    file.write_bytes(notice(code).value)
    done = installation.run("publish", "payment.notices.v1", str(file))
    assert done.returncode == 0, done.stderr


def processes(installation: Installation) -> list[psutil.Process]:
    """The server and all that it started."""
    [pid] = installation.pids("server")
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


def test_payments_are_handled_beside_also_after_a_kill_and_ctrl_c_ends_everything(data_dir: Path, desk: Desk) -> None:
    with served(data_dir, desk) as installation:
        publish(installation, FIRST)
        until(lambda: len(desk.standings()) == 1)
        installation.kill("payments")
        publish(installation, SECOND)
        until(lambda: len(desk.standings()) == 2)
        assert installation.pids("relay") == []
        running = processes(installation)
        assert len(running) == 5
    assert [each for each in running if each.is_running()] == []
    assert desk.standings() == [(code, "parked", "unknown-dossier") for code in (FIRST, SECOND)]


def test_what_runs_beside_does_not_outlive_a_killed_server(data_dir: Path, desk: Desk) -> None:
    with served(data_dir, desk) as installation:
        until(lambda: installation.pids("payments"))
        running = processes(installation)
        installation.kill("server")
        until(lambda: not any(each.is_running() for each in running))


def test_a_worker_that_only_starts_does_not_outlive_a_killed_server_either(data_dir: Path, desk: Desk) -> None:
    installation = Installation(data_dir, MOTCUA_DATABASE_URL=desk.url)
    installation.begin()
    server, *_ = processes(installation)
    until(lambda: any(words(each) == words(server) for each in server.children()))
    running = processes(installation)
    installation.kill("server")
    until(lambda: not any(each.is_running() for each in running))


def test_the_clock_is_looked_at_beside_also_after_a_kill(data_dir: Path, desk: Desk) -> None:
    def overdue(code: str) -> list[str]:
        return [each.rule for each in desk.history(code) if isinstance(each, Escalated) and each.rule == "overdue"]

    with served(data_dir, desk) as installation:
        for kill in (True, False):
            [code] = desk.dossiers(1, ACCEPT)
            until(lambda: overdue(code) == ["overdue"])  # noqa: B023 - asked at once
            if kill:
                installation.kill("schedule")


@pytest.mark.kafka
def test_with_kafka_events_go_out_and_notices_come_in(data_dir: Path, desk: Desk, kafka: str) -> None:
    prefix = f"{data_dir.name}."

    def published() -> int:
        return len(messages(kafka, f"{prefix}motcua.dossier.events.v1"))

    def standings() -> list[str]:
        return [code for code, *_ in desk.standings()]

    with served(data_dir, desk, MOTCUA_KAFKA_BOOTSTRAP_SERVERS=kafka, MOTCUA_KAFKA_PREFIX=prefix) as installation:
        publish(installation, FIRST)
        until(lambda: standings() == [FIRST])
        assert desk.ask("SELECT * FROM topic_message") == []
        desk.dossiers(1)
        until(lambda: published() >= 3)
        for part in ("relay", "payments"):
            installation.kill(part)
        desk.dossiers(1)
        publish(installation, SECOND)
        until(lambda: published() >= 6)
        until(lambda: standings() == [FIRST, SECOND])
