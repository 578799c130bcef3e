"""What the library writes the doors can read, and the other way round."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError

from domain.dossier.events import StepRecorded
from domain.envelope import Envelope, Recorded
from domain.ports import Done
from service.epoch import keep_positions_rising
from service.store import DossierStore
from service.streams import load
from tests.examples import LIFE, at
from tests.service.doors import CLERK, door, request, submission


@pytest.fixture
def store(database_url: str) -> Iterator[DossierStore]:
    opened = DossierStore(database_url)
    yield opened
    opened.close()


def test_the_library_and_the_door_share_histories(database_url: str, store: DossierStore) -> None:
    opened = door(database_url)
    [submitted] = opened.handle([submission()])
    assert isinstance(submitted, Done)
    opened.handle([request(command, submitted.code) for command in LIFE[:3]])
    with psycopg.connect(database_url) as connection:
        [(dossier_id, _)] = load(connection, [], [submitted.code])
    history = list(store.history(dossier_id))
    assert [each.version for each in history] == [1, 2, 3, 4]
    step = Recorded(
        dossier_id=dossier_id,
        version=5,
        position=0,
        event=StepRecorded(name="x", resource="r", attributes=(), occurred_at=at(1)),
        envelope=Envelope(recorded_at=datetime.now(UTC), actor=CLERK, command_id="by-library"),
    )
    store.record([step])
    assert list(store.history(dossier_id))[-1] == step
    with pytest.raises(IntegrityError):
        store.record([step])
    [outcome] = opened.handle([request(LIFE[0], submitted.code, version=5)])
    assert isinstance(outcome, Done)
    assert outcome.version == 5
    opened.close()


def test_positions_keep_rising_after_a_restore(database_url: str) -> None:
    opened = door(database_url)
    opened.handle([submission()])
    with psycopg.connect(database_url, autocommit=True) as connection:
        assert not keep_positions_rising(connection)
        # As after a restore: the log was written when transaction ids were much higher.
        connection.execute("UPDATE stored_events SET notification_id = notification_id + (5000000::bigint << 20)")
        assert keep_positions_rising(connection)
        assert not keep_positions_rising(connection)
        [outcome] = opened.handle([submission()])
        highest = connection.execute("SELECT max(notification_id) FROM stored_events").fetchone()
    assert isinstance(outcome, Done)
    assert highest is not None
    assert outcome.position == highest[0]
    opened.close()
