"""A dossier as it stands: every axis, its clock explained, and what may be done next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from domain.calendar import CalendarVersion
from domain.clock_rules import RULE_TEXTS, Rule
from domain.dossier.clock_reading import explained, read_clock
from domain.dossier.corrections import replay
from domain.dossier.dossier import Delivery, Dossier, Finance, Holder, Stage
from domain.dossier.next_acts import next_acts
from domain.envelope import Recorded
from domain.explanation import Interval
from domain.ports import Rules
from domain.term import Pause, Term
from domain.timetable import Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The decision behind a declared day."""

    day: date
    decision: str
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From ``since`` up to ``until`` one rule says whether time counts; ``days`` is what it adds to a clock in days."""

    since: datetime
    until: datetime
    counted: bool
    rule: Rule
    days: int
    declaration: Declared | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNote:
    """A rule in words. Only one whose confidence is ``published-text`` may be shown as law."""

    rule: Rule
    text: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """The promise and how it came about, up to ``until``.

    ``recomputed_due_at`` is the promise by the calendar as it is known now: a promise given does not move with it.
    ``intervals`` are empty where no term was pinned, as in imported histories.
    """

    due_at: datetime | None
    extended_due_at: datetime | None
    recomputed_due_at: datetime | None
    term: Term | None
    calendar: CalendarVersion | None
    counting: str
    waits: list[Pause]
    until: datetime
    intervals: list[Stretch]
    rules: list[RuleNote]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierView:
    """A dossier as it stands. ``acts`` are those that the rules allow now, by their names in addresses."""

    code: str
    version: int
    position: str
    stage: Stage
    finance: Finance
    delivery: Delivery
    waiting_for: list[Literal["supplement", "payment"]]
    procedure: str
    unit: str
    components: list[str]
    missing: list[str]
    amount_due: int
    holder: Holder
    appraiser: str
    eligible: bool
    document_sha256: str
    submitted_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    clock: ClockView
    acts: list[str]


def dossier_view(code: str, history: Sequence[Recorded], rules: Rules, now: datetime) -> DossierView:
    """What a history has made of a dossier, read at ``now``."""
    dossier = replay(each.event for each in history)
    waiting: list[tuple[Literal["supplement", "payment"], bool]] = [
        ("supplement", dossier.waiting_for_supplement),
        ("payment", dossier.waiting_for_payment),
    ]
    return DossierView(
        code=code,
        version=history[-1].version,
        position=str(history[-1].position),
        stage=dossier.stage,
        finance=dossier.finance,
        delivery=dossier.delivery,
        waiting_for=[reason for reason, waits in waiting if waits],
        procedure=dossier.procedure,
        unit=dossier.unit,
        components=sorted(dossier.components),
        missing=sorted(dossier.supplement_items),
        amount_due=dossier.amount_due,
        holder=dossier.holder,
        appraiser=dossier.appraiser,
        eligible=dossier.eligible,
        document_sha256=dossier.document_sha256,
        submitted_at=dossier.submitted_at,
        accepted_at=dossier.accepted_at,
        ended_at=dossier.ended_at,
        clock=_clock_view(dossier, rules, now),
        acts=list(next_acts(dossier, rules)),
    )


def _clock_view(dossier: Dossier, rules: Rules, now: datetime) -> ClockView:
    until = dossier.ended_at or now
    reading = read_clock(dossier, rules, now)
    intervals = explained(dossier, rules, dossier.calendar, until)
    return ClockView(
        due_at=reading.promised.due_at,
        extended_due_at=dossier.extended_due_at,
        recomputed_due_at=reading.recomputed.due_at,
        term=dossier.term,
        calendar=dossier.calendar,
        counting=dossier.counting,
        waits=list(dossier.waits),
        until=until,
        intervals=[_stretch(interval) for interval in intervals],
        rules=[_note(rule) for rule in dict.fromkeys(interval.rule for interval in intervals)],
    )


def _stretch(interval: Interval) -> Stretch:
    declaration = interval.declaration
    return Stretch(
        since=interval.since,
        until=interval.until,
        counted=interval.counted,
        rule=interval.rule,
        days=interval.days,
        declaration=None if declaration is None else _declared(declaration),
    )


def _declared(declaration: Declaration) -> Declared:
    return Declared(day=declaration.day, decision=declaration.decision, known_at=declaration.known_at)


def _note(rule: Rule) -> RuleNote:
    words = RULE_TEXTS[rule]
    return RuleNote(rule=rule, text=words.text, source=words.source, confidence=words.confidence)
