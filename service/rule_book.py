"""The administration as a process knows it: read once, then only what came since.

Pages show what the process knows, which lags by a moment. Decisions do not: the append names the position up to which
their rules were known, and saves nothing when the log goes further (service/streams.py).
"""

from collections.abc import Iterable
from threading import Lock
from typing import Any, Final, Protocol

from psycopg import Connection

from domain.administration.administration import Administration
from domain.administration.entries import Entries, Kind, RecordedFact
from domain.ports import KnownRules, Rules
from service.administration_codec import decode, entry_id

_SINCE: Final = (
    "SELECT topic, state, originator_version, notification_id FROM administration_events"
    " WHERE notification_id > %s ORDER BY notification_id"
)
_HEAD: Final = "SELECT position FROM administration_head"
_HISTORY: Final = (
    "SELECT topic, state, originator_version, notification_id FROM administration_events"
    " WHERE originator_id = %s ORDER BY originator_version"
)


class RuleBook(Protocol):
    """Where a door finds the rules it decides by."""

    def known(self) -> KnownRules:
        """The rules as they are known here, and how far they go."""
        ...

    def renewed(self, connection: Connection[Any]) -> KnownRules:
        """The rules as they stand now."""
        ...


class Unchanging:
    """Rules that nobody changes: those of tests, trials and measurements."""

    def __init__(self, rules: Rules) -> None:
        self._known = KnownRules(rules)

    def known(self) -> KnownRules:
        """The rules."""
        return self._known

    def renewed(self, _: Connection[Any]) -> KnownRules:
        """The same rules."""
        return self._known


class LoggedRules:
    """The rules that the administration's log makes. Serves all threads of a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._administration = Administration(Entries())

    def current(self) -> Administration:
        """The administration as it is known here."""
        return self._administration

    def known(self) -> KnownRules:
        """The rules as they are known here."""
        administration = self._administration
        return KnownRules(administration, administration.entries.position)

    def renewed(self, connection: Connection[Any]) -> KnownRules:
        """The rules as they stand now."""
        self.renew(connection)
        return self.known()

    def renew(self, connection: Connection[Any]) -> Administration:
        """Read what came since."""
        with self._lock:
            entries = self._administration.entries
            if head(connection) > entries.position:
                self._administration = Administration(entries.after(facts_since(connection, entries.position)))
            return self._administration


def head(connection: Connection[Any]) -> int:
    """How far the administration's log goes."""
    row = connection.execute(_HEAD, prepare=True).fetchone()
    return int(row[0]) if row else 0


def facts_since(connection: Connection[Any], position: int) -> Iterable[RecordedFact]:
    """The facts above a position, in order."""
    return [decode(*row) for row in connection.execute(_SINCE, (position,), binary=True)]


def history(connection: Connection[Any], kind: Kind[Any], key: str) -> list[RecordedFact]:
    """Every fact of an entry, in order."""
    return [decode(*row) for row in connection.execute(_HISTORY, (entry_id(kind, key),), binary=True)]
