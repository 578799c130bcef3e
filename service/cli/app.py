"""Every command, and what its errors become: 0 done, 1 found something wrong, 2 bad use."""

import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

import psycopg
import typer
from typer.core import TyperGroup

from domain.errors import Complaint
from service import settings as environment
from service.cli.printing import complain
from service.logs import configure
from service.working import LeftBehind

MODULES: Final[Mapping[str, str]] = {
    "serve": "running",
    "api": "running",
    "demo": "running",
    "kafka": "brokering",
    "history": "reporting",
    "schedule": "scheduling",
    "relay": "streaming",
    "consume": "streaming",
    "publish": "streaming",
    "status": "watching",
    "bench": "measuring",
    "import": "importing",
    "stats": "reporting",
    "payments": "paying",
    "project": "projecting",
    "parked": "parking",
    "administration": "administering",
    "procedures": "cataloguing",
    "delegations": "delegating",
    "officers": "delegating",
    "calendars": "calendars",
    "clock": "clocks",
    "figures": "closing",
    "units": "units",
    "subjects": "subjects",
    "registers": "subjects",
    "reuse": "subjects",
}
"""Where each command or group of commands is, in the order of the help."""

BAD_USE: Final = 2
INTERRUPTED: Final = 130
"""What shells know as ended by Ctrl-C."""


class _Commands(Mapping[str, Any]):
    """Commands by name. The module of one is imported once it is asked for: most need a part of what all need."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - typer keeps the class of its commands to itself
        if name not in self._known:
            part = typer.Typer()
            import_module(f"service.cli.{MODULES[name]}").register(part)
            self._known.update(typer.main.get_group(part).commands)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


class _Motcua(TyperGroup):
    def __init__(self, **told: Any) -> None:  # noqa: ANN401
        super().__init__(**told)
        self.commands = _Commands()  # type: ignore[assignment]  # nobody adds to them


app = typer.Typer(
    name="motcua",
    cls=_Motcua,
    help="Một Cửa: an event-sourced case-processing backend for administrative procedures.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)


@app.callback()
def _motcua() -> None: ...


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its code."""
    try:
        code = run(sys.argv[1:] if arguments is None else arguments)
    except LeftBehind as left:
        complain(str(left))
        os._exit(0)  # what was left behind would hold up an orderly end
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    try:
        configure(environment.load().log_level)
        typer.main.get_command(app).main(arguments, prog_name="motcua")
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            complain("interrupted; what was committed stays, and the same command goes on from there")
        return ended.code if isinstance(ended.code, int) else 0
    except Complaint as complaint:
        complain(str(complaint))
    except psycopg.OperationalError as error:
        complain(f"the database does not answer: {str(error).strip()}")
    return BAD_USE
