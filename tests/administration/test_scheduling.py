"""The scheduler on a real database: each occasion once, over restarts, stops and clocks that jump."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from domain.administration.delegations import GrantDelegation, RevokeDelegation
from domain.administration.escalation_facts import (
    DelegationEscalated,
    ReplaceEscalationRule,
    SwitchOffEscalationRule,
    SwitchOnEscalationRule,
)
from domain.administration.escalation_rules import ESCALATION_RULES
from domain.administration.officers import AssignPost, Power
from domain.dossier import events as e
from domain.dossier.commands import Command
from domain.envelope import Actor
from domain.escalation import Level
from domain.ports import AdministrationRequest, Done
from domain.term import TermUnit
from service.rule_book import LoggedRules, history
from service.scheduling import Looked, Scheduler
from service.wiring import administration_door, catch_up, event_log
from service.wiring_schedule import scheduler
from tests.administrations import logged
from tests.domain.dossier import pasts as p
from tests.examples import BEGINNING, COMMUNE, MONDAY, at, local
from tests.service.doors import connector, door, request

MET = p.DUE_AT + timedelta(microseconds=1)


class Office:
    """An installation whose clock the test turns."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.rules: LoggedRules = logged(url, BEGINNING)
        self.scheduler: Scheduler = scheduler(url, self.rules)
        self._door = door(url)
        self._numbers = iter(range(1_000_000))

    def close(self) -> None:
        self.scheduler.close()
        self._door.close()

    def restart(self) -> None:
        """Another process, which knows nothing."""
        self.scheduler.close()
        rules = LoggedRules()
        with connector(self.url)() as connection:
            rules.renew(connection)
        self.rules, self.scheduler = rules, scheduler(self.url, rules)

    def dossier(self, *commands: Command) -> str:
        (done,) = self._door.handle([request(p.SUBMIT, key=f"k{next(self._numbers)}")])
        assert isinstance(done, Done)
        self.act(done.code, *commands)
        return done.code

    def act(self, code: str, *commands: Command) -> None:
        for command in commands:
            (outcome,) = self._door.handle([request(command, code)])
            assert isinstance(outcome, Done), outcome

    def administer(self, command: Any) -> None:
        asked = AdministrationRequest(command=command, actor=Actor(id="qt"), command_id=f"a{next(self._numbers)}")
        administration_door(self.url, self.rules).handle([asked])

    def look(self, now: datetime) -> Looked:
        catch_up(self.url)
        looked = self.scheduler.look(now)
        assert looked.whole
        return looked

    def escalations(self, code: str) -> list[e.Escalated]:
        with closing(event_log(self.url)) as log, connector(self.url)() as connection:
            row = connection.execute("SELECT dossier_id FROM dossier_code WHERE code = %s", (code,)).fetchone()
            assert row is not None
            return [each.event for each in log.history(row[0]) if isinstance(each.event, e.Escalated)]

    def told(self, code: str) -> list[str]:
        return [each.rule for each in self.escalations(code)]


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    made = Office(database_url)
    yield made
    made.close()


def test_each_moment_makes_one_escalation_when_it_has_passed(office: Office) -> None:
    code = office.dossier(p.ACCEPT)
    assert office.look(local("2026-03-09", "17:00")).escalated == 0
    assert office.look(local("2026-03-09", "17:01")).escalated == 1
    assert office.look(p.DUE_AT).escalated == 0
    assert office.look(MET).escalated == 1
    assert office.look(local("2026-03-11", "10:59")).escalated == 0
    assert office.look(local("2026-03-11", "11:01")).escalated == 1
    assert office.told(code) == ["due-soon", "overdue", "apology-owed"]
    overdue = office.escalations(code)[1]
    assert (overdue.met_at, overdue.escalated_at, overdue.unit) == (p.DUE_AT, MET, COMMUNE)


