"""The administration on a real database: whole batches or nothing, each command once, nobody decides by old rules."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Thread
from typing import Any

import pytest

from domain.administration.counting import IntroduceCountingRule
from domain.administration.refusals import AlreadyThere, EntryChanged
from domain.administration.unit_facts import EstablishUnit
from domain.administration.units import UNITS
from domain.agency import Unit, UnitKind
from domain.dossier.refusals import UnknownUnit
from domain.envelope import Actor
from domain.errors import KeyReused
from domain.ports import AdministrationRequest, Done
from service.administering import AdministrationDoor
from service.administration_thread import ThreadedAdministration
from service.cache import StateCache
from service.door import BatchDoor
from service.rule_book import LoggedRules, head, history
from tests.administrations import logged
from tests.examples import BEGINNING, LIFE, MONDAY, SUBMIT
from tests.service.doors import connector, now, request

NEW = "H99.77"


def unit(name: str = "Xã mới") -> EstablishUnit:
    new = Unit(code=NEW, name_vi=name, name_en="New commune", kind=UnitKind.COMMUNE, parent="H99", calendar="vn")
    return EstablishUnit(code=NEW, unit=new, effective_from=date(2026, 1, 1), at=MONDAY)


def asked(command: Any, command_id: str = "1", **others: Any) -> AdministrationRequest:
    return AdministrationRequest(command=command, actor=Actor(id="qt-01"), command_id=command_id, **others)


@pytest.fixture
def rules(database_url: str) -> LoggedRules:
    return logged(database_url, BEGINNING)


@pytest.fixture
def door(database_url: str, rules: LoggedRules) -> AdministrationDoor:
    return AdministrationDoor(connector(database_url), rules, now)


def known_elsewhere(database_url: str) -> LoggedRules:
    """What another process knows after its start."""
    rules = LoggedRules()
    with connector(database_url)() as connection:
        rules.renew(connection)
    return rules


def test_a_command_is_carried_out_and_known_everywhere(
    database_url: str, door: AdministrationDoor, rules: LoggedRules
) -> None:
    [done] = door.handle([asked(unit())])
    assert (done.key, done.version, len(done.facts)) == (NEW, 1, 1)
    assert rules.current().unit(NEW) == unit().unit == known_elsewhere(database_url).current().unit(NEW)
    with connector(database_url)() as connection:
        assert head(connection) == done.position == rules.current().entries.position
        [fact] = history(connection, UNITS, NEW)
    assert (fact.version, fact.position, fact.envelope.actor.id) == (1, done.position, "qt-01")


def test_a_batch_is_whole_or_not_at_all(database_url: str, door: AdministrationDoor) -> None:
    refused = IntroduceCountingRule(id="test", payment_waits=False, source="-", confidence="-", at=MONDAY)
    with pytest.raises(AlreadyThere):
        door.handle([asked(unit(), "1"), asked(refused, "2")])
    assert known_elsewhere(database_url).current().unit(NEW) is None
    assert door.handle([asked(unit(), "1")])[0].facts


def test_the_same_command_twice_is_one_and_its_id_serves_no_other(door: AdministrationDoor) -> None:
    [first] = door.handle([asked(unit(), digest="a")])
    [again] = door.handle([asked(unit(), digest="a")])
    assert (again.version, again.position, again.facts) == (first.version, first.position, ())
    with pytest.raises(KeyReused):
        door.handle([asked(unit("Xã khác"), digest="b")])


def test_a_command_may_say_what_it_rests_on(door: AdministrationDoor) -> None:
    with pytest.raises(EntryChanged):
        door.handle([asked(unit(), expected_version=3)])
    assert door.handle([asked(unit(), expected_version=0)])[0].version == 1


@pytest.mark.usefixtures("rules")
def test_many_at_once_take_turns(database_url: str) -> None:
    done: list[int] = []

    def introduce(number: int) -> None:
        each = AdministrationDoor(connector(database_url), LoggedRules(), now)
        command = IntroduceCountingRule(id=f"r{number}", payment_waits=True, source="-", confidence="-", at=MONDAY)
        done.extend(answer.position for answer in each.handle([asked(command, f"r{number}")]))

    threads = [Thread(target=introduce, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = known_elsewhere(database_url).current().entries
    assert len(set(done)) == 8
    assert entries.position == max(done)
    assert all(entries.by_kind["counting-rule"].get(f"r{number}") for number in range(8))


@pytest.fixture
def elsewhere(database_url: str, rules: LoggedRules) -> Iterator[BatchDoor]:  # noqa: ARG001 - begun first
    """The door of dossiers in another process, which has just started."""
    opened = BatchDoor(connector(database_url), known_elsewhere(database_url), now, StateCache(10))
    yield opened
    opened.close()


def test_nobody_is_refused_by_rules_that_have_changed(door: AdministrationDoor, elsewhere: BatchDoor) -> None:
    there = replace(SUBMIT, unit=NEW)
    [refused] = elsewhere.handle([request(there, key="too early")])
    assert isinstance(refused, UnknownUnit)
    door.handle([asked(unit())])
    [done] = elsewhere.handle([request(there, key="in time")])
    assert isinstance(done, Done), done


def test_nothing_is_decided_by_rules_that_have_changed(door: AdministrationDoor, elsewhere: BatchDoor) -> None:
    [handed_in] = elsewhere.handle([request(SUBMIT, key="a dossier")])
    assert isinstance(handed_in, Done)
    door.handle([asked(IntroduceCountingRule(id="newer", payment_waits=True, source="-", confidence="-", at=MONDAY))])
    [done] = elsewhere.handle([request(LIFE[0], code=handed_in.code)])
    assert isinstance(done, Done)
    assert done.events[0].counting == "newer"  # type: ignore[union-attr]


def test_it_is_told_as_it_was_known(database_url: str, door: AdministrationDoor, rules: LoggedRules) -> None:
    before = datetime.now(UTC)
    door.handle([asked(unit())])

    async def told() -> list[Unit | None]:
        told = ThreadedAdministration(connector(database_url), rules, now)
        return [(await told.known_at(instant)).unit(NEW) for instant in (before, datetime.now(UTC))]

    assert asyncio.run(told()) == [None, unit().unit]


def test_times_are_the_services_own(door: AdministrationDoor, database_url: str) -> None:
    before = datetime.now(UTC)
    door.handle([asked(unit())])
    with connector(database_url)() as connection:
        [fact] = history(connection, UNITS, NEW)
    assert before <= fact.envelope.recorded_at <= datetime.now(UTC)
