"""``motcua procedures import | export | list | publish | withdraw | sample``: the catalogue, and as files."""

import getpass
import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import msgspec
import typer

from domain.administration.administration import Administration
from domain.administration.building import facts_of
from domain.administration.procedures import PROCEDURES, PublishProcedure, WithdrawProcedure
from domain.envelope import Actor, Envelope
from domain.errors import DossierError
from domain.ports import AdministrationRequest
from domain.procedure import OnlineLevel
from domain.text import found_in
from service import settings as environment
from service.administration_files import UnusableCommand, read_text
from service.catalogue_files import UnusableCatalogue, read_catalogue, write_catalogue
from service.catalogue_rows import exported
from service.cli.administering import carry_out
from service.cli.printing import AsJson, answer, progress, say, tell
from service.demo.catalogue import SERVICES, sample_catalogue
from service.wiring import administration, administration_door, database, now

Change: TypeAlias = PublishProcedure | WithdrawProcedure
CatalogueFile: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", help="The file; its ending, .csv, .xlsx or .json, is its format.")
]
DryRun: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Say what it would do, and do nothing.")]
By: TypeAlias = Annotated[str | None, typer.Option("--by", help="Whose act it is; by default who is logged in.")]
_DAYS: Final = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    procedures = typer.Typer(name="procedures", help="The catalogue of procedures.", no_args_is_help=True)
    procedures.command(name="import", epilog="Example: motcua procedures import catalogue.csv --dry-run")(import_)
    procedures.command(epilog="Example: motcua procedures export catalogue.xlsx")(export)
    procedures.command(name="list", epilog="Example: motcua procedures list 'khai sinh' --online full")(list_)
    procedures.command(epilog="Example: motcua procedures publish birth.json --dry-run")(publish)
    procedures.command(
        epilog='Example: motcua procedures withdraw 1.001193 --from 2030-01-01 --decision "30/QĐ-UBND" --dry-run'
    )(withdraw)
    procedures.command(epilog="Example: motcua procedures sample catalogue.csv")(sample)
    app.add_typer(procedures)


def import_(file: CatalogueFile, dry_run: DryRun = False, by: By = None) -> None:
    """Publish, and withdraw, what a file says: all of it, or nothing. Every bad line is named, with exit code 2.

    What is so already stays; given again, the file adds nothing.
    """
    read = read_catalogue(file)
    at = now()
    settings = environment.load()
    with database(settings) as url:
        rules = administration(url, settings)
        new = _new(file, [(line, listed.command(at)) for line, listed in read], rules.current())
        if new and not dry_run:
            position = rules.current().entries.position
            requests = [_request(command, by or getpass.getuser(), position) for command in new]
            try:
                administration_door(url, rules).handle(requests)
            except DossierError as refusal:
                raise UnusableCatalogue(f"{file}: {refusal.message_vi} {refusal.message}") from refusal
    withdrawn = sum(isinstance(command, WithdrawProcedure) for command in new)
    would = "would be " if dry_run else ""
    told = f"{len(new) - withdrawn:,} {would}published"
    if withdrawn:
        told += f", {withdrawn:,} {would}withdrawn"
    say(f"{len(read):,} procedures read, {told}, {len(read) - len(new):,} were so already")


def _new(file: Path, commands: list[tuple[int, Change]], administration: Administration) -> list[Change]:
    """Those that would change something; every one that is refused is named by its line."""
    entries, new, problems = administration.entries, list[Change](), list[str]()
    with progress() as bar:
        for line, command in bar.track(commands, description="Checking"):
            envelope = Envelope(recorded_at=command.at, actor=Actor(id="-"), command_id="-")
            try:
                made = facts_of(entries, command, envelope)
            except DossierError as refusal:
                problems.append(f"{file}, line {line}: {refusal.message_vi} {refusal.message}")
                continue
            if made:
                entries = entries.after(made)
                new.append(command)
    if problems:
        raise UnusableCatalogue("\n".join(problems))
    return new


def _request(command: Change, by: str, position: int) -> AdministrationRequest:
    procedure = command.procedure if isinstance(command, PublishProcedure) else None
    content = msgspec.json.encode([procedure, command.effective_from, command.decision])
    digest = sha256(content).hexdigest()[:24]
    command_id = f"catalogue/{command.code}/{digest}/{position}"
    return AdministrationRequest(command=command, actor=Actor(id=by), command_id=command_id, digest=digest)


def export(file: CatalogueFile) -> None:
    """Write what is in force from which day on, withdrawals among it."""
    settings = environment.load()
    with database(settings) as url:
        lines = exported(administration(url, settings).current())
    say(f"{write_catalogue(file, lines):,} procedures written to {file}")


def list_(
    words: Annotated[str, typer.Argument(metavar="[WORDS]", help="All in the code, a name or the field.")] = "",
    online: Annotated[OnlineLevel | None, typer.Option("--online", help="How far it can be done online.")] = None,
    as_json: AsJson = False,
) -> None:
    """The procedures in force today; words are found with or without diacritics."""
    settings = environment.load()
    with database(settings) as url:
        procedures = administration(url, settings).current().all_procedures(now())
    found = [
        each
        for each in procedures
        if online in {None, each.online}
        and found_in(words, each.code, each.name_vi, each.name_en, each.field_vi, each.field_en)
    ]
    if as_json:
        answer(msgspec.to_builtins(found))
        return
    for each in found:
        tell(f"{each.code}  {each.name_vi}  ({each.field_vi}; {each.online.value}; {each.confidence})")
    say(f"{len(found):,} procedures")


def publish(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The version, its first day and decision, in JSON.")],
    dry_run: DryRun = False,
    by: By = None,
) -> None:
    """Publish a version of a procedure. What was published is never changed; sent twice it is done once."""
    text = read_text(file)
    carry_out(PROCEDURES, _code_in(file, text), "publish", text, from_file=str(file), dry_run=dry_run, by=by)


def _code_in(file: Path, text: bytes) -> str:
    try:
        written = json.loads(text)
        code: object = written["procedure"]["code"]
    except (ValueError, LookupError, TypeError, RecursionError):
        code = None
    if not isinstance(code, str) or not code:
        form = '{"effective_from": …, "decision": …, "procedure": {"code": …, …}}'
        raise UnusableCommand(f"{file}: it has to be {form}")
    return code


def withdraw(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The procedure's code.")],
    effective_from: Annotated[datetime, typer.Option("--from", formats=_DAYS, help="The first day without it.")],
    decision: Annotated[str, typer.Option("--decision", help="Number of the decision that it rests on.")],
    dry_run: DryRun = False,
    by: By = None,
) -> None:
    """Withdraw a procedure from a day on. What was handed in before that day goes on under its version."""
    text = json.dumps({"effective_from": effective_from.date().isoformat(), "decision": decision}).encode()
    carry_out(PROCEDURES, code, "withdraw", text, from_file="withdraw", dry_run=dry_run, by=by)


def sample(
    file: CatalogueFile,
    services: Annotated[int, typer.Option(min=1, max=1800, help="How many procedures.")] = SERVICES,
) -> None:
    """Write a generated catalogue, each procedure labelled as generated: 734, of which 617 are fully online."""
    say(f"{write_catalogue(file, sample_catalogue(services)):,} generated procedures written to {file}")
