"""``motcua calendars declare | show | base``: how days are worked, and by which decision."""

import getpass
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid4

import typer

from domain.administration.administration import Administration
from domain.administration.calendar_acts import ChangeTimetable, DeclareDays
from domain.calendar import Calendar, Declaration, Timetable, WorkingTime
from domain.codes import HO_CHI_MINH
from domain.envelope import Actor
from domain.errors import DossierError
from domain.ports import AdministrationRequest
from domain.working_time import FIRST_YEAR, LAST_YEAR
from service import settings as environment
from service.base_holidays import NoEstimate, as_toml, expected
from service.cli.asking import instant
from service.cli.printing import AsJson, answer, say, table, tell
from service.declarations import Planned, plan, read_decisions
from service.rule_forms import AdministrationError, written
from service.wiring import administration, administration_door, database, now

_YEARS: Final = re.compile(r"(\d{4})(?:-(\d{4}))?")
_MOST_YEARS: Final = 50
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    calendars = typer.Typer(
        name="calendars", help="Calendars: what is declared of working time, and what follows.", no_args_is_help=True
    )
    calendars.command(epilog="Example: motcua calendars declare swap.toml --dry-run")(declare)
    calendars.command(epilog="Example: motcua calendars show vn --year 2026")(show)
    calendars.command(epilog="Example: motcua calendars base --years 2029-2031")(base)
    app.add_typer(calendars)


def declare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What is declared: TOML, or JSON by its name.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check it, and say what it would declare.")] = False,
    as_json: AsJson = False,
) -> None:
    """Declare holidays, make-up days, half days, hours and timetables, or revoke decisions: the whole file or nothing.

    No promise that was given moves. See `motcua clock impact` for the dates that would be others today.
    """
    at = now()
    planned = read_decisions(file, at)
    settings = environment.load()
    with database(settings) as url:
        rules = administration(url, settings)
        made = plan(planned, rules.current(), at)
        if not dry_run:
            requests = [_request(each) for each in planned]
            try:
                administration_door(url, rules).handle(requests)
            except DossierError as refusal:
                raise AdministrationError(file, f"{refusal.message}\n{refusal.message_vi}") from refusal
    told = [_told(each, done=bool(facts)) for each, facts in made.facts]
    new = sum(bool(facts) for _, facts in made.facts)
    if as_json:
        answer({"file": str(file), "dry_run": dry_run, "new": new, "already": len(told) - new, "decisions": told})
        return
    for each in told:
        tell(f"{'new    ' if each['new'] else 'already'}  {each['key']}  {each['what']}  ({each['decision']})")
    say(f"{new} {'would be declared' if dry_run else 'declared'}, {len(told) - new} were so already")


def _request(planned: Planned) -> AdministrationRequest:
    return AdministrationRequest(command=planned.command, actor=Actor(id=getpass.getuser()), command_id=str(uuid4()))


def _told(planned: Planned, *, done: bool) -> dict[str, Any]:
    command = planned.command
    for_units = list(command.units)
    if isinstance(command, DeclareDays):
        days = ", ".join(day.isoformat() for day in command.days)
        what = " ".join([command.kind.value, days, *written(command.periods)])
    elif isinstance(command, ChangeTimetable):
        what = f"timetable from {command.since.isoformat()} on"
    else:
        what = f"revoked: {command.revoked}"
    suffix = f" for {', '.join(for_units)}" if for_units else ""
    return {
        "key": planned.key,
        "what": what + suffix,
        "decision": command.decision,
        "declared_at": command.declared_at.isoformat(),
        "units": for_units,
        "new": done,
    }


