"""``motcua procedures import | export | sample``: the catalogue as files that people and programs keep."""

import getpass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec
import typer

from domain.administration.administration import Administration
from domain.administration.building import facts_of
from domain.administration.procedures import PROCEDURES, PublishProcedure
from domain.envelope import Actor, Envelope
from domain.errors import DossierError
from domain.ports import AdministrationRequest
from service import settings as environment
from service.catalogue_files import Published, UnusableCatalogue, read_catalogue, write_catalogue
from service.cli.printing import progress, say
from service.demo.catalogue import SERVICES, sample_catalogue
from service.wiring import administration, administration_door, database, now

CatalogueFile: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", help="The file; its ending, .csv, .xlsx or .json, is its format.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    procedures = typer.Typer(name="procedures", help="The catalogue of procedures as files.", no_args_is_help=True)
    procedures.command(name="import", epilog="Example: motcua procedures import catalogue.csv --dry-run")(import_)
    procedures.command(epilog="Example: motcua procedures export catalogue.xlsx")(export)
    procedures.command(epilog="Example: motcua procedures sample catalogue.csv")(sample)
    app.add_typer(procedures)


def import_(
    file: CatalogueFile,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would publish, and do nothing.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Whose act it is; by default who is logged in.")] = None,
) -> None:
    """Publish the versions of a file: all of them, or none. Every bad line is named, with exit code 2.

    What is published already stays; given again, the file adds nothing.
    """
    read = read_catalogue(file)
    at = now()
    settings = environment.load()
    with database(settings) as url:
        rules = administration(url, settings)
        commands = [(line, published.command(at)) for line, published in read]
        new = _new(file, commands, rules.current())
        if new and not dry_run:
            requests = [
                AdministrationRequest(
                    command=command,
                    actor=Actor(id=by or getpass.getuser()),
                    command_id=f"catalogue/{command.code}/{_digest(command)}/{rules.current().entries.position}",
                    digest=_digest(command),
                )
                for command in new
            ]
            try:
                administration_door(url, rules).handle(requests)
            except DossierError as refusal:
                raise UnusableCatalogue(f"{file}: {refusal.message_vi} {refusal.message}") from refusal
    done = "would be published" if dry_run else "published"
    say(f"{len(read):,} procedures read, {len(new):,} {done}, {len(read) - len(new):,} were so already")


def _new(
    file: Path, commands: list[tuple[int, PublishProcedure]], administration: Administration
) -> list[PublishProcedure]:
    """Those that would change something; every one that is refused is named by its line."""
    entries, new, problems = administration.entries, list[PublishProcedure](), list[str]()
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


def _digest(command: PublishProcedure) -> str:
    content = msgspec.json.encode([command.procedure, command.effective_from, command.decision])
    return sha256(content).hexdigest()[:24]


def export(file: CatalogueFile) -> None:
    """Write every version that is, or will be, in force."""
    settings = environment.load()
    with database(settings) as url:
        entries = administration(url, settings).current().entries.of(PROCEDURES)
    versions = [
        Published(procedure=span.procedure, effective_from=span.effective_from, decision=span.decision)
        for _, entry in sorted(entries.items())
        for span in entry.spans
        if span.procedure is not None
    ]
    say(f"{write_catalogue(file, versions):,} procedures written to {file}")


def sample(
    file: CatalogueFile,
    services: Annotated[int, typer.Option(min=1, max=1800, help="How many procedures.")] = SERVICES,
) -> None:
    """Write a generated catalogue, each procedure labelled as generated: 734, of which 617 are fully online."""
    say(f"{write_catalogue(file, sample_catalogue(services)):,} generated procedures written to {file}")
