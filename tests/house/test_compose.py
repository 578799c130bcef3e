"""docker-compose.yml says what exists, publishes nothing beyond this machine and sets only known settings."""

import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from service import settings

ROOT: Final = Path(__file__).parent.parent.parent
FILE: Final = ROOT / "docker-compose.yml"
OURS: Final = ("api", "project")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    return found


def test_the_parts_are_there_each_with_a_health_check_and_a_fixed_image(services: dict[str, Any]) -> None:
    assert set(services) == {"postgres", "kafka", *OURS}
    assert all(service["healthcheck"]["test"] for service in services.values())
    assert services["postgres"]["image"].startswith("postgres:18")
    assert services["kafka"]["image"].startswith("apache/kafka:4.")


def test_what_needs_the_database_waits_until_it_is_healthy(services: dict[str, Any]) -> None:
    assert all(services[name]["depends_on"]["postgres"]["condition"] == "service_healthy" for name in OURS)


def test_nothing_is_published_beyond_this_machine(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]


@pytest.mark.parametrize("name", OURS)
def test_the_settings_of_each_container_are_accepted(
    monkeypatch: pytest.MonkeyPatch, services: dict[str, Any], name: str
) -> None:
    for variable, value in services[name]["environment"].items():
        monkeypatch.setenv(variable, value)
    assert settings.load().database_url is not None


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
