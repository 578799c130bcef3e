"""``motcua subjects status | rebuild | verify``, ``registers load | list`` and ``reuse report | list``."""

from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from domain.reuse import RULE, ReuseBucket, ReuseFigures, ReuseQuery
from service import settings as environment
from service.cli.printing import AsJson, answer, progress, say, table, tell
from service.database import connect
from service.registers import load_register, registers
from service.reusing import dossiers, report
from service.settings import Settings
from service.subject_key import SubjectKey, key_file, read_key
from service.subjects import catch_up, read_state, subject_key
from service.subjects_anew import differences
from service.subjects_anew import rebuild as rebuild_index
from service.wiring import administration, connections, database, event_log

_FOUND_WRONG: Final = 1
_SHOWN: Final = 50

Since = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day of acceptance.")]
Until = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of acceptance.")]
OfUnit = Annotated[str | None, typer.Option("--unit", help="This unit and those below it.")]
OfProcedure = Annotated[str | None, typer.Option("--procedure", help="This procedure alone.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    subjects = typer.Typer(
        name="subjects", help="The index by which an officer finds a person's dossiers.", no_args_is_help=True
    )
    subjects.command(epilog="Example: motcua subjects status")(status)
    subjects.command(epilog="Example: motcua subjects rebuild")(rebuild)
    subjects.command(epilog="Example: motcua subjects verify")(verify)
    app.add_typer(subjects)
    held = typer.Typer(name="registers", help="What registers hold, as files that were loaded.", no_args_is_help=True)
    held.command(epilog="Example: motcua registers load register.csv")(load)
    held.command("list", epilog="Example: motcua registers list")(list_registers)
    app.add_typer(held)
    reuse = typer.Typer(name="reuse", help="What was not asked for again.", no_args_is_help=True)
    reuse.command("report", epilog="Example: motcua reuse report --since 2026-10-01 --until 2026-12-31")(share)
    reuse.command("list", epilog="Example: motcua reuse list not-asked --since 2026-10-01 --until 2026-12-31")(behind)
    app.add_typer(reuse)


def status(as_json: AsJson = False) -> None:
    """How far the index has read the log, and whether the key fits it. Exit code 1 if it does not."""
    settings = environment.load()
    with (
        database(settings) as url,
        connect(url, application_name="motcua-subjects") as connection,
        closing(event_log(url, "subjects")) as log,
    ):
        state = read_state(connection)
        file = _file(settings)
        held = read_key(file, make=False).id if file.exists() else None
        counts = connection.execute("SELECT count(*), count(DISTINCT subject) FROM subject_index").fetchone() or (0, 0)
        backlog = log.backlog(state.position)
    fits = state.key_id in {None, held}
    told = {
        "position": str(state.position),
        "behind": backlog.events,
        "at_least": backlog.at_least,
        "subjects": counts[1],
        "occurrences": counts[0],
        "key_file": str(file),
        "key_fits": fits,
        "rebuild_under_way": state.rebuilding_to is not None,
    }
    if as_json:
        answer(told)
    else:
        for name, value in told.items():
            tell(f"{name.replace('_', ' '):<18}{value}")
    if not fits:
        raise typer.Exit(_FOUND_WRONG)


def rebuild(as_json: AsJson = False) -> None:
    """Build the index anew beside the live one, then swap; with another key, too. Interrupted, it goes on next time."""
    settings = environment.load()
    with database(settings) as url, progress() as bar:
        key = _new_key(url, settings)
        task = bar.add_task("Reading histories", total=None)
        read = rebuild_index(connections(url, "subjects"), key, lambda done: bar.update(task, completed=done))
    if as_json:
        answer({"dossiers": read})
    else:
        say(f"rebuilt from {read:,} dossiers")


def verify(as_json: AsJson = False) -> None:
    """Work every dossier's rows out of its history again, and name those that differ. Exit code 1 if there is one."""
    settings = environment.load()
    with database(settings) as url:
        connecting = connections(url, "subjects")
        key = _key(url, settings)
        catch_up(connecting, key)
        found = list(map(str, differences(connecting, key)))
    if as_json:
        answer({"differences": len(found), "dossiers": found})
    else:
        for each in found:
            tell(each)
        say(f"{len(found)} differences")
    if found:
        raise typer.Exit(_FOUND_WRONG)


def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A register: CSV in UTF-8 with a header row.")],
) -> None:
    """Load what a register holds, so that it is offered instead of asked for. The whole file, or nothing of it.

    Columns: register, scheme, number, document, document_sha256, issued_on, valid_until. Numbers are hashed at once.
    """
    settings = environment.load()
    with (
        database(settings) as url,
        connect(url, application_name="motcua-registers") as connection,
        progress() as bar,
    ):
        key = subject_key(connection, _file(settings))
        task = bar.add_task(f"Loading {file.name}", total=None)
        rows = load_register(connection, file, key, lambda done: bar.update(task, completed=done))
    say(f"loaded {rows:,} rows")


