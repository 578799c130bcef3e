"""``motcua import xes``."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from consumers.xes.importer import Progress as Imported
from consumers.xes.importer import Summary, import_log
from consumers.xes.mapping import load_mapping
from service import settings as environment
from service.cli.printing import AsJson, answer, complain, progress, say
from service.wiring import administration, catch_up, database, door, now

_FOUND_WRONG: Final = 1


def register(app: typer.Typer) -> None:
    """Add the commands."""
    imports = typer.Typer(name="import", help="Take over histories of outside systems.", no_args_is_help=True)
    imports.command("xes", epilog="Example: motcua import xes permits.xes.gz --mapping permits.toml")(xes)
    app.add_typer(imports)


def xes(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The event log: XES, plain or gzipped.")],
    mapping: Annotated[
        Path, typer.Option(help="What the log means: a TOML file, or the name of a mapping that comes along.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take over an event log. Each case is taken over whole; a second run adds nothing, an interrupted one goes on."""
    meaning = load_mapping(mapping)
    settings = environment.load()
    with database(settings) as url:
        opened = door(url, administration(url, settings), part="import")
        try:
            with progress() as bar:
                task = bar.add_task(file.name, total=None)

                def show(done: Imported) -> None:
                    text = f"{file.name}: {done.dossiers:,} dossiers, {done.source_events:,} events"
                    bar.update(task, completed=done.position, total=done.total, description=text)

                summary = import_log(file, meaning, opened, now(), progress=show)
        finally:
            opened.close()
        catch_up(url)
    if as_json:
        answer(asdict(summary))
    else:
        _tell(summary)
    if summary.refusals:
        raise typer.Exit(_FOUND_WRONG)


def _tell(summary: Summary) -> None:
    say(f"{summary.source}: {summary.dossiers:,} dossiers ({summary.new_dossiers:,} new)")
    say(
        f"source events: {summary.source_events:,} "
        f"({summary.added:,} added, {summary.unchanged:,} were there, {summary.refused:,} refused)"
    )
    for refused in summary.refusals:
        complain(f"case {refused.source_case} (line {refused.line}): {refused.reason}")
