"""The administration as decisions and pages ask it: what its entries say, in the words of ``Rules``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from domain.administration.calendars import CALENDARS, OWN, calendar_by_id, calendar_of
from domain.administration.closings import closed_until
from domain.administration.counting import COUNTING_RULES
from domain.administration.delegations import DELEGATIONS, Delegation, holds, to_officer
from domain.administration.entries import Entries
from domain.administration.escalation_rules import ESCALATION_RULES, EndingDelegation, delegations_ending
from domain.administration.officers import OFFICERS, Post, Power
from domain.administration.procedures import PROCEDURES, procedure_at, procedure_version, procedures_at
from domain.administration.units import UNITS, answering, present_successors
from domain.agency import Unit
from domain.calendar import Calendar
from domain.codes import day_of_code
from domain.escalation import EscalationRule
from domain.ports import CountingRule
from domain.procedure import Procedure

_MOST_KEPT: Final = 10_000
"""Answers about units that are kept, since they are asked for with every act."""


@dataclass(frozen=True, slots=True)
class Administration:
    """The rules as they stand at one position of the administration's log."""

    entries: Entries
    _answering: dict[tuple[str, str, date], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _with_posts: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)
    closed_until: datetime | None = field(init=False, repr=False, compare=False)
    """The instant up to which figures are closed, or None where none are."""

    def __post_init__(self) -> None:
        """What is asked of with every act is worked out once."""
        object.__setattr__(self, "closed_until", closed_until(self.entries))

    def procedure(self, code: str, at: datetime) -> Procedure | None:
        """The version of the procedure in force at an instant, or None."""
        return procedure_at(self.entries, code, at)

    def last_procedure(self, code: str, at: datetime) -> Procedure | None:
        """The version that was in force last up to an instant, also where it has been withdrawn, or None."""
        entry = self.entries.of(PROCEDURES).get(code)
        return entry.last_until(day_of_code(at)) if entry else None

    def procedure_version(self, code: str, version: str) -> Procedure | None:
        """A version of the procedure, whether or not it is in force, or None."""
        return procedure_version(self.entries, code, version)

    def known_procedure(self, code: str) -> Procedure | None:
        """The version of the procedure that came last, whether or not it is in force, or None."""
        entry = self.entries.of(PROCEDURES).get(code)
        return entry.latest if entry else None

    def unit(self, code: str) -> Unit | None:
        """The unit of this code as it is, or was, described last, or None."""
        kept = self.entries.of(UNITS).get(code)
        return kept.latest if kept else None

    def unit_at(self, code: str, at: datetime) -> Unit | None:
        """The unit as it is at an instant, by the local day, or None where it is not there."""
        kept = self.entries.of(UNITS).get(code)
        return kept.on(day_of_code(at)) if kept else None

    def successors(self, code: str, at: datetime) -> tuple[str, ...]:
        """Who answers at an instant for what a unit had: itself while it is there, else its successors, and theirs."""
        return present_successors(self.entries, code, day_of_code(at))

    def ended_by(self, code: str, at: datetime) -> str | None:
        """The decision by which a unit has ended at an instant; None while it is there, and where there is none."""
        kept = self.entries.of(UNITS).get(code)
        return kept.ended_by if kept and kept.ended_on is not None and kept.ended_on <= day_of_code(at) else None

    def calendar(self, calendar_id: str) -> Calendar:
        """The calendar of this id.

        Raises:
            KeyError: there is none, which no pinned id can cause.
        """
        return calendar_by_id(self.entries, calendar_id)

    def calendar_of(self, unit: Unit) -> Calendar:
        """The calendar that a unit works by: its own where days or a timetable were declared for it.

        Raises:
            KeyError: there is none, which no unit that was established can cause.
        """
        return calendar_of(self.entries, unit.calendar, unit.code)

    def calendar_ids(self) -> Sequence[str]:
        """The ids of all calendars: those of all units, and those of units with something decided for them alone."""
        kept = self.entries.of(CALENDARS).items()
        return [
            each for key, entry in sorted(kept) for each in (key, *(f"{key}{OWN}{own}" for own in sorted(entry.own)))
        ]

    def counting(self, rule_id: str | None = None) -> CountingRule:
        """The counting rule of this id, by default the one introduced last.

        Raises:
            KeyError: there is none, which no pinned id can cause.
        """
        rules = self.entries.of(COUNTING_RULES)
        return rules[list(rules)[-1] if rule_id is None else rule_id]

    def keeps_posts(self, unit: str) -> bool:
        """Whether a post was ever recorded in the unit."""
        if self._with_posts is None:
            officers = self.entries.of(OFFICERS).values()
            object.__setattr__(self, "_with_posts", frozenset(post.unit for each in officers for post in each.posts))
        return self._with_posts is not None and unit in self._with_posts

    def answering(self, unit: str, holder: str, at: datetime) -> tuple[str, ...]:
        """The units whose posts count for a dossier: its own, the holder's, those above them, and their successors."""
        key = (unit, holder, day_of_code(at))
        known = self._answering.get(key)
        if known is None:
            if len(self._answering) >= _MOST_KEPT:
                self._answering.clear()
            known = self._answering[key] = answering(self.entries, *key)
        return known

    def post(self, officer: str, power: Power, units: Sequence[str], at: datetime) -> Post | None:
        """The officer's post in one of the units that has the power at an instant, or None."""
        known = self.entries.of(OFFICERS).get(officer)
        return known.post(power, units, at) if known else None

    def delegation(self, number: str) -> Delegation | None:
        """The delegation of this number, or None."""
        return self.entries.of(DELEGATIONS).get(number)

    def delegation_holds(self, delegation: Delegation, power: Power, procedure: str, at: datetime) -> bool:
        """Whether it can be acted by at an instant: it allows it, and the delegator could act himself."""
        return holds(self.entries, delegation, power, procedure, at)

    def delegations_to(self, officer: str, power: Power, procedure: str, at: datetime) -> Sequence[Delegation]:
        """The delegations that an officer can act by at an instant."""
        given = to_officer(self.entries, officer)
        return [each for each in given if holds(self.entries, each, power, procedure, at)]

    def escalation_rule(self, rule_id: str) -> EscalationRule | None:
        """The escalation rule of this id as it stands, or None."""
        kept = self.entries.of(ESCALATION_RULES).get(rule_id)
        return kept.rule if kept else None

    def escalation_rules(self) -> Sequence[EscalationRule]:
        """Every escalation rule that is on, in the order in which they came."""
        return [kept.rule for kept in self.entries.of(ESCALATION_RULES).values() if kept.rule.is_on]

    def delegations_ending(self, before: datetime) -> Sequence[EndingDelegation]:
        """The delegations of whose end rules were to tell before an instant and have not told yet."""
        return list(delegations_ending(self.entries, before))

    def all_units(self) -> Sequence[Unit]:
        """Every unit as it is, or was, described last, in the order of its code."""
        return [kept.latest for _, kept in sorted(self.entries.of(UNITS).items())]

    def units_at(self, at: datetime) -> Sequence[Unit]:
        """Every unit that is there at an instant, as it is then, in the order of its code."""
        day = day_of_code(at)
        there = (kept.on(day) for _, kept in sorted(self.entries.of(UNITS).items()))
        return [unit for unit in there if unit is not None]

    def all_procedures(self, at: datetime) -> Sequence[Procedure]:
        """Every procedure in force at an instant, in the order of its code."""
        return list(procedures_at(self.entries, at))
