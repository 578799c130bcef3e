"""``motcua delegations acts | outside`` and ``motcua officers could-sign``: what auditors ask of powers."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import datetime, time
from typing import Annotated, Any

import typer

from domain.administration.officers import Power
from domain.codes import HO_CHI_MINH
from domain.could_act import could_act
from domain.dossier.corrections import replay
from domain.dossier.dossier import Dossier
from service import settings as environment
from service.acts_audit import Act, Administrations, acts
from service.administration_files import UnusableCommand
from service.cli.printing import AsJson, answer_in_parts, progress, say, table, tell
from service.database import connect
from service.reads import recorded
from service.rule_book import facts_since
from service.streams import load
from service.wiring import administration, database, event_log

_FOUND_WRONG = 1


def register(app: typer.Typer) -> None:
    """Add the commands."""
    delegations = typer.Typer(name="delegations", help="Acts under delegations.", no_args_is_help=True)
    delegations.command(name="acts", epilog="Example: motcua delegations acts 05/UQ-UBND")(acts_)
    delegations.command(epilog="Example: motcua delegations outside")(outside)
    app.add_typer(delegations)
    officers = typer.Typer(name="officers", help="Who could do what.", no_args_is_help=True)
    officers.command(
        "could-sign", epilog="Example: motcua officers could-sign H15.50.05.13-261008-0975 --on 2026-10-09"
    )(could_sign)
    officers.callback()(_officers)
    app.add_typer(officers)


def _officers() -> None:
    """Who could do what."""


def acts_(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The number of the delegation's instrument.")],
    as_json: AsJson = False,
) -> None:
    """Every act that was done under a delegation."""
    _tell((act for act in _audited() if act.delegation == number), as_json)


def outside(as_json: AsJson = False) -> None:
    """Every act without a ground: no post and no delegation that held then. Exit code 1 if there is one.

    Each act is judged anew, by the administration as it was recorded when the act was.
    """
    if _tell((act for act in _audited() if act.refusal is not None), as_json):
        raise typer.Exit(_FOUND_WRONG)


def could_sign(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The dossier's code.")],
    on: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day.")],
    as_json: AsJson = False,
) -> None:
    """Who could have signed this dossier's result at noon of a day: by which post, or under which delegation."""
    settings = environment.load()
    at = datetime.combine(on.date(), time(12), HO_CHI_MINH)
    with database(settings) as url:
        rules = administration(url, settings).current()
        dossier = _dossier(url, code)
    found = [asdict(each) for each in could_act(dossier, Power.SIGN, rules, at)]
    if as_json:
        answer_in_parts("officers", found, lambda: {"code": code, "at": at.isoformat()})
    elif found:
        table(code, ("officer", "unit", "title", "delegation"), [[each[k] or "" for k in each] for each in found])
    else:
        say("nobody")


def _dossier(url: str, code: str) -> Dossier:
    with connect(url, application_name="motcua-officers") as connection:
        for dossier_id, rows in load(connection, [], [code]):
            return replay(each.event for each in recorded(dossier_id, rows))
    raise UnusableCommand(f"no dossier has the code {code}")


def _audited() -> Iterator[Act]:
    settings = environment.load()
    with database(settings) as url, closing(event_log(url, "audit")) as log, progress() as bar:
        administration(url, settings)
        with connect(url, application_name="motcua-audit") as connection:
            administrations = Administrations(facts_since(connection, 0))
        task = bar.add_task("Reading histories", total=log.count(log.head()))
        for history in log.histories(log.head()):
            yield from acts(history, administrations)
            bar.update(task, advance=len(history))


def _tell(found: Iterator[Act], as_json: bool) -> int:  # noqa: FBT001
    count = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal count
        for each in found:
            count += 1
            yield {**asdict(each), "at": each.at.isoformat(), "position": str(each.position)}

    if as_json:
        answer_in_parts("acts", counted(), lambda: {"count": count})
    else:
        for told in counted():
            for_whom = f" for {told['on_behalf_of']} ({told['delegation']})" if told["delegation"] else ""
            why = f": {told['refusal']}" if told["refusal"] else ""
            tell(f"{told['code']}/{told['version']} {told['at']} {told['act']} by {told['officer']}{for_whom}{why}")
        say(f"{count:,} acts")
    return count
