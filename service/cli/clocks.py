"""``motcua clock explain | impact``: why a date was promised, and which dates a declaration would change."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer

from domain.clock_rules import RULE_TEXTS
from domain.codes import HO_CHI_MINH
from domain.dossier.clock_reading import Reckoning, explained, read_clock
from domain.dossier.corrections import replay
from domain.dossier.dossier import Dossier
from domain.dossier.impact import Impact, Known, Totals
from domain.explanation import Interval
from service import settings as environment
from service.cli.printing import AsJson, answer, answer_in_parts, complain, progress, tell
from service.clock_impact import impact, known_after
from service.database import connect
from service.declarations import plan, read_decisions
from service.reads import recorded
from service.streams import load
from service.wiring import administration, catch_up, database, now

_FOUND_WRONG: Final = 1


class Language(StrEnum):
    """In which language a clock is explained."""

    VI = "vi"
    EN = "en"


class Side(NamedTuple):
    """One of the two dates, and all the time up to it."""

    name: str
    reckoning: Reckoning
    intervals: Sequence[Interval]


_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.VI: {
        "promised": "Ngày hẹn trả",
        "recomputed": "Tính lại",
        "none": "không có",
        "by": "lịch {id}, như đã biết lúc {known_at}",
        "pinned nothing": "hồ sơ không ghim lịch làm việc và thời hạn",
        "same": "Hai ngày trùng nhau.",
        "differs": "Hai ngày khác nhau. Ngày đã hẹn không thay đổi theo lịch làm việc.",
        "counted": "tính",
        "not counted": "không tính",
        "days": "{days} ngày",
        "declared": "{decision}, biết từ {known_at}",
    },
    Language.EN: {
        "promised": "Promised",
        "recomputed": "Recomputed",
        "none": "none",
        "by": "calendar {id}, as known at {known_at}",
        "pinned nothing": "the dossier has pinned no calendar and term",
        "same": "The two dates are the same.",
        "differs": "The two dates differ. What was promised does not move with the calendar.",
        "counted": "counts",
        "not counted": "does not count",
        "days": "{days} d",
        "declared": "{decision}, known since {known_at}",
    },
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    clock = typer.Typer(
        name="clock", help="Dates: why they were promised, and what would move them.", no_args_is_help=True
    )
    clock.command("explain", epilog="Example: motcua clock explain H15.50.05.13-261008-0975 --lang en")(explain)
    clock.command("impact", epilog="Example: motcua clock impact --declaration swap.toml")(impact_of)
    app.add_typer(clock)


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The dossier's code.")],
    lang: Annotated[Language, typer.Option(help="The language.")] = Language.VI,
    as_json: AsJson = False,
) -> None:
    """Promised and recomputed date side by side, with all time up to each: what counted, by which rule and calendar."""
    settings = environment.load()
    with database(settings) as url:
        rules = administration(url, settings).current()
        with connect(url, application_name="motcua-clock") as connection:
            found = load(connection, [], [code])
    if not found:
        complain(f"no dossier has the code {code}")
        raise typer.Exit(_FOUND_WRONG)
    dossier, at = replay(each.event for each in recorded(*found[0])), now()
    reading = read_clock(dossier, rules, at)
    sides = [
        Side(name, each, explained(dossier, rules, each.calendar, each.due_at or dossier.ended_at or at))
        for name, each in (("promised", reading.promised), ("recomputed", reading.recomputed))
    ]
    if as_json:
        answer(_document(dossier, sides, differs=reading.differs))
    else:
        _tell(sides, lang, differs=reading.differs)


def _document(dossier: Dossier, sides: Sequence[Side], *, differs: bool) -> dict[str, Any]:
    rules = dict.fromkeys(interval.rule for side in sides for interval in side.intervals)
    return {
        "code": dossier.code,
        "unit": dossier.unit,
        "accepted_at": _written(dossier.accepted_at),
        "term": asdict(dossier.term) if dossier.term else None,
        "counting": dossier.counting,
        "differs": differs,
        **{side.name: _side(side) for side in sides},
        "rules": [{"rule": rule.value, **asdict(RULE_TEXTS[rule])} for rule in rules],
    }


def _side(side: Side) -> dict[str, Any]:
    calendar = side.reckoning.calendar
    return {
        "due_at": _written(side.reckoning.due_at),
        "calendar": {"id": calendar.id, "known_at": _written(calendar.known_at)} if calendar else None,
        "intervals": [
            {
                "since": _written(each.since),
                "until": _written(each.until),
                "counted": each.counted,
                "rule": each.rule.value,
                "days": each.days,
                "decision": each.declaration.decision if each.declaration else None,
                "known_at": _written(each.declaration.known_at) if each.declaration else None,
            }
            for each in side.intervals
        ],
    }


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _tell(sides: Sequence[Side], lang: Language, *, differs: bool) -> None:
    words = _WORDS[lang]
    dates = [f"{words[side.name]}: {_date(side.reckoning.due_at, lang)}" for side in sides]
    tell("   |   ".join(dates))
    tell(words["differs" if differs else "same"])
    for side in sides:
        calendar = side.reckoning.calendar
        by = (
            words["by"].format(id=calendar.id, known_at=_date(calendar.known_at, lang))
            if calendar
            else words["pinned nothing"]
        )
        tell("")
        tell(f"{words[side.name]}: {_date(side.reckoning.due_at, lang)} ({by})")
        for each in side.intervals:
            tell(_line(each, lang))


def _line(interval: Interval, lang: Language) -> str:
    words, rule = _WORDS[lang], RULE_TEXTS[interval.rule]
    counted = words["counted" if interval.counted else "not counted"]
    if interval.days:
        counted += f" {words['days'].format(days=interval.days)}"
    text = rule.text_vi if lang is Language.VI else rule.text
    if declared := interval.declaration:
        known_at = _date(declared.known_at, lang)
        text += f" [{words['declared'].format(decision=declared.decision, known_at=known_at)}]"
    return f"  {_date(interval.since, lang)} – {_date(interval.until, lang)}  {counted:<16}  {text}"


def _date(moment: datetime | None, lang: Language) -> str:
    return f"{moment.astimezone(HO_CHI_MINH):%d/%m/%Y %H:%M}" if moment else _WORDS[lang]["none"]


def impact_of(
    declaration: Annotated[Path, typer.Option("--declaration", metavar="FILE", help="What would be declared.")],
    as_json: AsJson = False,
) -> None:
    """Before something is declared: the open dossiers whose recomputed date would be another. No promise would move.

    Takes the file that `motcua calendars declare` takes, and declares nothing.
    """
    at = now()
    planned = read_decisions(declaration, at)
    settings, totals = environment.load(), Totals()
    with database(settings) as url:
        rules = administration(url, settings).current()
        known_now, known_then = Known(rules=rules, at=at), known_after(plan(planned, rules, at).after, at)
        catch_up(url)
        with connect(url, application_name="motcua-clock") as connection, progress() as bar:
            task = bar.add_task(declaration.name, total=None)

            def show(done: int, whole: int) -> None:
                bar.update(task, completed=done, total=whole)

            found = impact(connection, known_now, known_then, totals, show)
            if as_json:
                answer_in_parts("dossiers", map(_moved, found), lambda: {"totals": asdict(totals)})
            else:
                for each in found:
                    tell(_moved_line(each))
    if not as_json:
        tell(
            f"{totals.differ} of {totals.looked_at} open dossiers would have another recomputed date: "
            f"{totals.earlier} an earlier, {totals.later} a later one. What was promised stays."
        )
        if totals.not_computed:
            tell(f"{totals.not_computed} could not be computed: their calendar has no working time to run in.")


def _moved(each: Impact) -> dict[str, Any]:
    return {
        "code": each.code,
        "unit": each.unit,
        "procedure": each.procedure,
        "promised": _written(each.promised),
        "recomputed": _written(each.recomputed),
        "recomputed_then": _written(each.recomputed_then),
    }


def _moved_line(each: Impact) -> str:
    promised, before, then = (
        _date(moment, Language.EN) for moment in (each.promised, each.recomputed, each.recomputed_then)
    )
    return f"{each.code}  {each.unit}  promised {promised}  recomputed {before} -> {then}"