def show(
    calendar: Annotated[
        str, typer.Argument(metavar="ID", help="The calendar: vn, or vn/H99.01 for what a unit works by.")
    ],
    year: Annotated[int, typer.Option(min=FIRST_YEAR, max=LAST_YEAR, help="The year to show.")],
    known_at: Annotated[str | None, typer.Option(help="As known at this instant, RFC 3339; by default now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every day of a year that is declared, by which decision and since when that is known, and the working days."""
    settings = environment.load()
    at = now() if known_at is None else instant(known_at, "--known-at")
    with database(settings) as url:
        shown = _calendar(administration(url, settings).current(), calendar)
    known = shown.as_known(at)
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    days = [day for day in days if day.year == year]
    declared = [each for day in days if (each := known.declaration_on(day))]
    working = sum(known.is_working_day(day) for day in days)
    if as_json:
        answer(
            {
                "id": shown.id,
                "year": year,
                "known_at": at.isoformat(),
                "working_days": working,
                "timetables": [_timetable(since, each) for since, each in _timetables(shown, at, year)],
                "declared": [_day(each) for each in declared],
            }
        )
        return
    for since, timetable in _timetables(shown, at, year):
        say(f"from {since}: {_week(timetable)}  ({timetable.confidence}: {timetable.source})")
    table(f"{shown.id} {year}: {working} working days", _COLUMNS, [_row(each, known) for each in declared])


_COLUMNS: Final = ("day", "weekday", "kind", "hours", "known since", "confidence", "decision")


def _row(declared: Declaration, known: WorkingTime) -> list[str]:
    hours = " ".join(written(declared.periods)) or "off"
    weekday = _WEEKDAYS[declared.day.weekday()]
    since = f"{declared.known_at.astimezone(known.zone):%Y-%m-%d}"
    return [
        declared.day.isoformat(),
        weekday,
        declared.kind.value,
        hours,
        since,
        declared.confidence,
        declared.decision,
    ]


def _day(declared: Declaration) -> dict[str, Any]:
    return {
        "day": declared.day.isoformat(),
        "kind": declared.kind.value,
        "periods": written(declared.periods),
        "known_at": declared.known_at.isoformat(),
        "decision": declared.decision,
        "source": declared.source,
        "confidence": declared.confidence,
    }


def _timetables(calendar: Calendar, known_at: datetime, year: int) -> list[tuple[str, Timetable]]:
    """The timetables that hold in a year, each from its first day on."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    found = {date.min: calendar.timetable, **calendar.timetables(known_at)}
    before = max(day for day in found if day <= first)
    return [(max(day, first).isoformat(), found[day]) for day in sorted(found) if before <= day <= last]


def _timetable(since: str, timetable: Timetable) -> dict[str, Any]:
    week = {name.lower(): written(periods) for name, periods in zip(_WEEKDAYS, timetable.periods, strict=True)}
    return {"from": since, **week, "source": timetable.source, "confidence": timetable.confidence}


def _week(timetable: Timetable) -> str:
    days = zip(_WEEKDAYS, timetable.periods, strict=True)
    return ", ".join(f"{name} {' '.join(written(periods)) or 'off'}" for name, periods in days)


def _calendar(rules: Administration, calendar_id: str) -> Calendar:
    try:
        return rules.calendar(calendar_id)
    except KeyError:
        known = ", ".join(rules.calendar_ids())
        raise typer.BadParameter(f"no calendar is kept under {calendar_id}; there are: {known}") from None


def base(
    years: Annotated[str, typer.Option(help="The years, such as 2029 or 2029-2031.")],
    calendar: Annotated[str, typer.Option(help="The calendar that the file is to declare on.")] = "vn",
) -> None:
    """A file of the holidays that Vietnam is expected to have, Tết included, marked as estimates; to be reviewed."""
    at = now().astimezone(HO_CHI_MINH)
    try:
        found = expected(_years(years))
    except NoEstimate as error:
        raise typer.BadParameter(f"{error}; give years that it is known for", param_hint="--years") from error
    typer.echo(as_toml(found, calendar, at), nl=False)


def _years(given: str) -> Sequence[int]:
    match = _YEARS.fullmatch(given)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not FIRST_YEAR <= first <= last <= LAST_YEAR or last - first >= _MOST_YEARS:
        raise typer.BadParameter(
            f"{given!r} is no span of years; write 2029 or 2029-2031, {_MOST_YEARS} years at most, "
            f"from {FIRST_YEAR} to {LAST_YEAR}",
            param_hint="--years",
        )
    return range(first, last + 1)
