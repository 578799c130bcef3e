"""How Kafka is spoken to: where the brokers are, how to log in, and that the topics exist."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.net.compat import KafkaNetClient
from kafka.partitioner.default import murmur2

from consumers.kafka_knock import knock
from consumers.ports import Away
from consumers.topics import Topic

_REQUEST_MS: Final = 10_000
_BOOTSTRAP_MS: Final = 5_000
_LONGEST_RECONNECT_MS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """A cluster. ``partitions`` and ``replication_factor`` are those of topics that have to be made.

    ``prefix`` is put before the names of topics, groups and producers, so that installations can share a cluster.
    """

    bootstrap_servers: str
    partitions: int = 12
    replication_factor: int = 1
    prefix: str = ""
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_cafile: Path | None = None
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None

    def options(self, name: str) -> dict[str, Any]:
        """What every client is made with; ``name`` tells the broker's operators who it is."""
        found: dict[str, Any] = {
            "bootstrap_servers": [each.strip() for each in self.bootstrap_servers.split(",") if each.strip()],
            "client_id": f"motcua-{name}",
            "security_protocol": self.security_protocol,
            "request_timeout_ms": _REQUEST_MS,
            "bootstrap_timeout_ms": _BOOTSTRAP_MS,
            "reconnect_backoff_max_ms": _LONGEST_RECONNECT_MS,
        }
        if self.security_protocol.startswith("SASL"):
            found |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": self.sasl_password,
            }
        files = {"ssl_cafile": self.ssl_cafile, "ssl_certfile": self.ssl_certfile, "ssl_keyfile": self.ssl_keyfile}
        return found | {name: str(path) for name, path in files.items() if path is not None}

    def group(self, consumer: str) -> str:
        """The group whose members share out the partitions that a consumer reads."""
        return f"{self.prefix}motcua-{consumer}"


def client(kind: Callable[..., Any], **options: Any) -> Any:  # noqa: ANN401 - the clients are untyped
    """A client of this kind. One that cannot be made leaves its thread and its sockets behind: they are ended here.

    Raises:
        KafkaError: the broker does not answer.
    """
    made: list[Any] = []

    def network(**configs: Any) -> Any:  # noqa: ANN401
        made.append(KafkaNetClient(**configs))
        return made[-1]

    try:
        return kind(kafka_client=network, **options)
    except BaseException:
        for each in made:
            each.close()
        raise


@contextmanager
def broker_faults() -> Iterator[None]:
    """The client's own errors, as consumers and relays know them.

    It also raises what any program raises when its loop has ended, or it has lost sight of a topic for a moment; a new
    client is then of use again.

    Raises:
        Away: the broker does not answer, or answers that it cannot now.
    """
    try:
        yield
    except (KafkaError, OSError) as error:
        raise Away(f"Kafka: {error}") from error
    except (RuntimeError, ValueError) as error:
        raise Away(f"Kafka: {type(error).__name__}: {error}") from error


@contextmanager
def administration(kafka: Kafka, name: str, **others: object) -> Iterator[Any]:
    """The client that asks about a cluster and changes it, once a broker lets us in; ``others`` are further options.

    Raises:
        Away: no broker lets us in, or it does not answer.
    """
    options = kafka.options(name) | others
    with broker_faults():
        knock(options)
        with closing(client(KafkaAdminClient, **options)) as admin:
            yield admin


def ensure_topics(kafka: Kafka, topics: Iterable[Topic]) -> dict[str, int]:
    """Make the topics that are missing, with their settings; the number of partitions of each.

    One that exists is left as it is: whoever runs the cluster may have made it otherwise.

    Raises:
        Away: the broker does not answer.
    """
    wanted = list(topics)
    with administration(kafka, "topics") as admin:
        there = set(admin.list_topics())
        for topic in wanted:
            if kafka.prefix + topic.name not in there:
                _make(admin, kafka, topic)
        names = [kafka.prefix + topic.name for topic in wanted]
        admin.wait_for_topics(names)  # one that another process makes now has no partitions for a moment
        found = admin.describe_topics(names)
        return {topic["name"].removeprefix(kafka.prefix): len(topic["partitions"]) for topic in found}


@lru_cache(maxsize=100_000)  # a dossier has many events, and the hash is Python
def partition_of(key: bytes, partitions: int) -> int:
    """Where messages of a key go, as every Kafka client does it by default."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


def _make(admin: Any, kafka: Kafka, topic: Topic) -> None:  # noqa: ANN401 - the client is untyped
    described = {
        "num_partitions": kafka.partitions,
        "replication_factor": kafka.replication_factor,
        "configs": topic.settings(),
    }
    try:
        admin.create_topics({kafka.prefix + topic.name: described}, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        return  # another process was first