def test_a_stopped_machine_tells_late_and_says_both_when_it_was_met_and_when_that_was_noticed(office: Office) -> None:
    code = office.dossier(p.ACCEPT)
    assert office.look(at(40)).escalated == 3
    assert office.look(at(41)).escalated == 0
    assert {each.escalated_at for each in office.escalations(code)} == {at(40)}
    assert [each.met_at for each in office.escalations(code)] == [
        local("2026-03-09", "17:00"),
        p.DUE_AT,
        local("2026-03-11", "11:00"),
    ]


def test_a_clock_that_jumps_back_repeats_nothing_and_loses_nothing(office: Office) -> None:
    code = office.dossier(p.ACCEPT)
    office.look(at(9))
    office.look(at(-400))
    assert office.look(at(7)).escalated == 0
    assert office.told(code) == ["due-soon", "overdue"]
    later = office.dossier(replace(p.ACCEPT, at=at(8, 1)))
    office.look(at(40))
    assert office.told(code) == office.told(later) == ["due-soon", "overdue", "apology-owed"]


def test_whatever_the_clock_says_in_between_the_same_is_told_once(office: Office) -> None:
    """Forwards and backwards by hours or years: all that was met at the latest moment it ever showed, and no more."""
    random = Random(7)  # noqa: S311 - the same jumps every time
    code = office.dossier(p.ACCEPT)
    met = {"due-soon": local("2026-03-09", "17:00"), "overdue": p.DUE_AT, "apology-owed": local("2026-03-11", "11:00")}
    shown = MONDAY
    for days in random.choices((-9000, -30, -1, 0, 5, 6, 7, 8, 8.1, 8.5, 9, 9.2), k=30):
        now = at(days)
        office.look(now)
        shown = max(shown, now)
        assert Counter(office.told(code)) == Counter(rule for rule, moment in met.items() if moment < shown)
        if random.random() < 0.2:
            office.restart()
    assert [each.met_at for each in office.escalations(code)] == list(met.values())


def test_what_is_told_is_told_by_no_other_process_again(office: Office) -> None:
    code = office.dossier(p.ACCEPT)
    office.look(MET)
    office.restart()
    assert office.look(at(8, 2)).escalated == 0
    with connector(office.url)() as connection:
        connection.execute("UPDATE schedule SET basis = ''")
    assert office.look(at(8, 2)).escalated == 0
    assert Counter(office.told(code)) == {"due-soon": 1, "overdue": 1}


def test_moments_that_were_lost_are_worked_out_anew(office: Office) -> None:
    code = office.dossier(p.ACCEPT)
    office.look(MONDAY)
    with connector(office.url)() as connection:
        connection.execute("DELETE FROM escalation_moment")
        connection.execute("UPDATE schedule SET basis = ''")
    office.look(at(40))
    assert office.told(code) == ["due-soon", "overdue", "apology-owed"]


def test_an_extension_is_another_occasion_and_what_was_answered_is_told_no_more(office: Office) -> None:
    code = office.dossier(p.ACCEPT)
    office.look(MET)
    office.act(code, replace(p.EXTEND, at=at(8, 2)))
    assert office.look(local("2026-03-18", "08:00")).escalated == 0
    assert office.look(local("2026-03-20", "17:01")).escalated == 2
    office.act(code, replace(p.WITHDRAW, at=at(19)))
    assert office.look(at(60)).escalated == 0
    assert [(each.rule, each.occasion_at) for each in office.escalations(code)] == [
        ("due-soon", p.DUE_AT),
        ("overdue", p.DUE_AT),
        ("due-soon", p.EXTEND.new_due_at),
        ("overdue", p.EXTEND.new_due_at),
    ]


def test_a_corrected_promise_is_another_occasion(office: Office) -> None:
    code = office.dossier(p.ACCEPT)
    office.look(MET)
    office.act(code, replace(p.CORRECT, new_value=at(3).isoformat(), at=at(8, 2)))
    assert office.look(at(40)).escalated == 3
    assert Counter(office.told(code)) == {"due-soon": 2, "overdue": 2, "apology-owed": 1}


