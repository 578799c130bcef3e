"""Commands to the administration as people write them: a JSON object for each, read with the types of the domain."""

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from domain.administration.entries import Kind
from domain.administration.kinds import KINDS
from domain.errors import Complaint

BY_PATH: Final = {kind.path: kind for kind in KINDS}


class UnusableCommand(Complaint, ValueError):
    """What was written is no such command; the message says where and what to do."""


def kind_at(path: str) -> Kind[Any]:
    """The kind of this name, as addresses have it.

    Raises:
        UnusableCommand: there is none.
    """
    if path not in BY_PATH:
        raise UnusableCommand(f"there is no kind {path!r}; there are: {', '.join(BY_PATH)}")
    return BY_PATH[path]


def commands_from(kind: Kind[Any], key: str, act: str, text: bytes, *, name: str, at: str) -> list[Any]:
    """The commands that a file holds: one, or a list that belongs together.

    ``name`` is the file's, ``at`` holds where the file says no other time.

    Raises:
        UnusableCommand: the act is not one of the kind's, or the file cannot be read as it.
    """
    if act not in kind.acts:
        raise UnusableCommand(f"{kind.path} know no act {act!r}; they know: {', '.join(kind.acts)}")
    try:
        written = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise UnusableCommand(f"{name}: it is not JSON: {error}") from error
    several = written if isinstance(written, list) else [written]
    return [_command(kind.acts[act], {kind.key: key}, act, fields, name=name, at=at) for fields in several]


def _command(command: type[Any], named: dict[str, str], act: str, fields: object, *, name: str, at: str) -> Any:  # noqa: ANN401
    if not isinstance(fields, dict):
        raise UnusableCommand(f"{name}: a command is a JSON object")
    if unknown := sorted(set(fields) - {*command.__dataclass_fields__}):
        raise UnusableCommand(f"{name}: {act} has no field {', '.join(unknown)}")
    try:
        return msgspec.convert({"at": at, **fields, **named}, command)
    except (msgspec.ValidationError, ValueError) as error:
        raise UnusableCommand(f"{name}: {error}") from error


def read_text(file: Path) -> bytes:
    """What a file holds.

    Raises:
        UnusableCommand: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnusableCommand(f"{file}: {error.strerror or error}") from error
