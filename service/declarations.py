"""Files of decisions on working time: what is to be declared, as commands, and how each would be answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from domain.administration.administration import Administration
from domain.administration.building import facts_of
from domain.administration.calendar_acts import ChangeTimetable, Deciding, DeclareDays, RevokeDecision
from domain.administration.entries import RecordedFact
from domain.calendar import DeclarationKind
from domain.envelope import Actor, Envelope
from domain.errors import Refusal
from service.rule_forms import (
    AdministrationError,
    Confidence,
    Text,
    TimetableForm,
    at_key,
    periods_of,
    read_form,
    timetable_of,
)


class _DaysForm(Struct, forbid_unknown_fields=True, kw_only=True):
    days: Annotated[list[date], Meta(min_length=1)]
    kind: DeclarationKind
    periods: list[str] = []
    units: list[str] = []
    decision: Text
    declared_at: datetime
    source: Text
    confidence: Confidence = Confidence.DECLARED


class _TimetableChangeForm(Struct, forbid_unknown_fields=True, kw_only=True):
    since: date
    timetable: TimetableForm
    units: list[str] = []
    decision: Text
    declared_at: datetime


class _RevocationForm(Struct, forbid_unknown_fields=True, kw_only=True):
    revoked: Text
    units: list[str] = []
    decision: Text
    declared_at: datetime


class _DecisionsForm(Struct, forbid_unknown_fields=True, kw_only=True):
    calendar: Text
    declarations: list[_DaysForm] = []
    timetable_changes: list[_TimetableChangeForm] = []
    revocations: list[_RevocationForm] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A command of a file, and the place in the file where it stands."""

    path: Path
    key: str
    command: Deciding


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file's commands would make: their facts, none where it is already so, and the administration after."""

    facts: tuple[tuple[Planned, tuple[RecordedFact, ...]], ...]
    after: Administration


def read_decisions(path: Path, at: datetime) -> list[Planned]:
    """The commands of a file, TOML or JSON: days first, then timetables, then what is revoked.

    Raises:
        AdministrationError: the file cannot be used; the message names the file and the key.
    """
    form = read_form(path, _DecisionsForm)
    planned = [*_days(path, form, at), *_timetables(path, form, at), *_revocations(path, form, at)]
    if not planned:
        raise AdministrationError(path, "it declares nothing; give [[declarations]] or [[timetable_changes]]")
    return planned


def _days(path: Path, form: _DecisionsForm, at: datetime) -> Iterator[Planned]:
    for index, each in enumerate(form.declarations):
        key = f"declarations[{index}]"
        with at_key(path, key):
            periods = periods_of(each.periods)
        command = DeclareDays(
            id=form.calendar,
            days=tuple(each.days),
            kind=each.kind,
            periods=periods,
            units=tuple(each.units),
            decision=each.decision,
            declared_at=_instant(path, key, each.declared_at),
            source=each.source,
            confidence=each.confidence.value,
            at=at,
        )
        yield Planned(path=path, key=key, command=command)


def _timetables(path: Path, form: _DecisionsForm, at: datetime) -> Iterator[Planned]:
    for index, each in enumerate(form.timetable_changes):
        key = f"timetable_changes[{index}]"
        with at_key(path, key):
            timetable = timetable_of(each.timetable)
        command = ChangeTimetable(
            id=form.calendar,
            since=each.since,
            timetable=timetable,
            units=tuple(each.units),
            decision=each.decision,
            declared_at=_instant(path, key, each.declared_at),
            at=at,
        )
        yield Planned(path=path, key=key, command=command)


def _revocations(path: Path, form: _DecisionsForm, at: datetime) -> Iterator[Planned]:
    for index, each in enumerate(form.revocations):
        key = f"revocations[{index}]"
        command = RevokeDecision(
            id=form.calendar,
            revoked=each.revoked,
            units=tuple(each.units),
            decision=each.decision,
            declared_at=_instant(path, key, each.declared_at),
            at=at,
        )
        yield Planned(path=path, key=key, command=command)


def _instant(path: Path, key: str, given: datetime) -> datetime:
    if given.tzinfo is None:
        raise AdministrationError(path, f"{key}: declared_at has no offset; write 2025-12-25T09:00:00+07:00")
    return given


_NOBODY: Final = Actor(id="-")


def plan(planned: Sequence[Planned], rules: Administration, at: datetime) -> Plan:
    """Decide the commands on what is known, each on what those before it made, recording nothing.

    Raises:
        AdministrationError: one of them is refused; the message names the file and the key.
    """
    entries = rules.entries
    envelope = Envelope(recorded_at=at, actor=_NOBODY, command_id="-")
    made: list[tuple[Planned, tuple[RecordedFact, ...]]] = []
    for each in planned:
        command: Any = each.command
        try:
            facts = facts_of(entries, command, envelope, entries.position)
        except Refusal as refusal:
            raise AdministrationError(each.path, f"{each.key}: {refusal.message}\n{refusal.message_vi}") from refusal
        entries = entries.after(facts)
        made.append((each, tuple(facts)))
    return Plan(facts=tuple(made), after=Administration(entries))
