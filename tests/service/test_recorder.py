"""The library's own recorder test cases, against our recorder, on real PostgreSQL."""

import time
from collections.abc import Sequence
from typing import Any
from unittest import TestCase
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent, Subscription
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.tests.persistence import AggregateRecorderTestCase, ApplicationRecorderTestCase
from psycopg.conninfo import conninfo_to_dict

from service.recorder import DossierRecorder


def datastore_of(url: str) -> PostgresDatastore:
    parts = conninfo_to_dict(url)
    return PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts.get("host") or ""),
        port=str(parts.get("port") or "5432"),
        user=str(parts.get("user") or ""),
        password=str(parts.get("password") or ""),
        pool_size=4,
        max_overflow=16,
    )


def settle(recorder: DossierRecorder) -> None:
    """Other databases of the cluster may have a transaction running; what was committed shows once it has ended."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        last = recorder.max_notification_id()
        if last is None or recorder.select_notifications(start=last, limit=1):
            return
        time.sleep(0.01)
    raise AssertionError("a write transaction in the cluster has lasted 30 seconds")


class Ranked(ApplicationRecorder):
    """Our positions as ranks 1, 2, 3: the library's cases expect the numbers of a sequence."""

    def __init__(self, recorder: DossierRecorder) -> None:
        self.recorder = recorder

    def _positions(self) -> list[int]:
        settle(self.recorder)
        found = self.recorder.select_notifications(start=None, limit=1_000_000)
        return [each.id for each in found]

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        ids = self.recorder.insert_events(stored_events, **kwargs) or []
        positions = self._positions()
        return [positions.index(each) + 1 for each in ids]

    def select_events(self, *args: Any, **kwargs: Any) -> Sequence[StoredEvent]:
        found: Sequence[StoredEvent] = self.recorder.select_events(*args, **kwargs)
        return found

    def max_notification_id(self) -> int | None:
        return len(self._positions()) or None

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        positions = [0, *self._positions(), 1 << 62]
        found = self.recorder.select_notifications(
            positions[min(start, len(positions) - 1)] if start is not None else None,
            limit,
            positions[min(stop, len(positions) - 1)] if stop is not None else None,
            topics,
            inclusive_of_start=inclusive_of_start,
        )
        return [
            Notification(
                id=positions.index(each.id),
                originator_id=each.originator_id,
                originator_version=each.originator_version,
                topic=each.topic,
                state=each.state,
            )
            for each in found
        ]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        return self.recorder.subscribe(gt, topics)


@pytest.fixture(scope="class")
def cases_url(request: pytest.FixtureRequest, server_url: str) -> None:
    request.cls.server_url = server_url


class WithDatabase(TestCase):
    server_url: str
    url: str
    datastore: PostgresDatastore

    def setUp(self) -> None:
        name = f"recorder_{uuid4().hex}"
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        self.addCleanup(self._drop, name)
        self.url = psycopg.conninfo.make_conninfo(self.server_url, dbname=name)
        self.datastore = datastore_of(self.url)
        self.addCleanup(self.datastore.close)

    def _drop(self, name: str) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def dossier_recorder(self) -> DossierRecorder:
        recorder = DossierRecorder(self.datastore)
        recorder.create_table()
        return recorder


class WithoutPositions(DossierRecorder):
    """As the library's aggregate recorder is: its cases expect a save to answer nothing."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        super().insert_events(stored_events, **kwargs)


@pytest.mark.usefixtures("cases_url")
class TestAggregateRecorder(WithDatabase, AggregateRecorderTestCase):
    def create_recorder(self) -> DossierRecorder:
        recorder = WithoutPositions(self.datastore)
        recorder.create_table()
        return recorder


@pytest.mark.usefixtures("cases_url")
class TestApplicationRecorder(WithDatabase, ApplicationRecorderTestCase[Any]):
    EXPECT_CONTIGUOUS_NOTIFICATION_IDS = False

    def create_recorder(self) -> Any:
        recorder = self.dossier_recorder()
        # The concurrent cases look at no number; ranking every save there would only slow them down.
        return Ranked(recorder) if self._testMethodName == "test_insert_select" else recorder


@pytest.mark.usefixtures("cases_url")
class TestSubscription(WithDatabase):
    def test_it_gives_what_is_there_and_what_comes(self) -> None:
        recorder = self.dossier_recorder()
        first = stored(1)
        recorder.insert_events([first])
        with recorder.subscribe(gt=0) as subscription:
            assert next(subscription).originator_id == first.originator_id
            second, third = stored(1), stored(1)
            recorder.insert_events([second])
            recorder.insert_events([third])
            assert [next(subscription).originator_id for _ in range(2)] == [second.originator_id, third.originator_id]

    def test_it_gives_only_the_topics_asked_for(self) -> None:
        recorder = self.dossier_recorder()
        recorder.insert_events([stored(1, "a"), stored(1, "b"), stored(1, "c")])
        with recorder.subscribe(gt=0, topics=["b", "c"]) as subscription:
            assert [next(subscription).topic for _ in range(2)] == ["b", "c"]

    def test_positions_rise_and_a_position_above_the_limit_of_json_numbers_survives(self) -> None:
        recorder = self.dossier_recorder()
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("UPDATE log_epoch SET xid_offset = %s", (1 << 40,))
        ids = recorder.insert_events([stored(1), stored(1)]) or []
        settle(recorder)
        assert [each.id for each in recorder.select_notifications(start=None, limit=9)] == list(ids)
        assert ids[0] > 1 << 53
        assert ids[1] == ids[0] + 1


def stored(version: int, topic: str = "topic") -> StoredEvent:
    return StoredEvent(originator_id=uuid4(), originator_version=version, topic=topic, state=b"{}")
