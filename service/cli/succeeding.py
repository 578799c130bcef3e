"""``motcua units succeed``: what an ended unit has in hand goes to its successor."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.administration.administration import Administration
from domain.envelope import Actor
from service import settings as environment
from service.administration_files import UnusableCommand, read_text
from service.cli.printing import AsJson, answer_in_parts, complain, progress, say
from service.database import connect
from service.succession import HandedOver, find_in_hand, hand_over
from service.wiring import administration, catch_up, database, door, now

_FOUND_WRONG = 1


@dataclass
class _Sums:
    handed: int = 0
    refused: int = 0


def succeed(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="The unit that has ended.")],
    to: Annotated[str | None, typer.Option("--to", help="The successor; may be left out where there is one.")] = None,
    dossiers: Annotated[
        Path | None,
        typer.Option(
            "--dossiers", help="Only the dossiers whose codes this file holds, one a line; - is standard input."
        ),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Whose act it is; by default who is logged in.")] = None,
    as_json: AsJson = False,
) -> None:
    """Hand all that an ended unit has in hand to its successor; promises stay.

    It can be interrupted and run again. Exit code 1 if some could not be handed over; each is named with the reason.
    """
    codes = None if dossiers is None else _codes(dossiers)
    settings = environment.load()
    with database(settings) as url:
        rules = administration(url, settings)
        at = now()
        to_unit = _successor(rules.current(), unit, to)
        catch_up(url)
        sums = _Sums()
        with (
            connect(url, application_name="motcua-succession") as connection,
            closing(door(url, rules, part="succession")) as opened,
        ):
            total = find_in_hand(connection, unit, codes)
            done = hand_over(
                connection,
                opened,
                unit=unit,
                to_unit=to_unit,
                at=at,
                actor=Actor(id=by or getpass.getuser()),
                total=total,
            )
            refused = _refused(done, sums, total, f"{unit} to {to_unit}")
            if as_json:
                answer_in_parts("refused", refused, lambda: {"unit": unit, "to": to_unit, "handed_over": sums.handed})
            else:
                for each in refused:
                    complain(f"{each['code']}: {each['message_vi']} {each['message']}")
        catch_up(url)
    if not as_json:
        say(f"{sums.handed:,} dossiers handed over from {unit} to {to_unit}, {sums.refused:,} could not be")
    if sums.refused:
        raise typer.Exit(_FOUND_WRONG)


def _refused(done: Iterator[HandedOver], sums: _Sums, total: int, title: str) -> Iterator[dict[str, Any]]:
    """Those that could not be handed over, while the bar moves."""
    with progress() as bar:
        task = bar.add_task(title, total=total)
        for batch in done:
            sums.handed += batch.handed
            sums.refused += len(batch.refused)
            bar.update(task, advance=batch.handed + len(batch.refused))
            for code, refusal in batch.refused:
                yield {
                    "code": code,
                    "reason": refusal.slug,
                    "message": refusal.message,
                    "message_vi": refusal.message_vi,
                }


def _successor(rules: Administration, unit: str, to: str | None) -> str:
    """The one that is named, or the only one there is.

    Raises:
        UnusableCommand: there is nothing to hand over, or to nobody; the message says what to do.
    """
    at = now()
    if rules.unit(unit) is None:
        raise UnusableCommand(f"there is no unit {unit!r}; motcua units list --ended tells what there is")
    if rules.ended_by(unit, at) is None:
        raise UnusableCommand(f"{unit} has not ended; motcua units end {unit} ends it, from a day on")
    successors = rules.successors(unit, at)
    if to is None and len(successors) != 1:
        raise UnusableCommand(f"several units succeed {unit}: name one with --to: {', '.join(successors)}")
    if to is not None and to not in successors:
        raise UnusableCommand(f"{to} does not succeed {unit}; it is succeeded by {', '.join(successors)}")
    return to or successors[0]


def _codes(file: Path) -> list[str]:
    text = sys.stdin.buffer.read() if str(file) == "-" else read_text(file)
    return [line.strip() for line in text.decode("utf-8", errors="replace").splitlines() if line.strip()]
