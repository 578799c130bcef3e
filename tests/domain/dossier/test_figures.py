"""Closed figures: what would change them is refused, and a correction is the way to it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.administration.building import build
from domain.administration.closings import CloseFigures
from domain.dossier import commands as c
from domain.dossier import events as e
from domain.dossier import refusals as no
from domain.money import Dues
from tests.domain.dossier.pasts import PAY
from tests.examples import FREE, RULES, SUBMIT, at, local
from tests.spec import given

AS_OF = local("2026-03-20", "17:00")
MOMENT = timedelta(microseconds=1)
CLOSE = CloseFigures(code="2026-03", as_of=AS_OF, decision="01/TB", at=AS_OF + timedelta(days=1))
CLOSED = build([CLOSE], RULES.entries)
HANDED_IN = (replace(SUBMIT, procedure=FREE), c.Accept(officer="cb-01", at=at(1)))
WITHDRAW = c.Withdraw(reason="-", at=AS_OF)
LATE = [WITHDRAW, c.Extend(new_due_at=AS_OF + timedelta(days=9), reason="-", signer="ld-01", at=AS_OF)]


@pytest.mark.parametrize("command", LATE)
def test_what_would_take_effect_within_closed_figures_is_refused(command: c.Command) -> None:
    open_now = given(*given(*HANDED_IN).history, rules=CLOSED)
    assert given(*HANDED_IN).when(command).made
    open_now.when(command).refused(
        no.WithinClosedFigures, closed_until=AS_OF.isoformat(), effective_at=AS_OF.isoformat()
    )
    assert open_now.when(replace(command, at=AS_OF + MOMENT)).made


def test_what_figures_do_not_count_is_taken_late() -> None:
    asked = given(*HANDED_IN, c.RequestPayment(dues=Dues(charge=8000), officer="cb-01", at=at(2))).history
    paid = given(*asked, rules=CLOSED).when(replace(PAY, at=at(3)))
    assert [type(event) for event in paid.made][:1] == [e.Paid]


def test_a_correction_is_the_way_to_what_took_effect_before() -> None:
    history = given(*HANDED_IN, replace(WITHDRAW, at=AS_OF + timedelta(hours=1))).history
    correct = c.Correct(
        version=len(history),
        field="withdrawn_at",
        new_value=AS_OF.isoformat(),
        authority="01/BB",
        reason="-",
        at=AS_OF + timedelta(hours=2),
    )
    corrected = given(*history, rules=CLOSED).when(correct)
    assert corrected.dossier.ended_at == AS_OF
