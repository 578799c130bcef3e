"""``motcua bench``: measured, not felt."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

_BENCH: Final = Path(__file__).parents[2] / "benchmarks"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: motcua bench --seconds 2 --json-file results.json")(bench)


def bench(
    seconds: Annotated[float, typer.Option(min=0.2, help="How long each rate is measured.")] = 5,
    runs: Annotated[int, typer.Option(min=1, help="How often each is measured; medians are told.")] = 3,
    dossiers: Annotated[int, typer.Option(min=1000, help="How many dossiers look-ups and statistics meet.")] = 100_000,
    json_file: Annotated[Path | None, typer.Option(help="Where to write the figures as JSON.")] = None,
) -> None:
    """Measure side by side, in one run on one server: ours, the limit, and what one would use instead."""
    if not (_BENCH / "__main__.py").exists():
        raise typer.BadParameter("the measurements come with the source code: run it in a checkout, as make bench")
    command = [sys.executable, "-m", "benchmarks", f"{seconds}", f"{runs}", f"{dossiers}"]
    written = [str(json_file.resolve())] if json_file else []
    finished = subprocess.run([*command, *written], cwd=_BENCH.parent, check=False)  # noqa: S603 - our own words
    raise typer.Exit(finished.returncode)
