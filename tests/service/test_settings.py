"""Settings: each known and described, an unknown one refused with the nearest."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import RESERVED, Settings, SettingsError, load, variables
from service.settings_reference import PAGE, render


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("MOTCUA_"):
            monkeypatch.delenv(name)


def test_without_variables_the_service_is_local_and_embedded() -> None:
    settings = load()
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, None)
    assert settings.data_dir == Path(".motcua")


def test_variables_set_what_they_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_PORT", "8123")
    monkeypatch.setenv("MOTCUA_DATA_DIR", "/somewhere")
    monkeypatch.setenv("MOTCUA_DATABASE_URL", "")
    assert (load().port, load().data_dir, load().database_url) == (8123, Path("/somewhere"), None)


@pytest.mark.parametrize(
    ("wrong", "nearest"), [("MOTCUA_PROT", "MOTCUA_PORT"), ("MOTCUA_KAFKABOOT", "MOTCUA_KAFKA_PORT")]
)
def test_an_unknown_variable_is_an_error_that_names_the_nearest(
    monkeypatch: pytest.MonkeyPatch, wrong: str, nearest: str
) -> None:
    monkeypatch.setenv(wrong, "1")
    with pytest.raises(SettingsError) as refused:
        load()
    assert str(refused.value) == f"{wrong} is not a setting; did you mean {nearest}?"


@pytest.mark.parametrize("name", RESERVED)
def test_reserved_variables_are_no_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "anything")
    assert load() == Settings()


def test_every_problem_is_told_at_once_and_no_value_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_PORT", "0")
    monkeypatch.setenv("MOTCUA_DATABASE_URL", "mysql://root:secret@host/db")
    monkeypatch.setenv("MOTCUA_LANE", "3")
    with pytest.raises(SettingsError) as refused:
        load()
    message = str(refused.value)
    assert [line.split(":")[0].split()[0] for line in message.splitlines()] == [
        "MOTCUA_LANE",
        "MOTCUA_DATABASE_URL",
        "MOTCUA_PORT",
    ]
    assert "secret" not in message


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104 # refused is the point
def test_only_loopback_is_listened_on_unless_allowed(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("MOTCUA_HOST", host)
    with pytest.raises(SettingsError, match="MOTCUA_ALLOW_REMOTE"):
        load()
    monkeypatch.setenv("MOTCUA_ALLOW_REMOTE", "true")
    assert load().host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback_needs_no_permission(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("MOTCUA_HOST", host)
    assert load().host == host


def test_settings_are_frozen_and_keep_the_password_out_of_their_text() -> None:
    settings = Settings(database_url="postgresql://user:secret@host/db")
    assert "secret" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]  # the point of the test


def test_the_reference_page_says_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run python -m service.settings_reference"
    assert all(f"`{name}`" in render() for name in [*variables(), *RESERVED])
