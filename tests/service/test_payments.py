"""Notices of payment on a real database: each takes effect once, waits, or is parked with a reason."""

import secrets
import time
from datetime import timedelta
from threading import Thread

import psycopg
import pytest
from psycopg import sql

from consumers.messages import Outgoing
from domain.dossier.commands import Pay, WaivePayment
from domain.dossier.events import Overpaid, Paid
from tests.examples import at
from tests.service.payments_desk import ACCEPT, AMOUNT, ASK_DUES, Desk, notice


def payments_of(desk: Desk, code: str) -> list[Paid | Overpaid]:
    return [event for event in desk.history(code) if isinstance(event, Paid | Overpaid)]


def test_a_notice_becomes_paid(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code, "VN-7", receipt_number="BL-9"))
    desk.consume()
    [paid] = payments_of(desk, code)
    assert isinstance(paid, Paid)
    assert (paid.amount, paid.channel, paid.provider_reference, paid.receipt_number) == (
        AMOUNT,
        "vnpay",
        "VN-7",
        "BL-9",
    )
    assert paid.paid_at == at(2)
    assert desk.standings() == []


def test_the_event_says_who_told_and_how_to_find_the_message(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    desk.hand_in(notice(code, "VN-7", id="message-1", traceparent=f"00-{trace}-00f067aa0ba902b7-01"))
    desk.consume()
    [row] = desk.ask(
        "SELECT convert_from(state, 'UTF8')::jsonb -> 'envelope' FROM stored_events WHERE topic = 'dossier.paid.v1'"
    )
    assert row[0]["actor"]["id"] == "payments"
    assert (row[0]["correlation_id"], row[0]["trace_id"]) == ("message-1", trace)
    assert row[0]["command_id"] == "payment/vnpay/VN-7"


def test_the_same_payment_told_again_changes_nothing(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code, "VN-7"), notice(code, "VN-7"))
    desk.consume()
    desk.hand_in(notice(code, "VN-7", paid_at=at(2).astimezone().isoformat()))
    desk.consume()
    assert len(payments_of(desk, code)) == 1
    assert desk.standings() == []


def test_another_payment_is_an_overpayment_to_be_refunded(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code, "VN-7"), notice(code, "VN-8"), notice(code, "VN-7", provider="momo", amount=1))
    desk.consume()
    desk.hand_in(notice(code, "VN-8"))
    desk.consume()
    paid, second, third = payments_of(desk, code)
    assert isinstance(paid, Paid)
    assert isinstance(second, Overpaid)
    assert isinstance(third, Overpaid)
    assert (second.provider_reference, second.amount) == ("VN-8", AMOUNT)
    assert (third.channel, third.provider_reference, third.amount) == ("momo", "VN-7", 1)


def test_what_is_paid_after_the_dues_were_waived_is_an_overpayment(desk: Desk) -> None:
    waive = WaivePayment(reason="hộ nghèo", legal_basis="Điều 8", officer="cb-02", at=at(1))
    [code] = desk.dossiers(1, ACCEPT, ASK_DUES, waive)
    desk.hand_in(notice(code))
    desk.consume()
    [overpaid] = payments_of(desk, code)
    assert isinstance(overpaid, Overpaid)


def test_a_payment_at_the_desk_and_one_by_a_platform_are_two(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.act(code, Pay(amount=AMOUNT, channel="cash", provider_reference="1", receipt_number="", at=at(1)))
    desk.hand_in(notice(code, "1"))
    desk.consume()
    assert [type(event) for event in payments_of(desk, code)] == [Paid, Overpaid]


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_only_what_succeeded_counts(desk: Desk, status: str) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code, "VN-7", status=status), notice(code, "VN-7"))
    desk.consume()
    assert len(payments_of(desk, code)) == 1
    assert desk.standings() == []


def test_a_notice_that_comes_early_waits_for_the_dues_to_be_asked_for(desk: Desk) -> None:
    [code] = desk.dossiers(1, ACCEPT)
    desk.hand_in(notice(code, "VN-7", paid_at=at(hours=1.5).isoformat()))
    desk.consume()
    assert desk.standings() == [(code, "waiting", "nothing-due")]
    desk.act(code, ASK_DUES)
    _until_due(desk)
    desk.consume()
    [paid] = payments_of(desk, code)
    assert paid.paid_at == at(hours=1.5)
    assert desk.standings() == []


