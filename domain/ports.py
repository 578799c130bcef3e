"""What the domain asks of the outside, and the one door through which everything is asked of the domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeAlias

from domain.administration.delegations import Delegation
from domain.administration.officers import Post, Power
from domain.agency import Unit
from domain.calendar import Calendar
from domain.dossier.commands import Command
from domain.dossier.events import DossierEvent
from domain.envelope import Actor
from domain.errors import DossierError
from domain.escalation import EscalationRule
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

    @property
    def closed_until(self) -> datetime | None:
        """The instant up to which figures are closed, or None where none are."""
        ...

    def procedure(self, code: str, at: datetime) -> Procedure | None:
        """The version of the procedure in force at an instant, or None."""
        ...

    def last_procedure(self, code: str, at: datetime) -> Procedure | None:
        """The version that was in force last up to an instant, also where it has been withdrawn, or None."""
        ...

    def procedure_version(self, code: str, version: str) -> Procedure | None:
        """A version of the procedure, whether or not it is in force, or None."""
        ...

    def known_procedure(self, code: str) -> Procedure | None:
        """The version of the procedure that came last, whether or not it is in force, or None."""
        ...

    def unit(self, code: str) -> Unit | None:
        """The unit of this code as it is, or was, described last, or None."""
        ...

    def unit_at(self, code: str, at: datetime) -> Unit | None:
        """The unit as it is at an instant, or None where it is not there."""
        ...

    def successors(self, code: str, at: datetime) -> tuple[str, ...]:
        """Who answers at an instant for what a unit had: itself while it is there, else its successors, and theirs."""
        ...

    def ended_by(self, code: str, at: datetime) -> str | None:
        """The decision by which a unit has ended at an instant; None while it is there, and where there is none."""
        ...

    def calendar_of(self, unit: Unit) -> Calendar:
        """The calendar that a unit works by.

        Raises:
            KeyError: there is none, which no unit that was established can cause.
        """
        ...

    def calendar(self, calendar_id: str) -> Calendar:
        """The calendar of this id.

        Raises:
            KeyError: there is none, which no pinned id can cause.
        """
        ...

    def keeps_posts(self, unit: str) -> bool:
        """Whether a post was ever recorded in the unit."""
        ...

    def answering(self, unit: str, holder: str, at: datetime) -> tuple[str, ...]:
        """The units whose posts count for a dossier: its own, the holder's, those above them, and their successors."""
        ...

    def post(self, officer: str, power: Power, units: Sequence[str], at: datetime) -> Post | None:
        """The officer's post in one of the units that has the power at an instant, or None."""
        ...

    def delegation(self, number: str) -> Delegation | None:
        """The delegation of this number, or None."""
        ...

    def delegation_holds(self, delegation: Delegation, power: Power, procedure: str, at: datetime) -> bool:
        """Whether it can be acted by at an instant: it allows it, and the delegator could act himself."""
        ...

    def delegations_to(self, officer: str, power: Power, procedure: str, at: datetime) -> Sequence[Delegation]:
        """The delegations that an officer can act by at an instant."""
        ...

    def escalation_rule(self, rule_id: str) -> EscalationRule | None:
        """The escalation rule of this id as it stands, or None."""
        ...

    def escalation_rules(self) -> Sequence[EscalationRule]:
        """Every escalation rule that is on, in the order in which they came."""
        ...

    def counting(self, rule_id: str | None = None) -> CountingRule:
        """The counting rule of this id, by default the one in force.

        Raises:
            KeyError: there is none, which no pinned id can cause.
        """
        ...


class KnownRules(NamedTuple):
    """Rules, and the position of the administration's log up to which they know it; None where there is none."""

    rules: Rules
    position: int | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrationRequest:
    """One command to the administration; its kind and key are in it. The rest is as in ``Request``."""

    command: Any
    actor: Actor
    command_id: str
    digest: str = ""
    expected_version: int | None = None
    correlation_id: str = ""
    trace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrationDone:
    """The command holds. ``facts`` is empty when it was already so; ``version`` is the named entry's."""

    key: str
    version: int
    position: int
    facts: tuple[Any, ...] = ()


class Door(Protocol):
    """The one way in: API, imports, consumers and the scheduler all hand their commands here."""

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        """One outcome for each request, in order; requests for one dossier are decided in turn."""
        ...
