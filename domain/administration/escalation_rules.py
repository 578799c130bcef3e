"""The rules by which the clock escalates: introduced, replaced by another version, switched off and on again.

That a delegation is about to end is told here too, in the history of the rule that told it, since it concerns no
dossier.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

from domain.administration.calendars import calendar_of
from domain.administration.delegations import DELEGATIONS, Delegation
from domain.administration.entries import Entries, Kind
from domain.administration.escalation_facts import (
    DelegationEscalated,
    EscalateDelegation,
    EscalationRuleCommand,
    EscalationRuleFact,
    EscalationRuleIntroduced,
    EscalationRuleReplaced,
    EscalationRuleSwitchedOff,
    EscalationRuleSwitchedOn,
    IntroduceEscalationRule,
    ReplaceEscalationRule,
    SwitchOffEscalationRule,
    SwitchOnEscalationRule,
)
from domain.administration.refusals import (
    AlreadyThere,
    AmountOutOfBounds,
    DelegationNotEnding,
    RuleSwitchedOff,
    UnknownEntry,
    WrongConsequence,
)
from domain.administration.units import UNITS
from domain.escalation import MOST, STOPPABLE, Consequence, EscalationRule, Occasion, Trigger, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRule:
    """A rule as it stands, since when there is one, and the delegations it told of, each with the end it told of."""

    rule: EscalationRule
    since: datetime
    told: tuple[Occasion, ...] = ()


def evolve(entry: KeptRule | None, fact: EscalationRuleFact, _: datetime) -> KeptRule:
    """The rule after a fact."""
    if isinstance(fact, EscalationRuleIntroduced):
        return KeptRule(rule=_introduced(fact), since=fact.introduced_at)
    if entry is None:
        raise AssertionError("a rule is introduced first")
    match fact:
        case EscalationRuleReplaced():
            rule = replace(
                entry.rule,
                version=fact.version,
                amount=fact.amount,
                unit=fact.unit,
                level=fact.level,
                consequence=fact.consequence,
                source=fact.source,
                confidence=fact.confidence,
            )
            return replace(entry, rule=rule)
        case EscalationRuleSwitchedOff():
            return replace(entry, rule=replace(entry.rule, is_on=False))
        case EscalationRuleSwitchedOn():
            return replace(entry, rule=replace(entry.rule, is_on=True))
        case DelegationEscalated():
            return replace(entry, told=(*entry.told, Occasion(fact.delegation, fact.occasion_at)))
        case _:
            assert_never(fact)


def _introduced(fact: EscalationRuleIntroduced) -> EscalationRule:
    return EscalationRule(
        id=fact.id,
        version=1,
        trigger=fact.trigger,
        amount=fact.amount,
        unit=fact.unit,
        level=fact.level,
        consequence=fact.consequence,
        source=fact.source,
        confidence=fact.confidence,
    )


def decide(command: EscalationRuleCommand, entries: Entries) -> list[EscalationRuleFact]:
    """A rule counts in hours or days, within bounds; processing stops only where the applicant is waited for.

    Raises:
        Refusal: what is wrong with it.
    """
    kept = entries.of(ESCALATION_RULES).get(command.id)
    if isinstance(command, IntroduceEscalationRule):
        return _introduce(command, kept)
    if kept is None:
        raise UnknownEntry(rule=command.id)
    match command:
        case ReplaceEscalationRule():
            return _replace(command, kept)
        case SwitchOffEscalationRule():
            fact = EscalationRuleSwitchedOff(id=command.id, reason=command.reason, switched_off_at=command.at)
            return [fact] if kept.rule.is_on else []
        case SwitchOnEscalationRule():
            on = EscalationRuleSwitchedOn(id=command.id, switched_on_at=command.at)
            return [] if kept.rule.is_on else [on]
        case EscalateDelegation():
            return _escalate(command, kept, entries)
        case _:
            assert_never(command)


def _introduce(command: IntroduceEscalationRule, kept: KeptRule | None) -> list[EscalationRuleFact]:
    fact = EscalationRuleIntroduced(
        id=command.id,
        trigger=command.trigger,
        amount=command.amount,
        unit=command.unit,
        level=command.level,
        consequence=command.consequence,
        source=command.source,
        confidence=command.confidence,
        introduced_at=command.at,
    )
    if kept is not None:
        if kept.rule == replace(_introduced(fact), is_on=kept.rule.is_on):
            return []
        raise AlreadyThere(rule=command.id)
    _within_bounds(_introduced(fact))
    return [fact]


def _replace(command: ReplaceEscalationRule, kept: KeptRule) -> list[EscalationRuleFact]:
    fact = EscalationRuleReplaced(
        id=command.id,
        version=kept.rule.version + 1,
        amount=command.amount,
        unit=command.unit,
        level=command.level,
        consequence=command.consequence,
        source=command.source,
        confidence=command.confidence,
        replaced_at=command.at,
    )
    after = evolve(kept, fact, command.at).rule
    if replace(after, version=kept.rule.version) == kept.rule:
        return []
    _within_bounds(after)
    return [fact]


def _within_bounds(rule: EscalationRule) -> None:
    most = MOST.get(rule.unit)
    if most is None or not 0 <= rule.amount <= most:
        bounds = ", ".join(f"{unit.value} {bound}" for unit, bound in MOST.items())
        raise AmountOutOfBounds(amount=str(rule.amount), unit=rule.unit.value, most=bounds)
    if rule.consequence is Consequence.STOP and rule.trigger not in STOPPABLE:
        raise WrongConsequence(trigger=rule.trigger.value)


def ending_moment(rule: EscalationRule, delegation: Delegation, entries: Entries) -> datetime | None:
    """When it is to be told that a delegation ends, by the calendar of its unit; None where that cannot be told."""
    granted = delegation.granted
    kept = entries.of(UNITS).get(granted.unit)
    if rule.trigger is not Trigger.DELEGATION_ENDING or kept is None or delegation.ends <= granted.valid_from:
        return None
    calendar = calendar_of(entries, kept.latest.calendar, kept.latest.code)
    since = max(granted.valid_from, granted.granted_at)
    return moment(rule, delegation.ends, calendar.as_known(delegation.ends), since)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingDelegation:
    """A delegation of whose end a rule is to tell. ``occasion_at`` is the end."""

    rule: str
    delegation: str
    occasion_at: datetime
    met_at: datetime


def delegations_ending(entries: Entries, before: datetime) -> Iterator[EndingDelegation]:
    """The delegations of whose end rules were to tell before an instant and have not told yet.

    One that had ended before there was the rule is past telling.
    """
    for kept in entries.of(ESCALATION_RULES).values():
        if not kept.rule.is_on or kept.rule.trigger is not Trigger.DELEGATION_ENDING:
            continue
        told = frozenset(kept.told)
        for number, delegation in entries.of(DELEGATIONS).items():
            if delegation.ends <= kept.since or Occasion(number, delegation.ends) in told:
                continue
            met_at = ending_moment(kept.rule, delegation, entries)
            if met_at is not None and met_at < before:
                yield EndingDelegation(rule=kept.rule.id, delegation=number, occasion_at=delegation.ends, met_at=met_at)


def _escalate(command: EscalateDelegation, kept: KeptRule, entries: Entries) -> list[EscalationRuleFact]:
    if Occasion(command.delegation, command.occasion_at) in kept.told:
        return []
    delegation = entries.of(DELEGATIONS).get(command.delegation)
    if delegation is None:
        raise UnknownEntry(delegation=command.delegation)
    if not kept.rule.is_on:
        raise RuleSwitchedOff(rule=command.id)
    met_at = ending_moment(kept.rule, delegation, entries)
    if met_at is None or delegation.ends != command.occasion_at or command.at <= met_at:
        raise DelegationNotEnding(delegation=command.delegation)
    return [
        DelegationEscalated(
            id=command.id,
            version=kept.rule.version,
            delegation=command.delegation,
            occasion_at=command.occasion_at,
            level=kept.rule.level,
            officer=delegation.granted.to_officer,
            unit=delegation.granted.unit,
            met_at=met_at,
            escalated_at=command.at,
        )
    ]


ESCALATION_RULES: Final[Kind[KeptRule]] = Kind(
    name="escalation-rule",
    path="escalation-rules",
    key="id",
    facts={
        "escalation-rule.introduced.v1": EscalationRuleIntroduced,
        "escalation-rule.replaced.v1": EscalationRuleReplaced,
        "escalation-rule.switched-off.v1": EscalationRuleSwitchedOff,
        "escalation-rule.switched-on.v1": EscalationRuleSwitchedOn,
        "escalation-rule.delegation-escalated.v1": DelegationEscalated,
    },
    acts={
        "introduce": IntroduceEscalationRule,
        "replace": ReplaceEscalationRule,
        "switch-off": SwitchOffEscalationRule,
        "switch-on": SwitchOnEscalationRule,
        "escalate-delegation": EscalateDelegation,
    },
    evolve=evolve,
    decide=decide,
)
