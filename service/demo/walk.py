"""One generated dossier under way: where it stands by the rules, and what time it is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from random import Random
from typing import Final

from domain.agency import Unit
from domain.dossier.commands import Command, Correct
from domain.dossier.corrections import replay
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier, evolve
from domain.dossier.events import Channel, DossierEvent
from domain.envelope import Actor
from domain.ports import Rules
from domain.procedure import Procedure
from domain.working_time import WorkingTime
from service.demo.mix import Pace, Plan
from service.demo.office import OfficeTime
from service.demo.people import Applicant
from service.demo.province import Officer, Staff

ONLINE: Final = frozenset({Channel.PROVINCIAL_PORTAL, Channel.NATIONAL_PORTAL})
WORKING_DAY: Final = 480.0
"""Minutes in a usual working day."""


@dataclass(frozen=True, slots=True)
class Step:
    """One act and who does it; when is in the command."""

    command: Command
    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is so before the dossier begins. ``consulted`` is an officer of another unit who is asked for an opinion."""

    number: int
    procedure: Procedure
    unit: Unit
    staff: Staff
    consulted: Officer | None
    applicant: Applicant
    submitted_at: datetime
    plan: Plan


class Walk:
    """A dossier on its way, moved on by its story; every step is decided as it is taken."""

    def __init__(self, case: Case, rules: Rules, working_time: WorkingTime, chance: Random) -> None:
        self.case = case
        self.plan = case.plan
        self.working_time = working_time
        self.chance = chance
        self.desk = chance.choice(case.staff.desks)
        self.specialist = chance.choice(case.staff.specialists)
        self.dossier = Dossier()
        self.history: list[DossierEvent] = []
        self._rules = rules
        self._office = OfficeTime(working_time)
        self._margin = 0.0
        self.at = self._office.local(case.submitted_at)

    def take(self, command: Command) -> None:
        """Let the step happen.

        Raises:
            Refusal: the rules forbid it, so the story is wrong.
        """
        events = decide(command, self.dossier, self._rules, self.history)
        self.history += events
        corrects = isinstance(command, Correct)
        self.dossier = replay(self.history) if corrects else reduce(evolve, events, self.dossier)

    def pass_minutes(self, least: float, most: float) -> None:
        """So many working minutes go by."""
        self.at = self._office.later(self.at, self.chance.uniform(least, most))

    def pass_days(self, least: float, most: float) -> None:
        """So many days go by, working or not; applicants keep no office hours."""
        days = timedelta(days=self.chance.uniform(least, most))
        self.at = self._office.local(self.at + days)

    def pass_until_open(self) -> None:
        """The desk opens, or somebody's turn comes."""
        self.pass_minutes(1, 4)

    def aim(self) -> None:
        """At acceptance it is settled how far from the promise the result will come.

        The margin is in working minutes before the promised moment, negative after it.
        """
        term = self._minutes_to_promise()
        slack = self.plan.slack
        self._margin = {
            Pace.EARLY: term * (0.15 + 0.65 * slack),
            Pace.LAST_DAY: min(200.0, term * 0.3) * slack,
            Pace.LATE: -60 - 1500 * slack,
            Pace.NEGLECTED: -2400 - 6000 * slack,
        }[self.plan.pace]

    def aim_anew(self) -> None:
        """After an apology most keep the new promise."""
        self._margin = 240.0 if self.plan.slack < 0.75 else -240.0

    def minutes_left(self) -> float:
        """Working minutes from now to the moment the result is meant to come."""
        return self._minutes_to_promise() - self._margin

    def advance(self, share: float) -> None:
        """This share of what is left goes by, and never less than it takes to open a file."""
        self.at = self._office.later(self.at, max(self.chance.uniform(2, 9), self.minutes_left() * share))

    def advance_to_last_hours(self) -> None:
        """Until shortly before the promise."""
        self.at = self._office.later(self.at, max(5.0, self._minutes_to_promise() - self.chance.uniform(30, 240)))

    def word(self, choices: Sequence[str]) -> str:
        """One of several ways to say it."""
        return self.chance.choice(choices)

    def by(self, officer: Officer, command: Command) -> Step:
        """The officer's act."""
        return Step(command, Actor(id=officer.id, unit=officer.unit))

    def by_applicant(self, command: Command) -> Step:
        """The applicant's own act."""
        return Step(command, Actor(id=self.case.applicant.reference))

    def _minutes_to_promise(self) -> float:
        if self.dossier.due_at is None:
            raise ValueError("nothing is promised before acceptance")
        return self._office.minutes_between(self.at, self.dossier.due_at)
