"""The one door, on real PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import psycopg
import pytest

from domain.codes import is_dossier_code
from domain.dossier import commands as c
from domain.dossier.events import Corrected, Submitted
from domain.dossier.refusals import AppraiserCannotApprove, NotAccepted, UnknownProcedure, UnknownUnit
from domain.errors import InternalFault, KeyReused, Malformed, StaleVersion, TryLater, UnknownDossier
from domain.ports import Done
from service.cache import StateCache
from service.door import BatchDoor
from service.rule_book import Unchanging
from tests.examples import LIFE, RULES, SUBMIT, at
from tests.service.doors import connector, door, now, request, submission


@pytest.fixture(params=[0, 100], ids=["uncached", "cached"])
def a_door(request: pytest.FixtureRequest, database_url: str) -> Iterator[BatchDoor]:
    opened = door(database_url, StateCache(request.param))
    yield opened
    opened.close()


def submitted(opened: BatchDoor, key: str = "") -> str:
    [outcome] = opened.handle([submission(key)])
    assert isinstance(outcome, Done)
    return outcome.code


def stored_events(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM stored_events").fetchone()
    assert row is not None
    return int(row[0])


def test_a_whole_life_one_command_at_a_time(a_door: BatchDoor) -> None:
    code = submitted(a_door)
    outcomes = [a_door.handle([request(command, code)])[0] for command in LIFE]
    assert [outcome.version for outcome in outcomes if isinstance(outcome, Done)] == list(range(2, 13))


def test_a_whole_life_in_one_batch_is_decided_in_turn(a_door: BatchDoor) -> None:
    code = submitted(a_door)
    outcomes = a_door.handle([request(command, code) for command in LIFE])
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    assert [outcome.version for outcome in done] == list(range(2, 13))
    assert [outcome.position for outcome in done] == sorted(outcome.position for outcome in done)


def test_the_same_submission_is_the_same_dossier(a_door: BatchDoor, database_url: str) -> None:
    first = a_door.handle([submission("once"), submission("once")])
    again = a_door.handle([submission("once")])
    assert len({outcome.code for outcome in [*first, *again] if isinstance(outcome, Done)}) == 1
    assert stored_events(database_url) == 1


def test_numbers_run_from_one_without_gaps_by_unit_and_local_day(a_door: BatchDoor) -> None:
    night = datetime.fromisoformat("2026-03-02T06:30:00+07:00")  # still the first of March in UTC
    requests = [submission() for _ in range(3)] + [request(replace(SUBMIT, at=night), key="night")]
    codes = [outcome.code for outcome in a_door.handle(requests) if isinstance(outcome, Done)]
    assert codes == [f"H99.02.15-260302-000{number}" for number in (1, 2, 3, 4)]
    assert all(is_dossier_code(code) for code in codes)


def test_a_refused_submission_leaves_no_more_than_its_own_number_unused(a_door: BatchDoor) -> None:
    refused = request(replace(SUBMIT, procedure="9.999999"), key="refused")
    outcomes = a_door.handle([refused, refused, submission()])
    assert [type(outcome) for outcome in outcomes] == [UnknownProcedure, UnknownProcedure, Done]
    codes = [outcome.code for outcome in [*outcomes, *a_door.handle([submission()])] if isinstance(outcome, Done)]
    assert codes == ["H99.02.15-260302-0002", "H99.02.15-260302-0003"]


def test_the_same_command_twice_is_one_effect_and_one_answer(a_door: BatchDoor, database_url: str) -> None:
    code = submitted(a_door)
    a_door.handle([request(LIFE[0], code)])
    step = request(c.RecordStep(name="Gọi điện", resource="cb-01", at=at(1)), code, command_id="step-1", digest="a")
    first, twice = a_door.handle([step, step])
    later = a_door.handle([step])[0]
    assert isinstance(first, Done)
    assert isinstance(later, Done)
    assert isinstance(twice, Done)
    assert (first.version, twice.version, later.version) == (3, 3, 3)
    assert later.position == first.position
    assert stored_events(database_url) == 3


def test_another_command_under_the_same_key_is_told_so(a_door: BatchDoor) -> None:
    code = submitted(a_door)
    a_door.handle([request(LIFE[0], code, command_id="k", digest="a")])
    [outcome] = a_door.handle([request(LIFE[1], code, command_id="k", digest="b")])
    assert isinstance(outcome, KeyReused)


def test_each_of_a_batch_gets_its_own_answer(a_door: BatchDoor) -> None:
    codes = [submitted(a_door) for _ in range(3)]
    outcomes = a_door.handle(
        [
            request(LIFE[0], codes[0]),
            request(c.Sign(signer="cb-03", document_sha256="ab" * 32, certificate_serial="1", at=at(1)), codes[1]),
            request(LIFE[0], codes[2], version=7),
            request(LIFE[0], "H99.02.15-260302-9999"),
            request(replace(LIFE[0], at=datetime(2026, 3, 3, 8)), codes[1]),  # noqa: DTZ001 - naive on purpose
            request(replace(SUBMIT, unit="H98"), key="nowhere"),
            request(LIFE[0], codes[1]),
        ]
    )
    kinds = [Done, NotAccepted, StaleVersion, UnknownDossier, Malformed, UnknownUnit, Done]
    assert [type(outcome) for outcome in outcomes] == kinds


def test_what_cannot_be_stored_fails_alone(a_door: BatchDoor, database_url: str) -> None:
    codes = [submitted(a_door) for _ in range(5)]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE stored_events ADD CONSTRAINT small CHECK (length(state) < 5000) NOT VALID")
    step = c.RecordStep(name="x", resource="r", at=at(1))
    outcomes = a_door.handle(
        [request(replace(step, name="x" * (6000 if number == 2 else 1)), code) for number, code in enumerate(codes)]
    )
    assert [type(outcome) for outcome in outcomes] == [Done, Done, InternalFault, Done, Done]


def test_a_state_decided_elsewhere_is_noticed(database_url: str) -> None:
    here, there = door(database_url, StateCache(10)), door(database_url, StateCache(10))
    code = submitted(here)
    here.handle([request(LIFE[0], code)])
    there.handle([request(command, code) for command in LIFE[1:7]])
    [refused, done] = here.handle([request(c.Approve(officer="cb-02", at=at(5)), code), request(LIFE[7], code)])
    assert isinstance(refused, AppraiserCannotApprove)
    assert isinstance(done, Done)
    assert done.version == 9
    here.close()
    there.close()


def test_a_correction_recomputes_the_promise_and_later_commands_see_it(a_door: BatchDoor) -> None:
    code = submitted(a_door)
    a_door.handle([request(LIFE[0], code)])
    correction = c.Correct(
        version=2, field="accepted_at", new_value=at(1, 1).isoformat(), authority="QĐ 5", reason="ghi nhầm", at=at(2)
    )
    [done] = a_door.handle([request(correction, code)])
    assert isinstance(done, Done)
    [event] = done.events
    assert isinstance(event, Corrected)
    assert event.due_at is not None
    assert event.due_at.isoformat() == "2026-03-11T17:00:00+07:00"
    extend = c.Extend(new_due_at=event.due_at, reason="x", signer="cb-09", at=at(3))
    [outcome] = a_door.handle([request(extend, code)])
    assert type(outcome).__name__ == "NotLater"


def test_a_lost_connection_is_replaced_and_an_unseen_commit_is_found(database_url: str) -> None:
    opened = door(database_url)
    code = submitted(opened)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    [outcome] = opened.handle([request(LIFE[0], code)])
    assert isinstance(outcome, Done)
    assert outcome.version == 2
    opened.close()


def test_a_database_that_stays_away_is_told_and_changes_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.door._PAUSES", (0.0, 0.0))

    def refuse() -> psycopg.Connection:
        raise psycopg.OperationalError("away")

    opened = BatchDoor(refuse, Unchanging(RULES), now)
    assert [type(outcome) for outcome in opened.handle([submission()])] == [TryLater]
    assert stored_events(database_url) == 0


def test_the_code_is_found_again_by_a_door_that_never_saw_it(database_url: str) -> None:
    first = door(database_url)
    code = submitted(first)
    second = BatchDoor(connector(database_url), Unchanging(RULES), now)
    [outcome] = second.handle([request(LIFE[0], code, version=1)])
    assert isinstance(outcome, Done)
    assert outcome.code == code
    assert not any(isinstance(event, Submitted) for event in outcome.events)
    first.close()
    second.close()
