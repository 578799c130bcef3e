"""The lives of all generated dossiers: the same seed and the same ``now`` always give the same ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from domain.administration.administration import Administration
from domain.agency import Unit, UnitKind
from domain.applicant import ApplicantKind
from domain.dossier.dossier import Dossier, Finance
from domain.procedure import Procedure
from domain.working_time import WorkingTime
from service.demo.desk import corrected, overpaid, paid, received
from service.demo.merger import unit_on
from service.demo.mix import COMMUNE_SHARE, Payment, Plan, draw_plan
from service.demo.office import OfficeTime
from service.demo.people import applicant
from service.demo.processing import processed
from service.demo.province import CALENDAR, DEPARTMENT_OF_FIELD, Officer, department_codes, staff_of
from service.demo.walk import ONLINE, Case, Step, Walk

SEED: Final = 20260101
PERIOD: Final = timedelta(days=90)
_COMMUNE_LEVEL: Final = "commune"
_CONSULTED_SHARE: Final = 0.15
_EVENING_SHARE: Final = 0.3
_OVERPAID_SHARE: Final = 0.015
_USUAL_FIELDS: Final = {"Certification": 6, "Civil status": 3, "Residence": 3, "Driving licences": 4, "Land": 2}
_OF_ORGANISATIONS: Final = frozenset({"Enterprises", "Food safety", "Environment", "Education", "Culture", "Trade"})


@dataclass(frozen=True, slots=True)
class Life:
    """What happened to one dossier up to now, and how it stands."""

    number: int
    steps: tuple[Step, ...]
    dossier: Dossier


def lives(rules: Administration, now: datetime, dossiers: int, seed: int = SEED) -> Iterator[Life]:
    """The lives of ``dossiers`` dossiers submitted in the 90 days before ``now``.

    A dossier does not depend on how many others there are.

    Raises:
        Refusal: the rules forbid a step, which no rules the project ships do.
    """
    working_time = rules.calendar(CALENDAR).as_known(now)
    cases = _Cases(rules, working_time, now)
    for number in range(1, dossiers + 1):
        chance = Random(f"{seed}/{number}")
        walk = Walk(cases.case(number, chance), rules, working_time, chance)
        yield Life(number, tuple(_taken(walk, now)), walk.dossier)


def _taken(walk: Walk, now: datetime) -> Iterator[Step]:
    for step in _whole_life(walk):
        if step.command.at > now:
            return
        walk.take(step.command)
        yield step


def _whole_life(walk: Walk) -> Iterator[Step]:
    yield from received(walk)
    if walk.dossier.accepted_at is None:
        return
    walk.aim()
    if walk.plan.payment is not Payment.AT_RETURN:
        yield from paid(walk)
    if walk.dossier.is_open:
        yield from processed(walk)
    if walk.plan.corrected:
        yield from corrected(walk)
    if walk.dossier.finance is Finance.PAID and walk.chance.random() < _OVERPAID_SHARE:
        yield from overpaid(walk)


class _Cases:
    """What dossiers are about, where they go, and when they come."""

    def __init__(self, rules: Administration, working_time: WorkingTime, now: datetime) -> None:
        procedures = rules.all_procedures(now)
        self._commune = [each for each in procedures if each.level == _COMMUNE_LEVEL]
        self._provincial = [each for each in procedures if each.level != _COMMUNE_LEVEL]
        self._units = {unit.code: unit for unit in rules.units_at(now)}
        self._communes = [unit for unit in rules.units_at(now) if unit.kind is UnitKind.COMMUNE]
        self._visits = list(accumulate(1 / (rank + 6) for rank in range(len(self._communes))))
        self._office = OfficeTime(working_time)
        self._now = now
        self._minutes = self._office.minutes_between(now - PERIOD, now)

    def case(self, number: int, chance: Random) -> Case:
        """The ``number``-th case."""
        local = chance.random() < COMMUNE_SHARE
        procedure = _usual(chance, self._commune if local else self._provincial)
        unit = self._commune_unit(chance) if local else self._units[DEPARTMENT_OF_FIELD[procedure.field_en]]
        organisation = procedure.field_en in _OF_ORGANISATIONS
        plan = draw_plan(chance, procedure, unit.code)
        home = unit if local else self._commune_unit(chance)
        consulted = None if local else _consulted(chance, unit.code)
        kind = ApplicantKind.ORGANISATION if organisation else ApplicantKind.PERSON
        who = applicant(chance, number, kind, home.name_vi)
        submitted_at = self._submitted_at(chance, plan)
        unit = self._units[unit_on(unit.code, submitted_at, self._now)]
        return Case(
            number=number,
            procedure=procedure,
            unit=unit,
            staff=staff_of(unit.code),
            consulted=consulted,
            applicant=who,
            submitted_at=submitted_at,
            plan=plan,
        )

    def _commune_unit(self, chance: Random) -> Unit:
        return chance.choices(self._communes, cum_weights=self._visits)[0]

    def _submitted_at(self, chance: Random, plan: Plan) -> datetime:
        """In working time, but what comes online comes in the evening too."""
        moment = self._office.later(self._now - PERIOD, max(1.0, chance.random() * self._minutes - 1))
        if plan.channel in ONLINE and chance.random() < _EVENING_SHARE:
            evening = moment.replace(hour=chance.randrange(18, 23), minute=chance.randrange(60))
            return evening if evening <= self._now else moment
        return moment


def _usual(chance: Random, procedures: Sequence[Procedure]) -> Procedure:
    weights = accumulate(_USUAL_FIELDS.get(procedure.field_en, 1) for procedure in procedures)
    return chance.choices(procedures, cum_weights=list(weights))[0]


def _consulted(chance: Random, unit: str) -> Officer | None:
    """An officer of another department, for some dossiers."""
    if chance.random() >= _CONSULTED_SHARE:
        return None
    others = [code for code in department_codes() if code != unit]
    return staff_of(chance.choice(others)).specialists[0]
