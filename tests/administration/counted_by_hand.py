"""What was to be told of a dossier, counted from its history alone: no rule, clock or calendar of the program is asked.

The calendar and the rules are those of ``tests.examples``, written down once more in minutes and days.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from domain.codes import HO_CHI_MINH
from domain.dossier import events as e
from domain.dossier.events import DossierEvent, effective_at

_HOLIDAYS: Final = {date(2026, 3, 4)}
_DAYS: Final = [
    day
    for day in (date(2026, 2, 2) + timedelta(days=number) for number in range(300))
    if day.weekday() < 5 and day not in _HOLIDAYS
]
_MINUTES: Final = [
    datetime.combine(day, time(), HO_CHI_MINH) + timedelta(minutes=minute)
    for day in _DAYS
    for first, last in ((7 * 60, 11 * 60 + 30), (13 * 60 + 30, 17 * 60))
    for minute in range(first, last)
]
_MINUTE: Final = timedelta(minutes=1)

WARNING: Final = 8 * 60
APOLOGY: Final = 4 * 60
PAYMENT_DAYS: Final = 5
SUPPLEMENT_DAYS: Final = 10


class Told(NamedTuple):
    """One escalation: of which rule, for which promise or request, to be told from when on, and told when."""

    rule: str
    occasion_at: datetime
    met_at: datetime
    told_at: datetime


@dataclass
class _Seen:
    """A dossier as it has come to be. ``asked`` and ``dues`` are requests that wait."""

    open: bool = True
    sealed: bool = False
    due: datetime | None = None
    accepted: datetime | None = None
    extended: datetime | None = None
    asked: datetime | None = None
    dues: datetime | None = None


def expected(history: Sequence[DossierEvent], looks: Sequence[datetime]) -> list[Told]:
    """What was to be told at which look, the first after its moment; once for each rule and occasion."""
    facts = [event for event in history if not isinstance(event, e.Escalated)]
    seen, told, passed = _Seen(), list[Told](), set[tuple[str, datetime]]()
    for now in looks:
        while facts and effective_at(facts[0]) < now:
            _after(seen, facts.pop(0))
        for met, rule, occasion in sorted(_moments(seen)):
            if met >= now or (rule, occasion) in passed:
                continue
            passed.add((rule, occasion))
            told.append(Told(rule, occasion, met, now))
            if rule == "supplement-unanswered":  # processing stops with it
                seen.open = False
                break
    return told


def _moments(seen: _Seen) -> Iterator[tuple[datetime, str, datetime]]:
    promised = seen.extended or seen.accepted
    if seen.open and seen.due and promised and seen.asked is None and seen.dues is None:
        if (warned := _minutes_before(seen.due, WARNING)) > promised:
            yield warned, "due-soon", seen.due
        yield seen.due, "overdue", seen.due
        yield _minutes_after(seen.due, APOLOGY), "apology-owed", seen.due
    if seen.open and seen.asked:
        yield _calendar_days_after(seen.asked, SUPPLEMENT_DAYS), "supplement-unanswered", seen.asked
    if (seen.open or seen.sealed) and seen.dues:
        yield _working_days_after(seen.dues, PAYMENT_DAYS), "payment-expired", seen.dues


def _after(seen: _Seen, event: DossierEvent) -> None:
    match event:
        case e.Accepted():
            seen.due, seen.accepted = event.due_at, event.accepted_at
        case e.SupplementRequested():
            seen.asked = event.requested_at
        case e.Supplemented():
            seen.asked, seen.due = None, event.due_at or seen.due
        case e.PaymentRequested():
            seen.dues = event.requested_at
        case e.Paid():
            seen.dues, seen.due = None, event.due_at or seen.due
        case e.DeadlineExtended():
            seen.due, seen.extended = event.new_due_at, event.extended_at
        case e.Corrected():
            seen.due, seen.accepted = event.due_at or seen.due, datetime.fromisoformat(event.new_value)
        case e.Sealed():
            seen.open, seen.sealed = False, True
        case e.Withdrawn() | e.Stopped():
            seen.open = False
        case _:
            pass  # what else happens here moves nothing


def _minutes_before(end: datetime, minutes: int) -> datetime:
    return _MINUTES[bisect_left(_MINUTES, end) - minutes - 1] + _MINUTE


def _minutes_after(begin: datetime, minutes: int) -> datetime:
    return _MINUTES[bisect_left(_MINUTES, begin) + minutes - 1] + _MINUTE


def _working_days_after(begin: datetime, days: int) -> datetime:
    """The close of the last of so many days after that of ``begin``, which is a working day."""
    return _close(_DAYS[_DAYS.index(begin.astimezone(HO_CHI_MINH).date()) + days])


def _calendar_days_after(begin: datetime, days: int) -> datetime:
    last = begin.astimezone(HO_CHI_MINH).date() + timedelta(days=days)
    return _close(_DAYS[bisect_left(_DAYS, last)])


def _close(day: date) -> datetime:
    return datetime.combine(day, time(17), HO_CHI_MINH)
