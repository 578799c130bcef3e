"""The promise: the appointment given at acceptance, moved by waits and by extensions alone.

Acceptance is on Monday 2 March 2026, Wednesday 4 March is a holiday, the term of five working days ends on Tuesday 10.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.calendar import STANDARD_TIMETABLE, Calendar, Declaration, DeclarationKind
from domain.dossier.commands import Command, Extend, Pay, RequestPayment, RequestSupplement, Supplement
from tests.domain.dossier.pasts import (
    ACCEPT,
    ANSWER,
    APPROVED,
    ASK,
    ASK_DUES,
    CORRECT,
    DUE_AT,
    EXTEND,
    IN_PROCESS,
    PAY,
    SEAL,
    SIGN,
    SUBMIT,
    SUBMIT_FREE,
    WAIVE,
    WITHDRAW,
)
from tests.examples import TestRules, at, local
from tests.spec import given

TUE_10, WED_11, THU_12 = DUE_AT, local("2026-03-11", "17:00"), local("2026-03-12", "17:00")
FRI_13, TUE_17 = local("2026-03-13", "17:00"), local("2026-03-17", "17:00")
MON_23, TUE_24 = local("2026-03-23", "17:00"), local("2026-03-24", "17:00")


def asks(day: str, clock: str = "08:00") -> RequestSupplement:
    return replace(ASK, at=local(f"2026-03-{day}", clock))


def answers(day: str, clock: str = "08:00") -> Supplement:
    return replace(ANSWER, at=local(f"2026-03-{day}", clock))


def asks_dues(day: str, clock: str = "08:00") -> RequestPayment:
    return replace(ASK_DUES, at=local(f"2026-03-{day}", clock))


def pays(day: str, clock: str = "08:00") -> Pay:
    return replace(PAY, at=local(f"2026-03-{day}", clock))


def extends(day: str) -> Extend:
    """A promise of Friday 20 March, made on this day."""
    return replace(EXTEND, at=local(f"2026-03-{day}"))


@pytest.mark.parametrize(
    ("waits", "promise"),
    [
        ([asks("05"), answers("05", "16:00")], TUE_10),
        ([asks("05"), answers("06")], WED_11),
        ([asks("05"), answers("09")], THU_12),
        ([asks("05"), answers("06"), asks("09"), answers("10")], THU_12),
        ([asks("10", "16:59"), answers("13")], FRI_13),
    ],
    ids=["same-day", "a-day", "over-a-weekend", "twice", "in-the-last-minute"],
)
def test_the_promise_moves_by_the_wait_for_a_supplement(waits: list[Command], promise: datetime) -> None:
    given(*IN_PROCESS, *waits[:-1]).when(waits[-1]).promises(promise)


def test_the_promise_stays_while_the_wait_lasts() -> None:
    given(*IN_PROCESS).when(asks("05")).promises(TUE_10)


def test_the_promise_moves_by_the_wait_for_a_payment() -> None:
    given(*IN_PROCESS, asks_dues("05")).when(pays("06")).promises(WED_11)


def test_the_promise_moves_when_what_is_due_is_remitted() -> None:
    given(*IN_PROCESS, asks_dues("05")).when(replace(WAIVE, at=at(4))).promises(WED_11)


def test_the_promise_stays_where_the_counting_rule_lets_the_clock_run_on() -> None:
    running_on = TestRules(payment_waits=False)
    given(*IN_PROCESS, asks_dues("05"), rules=running_on).when(pays("09")).promises(TUE_10)


def test_time_waited_for_both_counts_once() -> None:
    both = given(*IN_PROCESS, asks("05"), asks_dues("06"))
    first = both.when(answers("09")).promises(THU_12)
    given(*first.history).when(pays("10")).promises(FRI_13)


def test_time_waited_for_both_counts_once_whichever_ends_first() -> None:
    both = given(*IN_PROCESS, asks("05"), asks_dues("06"))
    first = both.when(pays("09")).promises(WED_11)
    given(*first.history).when(answers("10")).promises(FRI_13)


def test_hours_move_by_the_hours_waited() -> None:
    by_hours = given(SUBMIT_FREE, ACCEPT)
    assert by_hours.dossier.due_at == local("2026-03-02", "15:00")
    given(*by_hours.history, asks("02", "10:00")).when(answers("02", "11:00")).promises(local("2026-03-02", "16:00"))


def test_a_wait_begun_before_acceptance_counts_from_acceptance_on() -> None:
    waiting = given(SUBMIT, asks_dues("02", "08:30"), ACCEPT)
    waiting.when(pays("05")).promises(THU_12)


def test_a_wait_ended_before_acceptance_does_not_count() -> None:
    given(SUBMIT, asks("02", "08:10"), answers("02", "08:20")).when(replace(ACCEPT, at=at(hours=1))).promises(TUE_10)


def test_a_reception_recorded_late_is_followed_by_the_wait_that_was_recorded_before() -> None:
    given(SUBMIT, asks("05"), answers("06")).when(ACCEPT).promises(WED_11)


def test_what_is_asked_for_after_the_promise_has_passed_does_not_move_it() -> None:
    given(*IN_PROCESS, asks("11")).when(answers("20")).promises(TUE_10)


def test_what_was_asked_for_in_time_and_answered_late_moves_it() -> None:
    given(*IN_PROCESS, asks("09")).when(answers("16")).promises(TUE_17)


def test_an_extension_promises_its_own_date() -> None:
    given(*IN_PROCESS).when(extends("06")).promises(EXTEND.new_due_at)


def test_a_wait_after_an_extension_moves_what_was_promised_then() -> None:
    given(*IN_PROCESS, extends("11"), asks("16")).when(answers("18")).promises(TUE_24)


def test_a_wait_before_an_extension_was_known_when_it_was_promised() -> None:
    given(*IN_PROCESS, asks("05"), answers("09"), extends("10"), asks("16")).when(answers("18")).promises(TUE_24)


def test_a_wait_during_which_the_promise_was_extended_counts_from_then_on() -> None:
    given(*IN_PROCESS, asks("05"), extends("06")).when(answers("09")).promises(MON_23)


def test_a_wait_ends_with_processing_even_if_what_is_due_is_paid_later() -> None:
    sealed = (*APPROVED, asks_dues("05"), replace(SIGN, at=at(3)), replace(SEAL, at=at(4)))
    given(*sealed).when(pays("20")).promises(WED_11)


def test_a_corrected_end_ends_the_wait_then() -> None:
    withdrawn = given(*IN_PROCESS, asks_dues("05"), replace(WITHDRAW, at=at(4)), pays("20"))
    later = replace(CORRECT, version=4, field="withdrawn_at", new_value=at(7).isoformat(), at=at(20))
    withdrawn.when(later).promises(THU_12)


def test_a_later_decision_about_the_calendar_moves_no_promise_not_even_by_a_wait() -> None:
    swap = Declaration(
        day=date(2026, 3, 9),
        periods=(),
        kind=DeclarationKind.HOLIDAY,
        known_at=datetime(2026, 3, 3, tzinfo=UTC),
        decision="2",
        source="test",
        confidence="test",
    )
    calendar = Calendar(id="vn", timezone="Asia/Ho_Chi_Minh", timetable=STANDARD_TIMETABLE, declarations=(swap,))
    pinned = given(*IN_PROCESS, asks("05"), rules=TestRules(calendars=[calendar]))
    pinned.when(answers("05", "09:00")).promises(local("2026-03-09", "17:00"))
