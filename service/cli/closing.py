"""``motcua figures close | compare``: figures that stand, and what has changed in them since by corrections."""

import getpass
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from domain.administration.closings import CLOSINGS, CloseFigures, PublishFigures
from domain.envelope import Actor
from domain.errors import DossierError
from domain.ports import AdministrationRequest
from service import settings as environment
from service.administration_files import UnusableCommand
from service.cli.asking import instant
from service.cli.printing import AsJson, answer, say, table, tell
from service.closing_figures import corrected_dossiers, differences, figures_as_of, wait_for_earlier
from service.database import connect
from service.wiring import administration, administration_door, catch_up, database, now

_FOUND_OTHERS: Final = 1


def register(app: typer.Typer) -> None:
    """Add the commands."""
    figures = typer.Typer(name="figures", help="Closed and published figures.", no_args_is_help=True)
    figures.command(epilog="Example: motcua figures close 2023 --as-of 2023-12-31T23:59:59+07:00")(close)
    figures.command(epilog="Example: motcua figures compare 2023")(compare)
    app.add_typer(figures)


Code = Annotated[str, typer.Argument(metavar="CODE", help="A code of your own, such as a quarter's.")]


def close(
    code: Code,
    as_of: Annotated[str, typer.Option("--as-of", help="The instant, RFC 3339 with an offset.")],
    decision: Annotated[str, typer.Option("--decision", help="The number of the notice that closes them.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Whose act it is; by default who is logged in.")] = None,
) -> None:
    """Close the figures as of an instant that has passed, and record them as published.

    What would change them is refused from then on, save corrections. Interrupted, it goes on when called again.
    """
    moment = instant(as_of, "--as-of")
    settings = environment.load()
    with database(settings) as url:
        door = administration_door(url, administration(url, settings))

        def send(command: Any, digest: str) -> bool:  # noqa: ANN401 - one of the acts
            request = AdministrationRequest(
                command=command, actor=Actor(id=by or getpass.getuser()), command_id=f"figures/{code}/{digest}",
                digest=digest,
            )  # fmt: skip
            try:
                return bool(door.handle([request])[0].facts)
            except DossierError as refusal:
                raise UnusableCommand(f"{refusal.message_vi} {refusal.message}") from refusal

        send(CloseFigures(code=code, as_of=moment, decision=decision, at=now()), f"close/{as_of}/{decision}")
        say(f"closed as of {moment.isoformat()}")
        with connect(url, application_name="motcua-figures") as connection:
            wait_for_earlier(connection)
            catch_up(url)
            found, position = figures_as_of(connection, moment)
        if send(PublishFigures(code=code, figures=found, position=position, at=now()), f"publish/{position}"):
            tell(f"published: {len(found):,} rows, read up to position {position}")
        else:
            tell("published already")


def compare(code: Code, as_json: AsJson = False) -> None:
    """Where published figures are others now, and the dossiers that were corrected. Exit code 1 if there are any."""
    settings = environment.load()
    with database(settings) as url:
        closing = administration(url, settings).current().entries.of(CLOSINGS).get(code)
        if closing is None or closing.published_at is None:
            raise UnusableCommand(f"no figures were published as {code!r}; motcua administration list closings")
        catch_up(url)
        with connect(url, application_name="motcua-figures") as connection:
            found, position = figures_as_of(connection, closing.as_of)
            others = differences(closing, found)
            corrected = list(corrected_dossiers(connection, closing.as_of)) if others else []
    if as_json:
        answer({
            "code": code, "as_of": closing.as_of.isoformat(), "position": position,
            "differences": [asdict(each) for each in others], "corrected": corrected,
        })  # fmt: skip
    elif others:
        rows = [(each.counting, each.unit or "all", each.figure, each.published, each.now) for each in others]
        table(f"{code}, as of {closing.as_of.isoformat()}", ("counting", "unit", "figure", "published", "now"), rows)
        say(f"{len(corrected):,} dossiers corrected: {', '.join(corrected)}")
    else:
        say(f"{code}: all {len(closing.figures):,} rows are as published")
    if others:
        raise typer.Exit(_FOUND_OTHERS)
