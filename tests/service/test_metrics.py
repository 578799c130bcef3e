"""What /metrics tells: figures of the process, and of the database as long as that tells them."""

import asyncio
import threading
import time
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from service import watch as module
from service.gauges import exposition
from service.observing import Status
from service.settings import Settings
from service.watch import Watch
from service.wiring_api import serving
from tests.administrations import logged
from tests.databases import fresh_database, migrated_template
from tests.examples import BEGINNING
from tests.service.statuses import BUSY, NOON

PLACE = {"consumer": "payments", "topic": "t", "partition": "0"}


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("motcua_database_up", {}, 1),
        ("motcua_log_unreadable_seconds", {}, 1.5),
        ("motcua_outbox_unpublished_events", {"topic": "t"}, 2),
        ("motcua_outbox_oldest_unpublished_seconds", {"topic": "t"}, 3.5),
        ("motcua_outbox_published_total", {"topic": "t"}, 40),
        ("motcua_outbox_held", {"topic": "t"}, 1),
        ("motcua_outbox_failing", {"topic": "t"}, 1),
        ("motcua_consumer_lag_messages", PLACE, 4),
        ("motcua_consumer_moved_timestamp_seconds", PLACE, NOON.timestamp()),
        ("motcua_consumer_settled_total", PLACE, 3),
        ("motcua_consumer_kept_total", PLACE, 2),
        ("motcua_consumer_retried_total", PLACE, 1),
        ("motcua_parked_messages", {"consumer": "payments", "standing": "parked"}, 3),
        ("motcua_parked_messages", {"consumer": "payments", "standing": "waiting"}, 0),
        ("motcua_parked_oldest_seconds", {"consumer": "payments", "standing": "parked"}, 90),
        ("motcua_parked_oldest_seconds", {"consumer": "payments", "standing": "behind"}, 0),
        (
            "motcua_parked_messages_by_reason",
            {"consumer": "payments", "standing": "parked", "reason": "not-json"},
            2,
        ),
        ("motcua_projection_behind_events", {"projection": "tracking", "partition": "0"}, 6),
        ("motcua_projection_behind_seconds", {"projection": "tracking", "partition": "0"}, 7),
        ("motcua_schedule_held", {}, 1),
        ("motcua_schedule_looked_timestamp_seconds", {}, NOON.timestamp()),
        ("motcua_schedule_waiting_escalations", {}, 2),
        ("motcua_schedule_oldest_waiting_seconds", {}, 3),
        ("motcua_schedule_failed_total", {}, 1),
        ("motcua_escalations_total", {"rule": "overdue"}, 5),
        ("motcua_escalations_moved_on_total", {"rule": "overdue"}, 1),
    ],
)
def test_every_figure_is_told(name: str, labels: dict[str, str], value: float) -> None:
    assert samples(exposition(BUSY).decode())[name, frozenset(labels.items())] == value


def test_every_metric_says_what_it_is() -> None:
    for family in text_string_to_metric_families(exposition(BUSY).decode()):
        assert family.documentation.endswith("."), family.name
        assert family.type in {"gauge", "counter"}, family.name
        assert family.samples, family.name


def test_a_consumer_that_never_read_on_has_no_time_of_it() -> None:
    told = {labels for name, labels in samples(exposition(BUSY).decode()) if name.endswith("timestamp_seconds")}
    assert told == {frozenset(PLACE.items()), frozenset()}  # the last look at the clock has no labels


def test_without_the_database_only_that_is_told() -> None:
    assert samples(exposition(None).decode()) == {("motcua_database_up", frozenset()): 0}


class Looks:
    """Counts the looks, each of which takes a moment; fails or hangs when told to."""

    def __init__(self) -> None:
        self.count = 0
        self.fault: Exception | None = None
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self) -> Status:
        self.count += 1
        time.sleep(0.05)
        self.go_on.wait()
        if self.fault is not None:
            raise self.fault
        return BUSY


def test_however_many_ask_one_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FRESH_SECONDS", 0.3)
    look = Looks()

    async def run() -> None:
        watch = Watch(look)
        assert await asyncio.gather(*(watch.status() for _ in range(50))) == [BUSY] * 50
        assert await watch.status() is BUSY
        assert look.count == 1
        await asyncio.sleep(0.4)
        assert await watch.status() is BUSY
        assert look.count == 2
        await watch.stop()

    asyncio.run(run())


@pytest.mark.parametrize("fault", [OSError("away"), RuntimeError("a fault of ours")])
def test_a_look_that_fails_tells_nothing_and_the_next_may_succeed(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    monkeypatch.setattr(module, "_FRESH_SECONDS", 0)
    look = Looks()
    look.fault = fault

    async def run() -> None:
        watch = Watch(look)
        assert await watch.status() is None
        look.fault = None
        assert await watch.status() is BUSY
        await watch.stop()

    asyncio.run(run())


def test_whoever_asks_waits_no_longer_than_patience_has_and_later_gets_the_same_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    look = Looks()
    look.go_on.clear()

    async def run() -> None:
        watch = Watch(look)
        assert await watch.status() is None
        assert await watch.status() is None
        look.go_on.set()
        monkeypatch.setattr(module, "PATIENCE", 10)
        assert await watch.status() is BUSY
        assert look.count == 1
        await watch.stop()

    asyncio.run(run())


def test_the_process_tells_what_it_knows_also_when_its_database_is_gone(server_url: str) -> None:
    async def run() -> list[str]:
        told = []
        with migrated_template(server_url) as name, fresh_database(server_url, name) as url:
            open_api = serving(Settings(), url, rules=logged(url, BEGINNING))
            parts = await open_api.__aenter__()
            transport = httpx.ASGITransport(app=create_app(parts.collaborators))
            client = httpx.AsyncClient(transport=transport, base_url="http://test")
            told.append((await client.get("/metrics")).text)
        await asyncio.sleep(1.1)
        told.append((await client.get("/metrics")).text)
        await client.aclose()
        await open_api.__aexit__(None, None, None)
        return told

    before, after = map(samples, asyncio.run(run()))
    up, waiting = ("motcua_database_up", frozenset[Any]()), ("motcua_commands_waiting", frozenset[Any]())
    assert (before[up], before[waiting]) == (1, 0)
    assert (after[up], after[waiting]) == (0, 0)
    assert any(name == "motcua_http_requests_total" for name, _ in after)
    assert not any(name.startswith(("motcua_outbox", "motcua_log")) for name, _ in after)
