"""What the clock makes of a dossier that is left lying: who is told, once for each promise and each request."""

from datetime import datetime
from typing import NamedTuple

from domain.administration.refusals import RuleSwitchedOff
from domain.calendar import CalendarVersion
from domain.dossier import refusals as no
from domain.dossier.commands import Escalate
from domain.dossier.dossier import Dossier, Finance, Stage
from domain.dossier.events import DossierEvent, Escalated, Stopped
from domain.escalation import Consequence, EscalationRule, Occasion, Trigger, moment
from domain.ports import Rules
from domain.term import PauseReason
from domain.working_time import WorkingTime


class Watched(NamedTuple):
    """What escalation rules look at.

    ``due_at`` is the promise whose clock runs, which it has since ``promised_at``; ``supplement_since`` and
    ``payment_since`` are the requests that are not answered.
    """

    unit: str
    calendar: CalendarVersion | None = None
    due_at: datetime | None = None
    promised_at: datetime | None = None
    supplement_since: datetime | None = None
    payment_since: datetime | None = None


def watched(dossier: Dossier) -> Watched:
    """What escalation rules look at in a dossier. Dues may still be awaited when the result is ready."""
    open_, runs = dossier.is_open, not (dossier.waiting_for_supplement or dossier.waiting_for_payment)
    payable = dossier.finance is Finance.DUE and (open_ or dossier.stage is Stage.SEALED)
    asked = next((w.since for w in dossier.waits if w.until is None and w.reason is PauseReason.SUPPLEMENT), None)
    return Watched(
        unit=dossier.unit,
        calendar=dossier.calendar,
        due_at=dossier.due_at if open_ and runs else None,
        promised_at=dossier.extended_at or dossier.accepted_at,
        supplement_since=asked if open_ else None,
        payment_since=dossier.dues_asked_at if payable else None,
    )


def occasion(trigger: Trigger, seen: Watched) -> datetime | None:
    """The promise or request that a rule would be about now."""
    match trigger:
        case Trigger.DUE_SOON | Trigger.OVERDUE | Trigger.APOLOGY_OWED:
            return seen.due_at
        case Trigger.SUPPLEMENT_UNANSWERED:
            return seen.supplement_since
        case Trigger.PAYMENT_EXPIRED:
            return seen.payment_since
        case Trigger.DELEGATION_ENDING:
            return None


def met_at(rule: EscalationRule, seen: Watched, rules: Rules) -> datetime | None:
    """The moment after which the rule is met, should nothing else happen; None where it will not be.

    An apology comes with a new promise, which is another occasion: while the old promise stands, none came.
    """
    occasion_at = occasion(rule.trigger, seen)
    if occasion_at is None:
        return None
    working_time = _working_time(seen, occasion_at, rules)
    return None if working_time is None else moment(rule, occasion_at, working_time, seen.promised_at)


def _working_time(seen: Watched, occasion_at: datetime, rules: Rules) -> WorkingTime | None:
    """As the dossier pinned it; where nothing is pinned, as its unit works, by what was known on that occasion."""
    if seen.calendar is not None:
        return rules.calendar(seen.calendar.id).as_known(seen.calendar.known_at)
    unit = rules.unit(seen.unit)
    return None if unit is None else rules.calendar_of(unit).as_known(occasion_at)


def escalate(command: Escalate, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """A rule that is met is told of once; it may say that processing stops, where the applicant is waited for."""
    if Occasion(command.rule, command.occasion_at) in dossier.escalations:
        return []
    rule = rules.escalation_rule(command.rule)
    if rule is None:
        raise no.UnknownEscalationRule(rule=command.rule)
    if not rule.is_on:
        raise RuleSwitchedOff(rule=command.rule)
    seen = watched(dossier)
    met = met_at(rule, seen, rules) if occasion(rule.trigger, seen) == command.occasion_at else None
    if met is None or command.at <= met:
        raise no.RuleNotMet(rule=command.rule)
    told = Escalated(
        rule=rule.id,
        rule_version=rule.version,
        trigger=rule.trigger.value,
        occasion_at=command.occasion_at,
        level=rule.level.value,
        officer=dossier.holder.officer,
        unit=dossier.holder.unit or dossier.unit,
        consequence=rule.consequence.value,
        met_at=met,
        escalated_at=command.at,
    )
    return [told, *_what_follows(rule, dossier, command)]


def _what_follows(rule: EscalationRule, dossier: Dossier, command: Escalate) -> list[DossierEvent]:
    """Processing stops by the rule itself: no officer decides it. A result that is ready is not taken back."""
    if rule.consequence is not Consequence.STOP or not dossier.is_open:
        return []
    return [
        Stopped(
            reason=f"{rule.id}/{rule.version}",
            stage=dossier.stage.value,
            finance=dossier.finance.value,
            officer="",
            stopped_at=command.at,
        )
    ]
