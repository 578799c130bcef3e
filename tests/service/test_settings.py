"""Settings: each known and described, an unknown one refused with the nearest."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import RESERVED, Settings, SettingsError, load, variables
from service.settings_reference import PAGE, render
from tests.certificates import Certificate, authority, locked
from tests.service.shell import motcua


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


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Certificate, Certificate]:
    folder = tmp_path_factory.mktemp("certificates")
    return authority(folder, "one"), authority(folder, "other")


TLS_LOGIN = {
    "MOTCUA_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "MOTCUA_KAFKA_SASL_USERNAME": "motcua",
    "MOTCUA_KAFKA_SASL_PASSWORD": "secret",
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"SASL_USERNAME": ""}, "MOTCUA_KAFKA_SASL_USERNAME is missing: MOTCUA_KAFKA_SECURITY_PROTOCOL is SASL_SSL"),
        ({"SASL_PASSWORD": ""}, "MOTCUA_KAFKA_SASL_PASSWORD is missing: MOTCUA_KAFKA_SECURITY_PROTOCOL is SASL_SSL"),
        ({"SECURITY_PROTOCOL": "SSL"}, "MOTCUA_KAFKA_SASL_USERNAME is set, but .* is SSL: nobody would log in"),
        (
            {"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SSL_CAFILE": "certificate"},
            "MOTCUA_KAFKA_SSL_CAFILE is set, but .* is SASL_PLAINTEXT: nothing would be encrypted",
        ),
        ({"SSL_CAFILE": "/nowhere"}, "MOTCUA_KAFKA_SSL_CAFILE: Path does not point to a file"),
        ({"SSL_CERTFILE": "/nowhere"}, "MOTCUA_KAFKA_SSL_CERTFILE: Path does not point to a file"),
        ({"SSL_KEYFILE": "/nowhere"}, "MOTCUA_KAFKA_SSL_KEYFILE: Path does not point to a file"),
        ({"SSL_CAFILE": "key"}, "MOTCUA_KAFKA_SSL_CAFILE: no certificate in PEM can be read from it"),
        ({"SSL_KEYFILE": "key"}, "MOTCUA_KAFKA_SSL_CERTFILE is missing: MOTCUA_KAFKA_SSL_KEYFILE is set"),
        ({"SSL_CERTFILE": "certificate"}, "MOTCUA_KAFKA_SSL_CERTFILE, MOTCUA_KAFKA_SSL_KEYFILE: they do not hold"),
        ({"SSL_CERTFILE": "certificate", "SSL_KEYFILE": "another key"}, "MOTCUA_KAFKA_SSL_CERTFILE, .*: they do not"),
        ({"SSL_CERTFILE": "certificate", "SSL_KEYFILE": "locked key"}, ".*in PEM and its private key, without a passp"),
    ],
)
def test_kafka_settings_that_cannot_work_are_refused(
    monkeypatch: pytest.MonkeyPatch,
    certificates: tuple[Certificate, Certificate],
    changes: Mapping[str, str],
    told: str,
) -> None:
    one, other = certificates
    files = {"certificate": one.file, "key": one.key, "another key": other.key, "locked key": locked(one.key, "hush")}
    asked = TLS_LOGIN | {f"MOTCUA_KAFKA_{name}": str(files.get(value, value)) for name, value in changes.items()}
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{told}") as refused:
        load()
    assert "secret" not in str(refused.value)


def test_kafka_settings_that_go_together_are_taken(
    monkeypatch: pytest.MonkeyPatch, certificates: tuple[Certificate, Certificate]
) -> None:
    one, _ = certificates
    for name, value in {**TLS_LOGIN, "MOTCUA_KAFKA_SSL_CAFILE": str(one.file)}.items():
        monkeypatch.setenv(name, value)
    assert load().kafka_ssl_cafile == one.file
    for certificate, key in ((one.file, str(one.key)), (one.both, "")):
        monkeypatch.setenv("MOTCUA_KAFKA_SSL_CERTFILE", str(certificate))
        monkeypatch.setenv("MOTCUA_KAFKA_SSL_KEYFILE", key)
        assert load().kafka_ssl_certfile == certificate


def test_refused_settings_end_a_command_with_2(tmp_path: Path) -> None:
    done = motcua(tmp_path, "relay", **TLS_LOGIN | {"MOTCUA_KAFKA_SASL_USERNAME": ""})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("motcua: MOTCUA_KAFKA_SASL_USERNAME is missing")


def test_settings_are_frozen_and_keep_the_password_out_of_their_text() -> None:
    settings = Settings(database_url="postgresql://user:secret@host/db")
    assert "secret" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]  # the point of the test


def test_the_reference_page_says_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run python -m service.settings_reference"
    assert all(f"`{name}`" in render() for name in [*variables(), *RESERVED])


@pytest.mark.parametrize("servers", ["kafka:9092", "a.b:1, c:2", "127.0.0.1:9092", "[::1]:9092"])
def test_brokers_are_hosts_with_ports(monkeypatch: pytest.MonkeyPatch, servers: str) -> None:
    monkeypatch.setenv("MOTCUA_KAFKA_BOOTSTRAP_SERVERS", servers)
    assert load().kafka_bootstrap_servers == servers


@pytest.mark.parametrize("servers", ["kafka", "kafka:port", "a:1,,b:2", "a:1 b:2", "kafka:9092,"])
def test_anything_else_is_refused(monkeypatch: pytest.MonkeyPatch, servers: str) -> None:
    monkeypatch.setenv("MOTCUA_KAFKA_BOOTSTRAP_SERVERS", servers)
    with pytest.raises(SettingsError, match="MOTCUA_KAFKA_BOOTSTRAP_SERVERS: must be host:port"):
        load()
