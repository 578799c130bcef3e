"""Everything that can be set, as ``MOTCUA_*`` environment variables; one that is unknown is an error."""

import difflib
import ipaddress
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, FilePath, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from consumers.kafka_tls import tls
from domain.errors import Complaint

PREFIX: Final = "MOTCUA_"
RESERVED: Final[dict[str, str]] = {
    "MOTCUA_SAMPLE_LOGS": "Tests: the folder of the real event logs; without it the tests that read them are skipped.",
    "MOTCUA_TEST_DATABASE_URL": "Tests: a PostgreSQL server on which databases may be made; unset, an embedded one.",
    "MOTCUA_REQUIRE_BROWSER": "Tests: when `1`, tests of the pages fail without a browser instead of being skipped.",
    "MOTCUA_REQUIRE_KAFKA": "Tests: when `1`, tests against a real Kafka fail without Java and Maven instead of being "
    "skipped.",
    "MOTCUA_FAULT_EVENTS": "Tests: how many events pass through Kafka while its workers are killed; unset, 30,000.",
    "MOTCUA_REQUIRE_NODE": "Tests: when `1`, AsyncAPI's own check fails without Node and npm instead of being skipped.",
}


_BROKER: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s,:\[\]]+):\d{1,5}")


class SettingsError(Complaint):
    """The environment does not say clearly what is wanted; each line names a variable. Values are never shown."""


def _postgresql(url: str) -> str:
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("must begin with postgresql://")
    return url


def _certificates(file: Path) -> Path:
    try:
        tls(file)
    except OSError as error:
        raise ValueError("no certificate in PEM can be read from it") from error
    return file


def _brokers(servers: str) -> str:
    if not all(_BROKER.fullmatch(server.strip()) for server in servers.split(",")):
        raise ValueError("must be host:port, several separated by commas")
    return servers


