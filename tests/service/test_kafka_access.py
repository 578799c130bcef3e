"""A cluster with TLS and logins, set up as operators do: it works, and what is wrong is told, the password never."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple, TypeAlias

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion

from consumers.ports import Away
from consumers.topics import EVENTS, PAYMENT_NOTICES
from domain.dossier.events import Paid
from service import wiring_topics as topics
from service.broker import Broker, Listener, free_port
from service.rule_book import Unchanging
from service.settings import Settings, load
from tests.brokers import messages
from tests.certificates import Certificate, authority, signed
from tests.databases import new_folder, remove_folder
from tests.examples import RULES
from tests.service.payments_desk import Desk, notice
from tests.service.shell import environment, motcua
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.kafka

USER, PASSWORD = "motcua", "never-to-be-written"
WRONG = "not-to-be-written-either"
RENEWED_SECONDS = 2
LOGINS = {
    "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
    "scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
    "plain.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required "
    f'user_{USER}="{PASSWORD}";',
    "connections.max.reauth.ms": str(RENEWED_SECONDS * 1000),
}
Environment: TypeAlias = Mapping[str, str]
Given: TypeAlias = Callable[[Environment], Settings]


class Cluster(NamedTuple):
    """``login`` and ``certified`` are the settings by which one gets in at either door; ``open`` is for looking on."""

    open: str
    login: Environment
    certified: Environment
    stranger: Certificate


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    folder = new_folder()
    ours = authority(folder, "authority")
    broker, client = (signed(ours, folder, name) for name in ("broker", "client"))
    tls = {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(broker.both),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(ours.file),
    }
    login = Listener(name="LOGIN", protocol="SASL_SSL", settings=tls | LOGINS)
    certified = Listener(name="CERTIFIED", protocol="SSL", settings=tls | {"ssl.client.auth": "required"})
    with Broker(folder, port=free_port(), listeners=[login, certified], users={USER: PASSWORD}) as started:
        yield Cluster(
            open=started.bootstrap,
            login={
                "MOTCUA_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{login.port}",
                "MOTCUA_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
                "MOTCUA_KAFKA_SASL_USERNAME": USER,
                "MOTCUA_KAFKA_SASL_PASSWORD": PASSWORD,
                "MOTCUA_KAFKA_SSL_CAFILE": str(ours.file),
            },
            certified={
                "MOTCUA_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{certified.port}",
                "MOTCUA_KAFKA_SECURITY_PROTOCOL": "SSL",
                "MOTCUA_KAFKA_SSL_CAFILE": str(ours.file),
                "MOTCUA_KAFKA_SSL_CERTFILE": str(client.file),
                "MOTCUA_KAFKA_SSL_KEYFILE": str(client.key),
            },
            stranger=authority(folder, "stranger"),
        )
    remove_folder(folder)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """The settings that these variables make."""

    def set_and_load(variables: Environment) -> Settings:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return load()

    return set_and_load


@pytest.mark.parametrize("way", ["SCRAM-SHA-512", "PLAIN", "certificate"])
def test_events_go_out_and_payments_come_in(desk: Desk, cluster: Cluster, given: Given, way: str) -> None:
    asked = cluster.certified if way == "certificate" else {**cluster.login, "MOTCUA_KAFKA_SASL_MECHANISM": way}
    settings = given({**asked, "MOTCUA_KAFKA_PREFIX": f"{way}."})
    codes = desk.dossiers(3)
    topics.publish(settings, desk.url, PAYMENT_NOTICES, [notice(code) for code in codes])
    topics.consume(
        settings, desk.url, Unchanging(RULES), topics.consumers(settings)["payments"], Event(), until_caught_up=True
    )
    assert all(isinstance(desk.history(code)[-1], Paid) for code in codes)
    topics.relay(settings, desk.url, Event(), until_caught_up=True)
    assert len(messages(cluster.open, f"{way}.{EVENTS.name}")) == 3 * 4


def test_one_broker_of_several_is_enough(cluster: Cluster, given: Given) -> None:
    servers = f"127.0.0.1:{free_port()},{cluster.login['MOTCUA_KAFKA_BOOTSTRAP_SERVERS']}"
    settings = given({**cluster.login, "MOTCUA_KAFKA_BOOTSTRAP_SERVERS": servers})
    assert topics.publish(settings, "", PAYMENT_NOTICES, []) == 0


@pytest.mark.parametrize(
    ("door", "changes", "told"),
    [
        ("login", {"SASL_PASSWORD": WRONG}, "refuses the login, see .*_SASL_PASSWORD: .*invalid credentials"),
        ("login", {"SASL_PASSWORD": WRONG, "SASL_MECHANISM": "PLAIN"}, "refuses the login.*Invalid username or passw"),
        ("login", {"SASL_USERNAME": "nobody"}, "refuses the login, see MOTCUA_KAFKA_SASL_USERNAME"),
        ("login", {"SASL_MECHANISM": "SCRAM-SHA-256"}, "see MOTCUA_KAFKA_SASL_MECHANISM: it knows PLAIN, SCRAM-SHA-5"),
        ("login", {"SSL_CAFILE": "stranger"}, "not trusted, see MOTCUA_KAFKA_SSL_CAFILE: unable to get local issuer"),
        ("login", {"SSL_CAFILE": ""}, "not trusted, see MOTCUA_KAFKA_SSL_CAFILE: unable to get local issuer"),
        ("login", {"BOOTSTRAP_SERVERS": "localhost"}, "localhost:.*not trusted.* not valid for 'localhost'"),
        ("certified", {"SSL_CERTFILE": "", "SSL_KEYFILE": ""}, "does not agree on TLS, see MOTCUA_KAFKA_SSL_CERTFILE"),
        ("certified", {"SSL_CERTFILE": "stranger", "SSL_KEYFILE": ""}, "not agree on TLS, see MOTCUA_KAFKA_SSL_CERTFI"),
    ],
)
def test_what_keeps_us_out_is_told(cluster: Cluster, given: Given, door: str, changes: Environment, told: str) -> None:
    asked = dict(cluster.login if door == "login" else cluster.certified)
    port = asked["MOTCUA_KAFKA_BOOTSTRAP_SERVERS"].split(":")[1]
    stands_for = {"stranger": str(cluster.stranger.both), "localhost": f"localhost:{port}"}
    asked |= {f"MOTCUA_KAFKA_{name}": stands_for.get(value, value) for name, value in changes.items()}
    with pytest.raises(Away, match=told) as away:
        topics.publish(given(asked), "", PAYMENT_NOTICES, [])
    assert_not_written(str(away.value))


@pytest.mark.parametrize(
    ("door", "protocol", "with_these"),
    [("open", "SASL_PLAINTEXT", ["SASL_USERNAME", "SASL_PASSWORD"]), ("login", "PLAINTEXT", []),
     ("login", "SSL", ["SSL_CAFILE"])],
)  # fmt: skip
def test_another_protocol_than_the_brokers_is_told(
    cluster: Cluster, given: Given, door: str, protocol: str, with_these: list[str]
) -> None:
    servers = cluster.open if door == "open" else cluster.login["MOTCUA_KAFKA_BOOTSTRAP_SERVERS"]
    asked = {f"MOTCUA_KAFKA_{name}": cluster.login[f"MOTCUA_KAFKA_{name}"] for name in with_these}
    asked |= {"MOTCUA_KAFKA_BOOTSTRAP_SERVERS": servers, "MOTCUA_KAFKA_SECURITY_PROTOCOL": protocol}
    with pytest.raises(Away, match=r"; does it expect another MOTCUA_KAFKA_SECURITY_PROTOCOL\?"):
        topics.publish(given(asked), "", PAYMENT_NOTICES, [])


def test_commands_that_are_not_let_in_end_with_2_and_say_why(
    cluster: Cluster, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "notices.jsonl").touch()
    asked = {**cluster.login, "MOTCUA_KAFKA_SASL_PASSWORD": WRONG, "MOTCUA_DATABASE_URL": database_url}
    for command in (("publish", PAYMENT_NOTICES.name, "notices.jsonl"), ("consume", "payments", "--until-caught-up")):
        done = motcua(tmp_path, *command, **asked)
        assert (done.returncode, done.stdout) == (2, "")
        [told] = done.stderr.splitlines()
        assert told.startswith(f"motcua: Kafka: {asked['MOTCUA_KAFKA_BOOTSTRAP_SERVERS']} refuses the login")
        assert_not_written(told)


@pytest.mark.parametrize("command", ["relay", "consume payments"])
def test_what_runs_for_long_keeps_trying_and_says_why(
    cluster: Cluster, desk: Desk, tmp_path: Path, command: str
) -> None:
    asked = {**cluster.login, "MOTCUA_KAFKA_SASL_PASSWORD": WRONG, "MOTCUA_DATABASE_URL": desk.url}
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "service.cli", *command.split(), "--while-input-open"],
        env=environment(**asked), cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        told = [process.stderr.readline() for _ in range(5)]
        _, rest = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert all("_tries_again" in line and "refuses the login" in line for line in told), told
    assert_not_written("".join(told) + rest)


def test_a_relay_whose_login_is_refused_later_says_so_and_goes_on_once_it_is_not(
    cluster: Cluster, desk: Desk, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.kafka_client._REQUEST_MS", 3_000)
    monkeypatch.setattr("consumers.kafka_publisher._DELIVERY_MS", 4_000)
    settings = given({**cluster.login, "MOTCUA_KAFKA_SASL_USERNAME": "other", "MOTCUA_KAFKA_PREFIX": "refused-later."})
    set_password(cluster, "other", PASSWORD)
    stop = Event()
    relay = Thread(target=topics.relay, args=(settings, desk.url, stop), daemon=True)
    relay.start()
    try:
        desk.dossiers(1)
        until(lambda: desk.ask("SELECT 1 FROM outbox WHERE published = 3"))
        set_password(cluster, "other", WRONG)
        time.sleep(RENEWED_SECONDS)
        desk.dossiers(1)
        until(lambda: desk.ask("SELECT 1 FROM outbox WHERE published = 3 AND failure LIKE '%%refuses the login%%'"))
        set_password(cluster, "other", PASSWORD)
        until(lambda: desk.ask("SELECT 1 FROM outbox WHERE published = 6 AND failure IS NULL"))
    finally:
        stop.set()
        relay.join()


def set_password(cluster: Cluster, user: str, password: str) -> None:
    changed = UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, password.encode())
    with closing(KafkaAdminClient(bootstrap_servers=cluster.open)) as admin:
        admin.alter_user_scram_credentials([changed])


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
def test_the_password_is_written_nowhere(
    cluster: Cluster, given: Given, database_url: str, tmp_path: Path, mechanism: str
) -> None:
    asked = {**cluster.login, "MOTCUA_KAFKA_SASL_MECHANISM": mechanism, "MOTCUA_LOG_LEVEL": "debug"}
    (tmp_path / "notices.jsonl").write_bytes(notice("H99.02.15-260302-0001").value)
    command = ("publish", PAYMENT_NOTICES.name, "notices.jsonl")
    done = motcua(tmp_path, *command, **asked, MOTCUA_DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    assert f"Authenticated as {USER} via SASL" in done.stderr
    settings = given(asked)
    assert_not_written(done.stdout + done.stderr + repr(settings) + str(settings) + repr(topics.kafka(settings)))


def assert_not_written(text: str) -> None:
    assert PASSWORD not in text
    assert WRONG not in text
