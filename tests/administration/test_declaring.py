"""Decisions on working time through the real commands: the swap of 2/1/2026, files, what is shown, what is refused."""

import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from domain.agency import Unit, UnitKind
from domain.calendar import DeclarationKind
from domain.dossier import commands as d
from domain.dossier.clock_reading import read_clock
from domain.dossier.corrections import replay
from domain.dossier.dossier import Dossier
from domain.dossier.impact import Known, Totals
from domain.dossier.promise import standing_promise
from domain.envelope import Actor
from domain.money import Dues
from domain.ports import AdministrationRequest, CountingRule, Done
from domain.term import Term, TermUnit
from service.administering import AdministrationDoor
from service.administration import load_administration
from service.base_holidays import NoEstimate, as_toml, expected
from service.clock_impact import impact, known_after
from service.declarations import plan, read_decisions
from service.door import BatchDoor
from service.reads import recorded
from service.rule_forms import AdministrationError
from service.streams import load
from service.wiring import catch_up
from tests.administration.test_calendars import FRIDAY, SATURDAY, SWAP_DECIDED
from tests.administration.test_impact import DayByDay
from tests.administrations import beginning, logged
from tests.examples import COMMUNE, SUBMIT, UNIT, VN, local, procedure
from tests.service.doors import connector, now, request
from tests.service.shell import Completed, motcua

SWAP_FILE: Final = """
calendar = "vn"

[[declarations]]
days = [2026-01-02]
kind = "holiday"
decision = "swap"
declared_at = 2025-12-25T00:00:00+07:00
source = "a published text"

[[declarations]]
days = [2026-01-10]
kind = "make-up-day"
periods = ["07:00-11:30", "13:30-17:00"]
decision = "swap"
declared_at = 2025-12-25T00:00:00+07:00
source = "a published text"
"""
FIVE, FOUR, TEN_CALENDAR, HOURS = "1.000005", "1.000004", "1.000010", "1.000001"
TERMS: Final = {
    FIVE: Term(5, TermUnit.WORKING_DAYS),
    FOUR: Term(4, TermUnit.WORKING_DAYS),
    TEN_CALENDAR: Term(10, TermUnit.CALENDAR_DAYS),
    HOURS: Term(40, TermUnit.WORKING_HOURS),
}
NEW_YEAR: Final = date(2026, 1, 1)
WAIVE: Final = d.WaivePayment(reason="-", legal_basis="-", officer="cb-01", at=local("2025-12-31"))


class Office:
    """A desk and an administrator at work on one database; the administrator's clock is set by hand."""

    def __init__(self, url: str) -> None:
        self.url, self.clock = url, SWAP_DECIDED
        new_year = replace(VN.declarations[0], day=NEW_YEAR)
        units = [
            Unit(code=code, name_vi="-", name_en="-", kind=kind, parent=parent, calendar="vn")
            for code, kind, parent in (
                ("H99", UnitKind.PROVINCE, None),
                (UNIT, UnitKind.DEPARTMENT, "H99"),
                (COMMUNE, UnitKind.COMMUNE, "H99"),
            )
        ]
        counting = CountingRule(id="test", payment_waits=True, source="test", confidence="test")
        catalogue = [procedure(code, term, Dues()) for code, term in TERMS.items()]
        begun = beginning([replace(VN, declarations=(new_year,))], [counting], units, catalogue)
        self.rules = logged(url, begun)
        self.desk = BatchDoor(connector(url), self.rules, now)
        self.administrator = AdministrationDoor(connector(url), self.rules, lambda: self.clock)
        self.numbers = count(1)

    def send(self, command: d.Command, code: str = "") -> str:
        key = "" if code else f"k{next(self.numbers)}"
        [done] = self.desk.handle([request(command, code, key=key)])
        assert isinstance(done, Done), done
        return done.code

    def accepted(self, at: datetime, procedure_code: str, unit: str = COMMUNE) -> str:
        code = self.send(replace(SUBMIT, procedure=procedure_code, unit=unit, at=at))
        return self.send(d.Accept(officer="cb-01", at=at), code)

    def declare(self, file: Path, at: datetime) -> None:
        self.clock = at
        self.administrator.handle(
            [
                AdministrationRequest(command=each.command, actor=Actor(id="qt-01"), command_id=f"{at}/{number}")
                for number, each in enumerate(read_decisions(file, at))
            ]
        )

    def dossier(self, code: str) -> Dossier:
        with connector(self.url)() as connection:
            [found] = load(connection, [], [code])
        return replay(each.event for each in recorded(*found))


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    made = Office(database_url)
    with closing(made.desk):
        yield made


