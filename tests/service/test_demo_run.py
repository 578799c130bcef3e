from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from domain.codes import is_dossier_code
from domain.dossier.corrections import replay
from domain.dossier.dossier import Stage
from service.cache import StateCache
from service.demo.administration import demo_administration
from service.demo.examples import examples
from service.demo.run import BATCH, DemoInterruptedError, began_at, run_demo
from service.door import BatchDoor
from service.rule_book import Unchanging
from tests.service.doors import connector, now
from tests.service.memory_door import MemoryDoor

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
RULES = demo_administration()
DOSSIERS = 300


def run(door: MemoryDoor, start: datetime = NOW) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    run_demo(door, start, lambda done, total: told.append((done, total)), DOSSIERS)
    return told


@pytest.fixture(scope="module")
def finished() -> MemoryDoor:
    door = MemoryDoor(RULES)
    run(door)
    return door


def test_the_door_gets_every_life_in_full_batches(finished: MemoryDoor) -> None:
    assert len(finished.histories) == DOSSIERS
    assert all(is_dossier_code(code) for code in finished.histories)
    events = sum(len(history) for history in finished.histories.values())
    assert finished.batches <= events / BATCH * 1.5 + 5


def test_progress_ends_at_the_whole() -> None:
    told = run(MemoryDoor(RULES))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_a_second_run_adds_nothing(finished: MemoryDoor) -> None:
    door = MemoryDoor(RULES)
    run(door)
    before = {code: list(history) for code, history in door.histories.items()}
    run(door)
    assert door.histories == before == finished.histories


@pytest.mark.parametrize("batches", [0, 1, 2, 5, 9])
def test_a_run_that_was_stopped_goes_on_to_the_same_histories(finished: MemoryDoor, batches: int) -> None:
    door = MemoryDoor(RULES, fails_after=batches)
    with pytest.raises(ConnectionError):
        run(door)
    assert door.histories != finished.histories
    door.fails_after = None
    run(door)
    assert door.histories == finished.histories


def test_another_start_is_not_mixed_in(finished: MemoryDoor) -> None:
    door = MemoryDoor(RULES)
    run(door)
    with pytest.raises(DemoInterruptedError, match="idempotency key"):
        run(door, NOW + timedelta(days=3))
    assert door.histories == finished.histories


def test_examples_are_what_they_are_said_to_be() -> None:
    door = MemoryDoor(RULES)
    found = examples(run_demo(door, NOW, lambda _done, _total: None, 1500))
    codes = (found.on_time, found.overdue, found.waiting, found.returned)
    on_time, overdue, waiting, returned = (replay(door.histories[code]) for code in codes if code is not None)
    assert on_time.stage is Stage.SEALED
    assert on_time.ended_at is not None
    assert on_time.due_at is not None
    assert on_time.ended_at.date() <= on_time.due_at.date()
    assert overdue.is_open
    assert overdue.due_at is not None
    assert overdue.due_at < NOW
    assert waiting.waiting_for_supplement
    assert returned.stage is Stage.RETURNED


def test_few_dossiers_have_no_example_of_everything() -> None:
    found = examples(run_demo(MemoryDoor(RULES), NOW, lambda _done, _total: None, 1))
    assert None in (found.on_time, found.overdue, found.waiting, found.returned)


def test_the_start_is_remembered_in_the_data_folder(tmp_path: Path) -> None:
    assert began_at(tmp_path, NOW) == NOW
    assert began_at(tmp_path, NOW + timedelta(days=3)) == NOW


def test_on_the_real_store_a_second_run_adds_nothing_either(database_url: str) -> None:
    door = BatchDoor(connector(database_url), Unchanging(RULES), now, StateCache(1000))
    memory = MemoryDoor(RULES)
    try:
        first = run_demo(door, NOW, lambda _done, _total: None, 60)
        stored = stored_events(database_url)
        again = run_demo(door, NOW, lambda _done, _total: None, 60)
    finally:
        door.close()
    assert run_demo(memory, NOW, lambda _done, _total: None, 60) == first == again
    assert stored == stored_events(database_url) == sum(len(history) for history in memory.histories.values())


def stored_events(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM stored_events").fetchone()
        assert row is not None
        return int(row[0])
