"""The files an administration is read from, and their errors: every message names the file and the key."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from domain.agency import Unit, UnitKind
from domain.calendar import Calendar, Declaration, DeclarationKind, TimetableChange
from domain.codes import UNIT_PATTERN
from domain.escalation import Consequence, EscalationRule, Level, Trigger
from domain.money import Dues
from domain.ports import CountingRule
from domain.procedure import Component, OnlineLevel, Procedure
from domain.term import Term, TermUnit
from service.rule_forms import AdministrationError, Confidence, Text, TimetableForm, periods_of, timetable_of
from service.rule_forms import at_key as _at_key
from service.rule_forms import read_form as _read

__all__ = [
    "AdministrationError",
    "Confidence",
    "read_calendar",
    "read_counting",
    "read_escalation",
    "read_procedures",
    "read_units",
]

PROCEDURE_CODE: Final = r"^[0-9]\.[0-9]{6}$"
ProcedureCode = Annotated[str, Meta(pattern=PROCEDURE_CODE)]
UnitCode = Annotated[str, Meta(pattern=rf"^{UNIT_PATTERN}$")]


class _ComponentForm(Struct, forbid_unknown_fields=True):
    name_vi: Text
    name_en: Text
    looked_up_in: str = ""


class _ProcedureForm(Struct, forbid_unknown_fields=True, kw_only=True):
    code: ProcedureCode
    name_vi: Text
    name_en: Text
    field_vi: Text
    field_en: Text
    level: Text
    online: OnlineLevel
    term: Term
    dues: Dues = Dues()
    required: Annotated[tuple[str, ...], Meta(min_length=1)]
    optional: tuple[str, ...] = ()
    version: Text | None = None
    source: Text | None = None
    confidence: Confidence | None = None


class _ProceduresForm(Struct, forbid_unknown_fields=True):
    """``version``, ``source`` and ``confidence`` hold for every procedure that does not state its own."""

    version: Text
    source: Text
    confidence: Confidence
    components: dict[str, _ComponentForm]
    procedures: list[_ProcedureForm]


class _TimetableChangeForm(Struct, forbid_unknown_fields=True):
    since: date
    known_at: datetime
    timetable: TimetableForm


class _DeclarationForm(Struct, forbid_unknown_fields=True, kw_only=True):
    days: Annotated[list[date], Meta(min_length=1)]
    kind: DeclarationKind
    periods: list[str] = []
    known_at: datetime
    decision: Text
    source: Text
    confidence: Confidence


class _CalendarForm(Struct, forbid_unknown_fields=True, kw_only=True):
    id: Text
    timezone: Text
    timetable: TimetableForm
    timetable_changes: list[_TimetableChangeForm] = []
    declarations: list[_DeclarationForm] = []


class _CountingForm(Struct, forbid_unknown_fields=True):
    id: Text
    payment_waits: bool
    source: Text
    confidence: Confidence


class _EscalationRuleForm(Struct, forbid_unknown_fields=True, kw_only=True):
    id: Text
    trigger: Trigger
    amount: Annotated[int, Meta(ge=0)]
    unit: TermUnit
    level: Level
    consequence: Consequence = Consequence.TELL_ONLY
    source: Text
    confidence: Confidence


class _EscalationRulesForm(Struct, forbid_unknown_fields=True):
    rules: list[_EscalationRuleForm] = []


class _CountingRulesForm(Struct, forbid_unknown_fields=True):
    rules: list[_CountingForm]


class _UnitForm(Struct, forbid_unknown_fields=True):
    code: UnitCode
    name_vi: Text
    name_en: Text
    kind: UnitKind
    calendar: Text
    parent: str | None = None


class _UnitsForm(Struct, forbid_unknown_fields=True):
    units: list[_UnitForm]


def read_procedures(path: Path) -> list[Procedure]:
    """The catalogue of procedures.

    Raises:
        AdministrationError: the file cannot be used, or a procedure names a component that is not described.
    """
    form = _read(path, _ProceduresForm)
    procedures = []
    for index, each in enumerate(form.procedures):
        with _at_key(path, f"procedures[{index}]"):
            procedures.append(_procedure(each, form))
    return procedures


def _procedure(form: _ProcedureForm, shared: _ProceduresForm) -> Procedure:
    components = [(code, True) for code in form.required] + [(code, False) for code in form.optional]
    if unknown := {code for code, _ in components} - set(shared.components):
        raise ValueError(f"{form.code} names components that are not described: {', '.join(sorted(unknown))}")
    if len({code for code, _ in components}) < len(components):
        raise ValueError(f"{form.code} names a component twice")
    return Procedure(
        code=form.code,
        version=form.version or shared.version,
        name_vi=form.name_vi,
        name_en=form.name_en,
        field_vi=form.field_vi,
        field_en=form.field_en,
        level=form.level,
        online=form.online,
        term=form.term,
        dues=form.dues,
        components=tuple(
            Component(
                code=code,
                name_vi=shared.components[code].name_vi,
                name_en=shared.components[code].name_en,
                required=required,
                looked_up_in=shared.components[code].looked_up_in,
            )
            for code, required in components
        ),
        source=form.source or shared.source,
        confidence=form.confidence or shared.confidence,
    )


def read_calendar(path: Path) -> Calendar:
    """A calendar: its timetable and the decisions about single days.

    Raises:
        AdministrationError: the file cannot be used, a period is not written ``HH:MM-HH:MM``, the time zone is unknown,
            or two decisions on one day became known at the same moment.
    """
    form = _read(path, _CalendarForm)
    with _at_key(path, "timetable"):
        timetable = timetable_of(form.timetable)
    changes: list[TimetableChange] = []
    for index, change in enumerate(form.timetable_changes):
        with _at_key(path, f"timetable_changes[{index}]"):
            changes.append(
                TimetableChange(since=change.since, timetable=timetable_of(change.timetable), known_at=change.known_at)
            )
    declarations: list[Declaration] = []
    for index, each in enumerate(form.declarations):
        with _at_key(path, f"declarations[{index}]"):
            declarations += _declarations(each)
    with _at_key(path, "timezone"):
        ZoneInfo(form.timezone)
    with _at_key(path, "declarations or timetable_changes"):
        return Calendar(
            id=form.id,
            timezone=form.timezone,
            timetable=timetable,
            timetable_changes=tuple(changes),
            declarations=tuple(declarations),
        )


def _declarations(form: _DeclarationForm) -> list[Declaration]:
    return [
        Declaration(
            day=day,
            periods=periods_of(form.periods),
            kind=form.kind,
            known_at=form.known_at,
            decision=form.decision,
            source=form.source,
            confidence=form.confidence,
        )
        for day in form.days
    ]


def read_counting(path: Path) -> list[CountingRule]:
    """The counting rules, the one in force last.

    Raises:
        AdministrationError: the file cannot be used.
    """
    return [
        CountingRule(id=form.id, payment_waits=form.payment_waits, source=form.source, confidence=form.confidence)
        for form in _read(path, _CountingRulesForm).rules
    ]


def read_escalation(path: Path) -> list[EscalationRule]:
    """The escalation rules, each as its first version.

    Raises:
        AdministrationError: the file cannot be used.
    """
    return [
        EscalationRule(
            id=form.id,
            version=1,
            trigger=form.trigger,
            amount=form.amount,
            unit=form.unit,
            level=form.level,
            consequence=form.consequence,
            source=form.source,
            confidence=form.confidence,
        )
        for form in _read(path, _EscalationRulesForm).rules
    ]


def read_units(path: Path) -> list[Unit]:
    """The units.

    Raises:
        AdministrationError: the file cannot be used.
    """
    return [
        Unit(
            code=form.code,
            name_vi=form.name_vi,
            name_en=form.name_en,
            kind=form.kind,
            parent=form.parent,
            calendar=form.calendar,
        )
        for form in _read(path, _UnitsForm).units
    ]
