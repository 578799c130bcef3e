"""Values as a log writes them, read as texts and instants; what cannot be read is named with its line."""

from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from consumers.xes.mapping import TextSource
from consumers.xes.reader import Attributes, MalformedLog

_LAST_YEAR: Final = 9998  # in the year 9999 some instants have no local time


class Text(NamedTuple):
    """A text, and whether it was not read as such but came from a default or was left empty."""

    value: str
    inferred: bool


class Instant(NamedTuple):
    """An aware instant, and whether its offset was not read but follows from the mapping's time zone."""

    at: datetime
    inferred: bool


class Values:
    """The attributes of one case or event, which begins on ``line`` of the log."""

    __slots__ = ("attributes", "line", "pairs", "zone")

    def __init__(self, pairs: Attributes, line: int, zone: ZoneInfo) -> None:
        self.pairs = pairs
        self.attributes = dict(pairs)
        self.line = line
        self.zone = zone

    def text(self, source: TextSource, what: str) -> Text:
        """The text that ``source`` gives; ``what`` names it in the error.

        Raises:
            MalformedLog: the attribute is absent or empty, and there is no default.
        """
        word = self.attributes.get(source.attribute or "", "")
        if word in source.values:
            return Text(source.values[word], inferred=False)
        if source.default is not None and (source.values or not word):
            return Text(source.default, inferred=True)
        if not word:
            raise MalformedLog(self.line, f"{what}: there is no {source.attribute}, and the mapping gives no default")
        return Text(word, inferred=False)

    def instant(self, key: str) -> Instant | None:
        """The instant in the attribute ``key``; None when it is absent or empty.

        Raises:
            MalformedLog: it is not an instant.
        """
        text = self.attributes.get(key)
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            reason = f"{key} is {text!r}, not a date and time such as 2024-05-31T08:30:00+02:00"
            raise MalformedLog(self.line, reason) from None
        if not 1 < at.year <= _LAST_YEAR:
            raise MalformedLog(self.line, f"{key} is {text!r}, not within the years 2 to {_LAST_YEAR}")
        return Instant(at, inferred=False) if at.tzinfo else Instant(at.replace(tzinfo=self.zone), inferred=True)
