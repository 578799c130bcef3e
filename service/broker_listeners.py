"""Where the Kafka of one node listens: a plain port for everybody on this machine and, beside it, what tests want."""

import secrets
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from service.kafka_jars import FILES

HOST: Final = "127.0.0.1"

_FREE_PORTS: Final = range(20_000, 32_000)


def free_port() -> int:
    """A port on which nothing listens, below those that outgoing connections are given and might take meanwhile."""
    while True:
        port = secrets.choice(_FREE_PORTS)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Whether nothing listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port beside the plain one. ``settings`` are those of a listener in Kafka's own words, e.g. ``ssl.client.auth``.

    With ``advertised_port``, clients that come this way are told to come there, where a proxy listens and forwards.
    """

    name: str
    protocol: str = "PLAINTEXT"
    port: int = field(default_factory=free_port)
    advertised_port: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


def properties(port: int, listeners: Sequence[Listener]) -> str:
    """The broker's settings. The controller, which only the node itself asks, gets a port anew each time."""
    controller = Listener(name="CONTROLLER")
    for_clients = [Listener(name="PLAINTEXT", port=port), *listeners]
    every = [*for_clients, controller]
    lines = [
        (FILES / "server.properties").read_text(encoding="utf-8"),
        f"controller.quorum.voters=1@{HOST}:{controller.port}",
        _listed("listener.security.protocol.map", (f"{each.name}:{each.protocol}" for each in every)),
        _listed("listeners", (_address(each.name, each.port) for each in every)),
        _listed(
            "advertised.listeners", (_address(each.name, each.advertised_port or each.port) for each in for_clients)
        ),
    ]
    for each in listeners:
        lines += [f"listener.name.{each.name.lower()}.{key}={value}" for key, value in each.settings.items()]
    return "\n".join(lines) + "\n"


def _listed(key: str, values: Iterable[str]) -> str:
    return f"{key}={','.join(values)}"


def _address(name: str, port: int) -> str:
    return f"{name}://{HOST}:{port}"
