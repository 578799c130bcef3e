"""``motcua relay | consume | publish``: what goes out and comes in by topics."""

from pathlib import Path
from typing import Annotated

import typer

from consumers.handed_in import read_messages
from consumers.topics import TOPICS, Topic
from service import settings as environment
from service import wiring_topics as topics
from service.cli.printing import say
from service.cli.stopping import UntilCaughtUp, WhileInputOpen, stop_when_told
from service.memory import settle_down
from service.wiring import administration, database


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: MOTCUA_KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 motcua relay --until-caught-up")(relay)
    app.command(epilog="Example: motcua consume payments --until-caught-up")(consume)
    app.command(epilog="Example: motcua publish payment.notices.v1 notices.jsonl")(publish)


def relay(
    until_caught_up: UntilCaughtUp = False,
    while_input_open: WhileInputOpen = False,
    begin_anew: Annotated[
        bool, typer.Option("--begin-anew", help="Publish all of it again, for topics that were made anew.")
    ] = False,
) -> None:
    """Publish events and public statuses to Kafka. One process does so at a time; others stand by to take over.

    While no broker lets it in, it keeps trying and says why, in its log and to motcua status.
    """
    settings = environment.load()
    stop = stop_when_told(while_input_open=while_input_open)
    with database(settings) as url:
        topics.relay(settings, url, stop, begin_anew=begin_anew, until_caught_up=until_caught_up)


def consume(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The consumer, e.g. payments.")],
    until_caught_up: UntilCaughtUp = False,
    while_input_open: WhileInputOpen = False,
    begin_anew: Annotated[
        bool, typer.Option("--begin-anew", help="Handle all that the topic holds again; nothing takes effect twice.")
    ] = False,
) -> None:
    """Handle what others send: from Kafka or, without it, what was handed in. Any number of processes may run.

    While no broker lets it in, it keeps trying and says why; with --until-caught-up it ends with exit code 2.
    """
    settings = environment.load()
    known = topics.consumers(settings)
    if name not in known:
        raise typer.BadParameter(f"there is no consumer {name!r}; there are: {', '.join(known)}")
    consumer = known[name]
    stop = stop_when_told(while_input_open=while_input_open)
    with database(settings) as url:
        rules = administration(url, settings)
        if begin_anew:
            with topics.inbox(url, rules, consumer) as inbox:
                inbox.begin_anew(consumer.topic.name)
        settle_down()
        topics.consume(settings, url, rules, consumer, stop, until_caught_up=until_caught_up)


def publish(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="The topic, one that others write.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CloudEvents as JSON, one a line; - reads standard input.")
    ],
) -> None:
    """Put messages into a topic as their sender would: into Kafka or, without it, into the database."""
    settings = environment.load()
    with database(settings) as url:
        count = topics.publish(settings, url, _topic(topic), read_messages(file))
    say(f"{count:,} messages put into {topic}")


def _topic(name: str) -> Topic:
    others = [topic for topic in TOPICS if not topic.ours]
    for topic in others:
        if topic.name == name:
            return topic
    raise typer.BadParameter(f"{name!r} is no topic that others write; there are: {', '.join(t.name for t in others)}")
