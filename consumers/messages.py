"""Messages as they come from a topic and as they go into one."""

from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

Headers: TypeAlias = tuple[tuple[str, bytes], ...]

TRACEPARENT: Final = "traceparent"
CONTENT_TYPE: Final = "content-type"


class Message(NamedTuple):
    """A message of a topic. ``offset`` orders those of one ``partition``."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    produced_at: datetime

    def header(self, name: str) -> str | None:
        """The first header of this name, if it is text."""
        found = next((value for key, value in self.headers if key.lower() == name), None)
        return None if found is None else found.decode("utf-8", errors="replace")


class Outgoing(NamedTuple):
    """A message for a topic."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
