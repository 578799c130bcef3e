"""Messages in a file, for trials and for senders without Kafka: CloudEvents in structured JSON, one a line."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from consumers.dossier_events import headers
from consumers.messages import Outgoing
from domain.errors import Complaint

STANDARD_INPUT: Final = Path("-")


class UnusableFile(Complaint):
    """A line cannot be a message; the message says which and why. Those before it may have been put in."""


class _Keyed(msgspec.Struct, frozen=True):
    partitionkey: str = ""
    subject: str = ""


_KEYED: Final = msgspec.json.Decoder(_Keyed)


def read_messages(path: Path) -> Iterator[Outgoing]:
    """The messages, each keyed by its ``partitionkey`` or, without one, its ``subject``. Empty lines are passed over.

    Raises:
        UnusableFile: there is no such file, or a line is no JSON object or names no key.
    """
    try:
        with sys.stdin.buffer if path == STANDARD_INPUT else path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if value := line.strip():
                    yield Outgoing(_key(path, number, value), value, headers(None))
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}") from error


def _key(path: Path, number: int, value: bytes) -> bytes:
    try:
        found = _KEYED.decode(value)
    except (msgspec.DecodeError, ValueError) as error:
        raise UnusableFile(f"{path}, line {number}: not a CloudEvent in JSON: {error}") from error
    key = found.partitionkey or found.subject
    if not key:
        raise UnusableFile(f"{path}, line {number}: it needs a partitionkey, which is the dossier's code")
    return key.encode()
