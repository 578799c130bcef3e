"""kill -9 of server, projector and PostgreSQL in the middle of a load: what was acknowledged is there, once."""

import threading
from collections import Counter
from pathlib import Path
from random import Random
from time import sleep
from typing import Any

import pytest

from tests.faults.installation import Installation, rules

CLIENTS = 8


class Client(threading.Thread):
    """Leads dossiers step by step; what got no answer is sent again under the same key until it does."""

    def __init__(self, installation: Installation, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.installation = installation
        self.number = number
        self.stop = stop
        self.acknowledged: list[tuple[str, str, int]] = []
        self.failure: str | None = None

    def run(self) -> None:
        dossier = 0
        while not self.stop.is_set() and not self.failure:
            dossier += 1
            self._lead(f"{self.number}-{dossier}")

    def _lead(self, name: str) -> None:
        body = {
            "procedure": "1.001193",
            "unit": "H99.01",
            "channel": "desk",
            "applicant_kind": "organisation",
            "applicant_reference": name,
            "components": [],
        }
        answer = self._send("/api/v1/dossiers", body, {"Idempotency-Key": name})
        if answer is None:
            return
        code, version = answer["code"], 1
        self.acknowledged.append((code, name, version))
        for step in range(6):
            key = f"{name}-{step}"
            headers = {"Idempotency-Key": key, "If-Match": f'"{version}"'}
            body = {"name": f"Bước {step}", "resource": "cb-01"}
            answer = self._send(f"/api/v1/dossiers/{code}/record-step", body, headers)
            if answer is None:
                return
            version = answer["version"]
            self.acknowledged.append((code, key, version))

    def _send(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any] | None:
        """The acknowledgement; None when the load ended before there was one."""
        for _ in range(2000):
            try:
                status, answer = self.installation.post(path, body, headers)
            except (OSError, ValueError):
                status, answer = 0, {}
            if status in {200, 201}:
                return dict(answer)
            if status not in {0, 502, 503}:
                self.failure = f"{path}: {status} {answer}"
                return None
            if self.stop.is_set():
                return None
            sleep(0.05)
        self.failure = f"{path}: no answer"
        return None


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_every_acknowledged_command_is_there_once(data_dir: Path) -> None:
    installation = Installation(data_dir, MOTCUA_ADMINISTRATION_DIR=rules(data_dir / "rules"))
    chance = Random(seed := 20261123)  # noqa: S311 - which moment is hit need not be unguessable
    print(f"seed {seed}")
    installation.start()
    stop = threading.Event()
    clients = [Client(installation, number, stop) for number in range(CLIENTS)]
    try:
        for client in clients:
            client.start()
        for victim in ("projector", "postgres", "server", "postgres", "server"):
            sleep(chance.uniform(0.8, 2.0))
            installation.kill(victim)
            if victim == "server":
                installation.start()
        sleep(1.0)
        stop.set()
        for client in clients:
            client.join(60)
        assert [client.failure for client in clients if client.failure] == []
        acknowledged = [entry for client in clients for entry in client.acknowledged]
        assert len(acknowledged) > 200
        check_each_is_there_once(installation, acknowledged)
        verified = installation.run("project", "run", "--until-caught-up")
        assert verified.returncode == 0, verified.stderr
        verified = installation.run("project", "verify", "--json")
        assert verified.returncode == 0, verified.stdout + verified.stderr
    finally:
        stop.set()
        try:
            installation.stop()
        finally:
            print((installation.folder / "server.log").read_text()[-8000:])


def check_each_is_there_once(installation: Installation, acknowledged: list[tuple[str, str, int]]) -> None:
    by_code: dict[str, list[tuple[str, int]]] = {}
    for code, key, version in acknowledged:
        by_code.setdefault(code, []).append((key, version))
    for code, entries in by_code.items():
        status, history = installation.get(f"/api/v1/dossiers/{code}/history")
        assert status == 200
        versions = Counter(event["version"] for event in history["events"])
        assert set(versions.values()) == {1}
        assert [version for _, version in entries] == sorted({version for _, version in entries})
        names = [event["event"]["name"] for event in history["events"] if "name" in event["event"]]
        assert names == [f"Bước {step}" for step in range(len(names))]
        assert len(history["events"]) >= len(entries)