def test_a_rule_may_stop_processing_and_then_nothing_more_is_told(office: Office) -> None:
    code = office.dossier(p.ACCEPT, p.ASK)
    assert office.look(at(14)).escalated == 0  # ten days end on a Sunday, so on Monday
    assert office.look(at(15)).escalated == 1
    assert office.look(at(60)).escalated == 0
    assert office.told(code) == ["supplement-unanswered"]


def test_other_versions_of_rules_hold_from_the_next_look_on(office: Office) -> None:
    code = office.dossier(p.ACCEPT)
    office.look(MONDAY)
    office.administer(SwitchOffEscalationRule(id="due-soon", reason="-", at=MONDAY))
    office.administer(
        ReplaceEscalationRule(
            id="apology-owed",
            amount=1,
            unit=TermUnit.WORKING_DAYS,
            level=Level.UNIT,
            source="-",
            confidence="-",
            at=MONDAY,
        )
    )
    assert office.look(local("2026-03-12", "16:59")).escalated == 1
    assert office.look(local("2026-03-12", "17:01")).escalated == 1
    assert [(each.rule, each.rule_version) for each in office.escalations(code)] == [
        ("overdue", 1),
        ("apology-owed", 2),
    ]
    office.administer(SwitchOnEscalationRule(id="due-soon", at=at(10)))
    assert office.look(at(12)).escalated == 1


def test_a_delegation_about_to_end_is_told_of_once_in_the_history_of_the_rule(office: Office) -> None:
    office.administer(
        AssignPost(
            id="ct-01",
            post="chairman",
            unit=COMMUNE,
            title="Chủ tịch",
            powers=(Power.SIGN,),
            since=local("2026-01-01"),
            decision="30/QĐ",
            at=local("2026-01-01"),
        )
    )
    grant = GrantDelegation(
        number="05/UQ",
        from_officer="ct-01",
        to_officer="cb-07",
        unit=COMMUNE,
        powers=(Power.SIGN,),
        valid_from=MONDAY,
        valid_until=local("2026-03-13", "17:00"),
        at=MONDAY,
    )
    office.administer(grant)
    assert office.look(local("2026-03-12", "17:00")).escalated == 0
    assert office.look(local("2026-03-12", "17:01")).escalated == 1
    office.restart()
    assert office.look(at(20)).escalated == 0
    office.administer(
        replace(
            grant, number="06/UQ", valid_from=local("2026-03-13", "17:00"), valid_until=local("2026-03-27", "17:00")
        )
    )
    office.administer(
        RevokeDelegation(number="06/UQ", revoked_from=local("2026-03-18", "17:00"), reason="-", at=at(15))
    )
    assert office.look(at(40)).escalated == 1
    with connector(office.url)() as connection:
        facts = [each.fact for each in history(connection, ESCALATION_RULES, "delegation-ending")]
    told = [fact for fact in facts if isinstance(fact, DelegationEscalated)]
    assert [(each.delegation, each.officer, each.occasion_at) for each in told] == [
        ("05/UQ", "cb-07", local("2026-03-13", "17:00")),
        ("06/UQ", "cb-07", local("2026-03-18", "17:00")),
    ]


def test_two_that_look_at_once_tell_once(office: Office) -> None:
    codes = [office.dossier(p.ACCEPT) for _ in range(5)]
    other = scheduler(office.url, office.rules)
    catch_up(office.url)
    office.look(MONDAY)
    with connector(office.url)() as connection:
        kept = connection.execute("SELECT * FROM escalation_moment").fetchall()
    office.look(at(40))
    with connector(office.url)() as connection, connection.cursor() as cursor:
        cursor.executemany("INSERT INTO escalation_moment VALUES (%s, %s, %s, %s, %s)", kept)  # as another still saw it
    with closing(other):
        looked = other.look(at(40))
    assert (looked.escalated, looked.whole) == (0, True)
    assert all(office.told(code) == ["due-soon", "overdue", "apology-owed"] for code in codes)
