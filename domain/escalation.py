"""Rules that turn the clock into facts: when something has waited too long, who is told, and what else follows.

A rule looks at one occasion: a promise, a request to the applicant, the end of a delegation. It fires once for each,
at the first look after its moment; another promise is another occasion. Moments are counted in working time by the
calendar that the dossier pinned.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from domain.clock import due_at
from domain.instants import instant_of
from domain.scales import scale_of
from domain.term import Term, TermUnit
from domain.working_time import CalendarError, WorkingTime


class Trigger(StrEnum):
    """What a rule waits for."""

    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    APOLOGY_OWED = "apology-owed"
    PAYMENT_EXPIRED = "payment-expired"
    SUPPLEMENT_UNANSWERED = "supplement-unanswered"
    DELEGATION_ENDING = "delegation-ending"


class Level(StrEnum):
    """Who is told: the officer answerable, his unit, or the unit above it."""

    OFFICER = "officer"
    UNIT = "unit"
    ABOVE = "above"


class Consequence(StrEnum):
    """What follows beside telling: nothing, or that processing stops."""

    TELL_ONLY = "tell-only"
    STOP = "stop"


BEFORE: Final = frozenset({Trigger.DUE_SOON, Trigger.DELEGATION_ENDING})
"""Triggers whose moment lies before the occasion; that of the others lies after it."""

STOPPABLE: Final = frozenset({Trigger.PAYMENT_EXPIRED, Trigger.SUPPLEMENT_UNANSWERED})
"""Triggers on which processing may stop: where the applicant is waited for."""

MOST: Final = {TermUnit.WORKING_HOURS: 800, TermUnit.WORKING_DAYS: 250, TermUnit.CALENDAR_DAYS: 365}
"""The units in which a rule counts, and how far it may reach."""

_FURTHEST_BACK: Final = timedelta(days=3 * 365)


class Occasion(NamedTuple):
    """A rule fires once for the same ``occasion_at``: the promise, the request or the end that it is about."""

    rule: str
    occasion_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRule:
    """A version of a rule. ``amount`` of ``unit`` before or after the occasion, as the trigger says; 0 is at once.

    ``source`` says where the amount was learnt, ``confidence`` how surely.
    """

    id: str
    version: int
    trigger: Trigger
    amount: int
    unit: TermUnit
    level: Level
    consequence: Consequence = Consequence.TELL_ONLY
    source: str
    confidence: str
    is_on: bool = True


def moment(
    rule: EscalationRule, occasion_at: datetime, working_time: WorkingTime, since: datetime | None = None
) -> datetime | None:
    """The moment after which the rule is met, or None where it will not be, or the calendar does not reach.

    Nobody is warned of what he has just brought about: of a promise of two hours, made now, it is not told that it is
    due within the day. ``since`` is when the occasion came about, for rules that warn before it.
    """
    try:
        if rule.trigger not in BEFORE:
            return due_at(occasion_at, Term(rule.amount, rule.unit), working_time) if rule.amount else occasion_at
        found = _before(occasion_at, rule.amount, rule.unit, working_time) if rule.amount else occasion_at
    except (CalendarError, OverflowError):
        return None
    return found if since is None or found > since else None


def _before(end: datetime, amount: int, unit: TermUnit, working_time: WorkingTime) -> datetime:
    """So much working time before an end; in working days, the close of that day."""
    if unit is TermUnit.CALENDAR_DAYS:
        return end - timedelta(days=amount)
    scale = scale_of(unit, working_time)
    scale.place(instant_of(end - _FURTHEST_BACK))  # a place can only be looked up after one that was asked for
    return working_time.local(scale.end(scale.last_of(instant_of(end)) - scale.last(0, amount)))
