"""Fee and charge."""

from dataclasses import replace
from typing import Any

import pytest

from domain.administration.administration import Administration
from domain.dossier import events as e
from domain.dossier import refusals as no
from domain.dossier.commands import Command, RequestPayment, Submit
from domain.dossier.corrections import corrected_history
from domain.dossier.dossier import Finance, PaymentReference
from domain.dossier.events import Channel
from domain.dossier.next_acts import next_acts, typical_acts
from domain.money import Dues
from tests.administrations import administered
from tests.domain.dossier.pasts import (
    ASK_DUES,
    CORRECT,
    DUE_AT,
    DUES_ASKED,
    ENDED,
    IN_PROCESS,
    OVERPAID,
    OVERPAY,
    PAID,
    PAY,
    SEALED,
    STOP,
    SUBMIT,
    SUBMITTED,
    WAIVE,
    WAIVED,
)
from tests.examples import COMMUNE, PROCEDURE, RULES, TestRules, at
from tests.spec import given

CLOSED = {stage: past for stage, past in ENDED.items() if stage != "sealed"}
RUNNING_ON = TestRules(payment_waits=False)


def asked(*, clock_waits: bool) -> e.PaymentRequested:
    dues = Dues(fee=3000, charge=5000)
    return e.PaymentRequested(dues=dues, clock_waits=clock_waits, officer="cb-01", requested_at=at(hours=2))


@pytest.mark.parametrize("past", [SUBMITTED, IN_PROCESS])
def test_fee_and_charge_are_asked_for_apart_and_the_clock_waits(past: tuple[Command, ...]) -> None:
    answer = given(*past).when(ASK_DUES).then(asked(clock_waits=True))
    assert (answer.dossier.finance, answer.dossier.amount_due) == (Finance.DUE, 8000)
    assert answer.dossier.waiting_for_payment


def test_the_clock_runs_on_where_the_counting_rule_says_so() -> None:
    answer = given(*IN_PROCESS, rules=RUNNING_ON).when(ASK_DUES).then(asked(clock_waits=False))
    assert not answer.dossier.waiting_for_payment


def test_dues_can_be_asked_for_when_the_result_is_ready_but_no_clock_waits_any_more() -> None:
    answer = given(*SEALED).when(replace(ASK_DUES, at=at(2)))
    answer.then(replace(asked(clock_waits=False), requested_at=at(2)))


@pytest.mark.parametrize("stage", CLOSED)
def test_nothing_is_asked_for_after_the_end(stage: str) -> None:
    given(*CLOSED[stage]).when(replace(ASK_DUES, at=at(20))).refused(no.ProcessingEnded, stage=stage)


def test_the_same_dues_are_asked_for_once() -> None:
    given(*DUES_ASKED).when(replace(ASK_DUES, at=at(1))).stays_quiet()


def test_other_dues_are_not_asked_for_beside() -> None:
    given(*DUES_ASKED).when(replace(ASK_DUES, dues=Dues(fee=1))).refused(no.AlreadyRequested, due="8000")


def test_nothing_is_not_asked_for() -> None:
    given(*IN_PROCESS).when(replace(ASK_DUES, dues=Dues())).refused(no.NothingToPay)


@pytest.mark.parametrize("past", [PAID, WAIVED])
def test_what_is_settled_is_not_asked_for_again(past: tuple[Command, ...]) -> None:
    given(*past).when(replace(ASK_DUES, at=at(1))).refused(no.AlreadySettled)


def test_the_exact_amount_settles_what_is_due() -> None:
    answer = given(*DUES_ASKED).when(PAY)
    answer.then(
        e.Paid(
            amount=8000,
            channel="vnpay",
            provider_reference="VN1",
            receipt_number="BL1",
            due_at=DUE_AT,
            paid_at=at(hours=4),
        )
    )
    assert (answer.dossier.finance, answer.dossier.waiting_for_payment) == (Finance.PAID, False)


@pytest.mark.parametrize("amount", [0, 7999, 8001, 16000])
def test_another_amount_settles_nothing(amount: int) -> None:
    given(*DUES_ASKED).when(replace(PAY, amount=amount)).refused(no.WrongAmount, due="8000", paid=str(amount))