def list_registers(as_json: AsJson = False) -> None:
    """Every register of which something was loaded, and how many documents it holds."""
    settings = environment.load()
    with database(settings) as url, connect(url, application_name="motcua-registers") as connection:
        found = registers(connection)
    if as_json:
        answer([{"register": name, "documents": number} for name, number in found])
    else:
        table("Registers", ("register", "documents"), found)


def share(
    since: Since, until: Until, unit: OfUnit = None, procedure: OfProcedure = None, as_json: AsJson = False
) -> None:
    """The share of required components that applicants were not asked for.

    Of the required components of dossiers accepted in the period: those recorded as reused, and those looked up.
    """
    settings = environment.load()
    query = _query(since, until, unit, procedure)
    with database(settings) as url:
        catch_up(connections(url, "subjects"), _key(url, settings))
        rules = administration(url, settings).current()
        with connect(url, application_name="motcua-reuse") as connection:
            told = report(connection, rules, query)
    if as_json:
        rows = [_document(row) for row in told.rows]
        answer({"rule": RULE, "position": str(told.position), "rows": rows, "total": _document(told.total)})
        return
    columns = ("procedure", "dossiers", "required", "reused", "looked up", "asked", "share", "unmeasured")
    title = f"Not asked again (rule {RULE}, position {told.position})"
    table(title, columns, map(_cells, (*told.rows, told.total)))


def behind(  # noqa: PLR0917 - an option each
    bucket: Annotated[ReuseBucket, typer.Argument(metavar="BUCKET", help="not-asked, asked or unmeasured.")],
    since: Since,
    until: Until,
    unit: OfUnit = None,
    procedure: OfProcedure = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = _SHOWN,
    as_json: AsJson = False,
) -> None:
    """The dossiers behind a figure of the report, with their required components."""
    settings = environment.load()
    query = _query(since, until, unit, procedure)
    with database(settings) as url:
        catch_up(connections(url, "subjects"), _key(url, settings))
        rules = administration(url, settings).current()
        with connect(url, application_name="motcua-reuse") as connection:
            found = dossiers(connection, rules, query, bucket, limit=limit)
    if as_json:
        answer({"count": found.count, "dossiers": [asdict(line) for line in found.lines]})
        return
    for line in found.lines:
        parts = {"reused": line.reused, "looked up": line.looked_up, "asked": line.asked}
        told = "; ".join(f"{name} {', '.join(codes)}" for name, codes in parts.items() if codes)
        tell(f"{line.code}  {line.accepted_on}  {told}")
    say(f"{len(found.lines)} of {found.count} dossiers")


def _file(settings: Settings) -> Path:
    return key_file(settings.data_dir, settings.subject_key_file)


def _key(url: str, settings: Settings) -> SubjectKey:
    with connect(url, application_name="motcua-subjects") as connection:
        return subject_key(connection, _file(settings))


def _new_key(url: str, settings: Settings) -> SubjectKey:
    """For a rebuild: where a file is named for it, a new key may be made there, in place of one that is lost."""
    if settings.subject_key_file is not None:
        return read_key(settings.subject_key_file, make=True)
    return _key(url, settings)


def _query(since: datetime, until: datetime, unit: str | None, procedure: str | None) -> ReuseQuery:
    if since > until:
        raise typer.BadParameter("the period ends before it begins", param_hint="--until")
    return ReuseQuery(since=since.date(), until=until.date(), unit=unit, procedure=procedure)


def _document(row: ReuseFigures) -> dict[str, Any]:
    return {**asdict(row), "asked": row.asked, "share": row.share}


def _cells(row: ReuseFigures) -> tuple[object, ...]:
    part = "-" if row.share is None else f"{row.share:.1%}"
    return (row.key, row.dossiers, row.required, row.reused, row.looked_up, row.asked, part, row.unmeasured)
