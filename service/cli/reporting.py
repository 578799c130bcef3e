"""``motcua stats on-time | history``: figures, and the history behind one dossier."""

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Annotated, Final

import msgspec
import typer

from domain.codes import HO_CHI_MINH
from domain.dossier.events import WIRE_NAMES, effective_at
from domain.envelope import Recorded
from projections.on_time import queries
from projections.on_time.report import Counting, Cut, Report, ReportQuery, ReportRow, Structure
from projections.on_time.structure import placed
from service import settings as environment
from service.cli.asking import instant
from service.cli.printing import AsJson, answer, complain, say, table
from service.database import connect
from service.reads import recorded
from service.streams import load
from service.wiring import administration, catch_up, database, now

_FOUND_WRONG: Final = 1
_COLUMNS: Final = (
    "received",
    "closed",
    "early",
    "on_time",
    "in_time",
    "overdue",
    "open",
    "open_within",
    "open_overdue",
    "paused",
)
_MARK: Final = "*"
"""Stands behind a figure in which corrected dossiers are counted."""  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands."""
    stats = typer.Typer(name="stats", help="Statistics.", no_args_is_help=True)
    stats.command("on-time", epilog="Example: motcua stats on-time --counting date --by channel --json")(on_time)
    stats.callback()(_stats)
    app.add_typer(stats)
    app.command(epilog="Example: motcua history H15.50.05.13-261008-0975")(history)


def _stats() -> None:
    """Statistics."""


def on_time(  # noqa: PLR0917 - options, each by name
    counting: Annotated[Counting, typer.Option(help="By the day, or to the moment.")] = Counting.DATE,
    by: Annotated[Cut, typer.Option(help="What the figures are cut by.")] = Cut.ALL,
    from_on: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day received.")
    ] = None,
    to_on: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day received.")] = None,
    as_of: Annotated[str | None, typer.Option(help="As it stood at this instant, RFC 3339 with an offset.")] = None,
    unit: Annotated[str | None, typer.Option(help="This unit and those below it.")] = None,
    structure: Annotated[
        Structure, typer.Option(help="Units as they were at the report's end, or those that answer for them now.")
    ] = Structure.THEN,
    as_json: AsJson = False,
) -> None:
    """How many dossiers were on time, early and overdue, and how the open ones stand."""
    query = ReportQuery(
        now=now(),
        by=by,
        counting=counting,
        from_on=_day(from_on),
        to_on=_day(to_on),
        as_of=None if as_of is None else instant(as_of, "--as-of"),
        unit=unit,
        structure=structure,
    )
    settings = environment.load()
    with database(settings) as url:
        catch_up(url)
        query = replace(query, places=placed(query, administration(url, settings).current().entries))
        with connect(url, application_name="motcua-statistics") as connection:
            report = queries.report(connection, query)
    if as_json:
        answer(_document(report))
    else:
        rows = [*report.rows, report.total] if by is not Cut.ALL else [report.total]
        title = f"On time, by {counting.value} (rule {report.rule}, position {report.position})"
        columns = (by.value, *(name.replace("_", " ") for name in _COLUMNS))
        table(title, columns, ([row.key, *(_marked(row, name) for name in _COLUMNS)] for row in rows))
        if report.total.corrected.received:
            corrected = report.total.corrected.received
            say(f"{_MARK} with dossiers in which a fact was corrected: {corrected:,} of those received")


def _marked(row: ReportRow, name: str) -> str:
    return f"{getattr(row, name)}{_MARK if getattr(row.corrected, name) else ''}"


def _document(report: Report) -> dict[str, object]:
    return {
        "counting": report.query.counting.value,
        "by": report.query.by.value,
        "structure": report.query.structure.value,
        "rule": report.rule,
        "position": str(report.position),
        "total": asdict(report.total),
        "rows": [asdict(row) for row in report.rows],
    }


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def history(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The dossier's code.")],
    as_json: AsJson = False,
) -> None:
    """Every event of one dossier, with when it took effect and when it was recorded."""
    settings = environment.load()
    with database(settings) as url, connect(url, application_name="motcua-history") as connection:
        events = [event for found in load(connection, [], [code]) for event in recorded(*found)]
    if not events:
        complain(f"no dossier has the code {code}")
        raise typer.Exit(_FOUND_WRONG)
    if as_json:
        answer([_event(event) for event in events])
        return
    for each in events:
        took_effect = effective_at(each.event).astimezone(HO_CHI_MINH)
        noted = each.envelope.recorded_at.astimezone(HO_CHI_MINH)
        say(
            f"{each.version:>4}  {took_effect:%Y-%m-%d %H:%M}  {WIRE_NAMES[type(each.event)]:<36}"
            f"recorded {noted:%Y-%m-%d %H:%M} by {each.envelope.actor.id}"
        )


def _event(each: Recorded) -> dict[str, object]:
    return {
        "version": each.version,
        "position": str(each.position),
        "type": WIRE_NAMES[type(each.event)],
        "effective_at": effective_at(each.event).isoformat(),
        "event": msgspec.to_builtins(each.event),
        "envelope": msgspec.to_builtins(each.envelope),
    }
