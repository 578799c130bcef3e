"""``motcua project run | status | rebuild | verify``."""

from contextlib import closing
from dataclasses import asdict
from typing import Annotated, Final

import typer

from projections import positions
from projections.rebuild import rebuild as rebuild_projections
from projections.sources import Source
from projections.verify import verify as verify_projections
from service import settings as environment
from service.cli.printing import AsJson, answer, counted, progress, say, table
from service.cli.stopping import UntilCaughtUp, WhileInputOpen, stop_when_told
from service.database import connect
from service.wiring import PROJECTIONS, connections, database, event_log, keep_up_to_date, now
from service.wiring_topics import project_from_kafka

_FOUND_WRONG: Final = 1


def register(app: typer.Typer) -> None:
    """Add the commands."""
    project = typer.Typer(
        name="project", help="The projections, which answer questions from the log.", no_args_is_help=True
    )
    project.command(epilog="Example: motcua project run --until-caught-up")(run)
    project.command(epilog="Example: motcua project status --json")(status)
    project.command(epilog="Example: motcua project rebuild")(rebuild)
    project.command(epilog="Example: motcua project verify")(verify)
    app.add_typer(project)


def run(
    source: Annotated[
        Source, typer.Option("--from", help="What feeds them: the log itself, or the topic of events in Kafka.")
    ] = Source.LOG,
    switch: Annotated[bool, typer.Option("--switch", help="Take them over from the other source.")] = False,
    stand_by: Annotated[
        bool, typer.Option("--stand-by", help="From the log: wait as long as Kafka is to feed them, instead of ending.")
    ] = False,
    until_caught_up: UntilCaughtUp = False,
    while_input_open: WhileInputOpen = False,
) -> None:
    """Keep the projections up to date. Any number of processes may run; they share the partitions."""
    if stand_by and source is not Source.LOG:
        raise typer.BadParameter("only what is fed from the log can stand by", param_hint="--stand-by")
    settings = environment.load()
    stop = stop_when_told(while_input_open=while_input_open)
    with database(settings) as url:
        if source is Source.KAFKA:
            project_from_kafka(settings, url, stop, switch=switch, until_caught_up=until_caught_up)
        else:
            keep_up_to_date(url, stop, switch=switch, stand_by=stand_by, until_caught_up=until_caught_up)


def status(as_json: AsJson = False) -> None:
    """How far each projection has read, and how far that is behind."""
    settings = environment.load()
    with (
        database(settings) as url,
        connect(url, application_name="motcua-status") as connection,
        closing(event_log(url)) as log,
    ):
        positions.ensure_told(connection, [projection.name for projection in PROJECTIONS])
        found = positions.status(connection, log, now())
    if as_json:
        answer([asdict(each) | {"position": str(each.position), "head": str(each.head)} for each in found])
        return
    rows = [
        (
            f"{each.name}/{each.partition}",
            each.position,
            each.head,
            counted(each.behind_events, at_least=each.at_least),
            f"{each.behind_seconds:.1f}",
        )
        for each in found
    ]
    fed = f", fed from {found[0].source}" if found else ""
    table(f"Projections{fed}", ("projection/partition", "position", "head", "events behind", "seconds behind"), rows)


def rebuild(
    partitions: Annotated[int | None, typer.Option(min=1, max=64, help="A new number of partitions.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that fold histories.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Build the projections anew beside the live ones, then swap. Readers see the old ones until then."""
    settings = environment.load()
    with database(settings) as url, closing(event_log(url, "rebuild")) as log, progress() as bar:
        task = bar.add_task("Rebuilding", total=None)
        rebuilt = rebuild_projections(
            connections(url, "rebuild"),
            log,
            PROJECTIONS,
            partitions=partitions,
            workers=workers,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        answer(asdict(rebuilt))
        return
    say(f"rebuilt from {rebuilt.events:,} events")
    table("Rows", ("table", "before", "after"), ((c.table, c.rows_before, c.rows_after) for c in rebuilt.changes))


def verify(as_json: AsJson = False) -> None:
    """Recompute totals from rows and rows from events, and name every difference. Exit code 1 if there is one."""
    settings = environment.load()
    with database(settings) as url, closing(event_log(url, "verify")) as log:
        found = 0
        listed = []
        for difference in verify_projections(connections(url, "verify"), log, PROJECTIONS):
            found += 1
            if as_json:
                listed.append(asdict(difference))
            else:
                say(
                    f"{difference.table} {difference.subject} {difference.field}: "
                    f"stored {difference.stored}, should be {difference.recomputed}"
                )
    if as_json:
        answer({"differences": found, "found": listed})
    else:
        say(f"{found} differences")
    if found:
        raise typer.Exit(_FOUND_WRONG)
