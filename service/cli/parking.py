"""``motcua parked list | show | retry | drop``: what could not be handled, and what a person makes of it."""

import getpass
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict
from itertools import islice
from typing import Annotated, Any, Final, TypeAlias

import typer

from consumers.consumer import Consumer
from domain.codes import HO_CHI_MINH
from service import settings as environment
from service import wiring_topics as topics
from service.cli.printing import AsJson, answer, say, table
from service.database import connect
from service.inbox import PostgresInbox
from service.parking import ParkedMessage, Released, one, parked
from service.parking import drop as drop_message
from service.parking import retry as retry_message
from service.settings import Settings
from service.wiring import administration, database

_STILL_PARKED: Final = 1

Number: TypeAlias = Annotated[
    int, typer.Argument(min=1, metavar="NUMBER", help="The message's number, as the list gives it.")
]
OfConsumer: TypeAlias = Annotated[str | None, typer.Option("--consumer", help="Only those of this consumer.")]
ForReason: TypeAlias = Annotated[str | None, typer.Option("--reason", help="Only those kept for this reason.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    kept = typer.Typer(
        name="parked", help="Messages that could not be handled: they wait, or need a person.", no_args_is_help=True
    )
    kept.command(name="list", epilog="Example: motcua parked list")(list_)
    kept.command(epilog="Example: motcua parked show 1")(show)
    kept.command(epilog="Example: motcua parked retry 1")(retry)
    kept.command(epilog="Example: motcua parked drop 1 --why 'sent twice by mistake'")(drop)
    app.add_typer(kept)


def list_(
    consumer: OfConsumer = None,
    reason: ForReason = None,
    ended: Annotated[bool, typer.Option("--ended", help="Also those that were settled or dropped.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """What is kept, in the order in which it came."""
    settings = environment.load()
    with database(settings) as url, connect(url, application_name="motcua-parked") as connection:
        found = list(islice(parked(connection, consumer=consumer, reason=reason, ended=ended), limit + 1))
    shown = found[:limit]
    if as_json:
        answer([_told(each) for each in shown])
        return
    rows = (
        (
            each.id,
            each.consumer,
            _text(each.key),
            each.standing,
            each.reason,
            each.attempts,
            f"{each.kept_at.astimezone(HO_CHI_MINH):%d/%m %H:%M}",
        )
        for each in shown
    )
    table("Parked messages", ("number", "consumer", "key", "standing", "reason", "attempts", "since"), rows)
    if len(found) > limit:
        say(f"and more; --limit {2 * limit} shows them")


def show(number: Number, as_json: AsJson = False) -> None:
    """All that is known of one message: why it is kept, its headers and its content."""
    settings = environment.load()
    with database(settings) as url, connect(url, application_name="motcua-parked") as connection:
        message = one(connection, number)
    if as_json:
        answer(_told(message))
        return
    say(f"{message.reason_vi}\n{message.reason_en}\n")
    for name, value in _told(message).items():
        if value is not None and name not in {"reason_vi", "reason_en", "value", "value_base64"}:
            say(f"{name:>12}  {value}")
    say(f"\n{_content(message.value)}")


def retry(number: Number, as_json: AsJson = False) -> None:
    """Try a message again now, and then those behind it. Exit code 1 if it has to stay."""
    _settle(number, as_json, retry_message)


def drop(
    number: Number,
    why: Annotated[str, typer.Option("--why", help="Why it can be done without; kept with the message.")],
    as_json: AsJson = False,
) -> None:
    """Do without a message, which stays on record, and try those behind it. Exit code 1 if one of them has to stay."""
    if not why.strip():
        raise typer.BadParameter("say why, so that an auditor finds it", param_hint="--why")
    by = getpass.getuser()
    _settle(number, as_json, lambda inbox, consumer, which: drop_message(inbox, consumer, which, by=by, why=why))


def _settle(number: int, as_json: bool, act: Callable[[PostgresInbox, Consumer, int], Released]) -> None:  # noqa: FBT001
    settings = environment.load()
    with database(settings) as url:
        with connect(url, application_name="motcua-parked") as connection:
            consumer = _consumer(settings, one(connection, number))
        with topics.inbox(url, administration(url, settings), consumer) as inbox:
            released = act(inbox, consumer, number)
    kept = released.kept
    if as_json:
        reason = None if kept is None else {"id": kept.entry.id, "standing": kept.standing, "reason": kept.reason.slug}
        answer({"settled": released.settled, "kept": reason, "behind": released.behind})
    else:
        say(f"{released.settled} settled")
        if kept is not None:
            say(f"{kept.entry.id} {kept.standing}: {kept.reason.message_vi}\n{kept.reason.message}")
            say(f"{released.behind} wait behind it")
    if kept is not None:
        raise typer.Exit(_STILL_PARKED)


def _consumer(settings: Settings, message: ParkedMessage) -> Consumer:
    known = topics.consumers(settings)
    if message.consumer not in known:
        raise typer.BadParameter(f"message {message.id} is of consumer {message.consumer}, which this version lacks")
    return known[message.consumer]


def _told(message: ParkedMessage) -> dict[str, Any]:
    """As JSON can say it: bytes are text where they are, else base 64."""
    told = asdict(message)
    names, values = told.pop("header_names"), told.pop("header_values")
    told["headers"] = {name: _text(value) for name, value in zip(names, values, strict=True)}
    told["key"] = _text(message.key)
    told["value"] = _text(message.value)
    told["value_base64"] = None if message.value is None else b64encode(message.value).decode()
    return told


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", errors="replace")


def _content(value: bytes | None) -> str:
    if value is None:
        return "(no content)"
    try:
        return json.dumps(json.loads(value), ensure_ascii=False, indent=2)
    except ValueError:
        return value.decode("utf-8", errors="backslashreplace")
