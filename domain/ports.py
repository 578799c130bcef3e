"""What the domain asks of the outside, and the one door through which everything is asked of the domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from domain.agency import Unit
from domain.calendar import Calendar
from domain.dossier.commands import Command
from domain.dossier.events import DossierEvent
from domain.envelope import Actor
from domain.errors import DossierError
from domain.procedure import Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingRule:
    """A version of the rule by which waits count. ``confidence`` says how sure its source is."""

    id: str
    payment_waits: bool
    source: str
    confidence: str


class Rules(Protocol):
    """The administration around the dossier: effective-dated data that decisions look up and pin."""

    def procedure(self, code: str) -> Procedure | None:
        """The version of the procedure now in force, or None."""
        ...

    def unit(self, code: str) -> Unit | None:
        """The unit of this code, or None."""
        ...

    def calendar(self, calendar_id: str) -> Calendar:
        """The calendar of this id.

        Raises:
            KeyError: there is none, which no pinned id can cause.
        """
        ...

    def counting(self, rule_id: str | None = None) -> CountingRule:
        """The counting rule of this id, by default the one in force.

        Raises:
            KeyError: there is none, which no pinned id can cause.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One command at the door.

    ``code`` names the dossier. A submission or an import has none yet: its ``key`` (idempotency key, or source and
    case) names the dossier instead, so that the same submission is the same dossier. ``command_id`` makes any command
    take effect once; ``digest`` of its content tells a retry from another command under the same id.
    """

    command: Command
    actor: Actor
    command_id: str
    code: str = ""
    key: str = ""
    digest: str = ""
    expected_version: int | None = None
    correlation_id: str = ""
    trace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The command holds. ``events`` is empty when it was already so; a reader at ``position`` has seen it."""

    code: str
    version: int
    position: int
    events: tuple[DossierEvent, ...] = ()


Outcome: TypeAlias = Done | DossierError


class Door(Protocol):
    """The one way in: API, imports, consumers and the scheduler all hand their commands here."""

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        """One outcome for each request, in order; requests for one dossier are decided in turn."""
        ...
