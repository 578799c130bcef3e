"""The rules by which waits count: the one introduced last is in force, older ones stay, since dossiers pinned them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.administration.entries import Entries, Kind
from domain.administration.refusals import AlreadyThere
from domain.ports import CountingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroduceCountingRule:
    """Bring a counting rule into force."""

    id: str
    payment_waits: bool
    source: str
    confidence: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingRuleIntroduced:
    """A counting rule came into force. ``payment_waits`` is whether the time until dues are paid does not count."""

    id: str
    payment_waits: bool
    source: str
    confidence: str
    introduced_at: datetime


def evolve(_: CountingRule | None, fact: CountingRuleIntroduced, __: datetime) -> CountingRule:
    """The rule after a fact."""
    return CountingRule(id=fact.id, payment_waits=fact.payment_waits, source=fact.source, confidence=fact.confidence)


def decide(command: IntroduceCountingRule, entries: Entries) -> list[CountingRuleIntroduced]:
    """A rule is introduced once and never changed.

    Raises:
        AlreadyThere: another rule has this id.
    """
    fact = CountingRuleIntroduced(
        id=command.id,
        payment_waits=command.payment_waits,
        source=command.source,
        confidence=command.confidence,
        introduced_at=command.at,
    )
    known = entries.of(COUNTING_RULES).get(command.id)
    if known is None:
        return [fact]
    if known == evolve(None, fact, command.at):
        return []
    raise AlreadyThere(rule=command.id)


COUNTING_RULES: Final[Kind[CountingRule]] = Kind(
    name="counting-rule",
    path="counting-rules",
    key="id",
    facts={"counting-rule.introduced.v1": CountingRuleIntroduced},
    acts={"introduce": IntroduceCountingRule},
    evolve=evolve,
    decide=decide,
)
