"""A dossier's clock as it is shown anywhere: what was promised, and what the calendar as known now would give."""

from dataclasses import dataclass
from datetime import datetime

from domain.calendar import Calendar, CalendarVersion
from domain.clock import explain
from domain.dossier.dossier import Dossier
from domain.dossier.promise import standing_promise
from domain.explanation import Interval
from domain.ports import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """A date, and by which calendar, as known when, it was reckoned; the date is None where there is none."""

    due_at: datetime | None
    calendar: CalendarVersion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """The promise given, by what the dossier pinned, and the one that what is known now would give."""

    promised: Reckoning
    recomputed: Reckoning

    @property
    def differs(self) -> bool:
        """Whether the two dates are not the same."""
        return self.promised.due_at != self.recomputed.due_at


def read_clock(dossier: Dossier, rules: Rules, known_at: datetime) -> ClockReading:
    """Both dates. A promise given does not move with the calendar: only the second depends on ``known_at``.

    Raises:
        CalendarError: the calendar has no working time to run in, or a term ends after the year 2199.
    """
    return ClockReading(
        promised=Reckoning(due_at=dossier.due_at, calendar=dossier.calendar),
        recomputed=recomputed(dossier, rules, known_at),
    )


def recomputed(dossier: Dossier, rules: Rules, known_at: datetime) -> Reckoning:
    """The promise by the calendar that the unit works by, as known at ``known_at``.

    Raises:
        CalendarError: as ``read_clock``.
    """
    calendar = _calendar_at(dossier, rules, known_at)
    if calendar is None:
        return Reckoning(due_at=None, calendar=None)
    version = calendar.version_at(known_at)
    return Reckoning(due_at=standing_promise(dossier._replace(calendar=version), rules), calendar=version)


def _calendar_at(dossier: Dossier, rules: Rules, at: datetime) -> Calendar | None:
    """The calendar that the unit works by, or did when it was there; of a unit that nobody knows, the one pinned."""
    if dossier.calendar is None:
        return None
    unit = rules.unit_at(dossier.unit, at) or rules.unit(dossier.unit)
    return rules.calendar(dossier.calendar.id) if unit is None else rules.calendar_of(unit)


def explained(dossier: Dossier, rules: Rules, version: CalendarVersion | None, until: datetime) -> tuple[Interval, ...]:
    """Every stretch from acceptance to ``until`` by a version of a calendar; none where no term was pinned.

    Raises:
        CalendarError: as ``read_clock``.
    """
    if dossier.accepted_at is None or dossier.term is None or version is None:
        return ()
    working_time = rules.calendar(version.id).as_known(version.known_at)
    return explain(dossier.accepted_at, dossier.term, working_time, dossier.waits, max(until, dossier.accepted_at))
