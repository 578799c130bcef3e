"""How commands speak: tables for people, JSON for programs, complaints on standard error."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

OUT: Final = Console(soft_wrap=True)
ERRORS: Final = Console(stderr=True, soft_wrap=True)

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


def say(text: str) -> None:
    """A line for people."""
    OUT.print(text, highlight=False)


def tell(text: str) -> None:
    """A line with others' words in it: they say nothing of how it looks, nor where it ends."""
    sys.stdout.write("".join(letter if letter.isprintable() else " " for letter in text) + "\n")


def complain(text: str) -> None:
    """What went wrong and what to do."""
    ERRORS.print(f"motcua: {text}", markup=False, highlight=False)


def answer(value: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    """A document for programs."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def answer_in_parts(name: str, items: Iterable[Any], rest: Callable[[], Mapping[str, Any]]) -> None:
    """A document for programs, whose list ``name`` is written as it comes; ``rest`` is known at its end."""
    sys.stdout.write(f'{{\n  "{name}": [')
    separator = "\n    "
    for item in items:
        sys.stdout.write(separator + json.dumps(item, ensure_ascii=False))
        separator = ",\n    "
    others = (f",\n  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in rest().items())
    sys.stdout.write("\n  ]" + "".join(others) + "\n}\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people; columns after the first are numbers. Nothing in it is cut, however narrow the window."""
    cells = [[str(cell) for cell in row] for row in rows]
    drawn = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        longest = max(map(len, [*column.split(), *(row[number] for row in cells)]))
        drawn.add_column(column, justify="right" if number else "left", min_width=longest)
    for row in cells:
        drawn.add_row(*row)
    OUT.print(drawn)


def counted(number: int, *, at_least: bool) -> str:
    """A count, which may not have been carried to its end."""
    return f"≥ {number:,}" if at_least else f"{number:,}"


def span(seconds: float) -> str:
    """How long, as people say it."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"


def progress() -> Progress:
    """A bar on standard error, so that answers on standard output stay clean."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=ERRORS,
        transient=True,
        redirect_stdout=OUT.is_terminal,  # what is written meanwhile goes above the bar, unless it goes elsewhere
    )
