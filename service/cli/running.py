"""``motcua demo | serve | api``: until Ctrl-C."""

import typer

from service import settings as environment
from service.cli.printing import progress, say
from service.demo.run import run_demo
from service.server import projections_beside, refuse_taken_port, run_api
from service.settings import Settings
from service.wiring import administration, catch_up, database, door, label, now, set_label

GENERATED = "generated"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: MOTCUA_PORT=8080 motcua serve")(serve)
    app.command(epilog="Example: MOTCUA_DATABASE_URL=postgresql://… motcua api")(api)
    app.command(epilog="Example: motcua demo --dossiers 500")(demo)


def serve() -> None:
    """Serve API, pages and projections on the embedded PostgreSQL, or on MOTCUA_DATABASE_URL."""
    settings = environment.load()
    refuse_taken_port(settings)
    with database(settings) as url, projections_beside(url):
        run_api(settings, url, lambda: say(f"Một Cửa: {address(settings)}   (Ctrl-C to stop)"))


def api() -> None:
    """Serve API and pages alone; projections run elsewhere (motcua project run)."""
    settings = environment.load()
    with database(settings) as url:
        run_api(settings, url, lambda: say(f"Một Cửa API: {address(settings)}   (Ctrl-C to stop)"))


def demo(
    dossiers: int = typer.Option(2000, min=1, max=200_000, help="How many dossiers to generate."),
    serve_after: bool = typer.Option(True, "--serve/--no-serve", help="Whether to serve the pages afterwards."),  # noqa: FBT001, FBT003 - an option
) -> None:
    """Generate a province, labelled as generated, send 90 days of its dossiers through the real commands, and serve it.

    It lives in a folder of its own, MOTCUA_DATA_DIR/demo. Starting again continues.
    """
    settings = environment.load()
    settings = settings.model_copy(update={"data_dir": settings.data_dir / "demo"})
    if serve_after:
        refuse_taken_port(settings)
    with database(settings) as url:
        if label(url) is None:
            set_label(url, GENERATED)
        examples = _generate(url, dossiers)
        catch_up(url, settings)
        _tell(settings, examples)
        if serve_after:
            with projections_beside(url):
                run_api(settings, url, lambda: say("Serving.   (Ctrl-C to stop)"))


def _generate(url: str, dossiers: int) -> dict[str, str]:
    opened = door(url, administration(url), part="demo")
    try:
        with progress() as bar:
            task = bar.add_task("Generating dossiers", total=dossiers)
            return run_demo(
                opened, now(), lambda done, total: bar.update(task, completed=done, total=total), dossiers=dossiers
            )
    finally:
        opened.close()


def _tell(settings: Settings, examples: dict[str, str]) -> None:
    say("\n[bold]Một Cửa[/bold] - a generated province (sample data, nobody is real)\n")
    say(f"  Look-up    {address(settings)}/")
    for what, code in examples.items():
        say(f"    {what:<18} {address(settings)}/tra-cuu/{code}")
    say(f"  Dashboard  {address(settings)}/dashboard")
    code = next(iter(examples.values()), "")
    say(f"  Audit      {address(settings)}/audit/{code}\n")


def address(settings: Settings) -> str:
    """Where to point a browser."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"
