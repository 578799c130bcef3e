"""The files an administration is read from, and their errors: every message names the file and the key."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from domain.agency import Unit, UnitKind
from domain.calendar import Calendar, Declaration, DeclarationKind, Periods, Timetable, TimetableChange
from domain.codes import UNIT_PATTERN
from domain.money import Dues
from domain.ports import CountingRule
from domain.procedure import Component, OnlineLevel, Procedure
from domain.term import Term

_PERIOD: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_Form = TypeVar("_Form")

Text = Annotated[str, Meta(min_length=1)]
ProcedureCode = Annotated[str, Meta(pattern=r"^\d\.\d{6}$")]
UnitCode = Annotated[str, Meta(pattern=rf"^{UNIT_PATTERN}$")]


class AdministrationError(ValueError):
    """A file of rules cannot be used."""

    def __init__(self, path: Path, message: str) -> None:
        """``message`` names the key and what is wrong with it."""
        super().__init__(f"{path}: {message}")


class Confidence(StrEnum):
    """How surely a rule is known, from the text of the law down to what was invented."""

    LEGAL_TEXT = "legal text"
    DECLARED = "declared"
    SECOND_HAND = "second-hand"
    GENERAL_KNOWLEDGE = "general knowledge"
    ESTIMATE = "estimate"
    GENERATED = "generated"


class _Names(Struct, forbid_unknown_fields=True):
    name_vi: Text
    name_en: Text


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
    components: dict[str, _Names]
    procedures: list[_ProcedureForm]


class _TimetableForm(Struct, forbid_unknown_fields=True, kw_only=True):
    monday: list[str] = []
    tuesday: list[str] = []
    wednesday: list[str] = []
    thursday: list[str] = []
    friday: list[str] = []
    saturday: list[str] = []
    sunday: list[str] = []
    source: Text
    confidence: Confidence


class _TimetableChangeForm(Struct, forbid_unknown_fields=True):
    since: date
    known_at: datetime
    timetable: _TimetableForm


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
    timetable: _TimetableForm
    timetable_changes: list[_TimetableChangeForm] = []
    declarations: list[_DeclarationForm] = []


class _CountingForm(Struct, forbid_unknown_fields=True):
    id: Text
    payment_waits: bool
    source: Text
    confidence: Confidence


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
        timetable = _timetable(form.timetable)
    changes: list[TimetableChange] = []
    for index, change in enumerate(form.timetable_changes):
        with _at_key(path, f"timetable_changes[{index}]"):
            changes.append(
                TimetableChange(since=change.since, timetable=_timetable(change.timetable), known_at=change.known_at)
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


def _timetable(form: _TimetableForm) -> Timetable:
    weekdays = (
        form.monday,
        form.tuesday,
        form.wednesday,
        form.thursday,
        form.friday,
        form.saturday,
        form.sunday,
    )
    return Timetable(
        periods=tuple(_periods(weekday) for weekday in weekdays), source=form.source, confidence=form.confidence
    )


def _declarations(form: _DeclarationForm) -> list[Declaration]:
    return [
        Declaration(
            day=day,
            periods=_periods(form.periods),
            kind=form.kind,
            known_at=form.known_at,
            decision=form.decision,
            source=form.source,
            confidence=form.confidence,
        )
        for day in form.days
    ]


def _periods(texts: list[str]) -> Periods:
    return tuple(_period(text) for text in texts)


def _period(text: str) -> tuple[int, int]:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError(f"a working period is written HH:MM-HH:MM, not {text!r}")
    hour, minute, closing_hour, closing_minute = (int(group) for group in match.groups())
    return hour * 60 + minute, closing_hour * 60 + closing_minute


def read_counting(path: Path) -> list[CountingRule]:
    """The counting rules, the one in force last.

    Raises:
        AdministrationError: the file cannot be used.
    """
    return [
        CountingRule(id=form.id, payment_waits=form.payment_waits, source=form.source, confidence=form.confidence)
        for form in _read(path, _CountingRulesForm).rules
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


def _read(path: Path, form: type[_Form]) -> _Form:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=form)
    except OSError as error:
        raise AdministrationError(path, error.strerror or str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AdministrationError(path, str(error)) from error


@contextmanager
def _at_key(path: Path, key: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise AdministrationError(path, f"{key}: {error}") from error
