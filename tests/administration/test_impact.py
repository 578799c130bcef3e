"""What a declaration would do to promises: exactly the dossiers whose date an independent count finds moved."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from domain.administration.administration import Administration
from domain.administration.building import build
from domain.administration.calendars import OpenCalendar
from domain.codes import HO_CHI_MINH
from domain.dossier import commands as c
from domain.dossier.clock_reading import recomputed
from domain.dossier.dossier import Dossier
from domain.dossier.impact import Known, Totals, impacts
from domain.ports import Done
from domain.term import Term, TermUnit
from service.administration import taken_over
from service.demo.life import lives
from service.demo.province import province_units
from tests.administration.test_calendars import FRIDAY, SATURDAY, SWAP_DECIDED, swap
from tests.administration.told import Standing
from tests.administrations import logged
from tests.examples import BEGINNING, LIFE, local
from tests.service.doors import door, request, submission
from tests.service.shell import motcua

NOW: Final = local("2026-01-01", "12:00")
STANDARD: Final = ((420, 690), (810, 1020))


def unaware() -> Administration:
    """The generated province, whose calendar does not know the swap of 2/1/2026 for 10/1/2026."""
    commands = []
    for command in taken_over(units=province_units()):
        if isinstance(command, OpenCalendar):
            kept = tuple(each for each in command.declarations if each.day not in {FRIDAY, SATURDAY})
            command = replace(command, declarations=kept)  # noqa: PLW2901 - without the swap
        commands.append(command)
    return build(commands)


class DayByDay:
    """Counting on one's fingers: days and minutes one after the other, with nothing of the clock's code."""

    def __init__(self, holidays: set[date], worked: dict[date, Any]) -> None:
        self.holidays, self.worked = holidays, worked

    def periods(self, day: date) -> Any:
        if day in self.worked:
            return self.worked[day]
        return () if day in self.holidays or day.weekday() >= 5 else STANDARD

    def end_of(self, day: date) -> datetime:
        minutes = self.periods(day)[-1][1]
        return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=HO_CHI_MINH)

    def due(self, dossier: Dossier) -> datetime:
        assert dossier.accepted_at is not None
        assert dossier.term is not None
        since = dossier.extended_at or dossier.accepted_at
        waits = [
            (max(wait.since, since).astimezone(HO_CHI_MINH), wait.until.astimezone(HO_CHI_MINH))
            for wait in dossier.waits
            if wait.until is not None and wait.until > since
        ]
        begun = dossier.accepted_at.astimezone(HO_CHI_MINH)
        counts = self.hours if dossier.term.unit is TermUnit.WORKING_HOURS else self.days
        return counts(begun, dossier.term, waits)

    def hours(self, begun: datetime, term: Term, waits: list[Any]) -> datetime:
        left, moment = term.amount * 60, begun.replace(second=0, microsecond=0)
        while left:
            minute = moment.hour * 60 + moment.minute
            works = any(opening <= minute < closing for opening, closing in self.periods(moment.date()))
            if works and not any(since <= moment < until for since, until in waits):
                left -= 1
            moment += timedelta(minutes=1)
        return moment

    def days(self, begun: datetime, term: Term, waits: list[Any]) -> datetime:
        every_day = term.unit is not TermUnit.WORKING_DAYS
        day, left = begun.date(), term.amount
        if term.unit is TermUnit.MONTHS:
            month = day.month - 1 + term.amount
            target = day.replace(year=day.year + month // 12, month=month % 12 + 1, day=min(day.day, 28))
            left = (target - day).days
        while left:
            day += timedelta(days=1)
            waited = any(self.asked(since) < day <= self.asked(until) for since, until in waits)
            if (every_day or self.periods(day)) and not waited:
                left -= 1
        while not self.periods(day):
            day += timedelta(days=1)
        return self.end_of(day)

    def asked(self, moment: datetime) -> date:
        """What happens after hours happens on the next working day."""
        day = moment.date()
        periods = self.periods(day)
        if periods and moment.hour * 60 + moment.minute < periods[-1][1]:
            return day
        day += timedelta(days=1)
        while not self.periods(day):
            day += timedelta(days=1)
        return day


def exactness(dossier: Dossier) -> timedelta:
    """Hours are counted here in whole minutes."""
    hours = dossier.term is not None and dossier.term.unit is TermUnit.WORKING_HOURS
    return timedelta(minutes=2) if hours else timedelta(seconds=1)


def test_the_swap_moves_exactly_those_that_an_independent_count_finds() -> None:
    rules = unaware()
    then = swap(Standing(rules), at=SWAP_DECIDED)
    holidays = {each.day for each in rules.calendar("vn").declarations if each.known_at <= NOW and not each.periods}
    without, with_swap = DayByDay(holidays, {}), DayByDay(holidays | {FRIDAY}, {SATURDAY: STANDARD})
    moved = stayed = extended = 0
    totals, known_now, known_then = Totals(), Known(rules=rules, at=NOW), Known(rules=then, at=NOW)
    for life in lives(rules, NOW, 1_200):
        dossier = life.dossier
        told = [(each.recomputed, each.recomputed_then) for each in impacts([dossier], known_now, known_then, totals)]
        if dossier.accepted_at is None or dossier.ended_at is not None:
            assert told == []
        elif dossier.extended_at is not None:
            # What was promised anew is moved by waits alone, and none of these has waited since.
            assert all(wait.until is None or wait.until <= dossier.extended_at for wait in dossier.waits)
            assert told == []
            extended += 1
        else:
            before, after = without.due(dossier), with_swap.due(dossier)
            assert len(told) == (before != after), dossier
            known = recomputed(dossier, rules, NOW).due_at
            assert known is not None
            for found, counted in zip((known, *(told[0] if told else ())), (before, before, after), strict=False):
                assert abs(found - counted) < exactness(dossier)
            moved, stayed = moved + (before != after), stayed + (before == after)
    assert (totals.differ, totals.looked_at - extended) == (moved, moved + stayed)
    assert moved > 20
    assert stayed > 20


@pytest.fixture
def desk(database_url: str) -> list[str]:
    """Three dossiers that were accepted just now, one of them returned since."""
    logged(database_url, BEGINNING)
    opened = door(database_url)
    at = datetime.now(UTC)
    codes = []
    for number in range(3):
        handed_in = replace(submission(f"k{number}"))
        [done] = opened.handle([replace(handed_in, command=replace(handed_in.command, at=at))])
        assert isinstance(done, Done), done
        codes.append(done.code)
    for command in (LIFE[0],):
        for code in codes:
            [done] = opened.handle([request(replace(command, at=at), code)])
            assert isinstance(done, Done), done
    [done] = opened.handle([request(c.Withdraw(reason="-", at=at), codes[2])])
    assert isinstance(done, Done), done
    opened.close()
    return codes


def test_what_would_move_is_listed_before_it_is_declared_and_explained(
    database_url: str, desk: list[str], tmp_path: Path
) -> None:
    today = datetime.now(UTC)
    days = [(today + timedelta(days=days)).date().isoformat() for days in range(5, 16)]  # after the first day
    declaration = {"days": days, "kind": "holiday", "decision": "1/QĐ", "source": "-"}
    declaration["declared_at"] = datetime.now(UTC).isoformat()
    file = {"calendar": "vn", "declarations": [declaration]}
    (tmp_path / "off.json").write_text(json.dumps(file), encoding="utf-8")
    environment = {"MOTCUA_DATABASE_URL": database_url}

    def asked(*arguments: str) -> Any:
        done = motcua(tmp_path, *arguments, "--json", **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    told = asked("clock", "impact", "--declaration", "off.json")
    assert {each["code"] for each in told["dossiers"]} == set(desk[:2])
    assert all(each["promised"] == each["recomputed"] < each["recomputed_then"] for each in told["dossiers"])
    assert told["totals"] == {"looked_at": 2, "differ": 2, "earlier": 0, "later": 2, "not_computed": 0}
    tried = asked("calendars", "declare", "off.json", "--dry-run")
    assert tried["new"] == 1
    assert asked("calendars", "declare", "off.json")["decisions"] == tried["decisions"]
    assert asked("calendars", "declare", "off.json")["already"] == 1
    explained = asked("clock", "explain", desk[0])
    [first] = [each for each in told["dossiers"] if each["code"] == desk[0]]
    assert explained["differs"]
    for side, date_told in (("promised", "promised"), ("recomputed", "recomputed_then")):
        assert datetime.fromisoformat(explained[side]["due_at"]) == datetime.fromisoformat(first[date_told])
        assert sum(each["days"] for each in explained[side]["intervals"]) == explained["term"]["amount"]
    assert "1/QĐ" not in {each["decision"] for each in explained["promised"]["intervals"]}
    assert "1/QĐ" in {each["decision"] for each in explained["recomputed"]["intervals"]}
    for lang, words in (("vi", ("Ngày hẹn trả", "Ngày được công bố nghỉ")), ("en", ("Promised", "A day declared off"))):
        shown = motcua(tmp_path, "clock", "explain", desk[0], "--lang", lang, **environment).stdout
        assert all(word in shown for word in words)
    again = asked("clock", "impact", "--declaration", "off.json")
    assert (again["dossiers"], again["totals"]["looked_at"]) == ([], 2)


def test_what_cannot_be_declared_is_told(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "off.json").write_text('{"days": []}', encoding="utf-8")
    told = motcua(tmp_path, "clock", "impact", "--declaration", "off.json", MOTCUA_DATABASE_URL=database_url)
    assert told.returncode == 2
    assert "off.json: Object contains unknown field `days`" in told.stderr
    none = motcua(tmp_path, "clock", "explain", "H99.02.15-260101-0001", MOTCUA_DATABASE_URL=database_url)
    assert (none.returncode, "no dossier has the code" in none.stderr) == (1, True)
