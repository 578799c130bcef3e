"""What a person does with kept messages: try again, or do without; what waits behind them follows in order."""

from datetime import timedelta

import psycopg
import pytest

from consumers.payments import payments
from domain.dossier.events import Overpaid, Paid
from service.parking import CannotBeDone, ParkedMessage, Released, drop, one, parked, retry
from tests.service.payments_desk import ACCEPT, ASK_DUES, Desk, notice

CONSUMER = payments(timedelta(hours=1))


def listed(desk: Desk, *, ended: bool = False, reason: str | None = None) -> list[ParkedMessage]:
    with psycopg.connect(desk.url, autocommit=True) as connection:
        return list(parked(connection, ended=ended, reason=reason))


def payments_of(desk: Desk, code: str) -> list[str]:
    return [event.provider_reference for event in desk.history(code) if isinstance(event, Paid | Overpaid)]


def tried(desk: Desk, number: int) -> Released:
    return retry(desk.inbox(), CONSUMER, number)


def test_a_message_tried_again_once_its_cause_is_mended_is_settled_and_the_others_follow(desk: Desk) -> None:
    [code] = desk.dossiers(1, ACCEPT)
    desk.patience = timedelta(0)
    desk.hand_in(notice(code, "VN-1"), notice(code, "VN-2"))
    desk.consume()
    desk.hand_in(notice(code, "VN-3"))
    desk.consume()
    first, *_ = listed(desk)
    desk.act(code, ASK_DUES)
    assert tried(desk, first.id) == Released(settled=3, kept=None, behind=0)
    assert payments_of(desk, code) == ["VN-1", "VN-2", "VN-3"]
    assert listed(desk) == []
    [kept] = listed(desk, ended=True)
    assert (kept.id, kept.standing) == (first.id, "settled")


def test_one_that_still_cannot_be_settled_stays_with_those_behind_it(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code, "VN-1", amount=1), notice(code, "VN-2"))
    desk.consume()
    first, second = listed(desk)
    released = tried(desk, first.id)
    assert (released.settled, released.behind) == (0, 1)
    assert released.kept is not None
    assert released.kept.reason.slug == "wrong-amount"
    assert [(each.id, each.standing, each.attempts) for each in listed(desk)] == [
        (first.id, "parked", 2),
        (second.id, "behind", 0),
    ]


def test_one_that_is_done_without_stays_on_record_and_lets_the_others_go(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code, "VN-1", amount=1), notice(code, "VN-2"), notice(code, "VN-3"))
    desk.consume()
    first, *_ = listed(desk)
    released = drop(desk.inbox(), CONSUMER, first.id, by="cb-09", why="gửi nhầm")
    assert released == Released(settled=2, kept=None, behind=0)
    assert payments_of(desk, code) == ["VN-2", "VN-3"]
    [dropped] = listed(desk, ended=True)
    assert (dropped.standing, dropped.ended_by, dropped.ended_why) == ("dropped", "cb-09", "gửi nhầm")
    assert dropped.ended_at is not None
    assert dropped.value == first.value


def test_one_in_the_middle_can_be_done_without(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code, "VN-1", amount=1), notice(code, "VN-2"), notice(code, "VN-3"))
    desk.consume()
    first, second, third = listed(desk)
    assert drop(desk.inbox(), CONSUMER, second.id, by="cb-09", why="thừa") == Released(0, None, 0)
    assert [each.id for each in listed(desk)] == [first.id, third.id]


def test_the_next_that_is_bad_takes_the_head_of_the_line(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code, "VN-1", amount=1), notice(code, "VN-2", amount=2), notice(code, "VN-3"))
    desk.consume()
    first, second, third = listed(desk)
    released = drop(desk.inbox(), CONSUMER, first.id, by="cb-09", why="thừa")
    assert released.kept is not None
    assert (released.kept.entry.id, released.behind) == (second.id, 1)
    assert [(each.id, each.standing) for each in listed(desk)] == [(second.id, "parked"), (third.id, "behind")]


def test_what_cannot_be_done_says_why(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    desk.hand_in(notice(code, "VN-1", amount=1), notice(code, "VN-2"))
    desk.consume()
    first, second = listed(desk)
    with pytest.raises(CannotBeDone, match=f"message {second.id} waits behind {first.id}"):
        tried(desk, second.id)
    drop(desk.inbox(), CONSUMER, first.id, by="cb-09", why="thừa")
    with pytest.raises(CannotBeDone, match=f"message {first.id} was dropped"):
        tried(desk, first.id)
    with (
        psycopg.connect(desk.url, autocommit=True) as connection,
        pytest.raises(CannotBeDone, match="no parked message"),
    ):
        one(connection, 99)


def test_a_list_can_be_cut_by_reason(desk: Desk) -> None:
    codes = desk.dossiers(2)
    desk.hand_in(notice(codes[0], amount=1), notice(codes[1], amount=-1), notice("H99.02.15-260302-9999"))
    desk.consume()
    assert [each.reason for each in listed(desk)] == ["wrong-amount", "unreadable", "unknown-dossier"]
    assert [bytes(each.key or b"").decode() for each in listed(desk, reason="unreadable")] == [codes[1]]


def test_a_message_without_a_key_is_tried_alone(desk: Desk) -> None:
    [code] = desk.dossiers(1)
    with psycopg.connect(desk.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO topic_message (topic, position, key, value, header_names, header_values)"
            " VALUES ('payment.notices.v1', 1, NULL, %s, '{}', '{}')",
            (notice(code).value,),
        )
    desk.consume()
    [kept] = listed(desk)
    released = tried(desk, kept.id)
    assert released.kept is not None
    assert (kept.reason, released.kept.reason.slug) == ("key-missing", "key-missing")
    assert drop(desk.inbox(), CONSUMER, kept.id, by="cb-09", why="không khóa") == Released(0, None, 0)
