"""``motcua clock explain | impact``: why a date was promised, and what a declaration would do to others."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from api.presentation import in_zone, zone_of
from api.state import ClockView, dossier_view
from domain.administration.administration import Administration
from domain.administration.building import facts_of
from domain.administration.calendars import CALENDARS
from domain.clock_rules import RULE_TEXTS
from domain.codes import HO_CHI_MINH
from domain.dossier.corrections import replay
from domain.dossier.dossier import Dossier
from domain.dossier.impact import Impact, impacts
from domain.envelope import Actor, Envelope
from domain.errors import DossierError
from service import settings as environment
from service.administration_files import UnusableCommand, commands_from, read_text
from service.cli.printing import AsJson, answer, answer_in_parts, progress, say, table, tell
from service.database import connect
from service.log import PostgresEventLog
from service.reads import recorded
from service.streams import load
from service.wiring import administration, database, event_log, now


def register(app: typer.Typer) -> None:
    """Add the commands."""
    clock = typer.Typer(name="clock", help="Why a date was promised.", no_args_is_help=True)
    clock.command(epilog="Example: motcua clock explain H15.50.05.13-261008-0975")(explain)
    clock.command(epilog="Example: motcua clock impact --declaration holiday.json")(impact)
    app.add_typer(clock)


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The dossier's code.")], as_json: AsJson = False
) -> None:
    """The promise and the date recomputed by what is known now, side by side, and each interval that counted or not."""
    settings = environment.load()
    with database(settings) as url:
        rules = administration(url, settings).current()
        with connect(url, application_name="motcua-clock") as connection:
            found = load(connection, [], [code])
    if not found:
        raise UnusableCommand(f"no dossier has the code {code}")
    history = recorded(*found[0])
    clock = dossier_view(code, history, rules, now()).clock
    if as_json:
        answer(in_zone(clock, zone_of(history)))
    else:
        _explain(code, clock)


def _explain(code: str, clock: ClockView) -> None:
    term = f"{clock.term.amount} {clock.term.unit.value}" if clock.term else "-"
    pinned = f"{clock.calendar.id}, as known {_when(clock.calendar.known_at)}" if clock.calendar else "-"
    tell(f"{code}: {term}, calendar {pinned}, counting {clock.counting or '-'}")
    tell(f"hẹn trả / promised:      {_when(clock.due_at)}")
    tell(f"tính lại / recomputed:   {_when(clock.recomputed_due_at)}")
    rows = [
        (
            f"{_when(each.since)} - {_when(each.until)}",
            "counts" if each.counted else "does not count",
            each.days or "",
            each.rule.value,
            each.declaration.decision if each.declaration else "",
        )
        for each in clock.intervals
    ]
    table("", ("interval", "", "days", "rule", "decision"), rows)
    for rule in dict.fromkeys(each.rule for each in clock.intervals):
        text = RULE_TEXTS[rule]
        tell(f"{rule.value}: {text.text} ({text.source}; {text.confidence})")


def impact(
    declaration: Annotated[
        Path, typer.Option("--declaration", help="What would be declared: the fields of the act, or a list of such.")
    ],
    calendar: Annotated[str, typer.Option("--calendar", help="The calendar it would be declared on.")] = "vn",
    as_json: AsJson = False,
) -> None:
    """The dossiers in process whose recomputed date would differ. Nothing is declared, and no promise moves."""
    settings = environment.load()
    with database(settings) as url:
        rules = administration(url, settings).current()
        known_at = now()
        then = _declared(rules, calendar, declaration, known_at)
        with closing(event_log(url, "impact")) as log:
            found = impacts(_dossiers(log), rules, then, known_at + timedelta(seconds=1))
            _tell(found, as_json)


def _declared(rules: Administration, calendar: str, file: Path, at: datetime) -> Administration:
    """The rules as they would be."""
    commands = commands_from(
        CALENDARS, calendar, "declare", read_text(file), name=str(file), at=at.astimezone(HO_CHI_MINH).isoformat()
    )
    envelope = Envelope(recorded_at=at, actor=Actor(id="-"), command_id="-")
    entries = rules.entries
    try:
        for command in commands:
            entries = entries.after(facts_of(entries, command, envelope))
    except DossierError as refusal:
        raise UnusableCommand(f"{file}: {refusal.message_vi} {refusal.message}") from refusal
    return Administration(entries)


def _dossiers(log: PostgresEventLog) -> Iterator[Dossier]:
    head = log.head()
    with progress() as bar:
        task = bar.add_task("Reading dossiers", total=log.count(head))
        for history in log.histories(head):
            yield replay(each.event for each in history)
            bar.update(task, advance=len(history))


def _tell(found: Iterator[Impact], as_json: bool) -> None:  # noqa: FBT001
    count = 0

    def told() -> Iterator[dict[str, Any]]:
        nonlocal count
        for each in found:
            count += 1
            yield {
                "code": each.code,
                "unit": each.unit,
                "procedure": each.procedure,
                "promised": each.promised.isoformat(),
                "recomputed": each.recomputed.isoformat(),
                "recomputed_then": each.recomputed_then.isoformat(),
            }

    if as_json:
        answer_in_parts("dossiers", told(), lambda: {"count": count})
        return
    for each in told():
        tell("  ".join((each["code"], each["promised"], each["recomputed"], each["recomputed_then"])))
    say(f"{count:,} dossiers in process would be recomputed to another date")


def _when(at: datetime | None) -> str:
    return "-" if at is None else f"{at.astimezone(HO_CHI_MINH):%d/%m/%Y %H:%M}"