def test_it_does_not_wait_for_ever(desk: Desk) -> None:
    desk.patience = timedelta(0)
    [code] = desk.dossiers(1, ACCEPT)
    desk.hand_in(notice(code))
    desk.consume()
    assert desk.standings() == [(code, "parked", "nothing-due")]


def test_what_a_clerk_has_to_look_at_is_parked_with_a_reason(desk: Desk) -> None:
    codes = desk.dossiers(8)
    bad = {
        "wrong-amount": notice(codes[0], amount=AMOUNT - 1),
        "unknown-dossier": notice("H99.02.15-260302-9999"),
        "another-key": notice(codes[1], key=codes[2]),
        "unreadable": notice(codes[3], amount=-1),
        "in-the-future": notice(codes[4], paid_at="2999-01-01T00:00:00+07:00"),
        "before-submission": notice(codes[5], paid_at=at(-9).isoformat()),
        "newer-version": notice(codes[6], type="payment.notice.v2"),
        "unknown-type": notice(codes[7], type="refund.notice.v1"),
    }
    desk.hand_in(*bad.values())
    good = desk.dossiers(1)
    desk.hand_in(notice(good[0]))
    desk.consume()
    assert [(standing, reason) for _, standing, reason in desk.standings()] == [("parked", reason) for reason in bad]
    assert len(payments_of(desk, good[0])) == 1
    texts = desk.ask("SELECT reason_vi, reason_en FROM parked_message ORDER BY id")
    assert texts[0] == (
        f"Số tiền không đúng khoản phải nộp. (due: {AMOUNT}, paid: {AMOUNT - 1})",
        f"The amount is not the one that is due. (due: {AMOUNT}, paid: {AMOUNT - 1})",
    )


def test_one_reference_cannot_stand_for_two_amounts(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code, "VN-7"), notice(code, "VN-7", amount=1))
    desk.consume()
    assert desk.standings() == [(code, "parked", "key-reused")]


def test_a_message_of_bytes_is_kept_as_it_came(desk: Desk) -> None:
    raw = Outgoing(b"\xff\x00key", b"\x00\xff" * 500_000, [("x", b"\x00\xfe")])
    desk.hand_in(raw)
    desk.consume()
    [row] = desk.ask("SELECT key, value, header_names, header_values, standing FROM parked_message")
    assert (row[0], row[1], row[2], row[3], row[4]) == (raw.key, raw.value, ["x"], [b"\x00\xfe"], "parked")


def test_a_message_with_a_huge_key_is_kept_like_any_other_and_blocks_nobody(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    huge = Outgoing(secrets.token_bytes(100_000), b"{}", [("x", b"y")])
    desk.hand_in(huge, huge, notice(code))
    desk.consume()
    kept = desk.ask("SELECT key, standing, reason FROM parked_message ORDER BY id")
    assert kept == [(huge.key, "parked", "not-a-cloud-event"), (huge.key, "behind", "waits-behind")]
    assert len(payments_of(desk, code)) == 1


def test_later_payments_of_a_parked_dossier_follow_once_it_is_settled(desk: Desk) -> None:
    [code, other] = desk.dossiers(2)
    desk.hand_in(notice(code, "VN-7", amount=1), notice(code, "VN-8"), notice(other))
    desk.consume()
    assert desk.standings() == [(code, "parked", "wrong-amount"), (code, "behind", "waits-behind")]
    assert len(payments_of(desk, other)) == 1
    assert payments_of(desk, code) == []


def test_counts_add_up(desk: Desk) -> None:
    [code, other] = desk.dossiers(2)
    desk.hand_in(notice(code), notice(other, amount=1), notice(other), notice(code, status="failed"))
    desk.consume()
    [row] = desk.ask("SELECT consumer, topic, settled, kept, next_offset = high_water FROM consumer_offset")
    assert row == ("payments", "payment.notices.v1", 2, 2, True)


def test_a_database_that_holds_a_transaction_up_for_too_long_parks_nothing(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code))
    with psycopg.connect(desk.url) as busy:
        limit = sql.SQL("ALTER DATABASE {} SET transaction_timeout = '200ms'")
        busy.execute(limit.format(sql.Identifier(busy.info.dbname)))
        busy.commit()
        busy.execute("LOCK TABLE consumer_offset IN SHARE MODE")
        consuming = Thread(target=desk.consume)
        consuming.start()
        time.sleep(1.0)
    consuming.join(30)
    assert len(payments_of(desk, code)) == 1
    assert desk.standings() == []


def _until_due(desk: Desk) -> None:
    desk.ask("UPDATE parked_message SET next_try_at = now() RETURNING id")