def test_the_same_payment_arrives_once() -> None:
    given(*PAID).when(replace(PAY, at=at(1))).stays_quiet()


def test_a_second_payment_is_not_taken() -> None:
    given(*PAID).when(replace(PAY, provider_reference="VN2")).refused(no.AlreadySettled)


def test_the_same_reference_of_another_provider_is_another_payment() -> None:
    given(*PAID).when(replace(PAY, channel="momo")).refused(no.AlreadySettled)


def test_payments_without_reference_cannot_be_told_apart() -> None:
    anonymous = replace(PAY, provider_reference="")
    given(*DUES_ASKED, anonymous).when(anonymous).refused(no.AlreadySettled)


def test_what_was_remitted_is_not_paid() -> None:
    given(*WAIVED).when(PAY).refused(no.AlreadySettled)


@pytest.mark.parametrize("command", [PAY, WAIVE])
def test_nothing_is_settled_that_was_not_asked_for(command: Command) -> None:
    given(*IN_PROCESS).when(command).refused(no.NothingDue)


def test_nothing_is_remitted_before_it_was_asked_for() -> None:
    early = replace(WAIVE, at=at(hours=1.5))
    given(*DUES_ASKED).when(early).refused(no.AnswerBeforeRequest, requested_at=at(hours=2).isoformat())


def test_what_was_paid_before_it_was_asked_for_was_never_waited_for() -> None:
    early = given(*DUES_ASKED).when(replace(PAY, at=at(hours=1.5)))
    assert [event.paid_at for event in early.made if isinstance(event, e.Paid)] == [at(hours=1.5)]
    assert early.dossier.finance is Finance.PAID
    assert not early.dossier.waiting_for_payment
    assert early.dossier.due_at == given(*IN_PROCESS).dossier.due_at


def test_what_is_due_can_be_paid_before_acceptance_when_there_is_no_promise_yet() -> None:
    asked_at_the_desk = replace(ASK_DUES, at=at(hours=0.2))
    given(*SUBMITTED, asked_at_the_desk).when(replace(PAY, at=at(hours=0.5))).promises(None)


def test_what_is_due_can_be_paid_after_the_end() -> None:
    assert given(*DUES_ASKED, STOP).when(replace(PAY, at=at(9))).made


def test_what_is_due_can_be_remitted() -> None:
    answer = given(*DUES_ASKED).when(WAIVE)
    answer.then(
        e.PaymentWaived(reason="Hộ nghèo", legal_basis="Điều 10", officer="cb-01", due_at=DUE_AT, waived_at=at(hours=4))
    )
    assert answer.dossier.finance is Finance.WAIVED


def test_dues_are_remitted_once() -> None:
    given(*WAIVED).when(WAIVE).stays_quiet()


def test_what_was_paid_is_not_remitted() -> None:
    given(*PAID).when(WAIVE).refused(no.AlreadySettled)


def test_remitting_has_a_reason() -> None:
    given(*DUES_ASKED).when(replace(WAIVE, reason=" ")).refused(no.ReasonRequired)


def overpaid(finance: Finance = Finance.PAID) -> e.Overpaid:
    return e.Overpaid(
        amount=8000,
        channel="vnpay",
        provider_reference="VN2",
        receipt_number="BL2",
        finance=finance.value,
        paid_at=at(hours=5),
    )


@pytest.mark.parametrize(("past", "finance"), [(PAID, Finance.PAID), (WAIVED, Finance.WAIVED)])
def test_what_is_paid_beyond_settled_dues_is_kept_for_refund(past: tuple[Command, ...], finance: Finance) -> None:
    given(*past).when(OVERPAY).then(overpaid(finance))


def test_an_overpayment_moves_nothing_else() -> None:
    before, after = given(*PAID).dossier, given(*OVERPAID).dossier
    assert after == before._replace(overpayments=frozenset({PaymentReference("vnpay", "VN2")}))


