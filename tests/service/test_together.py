"""What a door handles together is one transaction with what its caller writes beside it."""

from collections.abc import Iterator
from typing import TypeAlias

import psycopg
import pytest

from domain.dossier.commands import RecordStep
from domain.errors import TryLater
from domain.ports import Done
from service.door import BatchDoor
from tests.examples import LIFE, at
from tests.service.doors import door, request, submission

Beside: TypeAlias = "psycopg.Connection[tuple[object, ...]]"
STEP = RecordStep(name="Gọi điện", resource="cb-01", at=at(1))


@pytest.fixture
def opened(database_url: str) -> Iterator[BatchDoor]:
    found = door(database_url)
    yield found
    found.close()


@pytest.fixture
def beside(database_url: str) -> Iterator[Beside]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE beside (note text)")
        yield connection


def notes(connection: Beside) -> list[object]:
    return [note for (note,) in connection.execute("SELECT note FROM beside")]


def submitted(opened: BatchDoor, number: int = 1) -> list[str]:
    outcomes = opened.handle([submission() for _ in range(number)])
    return [outcome.code for outcome in outcomes if isinstance(outcome, Done)]


def test_all_of_it_is_committed(opened: BatchDoor, beside: Beside) -> None:
    [code] = submitted(opened)
    with opened.together() as connection:
        connection.execute("INSERT INTO beside VALUES ('x')")
        [outcome] = opened.handle([request(STEP, code)])
        assert isinstance(outcome, Done)
        assert notes(beside) == []
    assert notes(beside) == ["x"]
    assert beside.execute("SELECT count(*) FROM stored_events").fetchone() == (2,)


def test_or_none_of_it(opened: BatchDoor, beside: Beside) -> None:
    [code] = submitted(opened)

    def fail_late() -> None:
        with opened.together() as connection:
            connection.execute("INSERT INTO beside VALUES ('x')")
            opened.handle([request(STEP, code), *(submission() for _ in range(3))])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_late()
    assert notes(beside) == []
    assert beside.execute("SELECT count(*) FROM stored_events").fetchone() == (1,)
    assert isinstance(opened.handle([request(STEP, code)])[0], Done)


def test_positions_of_several_batches_differ_and_keep_their_order(opened: BatchDoor) -> None:
    codes = submitted(opened, 3)
    positions = []
    with opened.together():
        for command in (LIFE[0], STEP, STEP):
            outcomes = opened.handle([request(command, code) for code in codes])
            positions += [outcome.position for outcome in outcomes if isinstance(outcome, Done)]
        positions += [each.position for each in opened.handle([submission()]) if isinstance(each, Done)]
    assert len(positions) == 10
    assert positions == sorted(set(positions))


def test_what_another_carried_on_meanwhile_is_left_to_a_later_transaction(
    opened: BatchDoor, beside: Beside, database_url: str
) -> None:
    """This one's positions lie below the rival's: readers would meet the dossier's versions in the wrong order."""
    [code, other] = submitted(opened, 2)
    rival = door(database_url)
    with opened.together():
        opened.handle([request(STEP, other)])
        assert rival.handle([request(STEP, code)])[0].version == 2  # type: ignore[union-attr]
        later, done = opened.handle([request(STEP, code), request(STEP, other)])
        assert (type(later), type(done)) == (TryLater, Done)
    with opened.together():
        [outcome] = opened.handle([request(STEP, code)])
        assert isinstance(outcome, Done)
        assert outcome.version == 3
    rival.close()
    versions = beside.execute(
        "SELECT array_agg(originator_version ORDER BY notification_id) FROM stored_events GROUP BY originator_id"
    )
    assert versions.fetchall() == [([1, 2, 3],)] * 2


def test_what_another_carried_on_before_the_first_was_written_is_decided_anew(
    opened: BatchDoor, database_url: str
) -> None:
    [code] = submitted(opened)
    rival = door(database_url)
    with opened.together() as connection:
        connection.execute("SELECT 1")
        assert rival.handle([request(STEP, code)])[0].version == 2  # type: ignore[union-attr]
        [outcome] = opened.handle([request(STEP, code)])
        assert isinstance(outcome, Done)
        assert outcome.version == 3
    rival.close()


def test_a_batch_that_cannot_be_stored_leaves_the_rest_of_the_transaction(opened: BatchDoor, beside: Beside) -> None:
    """The rival's version appears between loading and appending: the savepoint keeps what came before."""
    [code] = submitted(opened)
    beside.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF convert_from(new.state, 'UTF8') LIKE '%cannot be stored%' THEN RAISE check_violation; END IF;"
        " RETURN new; END $$"
    )
    beside.execute("CREATE TRIGGER refuse BEFORE INSERT ON stored_events FOR EACH ROW EXECUTE FUNCTION refuse()")
    bad = RecordStep(name="cannot be stored", resource="", at=at(1))
    [good_code] = submitted(opened)
    with opened.together() as connection:
        connection.execute("INSERT INTO beside VALUES ('x')")
        refused, done = opened.handle([request(bad, code), request(STEP, good_code)])
    assert type(refused).__name__ == "InternalFault"
    assert isinstance(done, Done)
    assert notes(beside) == ["x"]


def test_a_lost_connection_is_not_hidden(opened: BatchDoor, beside: Beside) -> None:
    [code] = submitted(opened)

    def lose_it() -> None:
        with opened.together() as connection:
            beside.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
            opened.handle([request(STEP, code)])

    with pytest.raises(psycopg.OperationalError):
        lose_it()
    assert isinstance(opened.handle([request(STEP, code)])[0], Done)
