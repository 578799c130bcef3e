"""Administrations made of values, by the commands that an administrator would give."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from domain.administration.administration import Administration
from domain.administration.building import build, facts_of
from domain.administration.calendars import OpenCalendar
from domain.administration.counting import IntroduceCountingRule
from domain.administration.entries import Kind, RecordedFact
from domain.administration.escalation_facts import IntroduceEscalationRule
from domain.administration.kinds import kind_of
from domain.administration.procedures import PublishProcedure
from domain.administration.refusals import EntryChanged
from domain.administration.unit_facts import EstablishUnit
from domain.agency import Unit
from domain.calendar import Calendar
from domain.envelope import Envelope
from domain.escalation import EscalationRule
from domain.ports import AdministrationDone, AdministrationRequest, CountingRule
from domain.procedure import Procedure
from service.rule_book import LoggedRules
from service.wiring import take_over

LONG_AGO: Final = datetime(1980, 1, 1, tzinfo=UTC)


def beginning(
    calendars: Iterable[Calendar] = (),
    counting: Iterable[CountingRule] = (),
    units: Iterable[Unit] = (),
    procedures: Iterable[Procedure] = (),
    escalation: Iterable[EscalationRule] = (),
) -> list[Any]:
    """The commands that make an administration of these; a unit comes after the one above it."""
    return [
        *(
            OpenCalendar(
                id=each.id,
                timezone=each.timezone,
                timetable=each.timetable,
                timetable_changes=each.timetable_changes,
                declarations=each.declarations,
                at=LONG_AGO,
            )
            for each in calendars
        ),
        *(
            IntroduceCountingRule(
                id=each.id,
                payment_waits=each.payment_waits,
                source=each.source,
                confidence=each.confidence,
                at=LONG_AGO,
            )
            for each in counting
        ),
        *(EstablishUnit(code=each.code, unit=each, effective_from=LONG_AGO.date(), at=LONG_AGO) for each in units),
        *(
            PublishProcedure(code=each.code, procedure=each, effective_from=LONG_AGO.date(), at=LONG_AGO)
            for each in procedures
        ),
        *(
            IntroduceEscalationRule(
                id=each.id,
                trigger=each.trigger,
                amount=each.amount,
                unit=each.unit,
                level=each.level,
                consequence=each.consequence,
                source=each.source,
                confidence=each.confidence,
                at=LONG_AGO,
            )
            for each in escalation
        ),
    ]


def administered(
    calendars: Iterable[Calendar] = (),
    counting: Iterable[CountingRule] = (),
    units: Iterable[Unit] = (),
    procedures: Iterable[Procedure] = (),
) -> Administration:
    """An administration of these."""
    return build(beginning(calendars, counting, units, procedures))


class MemoryAdministering:
    """The administration's port over one value."""

    def __init__(self, administration: Administration) -> None:
        self.administration = administration
        self.begun = administration.entries
        self.facts: list[RecordedFact] = []

    def current(self) -> Administration:
        return self.administration

    async def known_at(self, instant: datetime) -> Administration:
        if not self.facts or instant >= self.facts[-1].envelope.recorded_at:
            return self.administration
        return Administration(self.begun.after(each for each in self.facts if each.envelope.recorded_at <= instant))

    async def send(self, request: AdministrationRequest) -> AdministrationDone:
        entries, kind = self.administration.entries, kind_of(request.command)
        key = kind.key_of(request.command)
        if request.expected_version not in {None, entries.version(kind, key)}:
            raise EntryChanged(expected=str(request.expected_version), actual=str(entries.version(kind, key)))
        envelope = Envelope(
            recorded_at=request.command.at,
            actor=request.actor,
            command_id=request.command_id,
            trace_id=request.trace_id,
        )
        made = facts_of(entries, request.command, envelope, entries.position + 1)
        self.administration = Administration(entries.after(made))
        self.facts += made
        after = self.administration.entries
        facts = tuple(each.fact for each in made)
        return AdministrationDone(key=key, version=after.version(kind, key), position=after.position, facts=facts)

    async def history(self, kind: Kind[Any], key: str) -> list[RecordedFact]:
        return [each for each in self.facts if each.kind is kind and each.key == key]


def logged(url: str, commands: Iterable[Any]) -> LoggedRules:
    """An administration in a database, begun by these commands."""
    rules = LoggedRules()
    take_over(url, rules, list(commands))
    return rules