@pytest.fixture
def swap_file(tmp_path: Path) -> Path:
    file = tmp_path / "swap.toml"
    file.write_text(SWAP_FILE, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("received", "code", "without", "with_swap"),
    [
        ("2025-12-26", FIVE, "2026-01-05", "2026-01-06"),
        ("2026-01-06", FOUR, "2026-01-12", "2026-01-10"),
    ],
)
def test_the_vectors_of_the_swap(  # noqa: PLR0917 - fixtures, and the vector
    office: Office, swap_file: Path, received: str, code: str, without: str, with_swap: str
) -> None:
    """Known at acceptance it counts; learnt later that day it does not, and the recomputed date stands beside."""
    before = office.accepted(local(received), code)
    office.declare(swap_file, local(received, "09:30"))
    after = office.accepted(local(received, "10:00"), code)
    rules = office.rules.current()
    for dossier, promised in ((office.dossier(before), without), (office.dossier(after), with_swap)):
        reading = read_clock(dossier, rules, local("2026-02-01"))
        assert dossier.due_at == standing_promise(dossier, rules) == reading.promised.due_at
        assert reading.promised.due_at == local(promised, "17:00")
        assert reading.recomputed.due_at == local(with_swap, "17:00")
        assert reading.differs is (promised != with_swap)


def test_a_decision_of_25_december_counts_for_whom_was_accepted_after_it(office: Office, swap_file: Path) -> None:
    before = office.accepted(local("2025-12-24"), FIVE)
    office.declare(swap_file, local("2025-12-25", "09:00"))
    after = office.accepted(local("2025-12-26"), FIVE)
    assert office.dossier(before).due_at == local("2025-12-31", "17:00")
    assert office.dossier(after).due_at == local("2026-01-06", "17:00")
    late = office.accepted(local("2025-12-25", "08:30"), FIVE)
    assert office.dossier(late).due_at == local("2026-01-02", "17:00")  # received before anybody here knew


