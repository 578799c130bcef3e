"""docker-compose.yml says what exists, publishes nothing beyond this machine and sets only known settings."""

import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from service import settings
from service.beside import parts_of_topics
from service.settings import Settings

ROOT: Final = Path(__file__).parent.parent.parent
FILE: Final = ROOT / "docker-compose.yml"
OURS: Final = {
    "api": "motcua api",
    "project": "motcua project run",
    "schedule": "motcua schedule",
    "relay": "motcua relay",
    "payments": "motcua consume payments",
}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    return found


def test_the_parts_are_there_each_with_a_health_check_and_a_fixed_image(services: dict[str, Any]) -> None:
    assert set(services) == {"postgres", "kafka", *OURS}
    assert all(service["healthcheck"]["test"] for service in services.values())
    assert services["postgres"]["image"].startswith("postgres:18")
    assert services["kafka"]["image"].startswith("apache/kafka:4.")


def test_each_container_runs_one_part_and_together_they_are_all_parts(services: dict[str, Any]) -> None:
    assert {name: " ".join(services[name]["command"]) for name in OURS} == OURS
    parts = parts_of_topics(Settings(kafka_bootstrap_servers="kafka:9092"))
    assert {f"motcua {part}" for part in parts} <= set(OURS.values())


def test_what_needs_database_or_kafka_waits_until_they_are_healthy(services: dict[str, Any]) -> None:
    healthy = {"condition": "service_healthy"}
    waited_for = {name: services[name]["depends_on"] for name in OURS}
    with_kafka = {"postgres": healthy, "kafka": healthy}
    assert waited_for["api"] == waited_for["project"] == waited_for["schedule"] == {"postgres": healthy}
    assert waited_for["relay"] == waited_for["payments"] == with_kafka


def test_nothing_is_published_beyond_this_machine(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]


@pytest.mark.parametrize("name", OURS)
def test_the_settings_of_each_container_are_accepted(
    monkeypatch: pytest.MonkeyPatch, services: dict[str, Any], name: str
) -> None:
    for variable, value in services[name]["environment"].items():
        monkeypatch.setenv(variable, value)
    loaded = settings.load()
    assert loaded.database_url is not None
    listening = services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert listening == f"PLAINTEXT://{loaded.kafka_bootstrap_servers}"


def test_the_image_is_built_from_files_that_exist(services: dict[str, Any]) -> None:
    lines = services["api"]["build"]["dockerfile_inline"].splitlines()
    sources = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert {"domain", "projections", "api", "consumers", "service", "requirements.lock"} <= set(sources)
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_docker_compose_accepts_the_file() -> None:
    try:
        subprocess.run(["docker", "compose", "version"], check=True, capture_output=True)  # noqa: S607 # wherever it is
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("docker's compose plugin is not installed here")
    command = ["docker", "compose", "--file", str(FILE), "config", "--quiet"]
    checked = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 # fixed words
    assert checked.returncode == 0, checked.stderr
