"""How fast the scheduler works out the moments of open dossiers, tells of those that came, and sees that none did."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg

from benchmarks.histories import accepted, write
from domain.codes import dossier_code
from domain.dossier import events as e
from service.scheduling import Scheduler
from service.wiring import catch_up
from service.wiring_schedule import scheduler
from tests.administrations import logged
from tests.examples import BEGINNING, COMMUNE, MONDAY, PROCEDURE, SUBMIT

_QUIET_LOOKS: Final = 20
_ACCEPTED_OVER: Final = timedelta(days=20)
_TERM: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Looks:
    """What the looks of one scheduler gave; ``quiet_ms`` is one at which nothing had come."""

    worked_out_per_second: float
    escalations: int
    told_per_second: float
    quiet_ms: float


def run(url: str, dossiers: int) -> Looks:
    """Measure on an empty database with that many open dossiers, a tenth of which fall overdue in one look.

    Those that will be due soon are told of in it, too, and those that are owed an apology.
    """
    rules = logged(url, BEGINNING)
    with psycopg.connect(url, autocommit=True) as connection:
        write(connection, _open_dossiers(dossiers))
    catch_up(url)
    looking = scheduler(url, rules)
    before, after = MONDAY, MONDAY + _TERM + _ACCEPTED_OVER / 10
    worked_out, _ = _look(looking, before)
    told, escalations = _look(looking, after)
    _, again = _look(looking, after)
    if again or not escalations:
        raise RuntimeError(f"{escalations} escalations were made, then {again}")
    quiet = median(_look(looking, after)[0] for _ in range(_QUIET_LOOKS))
    looking.close()
    return Looks(dossiers / worked_out, escalations, escalations / told, 1000 * quiet)


def _look(looking: Scheduler, now: datetime) -> tuple[float, int]:
    """Seconds, and how many were told of."""
    began = time.perf_counter()
    looked = looking.look(now)
    return time.perf_counter() - began, looked.escalated


def _open_dossiers(dossiers: int) -> Iterator[tuple[UUID, int, e.DossierEvent]]:
    """Accepted one after another, each due a week later."""
    for number in range(dossiers):
        at = MONDAY + _ACCEPTED_OVER * (number / dossiers)
        code = dossier_code(COMMUNE, MONDAY.date(), number + 1)
        dossier_id = uuid5(NAMESPACE_URL, str(number))
        submitted = e.Submitted(
            code=code,
            procedure=PROCEDURE,
            unit=COMMUNE,
            channel=SUBMIT.channel,
            applicant_kind=SUBMIT.applicant_kind,
            applicant_reference="-",
            components=(),
            submitted_at=at,
        )
        yield dossier_id, 1, submitted
        yield dossier_id, 2, accepted(code, at, at + _TERM)
