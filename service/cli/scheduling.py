"""``motcua schedule``: the clock, turned into escalations."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from service import settings as environment
from service.cli.asking import instant
from service.cli.printing import AsJson, answer, say
from service.cli.stopping import WhileInputOpen, stop_when_told
from service.scheduling import Looked
from service.wiring import administration, database, now
from service.wiring_schedule import (
    LOOK_SECONDS,
    TRIAL_LOOK_SECONDS,
    keep_looking,
    look_once,
    look_until_caught_up,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: motcua schedule --until-caught-up")(schedule)


def schedule(  # noqa: PLR0917 - options are given by name on the command line
    once: Annotated[bool, typer.Option("--once", help="Look once at what is known, then end.")] = False,
    until_caught_up: Annotated[
        bool, typer.Option("--until-caught-up", help="End once all that is to be told now is told, by whomever.")
    ] = False,
    trial_at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="RFC3339", help="Trials only: go by this instant, e.g. 2026-03-10T17:00:00+07:00."
        ),
    ] = None,
    trial_clock: Annotated[
        Path | None,
        typer.Option(
            help="Trials only: go by the instant in this file, read at each look.", exists=True, dir_okay=False
        ),
    ] = None,
    while_input_open: WhileInputOpen = False,
    as_json: AsJson = False,
) -> None:
    """Escalate what has waited too long: due soon, overdue, an apology owed, dues or a supplement awaited, and more.

    One process looks at a time; others stand by and take over within seconds. Each occasion is told of once.
    """
    if once and until_caught_up:
        raise typer.BadParameter("choose one: a single look, or until all is told", param_hint="--once")
    clock = _clock(trial_at, trial_clock)
    settings = environment.load()
    stop = stop_when_told(while_input_open=while_input_open)
    with database(settings) as url:
        rules = administration(url, settings)
        if once:
            _tell(look_once(url, rules, clock, stop), as_json=as_json)
        elif until_caught_up:
            _tell(look_until_caught_up(url, rules, clock, stop), as_json=as_json)
        else:
            pause = LOOK_SECONDS if trial_clock is None else TRIAL_LOOK_SECONDS
            keep_looking(url, rules, clock, stop, pause)


def _clock(trial_at: str | None, trial_clock: Path | None) -> Callable[[], datetime]:
    if trial_at is not None and trial_clock is not None:
        raise typer.BadParameter("choose one: an instant, or a file", param_hint="--at")
    if trial_at is not None:
        at = instant(trial_at, "--at")
        return lambda: at
    if trial_clock is not None:
        turned = partial(_read_clock, trial_clock)
        turned()
        return turned
    return now


def _read_clock(file: Path) -> datetime:
    return instant(file.read_text(encoding="utf-8").strip(), "--trial-clock")


def _tell(looked: Looked | None, *, as_json: bool) -> None:
    if as_json:
        told = None if looked is None else {"escalated": looked.escalated, "moved_on": looked.moved_on}
        answer({"here": told, "failures": [] if looked is None else looked.failures})
    elif looked is None:
        say("another process looks at the clock (motcua status says which); nothing was done here")
    else:
        say(f"{looked.escalated} escalated, {looked.moved_on} had moved on, {len(looked.failures)} failed")
    if looked is not None and looked.failures:
        raise typer.Exit(1)
