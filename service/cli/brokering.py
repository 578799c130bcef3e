"""``motcua kafka``: a broker to try things with."""

import signal
from contextlib import suppress

import typer

from service import settings as environment
from service.broker import Broker
from service.cli.printing import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: motcua kafka")(kafka)


def kafka() -> None:
    """Run a real Apache Kafka of one node, for trials, until Ctrl-C. It needs Java 17 and, the first time, Maven.

    It listens on MOTCUA_KAFKA_PORT of this machine alone and keeps its data in MOTCUA_DATA_DIR/kafka.
    """
    settings = environment.load()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as with Ctrl-C
    with suppress(KeyboardInterrupt), Broker(settings.data_dir, port=settings.kafka_port) as broker:
        say(f"Kafka: {broker.bootstrap}   (Ctrl-C to stop)")
        broker.wait()
