"""What the demo's payment platforms tell: mostly recorded, a few wait or need a person, the same ones each time."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event

import msgspec
import psycopg
import pytest

from consumers.message_types import DATA_TYPES
from consumers.topics import PAYMENT_NOTICES
from domain.dossier.corrections import replay
from domain.dossier.dossier import Dossier, Finance
from domain.dossier.events import Overpaid
from service.cache import StateCache
from service.demo.administration import demo_administration
from service.demo.examples import examples
from service.demo.notices import notices, send_once, waits_for_payment
from service.demo.run import Generated, run_demo
from service.door import BatchDoor
from service.rule_book import Unchanging
from service.settings import Settings
from service.wiring_topics import consume, consumers, publish
from tests.service.doors import connector, now
from tests.service.memory_door import MemoryDoor
from tests.service.payments_desk import Desk

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
RULES = demo_administration()
DOSSIERS = 300
SETTINGS = Settings()


def generated(url: str | None = None) -> Generated:
    door = MemoryDoor(RULES) if url is None else BatchDoor(connector(url), Unchanging(RULES), now, StateCache(1000))
    try:
        return run_demo(door, NOW, lambda _done, _total: None, DOSSIERS)
    finally:
        if isinstance(door, BatchDoor):
            door.close()


def told(desk: Desk) -> Generated:
    """The lives are there, and the notices for them have been handled."""
    made = generated(desk.url)
    publish(SETTINGS, desk.url, PAYMENT_NOTICES, notices(made, RULES))
    [payments] = consumers(SETTINGS).values()
    consume(SETTINGS, desk.url, Unchanging(RULES), payments, Event(), until_caught_up=True)
    return made


def dossier(desk: Desk, code: str) -> Dossier:
    return replay(desk.history(code))


def test_the_same_lives_give_the_same_notices() -> None:
    assert notices(generated(), RULES) == notices(generated(), RULES)


def test_every_notice_is_as_it_is_agreed_with_platforms() -> None:
    for message in notices(generated(), RULES):
        event = msgspec.json.decode(message.value)
        notice = msgspec.convert(event["data"], DATA_TYPES[event["type"]])
        assert message.key.decode() == event["partitionkey"] == notice.dossier_code


def test_some_wait_some_need_a_person_and_all_others_are_recorded(desk: Desk) -> None:
    made = told(desk)
    waiting = [made.codes[life.number] for life in made.lives if waits_for_payment(life.dossier)]
    assert len(waiting) > 3
    standings = desk.standings()
    assert [(standing, reason) for _, standing, reason in standings] == [
        *[("waiting", "nothing-due")] * 3,
        ("parked", "wrong-amount"),
        ("behind", "waits-behind"),
        ("parked", "unknown-dossier"),
    ]
    assert standings[3][0] == standings[4][0] == waiting[0]
    states = [dossier(desk, code).finance for code in waiting]
    assert states == [Finance.DUE if number % 2 == 0 else Finance.PAID for number in range(len(waiting))]


def test_what_is_paid_twice_is_overpaid(desk: Desk) -> None:
    code = examples(told(desk)).overpaid
    assert code is not None
    [overpaid] = [event for event in desk.history(code) if isinstance(event, Overpaid)]
    assert overpaid.paid_at == NOW


def test_told_again_no_dossier_changes(desk: Desk) -> None:
    told(desk)
    before = stored_events(desk.url)
    told(desk)
    assert stored_events(desk.url) == before


def test_they_are_sent_once_a_data_folder_unless_sending_failed(tmp_path: Path) -> None:
    sent: list[str] = []

    def failing() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        send_once(tmp_path, failing)
    for _ in range(2):
        send_once(tmp_path, partial(sent.append, "all"))
    assert sent == ["all"]


def stored_events(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT notification_id FROM stored_events ORDER BY notification_id").fetchall()
