"""Delegation: who may act in whose place, at what, from when until when, by which instrument.

A delegation holds as long as its own window does, it is not revoked, and the delegator could act himself. It goes no
further than to the one it names, unless the instrument says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias, assert_never

from domain.administration.entries import Entries, Kind
from domain.administration.officers import OFFICERS, Power
from domain.administration.procedures import PROCEDURES
from domain.administration.refusals import (
    AlreadyThere,
    DelegatorLacksPower,
    EndsBeforeItBegins,
    NoPowers,
    OnwardNotAllowed,
    ToOneself,
    UnknownEntry,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantDelegation:
    """Delegate powers in a unit to another officer, for a time. No ``procedures``: for all.

    ``under`` is the delegation that the delegator himself acts by, where he has no post with these powers.
    """

    number: str
    from_officer: str
    to_officer: str
    unit: str
    powers: tuple[Power, ...]
    procedures: tuple[str, ...] = ()
    valid_from: datetime
    valid_until: datetime
    onward: bool = False
    under: str | None = None
    legal_basis: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeDelegation:
    """Revoke a delegation from an instant on."""

    number: str
    revoked_from: datetime
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationGranted:
    """Powers were delegated (ủy quyền), from ``valid_from`` (inclusive) to ``valid_until`` (exclusive)."""

    number: str
    from_officer: str
    to_officer: str
    unit: str
    powers: tuple[Power, ...]
    procedures: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    onward: bool
    under: str | None
    legal_basis: str
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationRevoked:
    """A delegation was revoked (thu hồi ủy quyền): from ``revoked_from`` on it allows nothing."""

    number: str
    revoked_from: datetime
    reason: str
    revoked_at: datetime


DelegationCommand: TypeAlias = GrantDelegation | RevokeDelegation
DelegationFact: TypeAlias = DelegationGranted | DelegationRevoked


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """An instrument of delegation, as granted, and from when on it is revoked."""

    granted: DelegationGranted
    revoked_from: datetime | None = None

    @property
    def ends(self) -> datetime:
        """The instant from which on it allows nothing, as far as the instrument itself says."""
        until = self.granted.valid_until
        return until if self.revoked_from is None else min(until, self.revoked_from)

    def covers(self, power: Power, procedure: str, at: datetime) -> bool:
        """Whether the instrument itself allows it at an instant."""
        granted = self.granted
        return (
            granted.valid_from <= at < self.ends
            and power in granted.powers
            and (not granted.procedures or procedure in granted.procedures)
        )


def evolve(entry: Delegation | None, fact: DelegationFact, _: datetime) -> Delegation:
    """The delegation after a fact."""
    match fact:
        case DelegationGranted():
            return Delegation(granted=fact)
        case DelegationRevoked():
            if entry is None:
                raise AssertionError("a delegation is revoked after it was granted")
            return replace(entry, revoked_from=fact.revoked_from)
        case _:
            assert_never(fact)


def decide(command: DelegationCommand, entries: Entries) -> list[DelegationFact]:
    """Whoever delegates can act himself when it begins; what is revoked stays revoked.

    Raises:
        Refusal: what is wrong with it.
    """
    known = entries.of(DELEGATIONS).get(command.number)
    match command:
        case GrantDelegation():
            return _granted(command, known, entries)
        case RevokeDelegation():
            if known is None:
                raise UnknownEntry(delegation=command.number)
            if known.revoked_from is not None and known.revoked_from <= command.revoked_from:
                return []
            return [
                DelegationRevoked(
                    number=command.number,
                    revoked_from=command.revoked_from,
                    reason=command.reason,
                    revoked_at=command.at,
                )
            ]
        case _:
            assert_never(command)


def _granted(command: GrantDelegation, known: Delegation | None, entries: Entries) -> list[DelegationFact]:
    fact = DelegationGranted(
        number=command.number,
        from_officer=command.from_officer,
        to_officer=command.to_officer,
        unit=command.unit,
        powers=command.powers,
        procedures=command.procedures,
        valid_from=command.valid_from,
        valid_until=command.valid_until,
        onward=command.onward,
        under=command.under,
        legal_basis=command.legal_basis,
        granted_at=command.at,
    )
    if known is not None:
        if replace(known.granted, granted_at=command.at) == fact:
            return []
        raise AlreadyThere(delegation=command.number)
    if command.from_officer == command.to_officer:
        raise ToOneself(officer=command.to_officer)
    if not command.powers:
        raise NoPowers(delegation=command.number)
    if command.valid_until <= command.valid_from:
        raise EndsBeforeItBegins(since=command.valid_from.isoformat())
    if unknown := [code for code in command.procedures if code not in entries.of(PROCEDURES)]:
        raise UnknownEntry(procedures=", ".join(unknown))
    _can_himself(command, entries)
    return [fact]


def _can_himself(command: GrantDelegation, entries: Entries) -> None:
    if command.under is None:
        officer = entries.of(OFFICERS).get(command.from_officer)
        for power in command.powers:
            if officer is None or officer.post(power, (command.unit,), command.valid_from) is None:
                raise DelegatorLacksPower(officer=command.from_officer, power=power.value, unit=command.unit)
        return
    above = entries.of(DELEGATIONS).get(command.under)
    if above is None:
        raise UnknownEntry(delegation=command.under)
    granted = above.granted
    if not granted.onward:
        raise OnwardNotAllowed(delegation=command.under)
    wider = set(command.procedures) <= set(granted.procedures) and bool(command.procedures)
    within = (
        (granted.to_officer, granted.unit) == (command.from_officer, command.unit)
        and set(command.powers) <= set(granted.powers)
        and (not granted.procedures or wider)
        and granted.valid_from <= command.valid_from
        and command.valid_until <= above.ends
    )
    if not within:
        raise DelegatorLacksPower(officer=command.from_officer, under=command.under, unit=command.unit)


DELEGATIONS: Final[Kind[Delegation]] = Kind(
    name="delegation",
    path="delegations",
    key="number",
    facts={"delegation.granted.v1": DelegationGranted, "delegation.revoked.v1": DelegationRevoked},
    acts={"grant": GrantDelegation, "revoke": RevokeDelegation},
    evolve=evolve,
    decide=decide,
)


def holds(entries: Entries, delegation: Delegation, power: Power, procedure: str, at: datetime) -> bool:
    """Whether it can be acted by at an instant: the instrument allows it, and the delegator could act himself."""
    if not delegation.covers(power, procedure, at):
        return False
    granted = delegation.granted
    if granted.under is not None:
        above = entries.of(DELEGATIONS).get(granted.under)
        return above is not None and holds(entries, above, power, procedure, at)
    delegator = entries.of(OFFICERS).get(granted.from_officer)
    return delegator is not None and delegator.post(power, (granted.unit,), at) is not None


def to_officer(entries: Entries, officer: str) -> Iterator[Delegation]:
    """The delegations that an officer was given, in the order in which they were granted."""
    return (each for each in entries.of(DELEGATIONS).values() if each.granted.to_officer == officer)
