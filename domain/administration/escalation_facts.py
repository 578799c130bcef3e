"""What can be asked of the rules by which the clock escalates, and the facts that come of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.escalation import Consequence, Level, Trigger
from domain.term import TermUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroduceEscalationRule:
    """Bring a rule into force."""

    id: str
    trigger: Trigger
    amount: int
    unit: TermUnit
    level: Level
    consequence: Consequence = Consequence.TELL_ONLY
    source: str
    confidence: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceEscalationRule:
    """Bring another version of a rule into force; what it waits for stays."""

    id: str
    amount: int
    unit: TermUnit
    level: Level
    consequence: Consequence = Consequence.TELL_ONLY
    source: str
    confidence: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchOffEscalationRule:
    """Let a rule rest."""

    id: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchOnEscalationRule:
    """Let a rule work again."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateDelegation:
    """Tell that a delegation is about to end. ``occasion_at`` is its end as it was known."""

    id: str
    delegation: str
    occasion_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRuleIntroduced:
    """A rule came into force (ban hành quy tắc nhắc việc), as its version 1."""

    id: str
    trigger: Trigger
    amount: int
    unit: TermUnit
    level: Level
    consequence: Consequence
    source: str
    confidence: str
    introduced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRuleReplaced:
    """Another version of a rule came into force."""

    id: str
    version: int
    amount: int
    unit: TermUnit
    level: Level
    consequence: Consequence
    source: str
    confidence: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRuleSwitchedOff:
    """A rule rests."""

    id: str
    reason: str
    switched_off_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRuleSwitchedOn:
    """A rule works again."""

    id: str
    switched_on_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationEscalated:
    """It was told that a delegation is about to end. ``met_at`` is when it was to be told, at the earliest."""

    id: str
    version: int
    delegation: str
    occasion_at: datetime
    level: Level
    officer: str
    unit: str
    met_at: datetime
    escalated_at: datetime


EscalationRuleCommand: TypeAlias = (
    IntroduceEscalationRule
    | ReplaceEscalationRule
    | SwitchOffEscalationRule
    | SwitchOnEscalationRule
    | EscalateDelegation
)
EscalationRuleFact: TypeAlias = (
    EscalationRuleIntroduced
    | EscalationRuleReplaced
    | EscalationRuleSwitchedOff
    | EscalationRuleSwitchedOn
    | DelegationEscalated
)
