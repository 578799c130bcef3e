"""``motcua demo | serve | api``: until Ctrl-C."""

from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from shlex import quote
from typing import Annotated

import typer

from consumers.topics import PAYMENT_NOTICES
from service import settings as environment
from service.beside import parts_beside
from service.cli.printing import progress, say, tell
from service.database import connect
from service.demo.examples import Examples, examples
from service.demo.merger import CLERK, INTO, MERGED, merger_requests
from service.demo.notices import notices, send_once
from service.demo.run import DOSSIERS, LABEL, DemoInterruptedError, Generated, began_at, run_demo
from service.rule_book import LoggedRules, RuleBook
from service.server import address, refuse_taken_port, run_api
from service.settings import Settings
from service.succession import find_in_hand, hand_over
from service.wiring import administration, administration_door, catch_up, database, door, now, set_label
from service.wiring_topics import publish


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: motcua serve")(serve)
    app.command(epilog="Example: MOTCUA_DATABASE_URL=postgresql://motcua:secret@localhost/motcua motcua api")(api)
    app.command(epilog="Example: motcua demo --dossiers 100")(demo)


def serve() -> None:
    """Serve API and pages, and beside them projections, the scheduler, consumers and, with Kafka, the relay.

    It uses the embedded PostgreSQL, or MOTCUA_DATABASE_URL.
    """
    settings = environment.load()
    refuse_taken_port(settings)
    with database(settings) as url:
        _serve(settings, url, f"Một Cửa: {address(settings)}   (Ctrl-C to stop)")


def api() -> None:
    """Serve API and pages alone; projections run elsewhere (motcua project run)."""
    settings = environment.load()
    with database(settings) as url:
        run_api(settings, url, lambda: say(f"Một Cửa API: {address(settings)}   (Ctrl-C to stop)"))


def demo(
    dossiers: Annotated[int, typer.Option(min=1, max=200_000, help="How many dossiers to generate.")] = DOSSIERS,
    serve_after: Annotated[bool, typer.Option("--serve/--no-serve", help="Whether to serve the pages.")] = True,
) -> None:
    """Generate a province, labelled as generated, send 90 days of its dossiers through the real commands, and serve it.

    It lives in a folder of its own, MOTCUA_DATA_DIR/demo. Starting again continues.
    """
    settings = environment.load()
    settings = settings.model_copy(update={"data_dir": settings.data_dir / "demo"})
    if serve_after:
        refuse_taken_port(settings)
    with database(settings) as url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        set_label(url, LABEL)
        rules = administration(url, settings)
        generated = _generate(settings, url, rules, dossiers)
        _merge(url, rules, generated.now)
        send_once(
            settings.data_dir, lambda: publish(settings, url, PAYMENT_NOTICES, notices(generated, rules.current()))
        )
        catch_up(url)
        _tell(settings, examples(generated))
        if serve_after:
            _serve(settings, url, "Serving.   (Ctrl-C to stop)")


def _serve(settings: Settings, url: str, told: str) -> None:
    with parts_beside(settings, url) as keep_topics:

        def ready() -> None:
            say(told)
            keep_topics()

        run_api(settings, url, ready)


def _generate(settings: Settings, url: str, rules: RuleBook, dossiers: int) -> Generated:
    opened = door(url, rules, part="demo")
    try:
        with progress() as bar:
            task = bar.add_task("Generating dossiers", total=None)
            return run_demo(
                opened,
                began_at(settings.data_dir, now()),
                lambda done, total: bar.update(task, completed=done, total=total),
                dossiers=dossiers,
            )
    finally:
        opened.close()


def _merge(url: str, rules: LoggedRules, at: datetime) -> None:
    """A ward ends, and hands over what it has; again, with more dossiers, what it has then.

    Raises:
        DemoInterruptedError: something could not be handed over.
    """
    administration_door(url, rules).handle(merger_requests(at))
    catch_up(url)
    with connect(url, application_name="motcua-demo") as connection, closing(door(url, rules, part="demo")) as opened:
        total = find_in_hand(connection, MERGED)
        for done in hand_over(connection, opened, unit=MERGED, to_unit=INTO, at=at, actor=CLERK, total=total):
            for code, refusal in done.refused:
                raise DemoInterruptedError(f"{code}: {refusal.message}") from refusal


def _tell(settings: Settings, chosen: Examples) -> None:
    say("\n[bold]Một Cửa[/bold] - a generated province (sample data, nobody is real)\n")
    say(f"  Look-up    {address(settings)}/")
    codes = {what: code for what, code in asdict(chosen).items() if code}
    for what, code in codes.items():
        say(f"    {what:<9}{address(settings)}/tra-cuu/{code}")
    say(f"  Dashboard  {address(settings)}/dashboard")
    say(f"  Units      {address(settings)}/don-vi/{MERGED} (merged into {INTO}, with what it had in hand)")
    say(f"  Audit      {address(settings)}/audit/{next(iter(codes.values()), '')}")
    where = "" if settings.database_url else f"MOTCUA_DATA_DIR={quote(str(settings.data_dir))} "
    say("  Payments   those that wait or need a person:")
    tell(f"    {where}motcua parked list")
    say("")
