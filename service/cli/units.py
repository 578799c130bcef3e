"""``motcua units list | show | establish | merge | split | end | succeed``: the structure, as an administrator asks."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer

from domain.administration.administration import Administration
from domain.administration.units import UNITS, KeptUnit, predecessors
from domain.agency import Unit, UnitKind
from domain.codes import day_of_code
from domain.text import found_in
from service import settings as environment
from service.administration_files import UnusableCommand, read_text
from service.cli.administering import carry_out
from service.cli.printing import AsJson, answer, table, tell
from service.cli.succeeding import succeed
from service.wiring import administration, database, now

Code: TypeAlias = Annotated[str, typer.Argument(metavar="UNIT", help="The unit's code.")]
FromDay: TypeAlias = Annotated[
    datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day on which it holds.")
]
Decision: TypeAlias = Annotated[str, typer.Option("--decision", help="The number of the decision it rests on.")]
DryRun: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Say what it would do, and do nothing.")]
By: TypeAlias = Annotated[str | None, typer.Option("--by", help="Whose act it is; by default who is logged in.")]
NameVi: TypeAlias = Annotated[str, typer.Option("--name-vi", help="The Vietnamese name.")]
NameEn: TypeAlias = Annotated[str, typer.Option("--name-en", help="The English name.")]
OfKind: TypeAlias = Annotated[UnitKind, typer.Option("--kind", help="What sort of unit it is.")]
Parent: TypeAlias = Annotated[str | None, typer.Option("--parent", help="The unit above it.")]
ByCalendar: TypeAlias = Annotated[str, typer.Option("--calendar", help="The calendar it works by.")]

_COLUMNS: Final = ("unit", "kind", "name", "above", "from", "until", "successors")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    units = typer.Typer(name="units", help="The units: who there is and was, and who takes over.", no_args_is_help=True)
    units.command(name="list", epilog="Example: motcua units list --search 'van lam' --ended")(list_)
    units.command(epilog="Example: motcua units show H99.101")(show)
    establishing = "motcua units establish H99.302 --name-vi 'Xã mới' --kind commune --parent H99 --from 2027-01-01"
    units.command(epilog=f"Example: {establishing} --dry-run")(establish)
    units.command(
        epilog="Example: motcua units merge H99.120 H99.121 H99.122 --from 2027-01-01 --decision 60/NQ --dry-run"
    )(merge)
    units.command(epilog="Example: motcua units split H99.120 parts.json --dry-run")(split)
    units.command(
        epilog="Example: motcua units end H99.120 --successor H99.121 --from 2027-01-01 --decision 61/NQ --dry-run"
    )(end)
    units.command(epilog="Example: motcua units succeed H99.31.11")(succeed)
    app.add_typer(units)


def list_(
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="As they are on this day; by default today.")
    ] = None,
    search: Annotated[str, typer.Option("--search", help="Words of code or name, with or without diacritics.")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="Also those that have ended, or have not begun.")] = False,
    as_json: AsJson = False,
) -> None:
    """The units in the order of their codes: those that are there on a day, or all."""
    rules = _administration()
    day = on.date() if on else day_of_code(now())
    found = [
        _told(kept, kept.on(day) or kept.latest)
        for _, kept in sorted(rules.entries.of(UNITS).items())
        if (ended or kept.on(day) is not None) and found_in(search, kept.code, kept.latest.name_vi, kept.latest.name_en)
    ]
    if as_json:
        answer(found)
    else:
        table("Units", _COLUMNS, [[_cell(each[name]) for name in _COLUMNS] for each in found])


def show(unit: Code, as_json: AsJson = False) -> None:
    """A unit: its names from day to day, whom it succeeds and who succeeds it, and what is below it."""
    rules = _administration()
    kept = rules.entries.of(UNITS).get(unit)
    if kept is None:
        raise UnusableCommand(f"there is no unit {unit!r}; motcua units list --ended tells what there is")
    today = now()
    shown = _told(kept, rules.unit_at(unit, today) or kept.latest) | {
        "calendar": rules.calendar_of(kept.latest).id,
        "ended_by": kept.ended_by,
        "predecessors": list(predecessors(rules.entries, unit)),
        "answering_today": list(rules.successors(unit, today)),
        "below": [each.code for each in rules.units_at(today) if each.parent == unit],
        "changes": [
            {"from": version.effective_from.isoformat(), "name": version.unit.name_vi, "above": version.unit.parent,
             "decision": version.decision}
            for version in kept.versions
        ],
    }  # fmt: skip
    if as_json:
        answer(shown)
        return
    for name, value in shown.items():
        if name != "changes":
            tell(f"{name:>15}  {_cell(value) or '-'}")
    for change in shown["changes"]:
        tell(f"{change['from']:>15}  {change['name']}, above: {change['above'] or '-'} ({change['decision'] or '-'})")


def establish(  # noqa: PLR0917 - argument and options, each by name
    unit: Code,
    name_vi: NameVi,
    kind: OfKind,
    from_day: FromDay,
    name_en: NameEn = "",
    parent: Parent = None,
    calendar: ByCalendar = "vn",
    decision: Decision = "",
    dry_run: DryRun = False,
    by: By = None,
) -> None:
    """Establish a unit from a day on."""
    fields = {"unit": _described(unit, name_vi, name_en, kind, parent, calendar)}
    _carry_out(unit, "establish", from_day, decision, fields, dry_run=dry_run, by=by)


def merge(  # noqa: PLR0917
    into: Annotated[str, typer.Argument(metavar="INTO", help="The unit that takes over: a new one with --name-vi.")],
    merged: Annotated[list[str], typer.Argument(metavar="UNIT...", help="The units that are merged into it, and end.")],
    from_day: FromDay,
    decision: Decision,
    name_vi: NameVi = "",
    name_en: NameEn = "",
    kind: OfKind = UnitKind.COMMUNE,
    parent: Parent = None,
    calendar: ByCalendar = "vn",
    dry_run: DryRun = False,
    by: By = None,
) -> None:
    """Merge units into one that exists or, described by the options, into a new one."""
    described = _described(into, name_vi, name_en, kind, parent, calendar) if name_vi else None
    _carry_out(into, "merge", from_day, decision, {"merged": merged, "unit": described}, dry_run=dry_run, by=by)


def split(
    unit: Code,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON: into (a list of units), effective_from, decision.")
    ],
    dry_run: DryRun = False,
    by: By = None,
) -> None:
    """Split a unit into new ones; it ends."""
    carry_out(UNITS, unit, "split", read_text(file), from_file=str(file), dry_run=dry_run, by=by)


def end(  # noqa: PLR0917
    unit: Code,
    successor: Annotated[list[str], typer.Option("--successor", help="Who takes over; may be given several times.")],
    from_day: FromDay,
    decision: Decision,
    dry_run: DryRun = False,
    by: By = None,
) -> None:
    """End a unit; its successors take over. Its dossiers follow by `motcua units succeed`."""
    _carry_out(unit, "end", from_day, decision, {"successors": successor}, dry_run=dry_run, by=by)


def _administration() -> Administration:
    settings = environment.load()
    with database(settings) as url:
        return administration(url, settings).current()


def _carry_out(
    unit: str, act: str, from_day: datetime, decision: str, fields: dict[str, Any], *, dry_run: bool, by: str | None
) -> None:
    written = {**fields, "effective_from": from_day.date().isoformat(), "decision": decision}
    carry_out(UNITS, unit, act, json.dumps(written).encode(), from_file=f"{act} {unit}", dry_run=dry_run, by=by)


def _described(  # noqa: PLR0917
    code: str, name_vi: str, name_en: str, kind: UnitKind, parent: str | None, calendar: str
) -> dict[str, Any]:
    return {
        "code": code,
        "name_vi": name_vi,
        "name_en": name_en,
        "kind": kind.value,
        "parent": parent,
        "calendar": calendar,
    }


def _told(kept: KeptUnit, unit: Unit) -> dict[str, Any]:
    return {
        "unit": kept.code,
        "kind": unit.kind.value,
        "name": unit.name_vi,
        "name_en": unit.name_en,
        "above": unit.parent,
        "from": kept.established_on.isoformat(),
        "until": _day(kept.ended_on),
        "successors": list(kept.successors),
    }


def _day(day: date | None) -> str | None:
    """``until`` is the first day on which it is no longer there."""
    return None if day is None else day.isoformat()


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever JSON can say
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
