"""``motcua administration kinds | list | show | history | act``: everything an administrator keeps, and its acts."""

import getpass
import sys
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import msgspec
import typer

from domain.administration.building import facts_of
from domain.administration.entries import Entries, Kind
from domain.administration.kinds import FACT_NAMES, KINDS
from domain.codes import HO_CHI_MINH
from domain.envelope import Actor, Envelope
from domain.errors import DossierError
from domain.ports import AdministrationRequest
from service import settings as environment
from service.administration_files import UnusableCommand, commands_from, kind_at, read_text
from service.cli.asking import instant
from service.cli.printing import AsJson, answer, say, table, tell
from service.database import connect
from service.rule_book import facts_since, history
from service.wiring import administration, administration_door, database, now

KindName: TypeAlias = Annotated[str, typer.Argument(metavar="KIND", help="As `motcua administration kinds` names it.")]
KeyName: TypeAlias = Annotated[str, typer.Argument(metavar="KEY", help="The entry: a code, an id, a number.")]
KnownAt: TypeAlias = Annotated[
    str | None, typer.Option("--known-at", help="As it had been recorded by this instant, RFC 3339 with an offset.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    kept = typer.Typer(
        name="administration",
        help="What is kept around the dossiers: procedures, units, calendars, officers, delegations.",
        no_args_is_help=True,
    )
    kept.command(epilog="Example: motcua administration kinds")(kinds)
    kept.command(name="list", epilog="Example: motcua administration list units")(list_)
    kept.command(epilog="Example: motcua administration show procedures 1.001193")(show)
    kept.command(name="history", epilog="Example: motcua administration history units H99.101")(history_)
    kept.command(epilog="Example: motcua administration act calendars vn declare holiday.json --dry-run")(act)
    app.add_typer(kept)


def kinds(as_json: AsJson = False) -> None:
    """Every kind of thing that is kept, with its acts."""
    if as_json:
        answer([{"kind": kind.path, "key": kind.key, "acts": list(kind.acts)} for kind in KINDS])
        return
    for kind in KINDS:
        tell(f"{kind.path} (by {kind.key}): {', '.join(kind.acts)}")


def list_(kind: KindName, known_at: KnownAt = None, as_json: AsJson = False) -> None:
    """The entries of a kind, in the order of their keys."""
    wanted = kind_at(kind)
    entries = _entries(known_at)
    found = sorted(entries.of(wanted))
    if as_json:
        answer([{"key": key, "version": entries.version(wanted, key)} for key in found])
    else:
        table(kind, (wanted.key, "version"), [(key, entries.version(wanted, key)) for key in found])


def show(kind: KindName, key: KeyName, known_at: KnownAt = None) -> None:
    """An entry as it stands, in JSON."""
    wanted = kind_at(kind)
    entries = _entries(known_at)
    if key not in entries.of(wanted):
        raise UnusableCommand(f"{kind} have no {key!r}; motcua administration list {kind} tells what there is")
    entry = _public(msgspec.to_builtins(entries.of(wanted)[key]))
    answer({"key": key, "version": entries.version(wanted, key), "entry": entry})


def history_(kind: KindName, key: KeyName, as_json: AsJson = False) -> None:
    """How an entry came to be as it is: every fact, with who recorded it and when."""
    settings = environment.load()
    with database(settings) as url, connect(url, application_name="motcua-administration") as connection:
        administration(url, settings)
        facts = history(connection, kind_at(kind), key)
    if not facts:
        raise UnusableCommand(f"{kind} have no {key!r}")
    for each in facts:
        at = each.envelope.recorded_at.astimezone(HO_CHI_MINH)
        if not as_json:
            tell(f"{each.version}  {at:%Y-%m-%d %H:%M}  {each.envelope.actor.id}  {FACT_NAMES[type(each.fact)]}")
    if as_json:
        answer(
            [
                {
                    "version": each.version,
                    "type": FACT_NAMES[type(each.fact)],
                    "recorded_at": each.envelope.recorded_at.isoformat(),
                    "actor": each.envelope.actor.id,
                    "fact": msgspec.to_builtins(each.fact),
                }
                for each in facts
            ]
        )


def act(  # noqa: PLR0917 - arguments and options, each by name
    kind: KindName,
    key: KeyName,
    name: Annotated[str, typer.Argument(metavar="ACT", help="What to do, e.g. publish or declare.")],
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The act's fields in JSON; - reads standard input.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do, and do nothing.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Whose act it is; by default who is logged in.")] = None,
) -> None:
    """Do something: its fields are a JSON object, or a list of such, done all or none.

    Sent twice it is done once. A refusal ends with exit code 2.
    """
    text = b"" if file is None else sys.stdin.buffer.read() if str(file) == "-" else read_text(file)
    carry_out(kind_at(kind), key, name, text, from_file=str(file or "-"), dry_run=dry_run, by=by)


def carry_out(
    kind: Kind[Any], key: str, name: str, text: bytes, *, from_file: str, dry_run: bool, by: str | None
) -> None:
    """Do what a text in JSON says, and tell what was recorded.

    Raises:
        UnusableCommand: the text cannot be read, or the rules forbid it; nothing was recorded.
    """
    at = now().astimezone(HO_CHI_MINH).isoformat()
    commands = commands_from(kind, key, name, text, name=from_file, at=at)
    settings = environment.load()
    with database(settings) as url:
        rules = administration(url, settings)
        entries = rules.current().entries
        try:
            if dry_run:
                facts = _facts(commands, entries, now())
                tell(f"would record: {', '.join(facts) or 'nothing, it is so already'}")
                return
            digest = blake2b(text, digest_size=12).hexdigest()
            place = f"cli/{kind.path}/{key}/{name}/{digest}/{entries.version(kind, key)}"
            requests = [
                AdministrationRequest(
                    command=command,
                    actor=Actor(id=by or getpass.getuser()),
                    command_id=f"{place}/{number}",
                    digest=digest,
                )
                for number, command in enumerate(commands)
            ]
            done = administration_door(url, rules).handle(requests)
        except DossierError as refusal:
            raise UnusableCommand(f"{refusal.message_vi} {refusal.message}") from refusal
    made = [FACT_NAMES[type(fact)] for each in done for fact in each.facts]
    tell(f"recorded: {', '.join(made) or 'nothing, it is so already'}")
    say(f"{kind.path} {key} is now at version {rules.current().entries.version(kind, key)}")


def _facts(commands: list[Any], entries: Entries, at: datetime) -> list[str]:
    made: list[str] = []
    for command in commands:
        facts = facts_of(entries, command, Envelope(recorded_at=at, actor=Actor(id="-"), command_id="-"))
        entries = entries.after(facts)
        made += [FACT_NAMES[type(each.fact)] for each in facts]
    return made


def _entries(known_at: str | None) -> Entries:
    settings = environment.load()
    moment = None if known_at is None else instant(known_at, "--known-at")
    with database(settings) as url:
        entries = administration(url, settings).current().entries
        if moment is None:
            return entries
        with connect(url, application_name="motcua-administration") as connection:
            facts = facts_since(connection, 0)
            return Entries().after(each for each in facts if each.envelope.recorded_at <= moment)


def _public(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _public(item) for key, item in value.items() if not str(key).startswith("_")}
    if isinstance(value, list | tuple):
        return [_public(item) for item in value]
    return value