def test_the_impact_of_the_swap_is_what_a_count_day_by_day_finds(office: Office, swap_file: Path) -> None:
    at, codes = local("2025-12-31", "16:00"), dict[str, datetime]()
    for number in range(48):
        accepted_at = local("2025-12-15", "08:00") + timedelta(days=number // 3, hours=number % 3 * 3)
        if accepted_at < at and accepted_at.weekday() < SATURDAY.weekday():
            unit = (COMMUNE, UNIT)[number % 2]
            codes[office.accepted(accepted_at, list(TERMS)[number % 4], unit)] = accepted_at
    withdrawn = list(codes)[::9]
    for code in withdrawn:
        office.send(d.Withdraw(reason="-", at=at), code)
    late = [code for code, accepted_at in codes.items() if accepted_at > local("2025-12-26") and code not in withdrawn]
    office.send(d.RequestPayment(dues=Dues(charge=8000), officer="cb-01", at=local("2025-12-30")), late[0])
    office.send(WAIVE, late[0])

    full_day = ((420, 690), (810, 1020))
    without, with_swap = DayByDay({NEW_YEAR}, {}), DayByDay({NEW_YEAR, FRIDAY}, {SATURDAY: full_day})
    dossiers = {code: office.dossier(code) for code in codes}
    still_open = sum(dossier.ended_at is None for dossier in dossiers.values())
    counted = {
        code: (without.due(dossier), with_swap.due(dossier))
        for code, dossier in dossiers.items()
        if dossier.ended_at is None and without.due(dossier) != with_swap.due(dossier)
    }
    assert 0 < len(counted) < still_open

    catch_up(office.url)
    rules, totals, shown = office.rules.current(), Totals(), list[tuple[int, int]]()
    then = known_after(plan(read_decisions(swap_file, at), rules, at).after, at)
    with connector(office.url)() as connection:
        told = impact(
            connection, Known(rules=rules, at=at), then, totals, lambda done, whole: shown.append((done, whole))
        )
        found = {each.code: each for each in told}
    assert {code: (each.recomputed, each.recomputed_then) for code, each in found.items()} == counted
    assert all(each.promised == dossiers[code].due_at for code, each in found.items())
    assert Counter(each.unit for each in found.values()).keys() == {COMMUNE, UNIT}
    assert (totals.differ, totals.looked_at) == (len(counted), still_open)
    assert totals.earlier + totals.later == totals.differ
    assert shown == [(still_open, still_open)]

    office.declare(swap_file, at)
    for code, dossier in dossiers.items():
        assert standing_promise(dossier, office.rules.current()) == dossier.due_at
        if dossier.ended_at is None:
            recomputed = read_clock(dossier, office.rules.current(), then.at).recomputed.due_at
            assert recomputed == (found[code].recomputed_then if code in found else dossier.due_at)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('calendar = "vn"', 'calendar = "fr"', "declarations[0]: No calendar has this code"),
        ("2026-01-02]", "2026-01-02, 2026-01-02]", "declarations[0]: A day is given twice"),
        ("2026-01-10]", "2026-01-02]", "declarations[1]: Two decisions on the same day became known"),
        ('periods = ["07:00-11:30", "13:30-17:00"]', "", "declarations[1]: A make-up day or a half day needs"),
        ("13:30-17:00", "10:30-17:00", "declarations[1]: Working periods follow one another"),
        ("13:30-17:00", "13:30-24:00", "declarations[1]: a working period is written HH:MM-HH:MM"),
        ("2026-01-02]", "2300-01-02]", "declarations[0]: Calendars do not know this year"),
        ('"holiday"', '"feast"', "declarations[0].kind"),
        ("2025-12-25T00:00:00+07:00", "2025-12-25T00:00:00", "declarations[0]: declared_at has no offset"),
        ("2025-12-25T00:00:00+07:00", "2027-12-25T00:00:00+07:00", "declarations[0]: A decision cannot be declared"),
        ('decision = "swap"', "", "declarations[0]"),
        ('decision = "swap"', 'decision = "swap"\nunits = ["H98"]', "declarations[0]: No unit has this code"),
        ("[[declarations]]", "[[announcements]]", "announcements"),
    ],
)
def test_what_cannot_be_declared_is_named_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = tmp_path / "wrong.toml"
    assert old in SWAP_FILE
    file.write_text(SWAP_FILE.replace(old, new, 1), encoding="utf-8")
    at = local("2026-01-01")
    with pytest.raises(AdministrationError) as raised:
        plan(read_decisions(file, at), load_administration(), at)
    assert str(file) in str(raised.value)
    assert message in str(raised.value)


def test_an_empty_file_and_one_that_is_not_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text('{"calendar": "vn"}', encoding="utf-8")
    for name, message in (("empty.json", "it declares nothing"), ("none.toml", "No such file")):
        with pytest.raises(AdministrationError, match=message):
            read_decisions(tmp_path / name, local("2026-01-01"))


