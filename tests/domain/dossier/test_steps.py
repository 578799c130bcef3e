"""The steps of the pinned procedure: their order, their quotas, and who is late."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain.dossier import commands as c
from domain.dossier import events as e
from domain.dossier import refusals as no
from domain.dossier.commands import Command
from domain.dossier.corrections import replay
from domain.dossier.decisions import decide
from domain.dossier.next_acts import next_acts
from domain.dossier.slip import Kept, control_slip, steps_taken
from domain.errors import Refusal
from domain.money import Dues
from domain.procedure import Step
from domain.term import Term, TermUnit
from tests.administrations import administered
from tests.domain.dossier import pasts as p
from tests.examples import COMMUNE, PROCEDURE, RULES, UNIT, VN, at, local, procedure
from tests.spec import given


def _days(amount: int) -> Term:
    return Term(amount, TermUnit.WORKING_DAYS)


RECEIVE, APPRAISE, SIGN = (
    Step(code=code, name_vi=name, name_en=code, role="-", quota=_days(amount))
    for code, name, amount in (("receive", "Tiếp nhận", 1), ("appraise", "Thẩm định", 3), ("sign", "Ký", 1))
)
CODES: Final = ("receive", "appraise", "sign")
STEPPED: Final = administered(
    [VN],
    [RULES.counting()],
    RULES.units_at(at()),
    [replace(procedure(PROCEDURE, _days(5), Dues()), steps=(RECEIVE, APPRAISE, SIGN))],
)


def over(step: str, when: datetime, officer: str = "cb-02", quota: Term | None = None) -> c.HandOver:
    return c.HandOver(step=step, to_unit=UNIT, to_officer=officer, to_title="CV", quota=quota, at=when)


def test_acceptance_opens_the_first_step_with_its_quota() -> None:
    """One working day after Monday, as the clock counts."""
    answer = given(*p.SUBMITTED, rules=STEPPED).when(p.ACCEPT)
    assert answer.made[1:] == (
        e.StepOpened(
            step="receive",
            unit=COMMUNE,
            officer="cb-01",
            quota=_days(1),
            due_at=local("2026-03-03", "17:00"),
            opened_at=p.ACCEPT.at,
        ),
    )
    assert answer.dossier.holder.step == "receive"


def test_without_steps_nothing_more_is_recorded() -> None:
    answer = given(*p.IN_PROCESS).when(over("Bất kỳ", at(1), quota=_days(2)))
    assert [type(event) for event in (*answer.past, *answer.made)] == [e.Submitted, e.Accepted, e.HandedOver]


def test_a_hand_over_opens_the_next_step_with_the_quota_of_the_procedure() -> None:
    """From Tuesday three working days, Wednesday being a holiday."""
    handed, opened = given(*p.IN_PROCESS, rules=STEPPED).when(over("appraise", at(1))).made
    assert isinstance(handed, e.HandedOver)
    assert handed.quota == _days(3)
    assert opened == e.StepOpened(
        step="appraise",
        unit=UNIT,
        officer="cb-02",
        quota=_days(3),
        due_at=local("2026-03-09", "17:00"),
        opened_at=at(1),
    )


def test_a_step_is_one_of_the_procedure_and_none_is_passed_over() -> None:
    dossier = given(*p.IN_PROCESS, rules=STEPPED)
    dossier.when(over("Thẩm định", at(1))).refused(no.UnknownStep, step="Thẩm định", steps="receive, appraise, sign")
    dossier.when(over("sign", at(1))).refused(no.StepSkipped, step="sign", next="appraise")
    back = given(*p.IN_PROCESS, over("appraise", at(1)), over("sign", at(2)), rules=STEPPED)
    assert back.when(over("receive", at(3))).made
    assert back.when(over("sign", at(3), officer="cb-03")).made


def test_handing_on_within_a_step_buys_no_time() -> None:
    dossier = given(*p.IN_PROCESS, over("appraise", at(1)), rules=STEPPED)
    _, opened = dossier.when(over("appraise", at(9), officer="cb-07")).made
    assert isinstance(opened, e.StepOpened)
    assert (opened.officer, opened.due_at) == ("cb-07", local("2026-03-09", "17:00"))
    dossier.when(over("appraise", at(9), "cb-07", _days(5))).refused(no.QuotaRuns, step="appraise")


def test_a_wait_suspends_the_quota_by_the_clock_of_the_dossier() -> None:
    """Asked on Thursday, answered on Monday: two working days."""
    dossier = given(*p.IN_PROCESS, over("appraise", at(1)), p.ASK, rules=STEPPED)
    answer = dossier.when(p.ANSWER)
    assert answer.made[1:] == (
        e.StepRescheduled(step="appraise", due_at=local("2026-03-11", "17:00"), rescheduled_at=p.ANSWER.at),
    )


def test_a_payment_suspends_it_too_and_an_extension_does_not() -> None:
    due = given(*p.IN_PROCESS, over("appraise", at(1)), replace(p.ASK_DUES, at=at(1)), rules=STEPPED)
    paid = due.when(replace(p.PAY, at=at(3)))
    assert paid.dossier.step
    assert paid.dossier.step.due_at == local("2026-03-10", "17:00")
    assert len(due.when(replace(p.WAIVE, at=at(3))).made) == 2
    extended = given(*p.IN_PROCESS, over("appraise", at(1)), rules=STEPPED).when(p.EXTEND)
    assert [type(event) for event in extended.made] == [e.DeadlineExtended]


def test_a_corrected_hand_over_moves_the_step_that_it_opened() -> None:
    dossier = given(*p.IN_PROCESS, over("appraise", at(1)), rules=STEPPED)
    correction = replace(p.CORRECT, version=4, field="handed_over_at", new_value=at(3).isoformat())
    _, moved = dossier.when(correction).made
    assert moved == e.StepRescheduled(step="appraise", due_at=local("2026-03-10", "17:00"), rescheduled_at=p.CORRECT.at)
    again = replace(p.CORRECT, version=5, field="opened_at", new_value=at(3).isoformat())
    dossier.when(again).refused(no.NotCorrectable, event="StepOpened", field="opened_at")


def test_the_slip_names_who_was_late_and_by_how_much() -> None:
    past = given(*p.IN_PROCESS, over("appraise", at(4)), over("sign", at(5), "cb-03"), rules=STEPPED)
    first, second, third = control_slip(past.history, STEPPED, at(9))
    assert (first.taken.step, first.taken.officer, first.kept) == ("receive", "cb-01", Kept.LATE)
    assert first.by == at(4) - local("2026-03-03", "17:00")
    assert (second.taken.unit, second.taken.until, second.kept) == (UNIT, at(5), Kept.EARLY)
    assert (third.taken.until, third.kept) == (None, Kept.LATE)
    assert control_slip(past.history, STEPPED, at(5))[-1].kept is Kept.WITHIN
    ended = given(*p.IN_PROCESS, replace(p.WITHDRAW, at=local("2026-03-03", "16:00")), rules=STEPPED)
    (only,) = control_slip(ended.history, STEPPED, at(30))
    assert (only.taken.until, only.kept) == (local("2026-03-03", "16:00"), Kept.ON_TIME)


def test_a_step_that_waits_is_not_late() -> None:
    waiting = given(*p.IN_PROCESS, over("appraise", at(1)), p.ASK, rules=STEPPED)
    assert control_slip(waiting.history, STEPPED, at(60))[-1].kept is Kept.WAITING


def test_free_steps_are_judged_by_the_quota_they_were_given() -> None:
    past = given(*p.IN_PROCESS, over("Thẩm định", at(1), quota=_days(1)), over("Ký", at(8)))
    kept = [(line.taken.step, line.kept) for line in control_slip(past.history, RULES, at(9))]
    assert kept == [("", Kept.NO_QUOTA), ("Thẩm định", Kept.LATE), ("Ký", Kept.NO_QUOTA)]


_ACTS: Final = st.one_of(
    st.builds(
        lambda step, officer: over(step, at(), officer),
        st.sampled_from((*CODES, "other")),
        st.sampled_from(("cb-02", "cb-03")),
    ),
    st.sampled_from((p.ASK, p.ANSWER, p.ASK_DUES, p.PAY, p.WAIVE, p.APPRAISE, p.APPROVE, p.EXTEND, p.STOP)),
)


@drawn(st.lists(st.tuples(_ACTS, st.integers(0, 9)), max_size=14))
def test_in_any_life_one_step_is_open_and_no_act_but_a_wait_moves_its_end(acts: list[tuple[Command, int]]) -> None:
    """Lines join without a gap; all but the last are closed; steps never skip forward; quotas are the procedure's."""
    history = given(*p.IN_PROCESS, rules=STEPPED).history
    now = at(hours=1)
    for command, hours in acts:
        now += timedelta(hours=hours)
        try:
            made = decide(replace(command, at=now), replay(history), STEPPED, history)
        except Refusal:
            continue
        if any(isinstance(event, e.StepRescheduled) for event in made):
            assert isinstance(made[0], e.Supplemented | e.Paid | e.PaymentWaived)
        history = (*history, *made)
    lines = steps_taken(history)
    dossier = replay(history)
    assert [line.until for line in lines[:-1]] == [line.since for line in lines[1:]]
    assert lines[-1].until == dossier.ended_at
    assert (lines[-1].step, lines[-1].unit, lines[-1].officer) == (
        dossier.holder.step, dossier.holder.unit, dossier.holder.officer,
    )  # fmt: skip
    places = [CODES.index(line.step) for line in lines]
    assert places[0] == 0
    assert all(after <= before + 1 for before, after in pairwise(places))
    assert all(line.quota == (_days(3) if line.step == "appraise" else _days(1)) for line in lines)
    assert dossier.step
    assert lines[-1].due_at == dossier.step.due_at


@pytest.mark.parametrize("past", [p.IN_PROCESS, (*p.IN_PROCESS, over("appraise", at(1)), over("sign", at(2)))])
def test_what_may_be_done_next_knows_the_steps(past: tuple[Command, ...]) -> None:
    assert "hand-over" in next_acts(given(*past, rules=STEPPED).dossier, STEPPED)
