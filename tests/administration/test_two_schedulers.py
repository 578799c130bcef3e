"""Two schedulers as processes of their own, of which one is killed again and again: each escalation is made once."""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from psycopg import Connection

from domain.dossier import commands as c
from domain.dossier import events as e
from domain.dossier.commands import Command
from domain.dossier.events import DossierEvent
from domain.errors import Refusal
from domain.ports import Done
from service.lease import holders
from service.log import PostgresEventLog
from service.schedule_status import RIGHT, schedule_status
from service.wiring import catch_up, event_log
from tests.administration.counted_by_hand import Told, expected
from tests.administrations import logged
from tests.domain.dossier import pasts as p
from tests.examples import BEGINNING, FREE, PROCEDURE, local
from tests.faults.processes import start
from tests.service.doors import connector, door, request

DAYS: Final = 60
SUBMITTED_WITHIN: Final = 40
STOPPED_DAYS: Final = {9: 4, 23: 7, 41: 3}
"""On which days the machines stop, and for how many."""
KILLED_AT: Final = (8, 13, 30, 44, 50)
"""On which days one is killed; thrice after a stop, when much is to be told."""
BEFORE: Final = local("2026-01-01")
PATIENCE: Final = 30.0
BATCH: Final = 500


class Clock:
    """A file by which schedulers go."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.turn(BEFORE)

    def turn(self, instant: datetime) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(instant.isoformat(), encoding="utf-8")
        new.replace(self.file)


class Schedulers:
    """Two, one of which looks; whoever is killed is followed by another."""

    def __init__(self, url: str, clock: Clock, log: Path) -> None:
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")},
            "MOTCUA_DATABASE_URL": url,
            "MOTCUA_LOG_LEVEL": "warning",
        }
        self._command = ("schedule", "--trial-clock", str(clock.file))
        self._log = log
        self.running = [self._start(), self._start()]

    def _start(self) -> ForkServerProcess:
        return start(self._command, self._environment, self._log)

    def kill_the_one_that_looks(self, connection: Connection[Any]) -> None:
        held = holders(connection)[RIGHT]
        (victim,) = [each for each in self.running if held.process.endswith(f":{each.pid}")]
        victim.kill()
        victim.join()
        self.running = [each for each in self.running if each is not victim] + [self._start()]

    def stop(self) -> None:
        for each in self.running:
            each.terminate()
        for each in self.running:
            each.join(PATIENCE)
            assert each.exitcode == 0, self._log.read_text(encoding="utf-8")


@contextmanager
def schedulers(url: str, clock: Clock, log: Path) -> Iterator[Schedulers]:
    both = Schedulers(url, clock, log)
    try:
        yield both
    finally:
        both.stop()


def working(random: Random, day: date) -> datetime:
    """A minute of work on the day, or on the next on which there is any."""
    while day.weekday() >= 5 or day == date(2026, 3, 4):
        day += timedelta(days=1)
    return local(day.isoformat(), f"{random.choice((8, 9, 10, 14, 15)):02}:{random.randrange(60):02}")


def life(random: Random) -> list[Command]:
    """A submission and what somebody would do with it, in any order: what cannot be done is refused."""
    day = local("2026-03-02").date() + timedelta(days=random.randrange(SUBMITTED_WITHIN))
    submitted = replace(p.SUBMIT, procedure=random.choice((PROCEDURE, PROCEDURE, FREE)), at=working(random, day))
    made: list[Command] = [replace(submitted, code="")]
    for kind in (p.ACCEPT, *random.choices(_ACTS, k=random.randrange(5))):
        if isinstance(kind, tuple):
            made += [_then(random, each, made[-1], days=0) for each in kind]
        else:
            made.append(_then(random, kind, made[-1], days=random.randrange(12) if kind is not p.ACCEPT else 0))
    return made


def _then(random: Random, command: Command, last: Command, *, days: int) -> Command:
    at = working(random, last.at.date() + timedelta(days=days))
    if at <= last.at:
        at = last.at + timedelta(minutes=1)
    match command:
        case c.Extend():
            new = working(random, at.date() + timedelta(days=random.randrange(1, 9)))
            return replace(command, new_due_at=new.replace(hour=17, minute=0), at=at)
        case c.Correct():
            later = working(random, at.date() - timedelta(days=1)) if random.random() < 0.5 else at
            return replace(command, new_value=min(later, at).isoformat(), at=at)
        case _:
            return replace(command, at=at)


_ACTS: Final[tuple[Command | tuple[Command, ...], ...]] = (
    p.ASK, p.ASK, p.ANSWER, p.ASK_DUES, p.ASK_DUES, p.PAY, p.EXTEND, p.EXTEND, p.CORRECT, p.HAND_OVER, p.WITHDRAW,
    (p.APPRAISE, p.APPROVE, p.SIGN, p.SEAL),
)  # fmt: skip


class Desk:
    """Where all is handed in at its time."""

    def __init__(self, url: str, lives: Sequence[Sequence[Command]]) -> None:
        self._door = door(url)
        self._codes: dict[int, str] = {}
        self._left = sorted(
            (
                (command.at, number, place, command)
                for number, acts in enumerate(lives)
                for place, command in enumerate(acts)
            ),
            key=lambda each: each[:3],
            reverse=True,
        )

    def until(self, instant: datetime) -> None:
        """Hand in all that is to be done before an instant."""
        now: list[tuple[int, Command]] = []
        while self._left and self._left[-1][0] < instant:
            _, number, _, command = self._left.pop()
            now.append((number, command))
        for first in range(0, len(now), BATCH):
            self._hand_in([each for each in now[first : first + BATCH] if isinstance(each[1], c.Submit)])
            self._hand_in([each for each in now[first : first + BATCH] if not isinstance(each[1], c.Submit)])

    def _hand_in(self, part: Sequence[tuple[int, Command]]) -> None:
        requests = [
            request(command, key=f"d{number}")
            if isinstance(command, c.Submit)
            else request(command, self._codes[number])
            for number, command in part
        ]
        for (number, _), outcome in zip(part, self._door.handle(requests), strict=True):
            assert isinstance(outcome, Done | Refusal), outcome
            if isinstance(outcome, Done):
                self._codes[number] = outcome.code

    def close(self) -> None:
        self._door.close()


def looks(random: Random) -> list[tuple[int, datetime]]:
    """When schedulers get to look: once a day, but not while the machines stand still."""
    made, day = [], 0
    while day < DAYS:
        made.append((day, local("2026-03-02", "00:00") + timedelta(days=day, minutes=random.randrange(24 * 60))))
        day += STOPPED_DAYS.get(day, 1)
    return made


def wait_for_a_look(connection: Connection[Any], instant: datetime) -> None:
    deadline = time.monotonic() + PATIENCE
    while connection.execute("SELECT looked_at FROM schedule").fetchone() != (instant,):
        assert time.monotonic() < deadline, f"nobody looked at {instant}"
        time.sleep(0.005)


def made_so_far(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT coalesce(sum(escalated), 0)::bigint FROM escalation_count").fetchone()
    assert row is not None
    return int(row[0])


def kill_in_a_look(both: Schedulers, connection: Connection[Any], instant: datetime, random: Random) -> bool:
    """As soon as the first of its escalations are there, or at any moment; whether the look was cut off."""
    before, deadline = made_so_far(connection), time.monotonic() + random.choice((0.02, 0.1, 1.0))
    while made_so_far(connection) == before and time.monotonic() < deadline:
        time.sleep(0.001)
    both.kill_the_one_that_looks(connection)
    return connection.execute("SELECT looked_at FROM schedule").fetchone() != (instant,)


def histories(url: str) -> list[list[DossierEvent]]:
    with closing(event_log(url)) as log:
        return [[each.event for each in history] for history in log.histories(log.committed())]


@pytest.mark.slow
def test_every_escalation_of_sixty_days_is_made_once(
    database_url: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    random = Random(pytestconfig.getoption("seed"))  # noqa: S311 - the same lives every time
    count = pytestconfig.getoption("dossiers")
    logged(database_url, BEGINNING)
    catch_up(database_url)  # there are tables to look at
    clock, times, cut_off = Clock(tmp_path), looks(random), 0
    desk = Desk(database_url, [life(random) for _ in range(count)])
    with (
        closing(desk),
        connector(database_url)() as connection,
        schedulers(database_url, clock, tmp_path / "schedulers.log") as both,
    ):
        for day, instant in times:
            wait_for_a_look(connection, BEFORE)  # while facts come in the clock stands far back, so that nothing is met
            desk.until(instant)
            catch_up(database_url)
            clock.turn(instant)
            if day in KILLED_AT:
                cut_off += kill_in_a_look(both, connection, instant, random)
            wait_for_a_look(connection, instant)
            clock.turn(BEFORE)
        status = schedule_status(connection, PostgresEventLog(lambda: connection), {}, times[-1][1])
    made, awaited = Counter[tuple[int, Told]](), Counter[tuple[int, Told]]()
    instants = [instant for _, instant in times]
    for number, history in enumerate(histories(database_url)):
        found = [each for each in history if isinstance(each, e.Escalated)]
        made.update((number, Told(each.rule, each.occasion_at, each.met_at, each.escalated_at)) for each in found)
        awaited.update((number, each) for each in expected(history, instants))
        stopped = [each for each in history if isinstance(each, e.Stopped)]
        assert len(stopped) == sum(each.consequence == "stop" for each in found)
    by_rule = Counter(told.rule for _, told in made)
    figures = f"{count} dossiers, {len(times)} looks, {made.total()} escalations {dict(by_rule)}"
    sys.stdout.write(f"{figures}; killed {len(KILLED_AT)} times, {cut_off} within a look\n")
    assert made == awaited
    assert set(made.values()) == {1}
    assert set(by_rule) == {"due-soon", "overdue", "apology-owed", "payment-expired", "supplement-unanswered"}
    assert {each.rule: each.escalated for each in status.rules} == by_rule