class Settings(BaseSettings):
    """How this process works. Read once at the start and never changed."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    data_dir: Path = Field(
        Path(".motcua"), description="Folder of this installation's own data: the embedded PostgreSQL, and Kafka."
    )
    database_url: Annotated[str, AfterValidator(_postgresql)] | None = Field(
        None,
        repr=False,
        description="The PostgreSQL database to use, as `postgresql://…`; unset, an embedded server is started.",
    )
    administration_dir: Path | None = Field(
        None,
        description="Folder of the rules that a first start takes over: procedures, units, calendars, counting; "
        "unset, the shipped samples. Later changes are acts of the administration.",
    )
    subject_key_file: Path | None = Field(
        None,
        description="The key by which numbers of persons and organisations are hashed for look-ups: 32 bytes that only "
        "its owner can read; unset, `subject.key` in `MOTCUA_DATA_DIR`, made at first use. Keep a copy of it, apart "
        "from those of the database.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    allow_remote: bool = Field(
        default=False,
        description="Whether `MOTCUA_HOST` may be other than loopback. There is no authentication yet: "
        "whoever can reach the port can act as any officer.",
    )
    workers: int = Field(1, ge=1, le=64, description="Processes that serve the API and the pages.")
    lanes: int = Field(1, ge=1, le=16, description="Batches of commands under way at once in each process.")
    queue_limit: int = Field(
        4096, ge=1, description="Commands that may wait in each process; one more is answered 503 with Retry-After."
    )
    state_cache: int = Field(20_000, ge=0, description="Dossiers whose state each process remembers; 0 remembers none.")
    poll_ms: int = Field(
        15, ge=1, le=10_000, description="Milliseconds between two looks of a projection that has caught up."
    )
    kafka_bootstrap_servers: Annotated[str, AfterValidator(_brokers)] | None = Field(
        None,
        description="Kafka brokers, as `host:port,host:port`; unset, everything runs without Kafka.",
    )
    kafka_port: int = Field(9092, ge=1, le=65535, description="Port of the broker that `motcua kafka` runs.")
    kafka_partitions: int = Field(12, ge=1, le=256, description="Partitions of the topics that are made.")
    kafka_replication_factor: int = Field(
        1, ge=1, le=32767, description="Copies of each partition of the topics that are made; 3 in a cluster."
    )
    kafka_prefix: str = Field(
        "",
        pattern=r"^[A-Za-z0-9._-]{0,64}$",
        description="Put before the names of topics and groups: several installations can share a cluster.",
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT",
        description="How brokers are spoken to: `SSL` encrypts, `SASL` logs in. A setting that would then not be used "
        "is an error, so that nothing goes out in the clear by mistake.",
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="How to log in, where the security protocol says SASL."
    )
    kafka_sasl_username: str | None = Field(None, description="Who logs in, where the security protocol says SASL.")
    kafka_sasl_password: str | None = Field(
        None, repr=False, description="The password to log in with. It is written nowhere, not even in logs."
    )
    kafka_ssl_cafile: Annotated[FilePath, AfterValidator(_certificates)] | None = Field(
        None,
        description="Certificates in PEM to trust, where the security protocol says SSL; unset, those of the system. "
        "A broker's certificate must also be for the name by which it is called.",
    )
    kafka_ssl_certfile: FilePath | None = Field(
        None, description="Our own certificate in PEM, where brokers ask for one."
    )
    kafka_ssl_keyfile: FilePath | None = Field(
        None,
        description="The private key of our certificate, in PEM and without a passphrase; unset, it is in the same "
        "file. Renewed files count from the next connection on.",
    )
    payment_patience_minutes: int = Field(
        4320, ge=0, description="How long a notice of payment waits for the dues to be asked for, before it is parked."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important messages that are logged."
    )

    @model_validator(mode="after")
    def _only_loopback_without_authentication(self) -> Self:
        if not self.allow_remote and not _is_loopback(self.host):
            raise ValueError(
                "MOTCUA_HOST is not a loopback address and there is no authentication yet; "
                "set MOTCUA_ALLOW_REMOTE=true if only trusted people can reach it"
            )
        return self

    @model_validator(mode="after")
    def _all_that_the_protocol_of_kafka_needs_and_nothing_else(self) -> Self:
        if problems := list(_kafka_problems(self)):
            raise ValueError("\n".join(problems))
        return self


def load() -> Settings:
    """The settings that the environment asks for.

    Raises:
        SettingsError: a variable is unknown or its value cannot be used; the command line exits with 2.
    """
    problems = list(_unknown(os.environ))
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [_problem(part["loc"], part["msg"]) for part in error.errors(include_input=False)]
        raise SettingsError("\n".join(problems)) from None
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def variables() -> list[str]:
    """The name of every variable that sets something, in the order of the reference page."""
    return [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]


def _kafka_problems(settings: Settings) -> Iterator[str]:
    protocol = settings.kafka_security_protocol
    said = f"{PREFIX}KAFKA_SECURITY_PROTOCOL is {protocol}"
    for name in ("KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"):
        given = getattr(settings, name.lower()) is not None
        if given and not protocol.startswith("SASL"):
            yield f"{PREFIX}{name} is set, but {said}: nobody would log in"
        if not given and protocol.startswith("SASL"):
            yield f"{PREFIX}{name} is missing: {said}"
    for name in ("KAFKA_SSL_CAFILE", "KAFKA_SSL_CERTFILE", "KAFKA_SSL_KEYFILE"):
        if getattr(settings, name.lower()) is not None and not protocol.endswith("SSL"):
            yield f"{PREFIX}{name} is set, but {said}: nothing would be encrypted"
    if settings.kafka_ssl_keyfile is not None and settings.kafka_ssl_certfile is None:
        yield f"{PREFIX}KAFKA_SSL_CERTFILE is missing: {PREFIX}KAFKA_SSL_KEYFILE is set, the key of our certificate"
    if settings.kafka_ssl_certfile is not None:
        try:
            tls(None, settings.kafka_ssl_certfile, settings.kafka_ssl_keyfile)
        except OSError:
            yield (
                f"{PREFIX}KAFKA_SSL_CERTFILE, {PREFIX}KAFKA_SSL_KEYFILE: they do not hold a certificate in PEM and its"
                " private key, without a passphrase"
            )


def _unknown(environment: Mapping[str, str]) -> Iterable[str]:
    known = [*variables(), *RESERVED]
    for name in sorted(environment):
        upper = name.upper()
        if not upper.startswith(PREFIX) or any(_stands_for(entry, upper) for entry in known):
            continue
        nearest = difflib.get_close_matches(upper, known, n=1, cutoff=0)[0]
        yield f"{name} is not a setting; did you mean {nearest}?"


def _stands_for(entry: str, name: str) -> bool:
    return name.startswith(entry[:-1]) if entry.endswith("*") else name == entry


def _problem(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{PREFIX}{str(location[0]).upper()}: {text}" if location else text


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
