"""What the clock makes of a dossier: which rule is met when, once for each promise and each request."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.administration.administration import Administration
from domain.administration.building import build
from domain.administration.escalation_facts import SwitchOffEscalationRule
from domain.administration.refusals import RuleSwitchedOff
from domain.dossier import commands as c
from domain.dossier import events as e
from domain.dossier import refusals as no
from domain.dossier.commands import Command
from domain.dossier.escalating import Watched, met_at, occasion, watched
from domain.escalation import Trigger
from domain.money import Dues
from tests.domain.dossier import pasts as p
from tests.domain.dossier.lives import HISTORIES
from tests.examples import BEGINNING, COMMUNE, ESCALATION, MONDAY, RULES, at, local
from tests.spec import given

MOMENT: Final = timedelta(microseconds=1)
RULE: Final = {rule.trigger: rule for rule in ESCALATION}


def escalate(rule: str, occasion_at: datetime, now: datetime) -> c.Escalate:
    return c.Escalate(rule=rule, occasion_at=occasion_at, at=now)


def escalated(rule: str, occasion_at: datetime, met: datetime, now: datetime, officer: str = "") -> e.Escalated:
    found = next(each for each in ESCALATION if each.id == rule)
    return e.Escalated(
        rule=rule,
        rule_version=1,
        trigger=rule,
        occasion_at=occasion_at,
        level=found.level.value,
        officer=officer,
        unit=COMMUNE,
        consequence=found.consequence.value,
        met_at=met,
        escalated_at=now,
    )


@pytest.mark.parametrize(
    ("past", "rule", "occasion_at", "met"),
    [
        (p.IN_PROCESS, "due-soon", p.DUE_AT, local("2026-03-09", "17:00")),
        (p.IN_PROCESS, "overdue", p.DUE_AT, p.DUE_AT),
        (p.IN_PROCESS, "apology-owed", p.DUE_AT, local("2026-03-11", "11:00")),
        (p.DUES_ASKED, "payment-expired", p.ASK_DUES.at, p.DUE_AT),
        ((*p.SUBMITTED, p.ASK_DUES), "payment-expired", p.ASK_DUES.at, p.DUE_AT),
        ((*p.SEALED, replace(p.ASK_DUES, at=at(1, 4))), "payment-expired", at(1, 4), local("2026-03-11", "17:00")),
    ],
)
def test_a_rule_is_met_once_its_moment_has_passed(
    past: Sequence[Command], rule: str, occasion_at: datetime, met: datetime
) -> None:
    given(*past).when(escalate(rule, occasion_at, met)).refused(no.RuleNotMet, rule=rule)
    answer = given(*past).when(escalate(rule, occasion_at, met + MOMENT))
    answer.then(escalated(rule, occasion_at, met, met + MOMENT))
    given(*answer.history).when(escalate(rule, occasion_at, met + 2 * MOMENT)).stays_quiet()


def test_late_by_weeks_both_moments_are_told() -> None:
    given(*p.IN_PROCESS).when(escalate("overdue", p.DUE_AT, at(90))).then(
        escalated("overdue", p.DUE_AT, p.DUE_AT, at(90))
    )


def test_who_holds_the_dossier_is_answerable() -> None:
    answer = given(*p.IN_PROCESS, p.HAND_OVER).when(escalate("overdue", p.DUE_AT, at(9)))
    answer.then(escalated("overdue", p.DUE_AT, p.DUE_AT, at(9), officer="cb-02"))


def test_an_extension_is_another_occasion_and_the_old_one_is_over() -> None:
    past = given(*p.IN_PROCESS, p.ESCALATE, replace(p.EXTEND, at=at(20)))
    new = p.EXTEND.new_due_at
    past.when(replace(p.ESCALATE, at=at(40))).stays_quiet()
    past.when(escalate("apology-owed", p.DUE_AT, at(40))).refused(no.RuleNotMet, rule="apology-owed")
    past.when(escalate("overdue", new, at(40))).then(escalated("overdue", new, new, at(40)))


def test_nothing_is_due_while_the_applicant_is_waited_for() -> None:
    given(*p.WAITING).when(p.ESCALATE).refused(no.RuleNotMet, rule="overdue")
    given(*p.DUES_ASKED).when(p.ESCALATE).refused(no.RuleNotMet, rule="overdue")


def test_of_a_promise_shorter_than_the_warning_nobody_is_warned() -> None:
    past = given(p.SUBMIT_FREE, p.ACCEPT)
    due = past.dossier.due_at
    assert due is not None
    past.when(escalate("due-soon", due, due)).refused(no.RuleNotMet, rule="due-soon")
    past.when(escalate("overdue", due, due + MOMENT)).then(escalated("overdue", due, due, due + MOMENT))


def test_where_the_rule_says_so_processing_stops_with_it() -> None:
    met = local("2026-03-16", "17:00")
    answer = given(*p.WAITING).when(escalate("supplement-unanswered", p.ASK.at, at(15)))
    stopped = e.Stopped(
        reason="supplement-unanswered/1", stage="in-process", finance="nothing-due", officer="", stopped_at=at(15)
    )
    answer.then(escalated("supplement-unanswered", p.ASK.at, met, at(15)), stopped)
    given(*answer.history).when(escalate("supplement-unanswered", p.ASK.at, at(16))).stays_quiet()


@pytest.mark.parametrize("stage", p.ENDED)
def test_what_has_ended_is_not_escalated(stage: str) -> None:
    given(*p.ENDED[stage]).when(p.ESCALATE).refused(no.RuleNotMet, rule="overdue")


def test_a_rule_nobody_knows_and_one_that_rests_are_refused() -> None:
    given(*p.IN_PROCESS).when(replace(p.ESCALATE, rule="?")).refused(no.UnknownEscalationRule, rule="?")
    resting = Administration(build([*BEGINNING, SwitchOffEscalationRule(id="overdue", reason="-", at=MONDAY)]).entries)
    given(*p.IN_PROCESS, rules=resting).when(p.ESCALATE).refused(RuleSwitchedOff, rule="overdue")


def test_dues_whose_wait_does_not_count_are_awaited_all_the_same() -> None:
    asked = e.PaymentRequested(dues=Dues(fee=1), clock_waits=False, officer="cb-01", requested_at=at(hours=2))
    seen = watched(given(*p.IN_PROCESS, asked).dossier)
    assert (seen.due_at, seen.payment_since) == (p.DUE_AT, at(hours=2))


instants = st.integers(0, 24 * 60).map(lambda hours: at(hours=hours))


@for_all(st.sampled_from(ESCALATION), instants, instants)
def test_a_moment_lies_on_its_side_of_the_occasion(rule: object, occasion_at: datetime, promised_at: datetime) -> None:
    assert rule in ESCALATION
    found = next(each for each in ESCALATION if each == rule)
    seen = Watched(COMMUNE, None, occasion_at, promised_at, occasion_at, occasion_at)
    met = met_at(found, seen, RULES)
    if found.trigger is Trigger.DELEGATION_ENDING:
        assert met is None
    elif found.trigger is Trigger.DUE_SOON:
        assert met is None or promised_at < met <= occasion_at
    else:
        assert met is not None
        assert met >= occasion_at


@for_all(HISTORIES, st.sampled_from(ESCALATION), instants)
def test_whatever_a_history_holds_an_escalation_is_made_once(
    history: list[e.DossierEvent], rule: object, now: datetime
) -> None:
    found = next(each for each in ESCALATION if each == rule)
    past = given(*history)
    occasion_at = occasion(found.trigger, watched(past.dossier))
    command = escalate(found.id, occasion_at or now, now)
    first = past.when(command)
    if first.made:
        assert occasion_at is not None
        assert isinstance(first.made[0], e.Escalated)
        assert first.made[0].met_at < now
        given(*first.history).when(command).stays_quiet()
