"""The consumer that docs/how-to/add-a-consumer.md shows, taken from the page: on the log, and on a real Kafka."""

import re
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any

import pytest

from consumers.consumer import Consumer
from domain.dossier.events import StepRecorded
from service.rule_book import Unchanging
from service.settings import Settings
from service.wiring_topics import consume, inbox, relay
from tests.examples import LIFE, RULES
from tests.house.examples import ROOT, blocks, tracked_files
from tests.service.payments_desk import Desk

PAGE = Path("docs/how-to/add-a-consumer.md")
MODULE, REGISTRATION, TEST = blocks(PAGE, "python")
NAME = "consumers.result_store"
LONGEST = 60


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The page's module, as if it had been saved where the page says."""
    made = ModuleType(NAME)
    exec(compile(MODULE, str(PAGE), "exec"), made.__dict__)  # noqa: S102 - our own page
    monkeypatch.setitem(sys.modules, NAME, made)
    return made


@dataclass
class Ground:
    """Where the consumer runs: on the log or, where brokers are named, on Kafka."""

    desk: Desk
    settings: Settings

    def consume(self, consumer: Consumer) -> None:
        """Deal with all that has happened up to now."""
        if self.settings.kafka_bootstrap_servers:
            relay(self.settings, self.desk.url, Event(), until_caught_up=True)
        consume(self.settings, self.desk.url, Unchanging(RULES), consumer, Event(), until_caught_up=True)

    def begin_anew(self, consumer: Consumer) -> None:
        with inbox(self.desk.url, Unchanging(RULES), consumer) as kept:
            kept.begin_anew(consumer.topic.name)

    def steps(self, code: str) -> list[str]:
        return [event.name for event in self.desk.history(code) if isinstance(event, StepRecorded)]


@pytest.fixture(params=["log", pytest.param("kafka", marks=pytest.mark.kafka)])
def ground(request: pytest.FixtureRequest, desk: Desk) -> Ground:
    if request.param == "log":
        return Ground(desk, Settings())
    brokers, prefix = request.getfixturevalue("kafka"), f"{abs(hash(request.node.name))}."
    return Ground(desk, Settings(kafka_bootstrap_servers=brokers, kafka_prefix=prefix))


def test_what_is_sealed_is_stored_once_also_when_the_topic_is_read_anew(module: Any, ground: Ground) -> None:
    codes = ground.desk.dossiers(3, *LIFE)
    ground.consume(module.result_store())
    assert [ground.steps(code) for code in codes] == [["Lưu kho kết quả"]] * 3
    ground.begin_anew(module.result_store())
    ground.consume(module.result_store())
    assert [ground.steps(code) for code in codes] == [["Lưu kho kết quả"]] * 3
    assert ground.desk.standings() == []


def test_other_events_are_none_of_its_business(module: Any, ground: Ground) -> None:
    [code] = ground.desk.dossiers(1, *LIFE[:-2])
    ground.consume(module.result_store())
    assert ground.steps(code) == []
    assert ground.desk.standings() == []


def test_a_fault_in_it_parks_the_message_and_the_others_go_on(
    module: Any, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = ground.desk.dossiers(2, *LIFE[:-1])
    recorded = module.RecordStep

    def faulty(**fields: Any) -> Any:
        if failures:
            raise RuntimeError(failures.pop())
        return recorded(**fields)

    failures = ["a fault of ours"]
    monkeypatch.setattr(module, "RecordStep", faulty)
    ground.consume(module.result_store())
    [(parked, standing, reason)] = ground.desk.standings()
    assert (standing, reason) == ("parked", "handler-failed")
    assert ground.steps(parked) == []
    assert [len(ground.steps(code)) for code in codes if code != parked] == [1]


def test_the_test_on_the_page_passes(module: Any, database_url: str) -> None:
    assert module.STEP
    names: dict[str, Any] = {}
    exec(compile(TEST, str(PAGE), "exec"), names)  # noqa: S102 - our own page
    [test] = [partial(each, database_url) for name, each in names.items() if name.startswith("test_")]
    test()


def test_what_registers_it_stands_where_the_page_says() -> None:
    before = REGISTRATION.strip().replace(", result_store()]", "]")
    assert before in (ROOT / "service/wiring_topics.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(("block", "file"), [(MODULE, "consumers/result_store.py"), (TEST, "tests/test_it.py")])
def test_the_page_is_written_as_all_our_code(block: str, file: str) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    for command in ("check", "format --check"):
        checked = subprocess.run(  # noqa: S603 - our own words
            [ruff, *command.split(), "--stdin-filename", file, "-"],
            cwd=ROOT, input=block, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_consumer_is_a_small_module() -> None:
    modules = {str(path): (ROOT / path).read_text(encoding="utf-8") for path in tracked_files() if path.suffix == ".py"}
    defining = {
        path for path, text in modules.items() if path.startswith("consumers/") and re.search(r"[ =]Consumer\(", text)
    }
    assert "consumers/payments.py" in defining
    long = {path for path in defining if len(modules[path].splitlines()) >= LONGEST}
    assert long == set()
    assert len(MODULE.splitlines()) < LONGEST