@pytest.mark.parametrize("stage", ENDED)
def test_an_overpayment_is_kept_after_the_end_too(stage: str) -> None:
    paid = given(*PAID).history[-1]
    given(*ENDED[stage], paid).when(replace(OVERPAY, at=at(20))).then(replace(overpaid(), paid_at=at(20)))


@pytest.mark.parametrize("change", [{"provider_reference": "VN3"}, {"channel": "momo"}])
def test_every_further_payment_is_an_overpayment_of_its_own(change: dict[str, Any]) -> None:
    given(*OVERPAID).when(replace(OVERPAY, **change)).then(replace(overpaid(), **change))


def test_the_same_overpayment_is_kept_once() -> None:
    given(*OVERPAID).when(replace(OVERPAY, amount=1, at=at(1))).stays_quiet()


def test_the_payment_that_settled_the_dues_is_no_overpayment() -> None:
    given(*PAID).when(replace(OVERPAY, provider_reference=PAY.provider_reference)).stays_quiet()


def test_the_reference_of_the_settling_payment_at_another_provider_is_an_overpayment() -> None:
    other = replace(OVERPAY, channel="momo", provider_reference=PAY.provider_reference)
    assert given(*PAID).when(other).made


@pytest.mark.parametrize("past", [IN_PROCESS, DUES_ASKED])
def test_nothing_is_overpaid_before_the_dues_are_settled(past: tuple[Command, ...]) -> None:
    given(*past).when(OVERPAY).refused(no.DuesNotSettled)


@pytest.mark.parametrize("amount", [0, -8000])
def test_an_overpayment_is_an_amount(amount: int) -> None:
    given(*PAID).when(replace(OVERPAY, amount=amount)).refused(no.NothingOverpaid)


@pytest.mark.parametrize("reference", ["", " "])
def test_an_overpayment_without_reference_cannot_be_told_from_another(reference: str) -> None:
    given(*PAID).when(replace(OVERPAY, provider_reference=reference)).refused(no.ReferenceRequired)


def test_when_an_overpayment_arrived_can_be_put_right() -> None:
    version = len(given(*OVERPAID).history)
    correction = replace(CORRECT, version=version, field="paid_at", new_value=at(1).isoformat())
    right = given(*OVERPAID).when(correction)
    assert corrected_history(right.history)[version - 1] == replace(overpaid(), paid_at=at(1))
    right.promises(given(*OVERPAID).dossier.due_at)


def _cheaper_online(online_dues: Dues) -> Administration:
    known, unit = RULES.procedure(PROCEDURE, at()), RULES.unit(COMMUNE)
    assert known is not None
    assert unit is not None
    cheaper = replace(known, online_dues=online_dues)
    return administered([RULES.calendar("vn")], [RULES.counting()], [replace(unit, parent=None)], [cheaper])


ONLINE = replace(SUBMIT, channel=Channel.NATIONAL_PORTAL)


def test_through_a_portal_no_more_is_asked_for_than_is_stated_for_portals() -> None:
    rules = _cheaper_online(Dues(charge=4000))
    given(ONLINE, rules=rules).when(ASK_DUES).refused(no.MoreThanOnline, asked="8000", due="4000")
    assert given(ONLINE, rules=rules).when(replace(ASK_DUES, dues=Dues(charge=4000))).made
    assert given(SUBMIT, rules=rules).when(ASK_DUES).made
    assert given(ONLINE).when(ASK_DUES).made


@pytest.mark.parametrize(("submit", "due"), [(ONLINE, 4000), (SUBMIT, 8000)])
def test_what_is_typically_asked_for_follows_the_channel(submit: Submit, due: int) -> None:
    rules = _cheaper_online(Dues(charge=4000))
    typical = typical_acts(rules)["request-payment"](given(submit, rules=rules).dossier, at(1))
    assert isinstance(typical, RequestPayment)
    assert typical.dues.total == due


def test_what_costs_nothing_online_is_not_charged_for_there() -> None:
    rules = _cheaper_online(Dues())
    assert "request-payment" not in next_acts(given(ONLINE, rules=rules).dossier, rules)
    assert "request-payment" in next_acts(given(SUBMIT, rules=rules).dossier, rules)