def test_timetables_and_revocations_are_read_too(tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    others = """
[[timetable_changes]]
since = 2026-06-01
decision = "summer"
declared_at = 2025-12-25T00:00:00+07:00

[timetable_changes.timetable]
monday = ["06:30-11:30"]
source = "-"
confidence = "declared"

[[revocations]]
revoked = "swap"
decision = "2"
declared_at = 2025-12-25T00:00:00+07:00
"""
    file.write_text(SWAP_FILE.replace("2026-01-02", "2026-03-02") + others, encoding="utf-8")
    at = local("2026-01-01")
    made = plan(read_decisions(file, at), load_administration(), at)
    places = ["declarations[0]", "declarations[1]", "timetable_changes[0]", "revocations[0]"]
    assert [planned.key for planned, facts in made.facts if facts] == places
    known = made.after.calendar("vn").as_known(at + timedelta(seconds=1))
    assert known.periods_on(date(2026, 6, 1)) == ((390, 690),)
    assert known.periods_on(date(2026, 6, 2)) == ()
    assert known.periods_on(date(2026, 3, 2))


@pytest.mark.parametrize("year", range(2024, 2029))
def test_what_the_package_expects_is_what_the_shipped_calendar_declares(year: int) -> None:
    """Of weekdays nothing is lost and nothing differs, but the swap that the package does not know of."""
    calendar = load_administration().calendar("vn")
    known = calendar.as_known(local("2026-11-01"))
    days = {day: each for each in expected([year]) for day in each.days}
    weekdays = {day for day, each in days.items() if day.weekday() < 5 and each.kind is DeclarationKind.HOLIDAY}
    declared = {
        each.day
        for each in calendar.declarations
        if each.day.year == year and each.day.weekday() < 5 and not known.periods_on(each.day)
    }
    assert declared - weekdays == ({FRIDAY} if year == 2026 else set())
    assert weekdays - declared == set()


def test_a_file_of_estimates_can_be_declared_as_it_is_and_says_what_it_is(tmp_path: Path) -> None:
    at = local("2026-11-26")
    file = tmp_path / "base.toml"
    file.write_text(as_toml(expected(range(2029, 2050)), "vn", at), encoding="utf-8")
    written = tomllib.loads(file.read_text(encoding="utf-8"))["declarations"]
    assert {each["confidence"] for each in written} == {"estimate"}
    assert set(Counter(day for each in written for day in each["days"]).values()) == {1}
    made = plan(read_decisions(file, at), load_administration(), at)
    known = made.after.calendar("vn").as_known(at + timedelta(seconds=1))
    tet = [date(2029, 2, day) for day in (12, 13, 14, 15, 16)]
    assert [known.periods_on(day) for day in tet] == [()] * 5
    declared = [known.declaration_on(day) for day in tet]
    assert {each and each.decision for each in declared} == {"Not decided yet: Lunar New Year 2029"}
    with pytest.raises(NoEstimate):
        expected([2150])


@pytest.fixture
def on(database_url: str, tmp_path: Path, office: Office) -> Callable[..., Completed]:
    assert office.url == database_url
    return lambda *arguments: motcua(tmp_path, *arguments, MOTCUA_DATABASE_URL=database_url)


def test_what_is_declared_is_shown(on: Callable[..., Completed], swap_file: Path) -> None:
    show = ("calendars", "show", "vn", "--year", "2026")
    before = json.loads(on(*show, "--json").stdout)
    done = on("calendars", "declare", swap_file.name)
    assert done.returncode == 0, done.stderr
    after = json.loads(on(*show, "--json").stdout)
    assert [each["day"] for each in before["declared"]] == ["2026-01-01"]
    assert [each["day"] for each in after["declared"]] == ["2026-01-01", "2026-01-02", "2026-01-10"]
    assert before["working_days"] == after["working_days"] == 260
    assert after["declared"][2]["periods"] == ["07:00-11:30", "13:30-17:00"]
    then = on(*show, "--known-at", "2026-01-01T00:00:00+07:00", "--json")
    assert json.loads(then.stdout)["declared"] == before["declared"]
    people = on(*show).stdout
    assert "Mon 07:00-11:30 13:30-17:00" in people
    assert "2026-01-10" in people


def test_bad_use_ends_with_2_and_says_what_to_do(on: Callable[..., Completed]) -> None:
    for arguments, message in (
        (("calendars", "show", "fr", "--year", "2026"), "there are: vn"),
        (("calendars", "declare", "none.toml"), "No such file"),
        (("calendars", "base", "--years", "2031-2029"), "write 2029 or"),
        (("clock", "impact", "--declaration", "none.toml"), "No such file"),
    ):
        done = on(*arguments)
        assert (done.returncode, message in done.stderr) == (2, True), done.stderr
