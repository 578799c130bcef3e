"""The reference page of the command line, written from the code: ``python -m service.cli.reference``."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

import typer

from service.cli.app import app

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"
EXAMPLE: Final = "Example: "

_PARKED: Final = (
    "id", "consumer", "topic", "partition", "offset", "key", "value", "value_base64", "headers", "produced_at",
    "standing", "reason", "reason_vi", "reason_en", "attempts", "kept_at", "next_try_at", "ended_at", "ended_by",
    "ended_why",
)  # fmt: skip
JSON_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "history": ("version", "position", "type", "effective_at", "event", "envelope"),
    "import xes": (
        "source", "dossiers", "new_dossiers", "refused_dossiers", "source_events", "added", "unchanged", "refused",
        "refusals",
    ),
    "stats on-time": ("counting", "by", "structure", "rule", "position", "total", "rows"),
    "payments reconcile": ("found", "categories", "total", "adds_up"),
    "project status": (
        "name", "source", "partition", "position", "head", "behind_events", "at_least", "behind_seconds", "updated_at",
    ),
    "project rebuild": ("events", "changes"),
    "project verify": ("differences", "found"),
    "parked list": _PARKED,
    "parked show": _PARKED,
    "parked retry": ("settled", "kept", "behind"),
    "parked drop": ("settled", "kept", "behind"),
    "calendars declare": ("file", "dry_run", "new", "already", "decisions"),
    "calendars show": ("id", "year", "known_at", "working_days", "timetables", "declared"),
    "clock explain": (
        "code", "unit", "accepted_at", "term", "counting", "differs", "promised", "recomputed", "rules",
    ),
    "clock impact": ("dossiers", "totals"),
    "figures compare": ("code", "as_of", "position", "differences", "corrected"),
    "administration kinds": ("kind", "key", "acts"),
    "administration list": ("key", "version"),
    "administration history": ("version", "type", "recorded_at", "actor", "fact"),
    "schedule": ("here", "failures"),
    "delegations acts": ("acts", "count"),
    "delegations outside": ("acts", "count"),
    "officers could-sign": ("officers", "code", "at"),
    "units list": ("unit", "kind", "name", "name_en", "above", "from", "until", "successors"),
    "units show": (
        "unit", "kind", "name", "name_en", "above", "from", "until", "successors", "calendar", "ended_by",
        "predecessors", "answering_today", "below", "changes",
    ),
    "units succeed": ("refused", "unit", "to", "handed_over"),
    "status": ("at", "kafka", "log", "relays", "consumers", "parked", "projections", "schedule", "attention"),
}  # fmt: skip
"""What ``--json`` answers with, by command; lists answer with one such object for each item."""

LISTS: Final = frozenset(
    {
        "history",
        "administration kinds",
        "administration list",
        "administration history",
        "project status",
        "parked list",
        "units list",
    }
)

_NO_MESSAGE: Final = "it takes a message of yours; the how-to has one"
_NOT_RUN: Final = {
    "status": "it ends with 1, since in the demo a person is needed; the how-to has it",
    "units split": "it takes a file of yours: the parts, with their day and decision",
    "procedures publish": "it takes a file of yours; the how-to has one",
    "bench": "it measures for minutes",
    "parked show": _NO_MESSAGE,
    "parked retry": _NO_MESSAGE,
    "parked drop": _NO_MESSAGE,
}
_HEAD: Final = """# Command line

Written from the code by `python -m service.cli.reference`; a test fails when the two differ.

Every command works on its own: it uses the PostgreSQL that `MOTCUA_DATABASE_URL` names, or else starts the embedded one
of `MOTCUA_DATA_DIR`, or attaches to it where it runs ([settings](settings.md)). Each tells of itself with `--help`.

| Exit code | Meaning |
| --: | --- |
| 0 | Done. |
| 1 | Done, and something wrong was found: no such dossier, a difference, a refused case, an unmatched payment. |
| 2 | Bad use: unknown command, option or setting; unreadable value or file; taken port; no database, broker or Java. |
| 130 | Interrupted with Ctrl-C; what was committed stays. Servers end with 0. |

Answers go to standard output; progress, complaints and logs go to standard error.
"""


def render() -> str:
    """The page, in Markdown."""
    return _HEAD + "".join(_section(name, command) for name, command in commands())


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, in the order of the help."""
    return _commands("", typer.main.get_command(app))


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer keeps its class to itself
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for each, part in inner.items():
        yield from _commands(f"{name} {each}".strip(), part)


def _section(name: str, command: Any) -> str:  # noqa: ANN401
    reason = f"<!-- not run: {_NOT_RUN[name]} -->\n" if name in _NOT_RUN else ""
    example = command.epilog.removeprefix(EXAMPLE)
    parameters = [_row(each) for each in command.params if not each.hidden]
    table = "| Argument, option | Value | Default | Meaning |\n| --- | --- | --- | --- |\n" if parameters else ""
    return (
        f"\n## motcua {name}\n\n{command.help}\n\n{reason}```sh\n{example}\n```\n"
        + ("\n" + table + "".join(parameters) if parameters else "")
        + _json_answer(name)
    )


def _row(parameter: Any) -> str:  # noqa: ANN401
    is_argument = not parameter.opts[0].startswith("-")
    names = [parameter.name.upper()] if is_argument else [*parameter.opts, *parameter.secondary_opts]
    written = ", ".join(f"`{name}`" for name in names)
    return f"| {written} | {_values(parameter)} | {_default(parameter)} | {parameter.help} |\n"


def _values(parameter: Any) -> str:  # noqa: ANN401
    kind = parameter.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{each.value}`" for each in kind)
    if kind is bool:
        return ""
    if parameter.min is not None:
        return f"{parameter.min} or more" if parameter.max is None else f"{parameter.min} to {parameter.max}"
    return {Path: "file", datetime: "day, `YYYY-MM-DD`", str: "text", list[str]: "text, several"}[kind]


def _default(parameter: Any) -> str:  # noqa: ANN401
    if parameter.required:
        return "required"
    if parameter.default is None or parameter.default is False:
        return ""
    if parameter.default is True:
        return f"`{parameter.opts[0]}`"
    shown = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    return f"`{shown}`"


def _json_answer(name: str) -> str:
    if name not in JSON_KEYS:
        return ""
    keys = ", ".join(f"`{key}`" for key in JSON_KEYS[name])
    kind = "a list of objects" if name in LISTS else "an object"
    return f"\nWith `--json`: {kind} with {keys}.\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
