"""What a case says about itself: when it was handed in, accepted and ended, where, and what was promised."""

from datetime import datetime
from typing import Final, TypeAlias

from consumers.xes.activities import KINDS, UNIT_CODE, Fallback
from consumers.xes.mapping import Mapping
from consumers.xes.reader import MalformedLog
from consumers.xes.values import Instant, Text, Values
from domain.applicant import ApplicantKind
from domain.dossier.events import EFFECTIVE_FIELD, Accepted, DossierEvent, Submitted

IMPORTED_COUNTING: Final = "imported"
"""The counting rule of imported dossiers: the promise is their source's, and no clock here moves it."""

_NEVER_READ_OF_SUBMITTED: Final = ("applicant_kind", "applicant_reference", "components")
_NEVER_READ_OF_ACCEPTED: Final = ("receipt_code", "procedure_version", "calendar", "counting", "term", "timezone")

Inferred: TypeAlias = tuple[str, ...]


def unit_of(values: Values, mapping: Mapping) -> Text:
    """The unit that has the case.

    Raises:
        MalformedLog: the case gives none, or not a unit's code.
    """
    unit = values.text(mapping.unit, "[unit]")
    if not UNIT_CODE.admits(unit.value):
        raise MalformedLog(values.line, f"the unit {unit.value!r} {UNIT_CODE.rule}; values in [unit] can translate it")
    return unit


def submitted_at(values: Values, mapping: Mapping, first_event: datetime | None) -> Instant:
    """When the case was handed in: as it says, else, where the mapping allows that, at its earliest event.

    Raises:
        MalformedLog: neither is known.
    """
    table = mapping.submitted
    if table.attribute and (said := values.instant(table.attribute)):
        return said
    if table.first_event and first_event:
        return Instant(first_event, inferred=True)
    raise MalformedLog(values.line, f"the case has no {table.attribute or 'event'} to say when it was handed in")


def submitted(values: Values, mapping: Mapping, unit: Text, handed_in: Instant) -> tuple[DossierEvent, Inferred]:
    """The dossier was handed in. No value of a person is taken over."""
    procedure = values.text(mapping.procedure, "[procedure]")
    channel = values.text(mapping.channel, "[channel]")
    guesses = {
        "procedure": procedure.inferred,
        "unit": unit.inferred,
        "channel": channel.inferred,
        "submitted_at": handed_in.inferred,
    }
    event = Submitted(
        code="",
        procedure=procedure.value,
        unit=unit.value,
        channel=channel.value,
        applicant_kind=ApplicantKind.ORGANISATION,
        applicant_reference="",
        components=(),
        submitted_at=handed_in.at,
    )
    return event, (*_NEVER_READ_OF_SUBMITTED, *(name for name, guessed in guesses.items() if guessed))


def accepted(
    values: Values, mapping: Mapping, officer: str, handed_in: Instant
) -> tuple[DossierEvent, Inferred] | None:
    """The dossier was accepted and a date promised. None when the case has no such time though the mapping names one.

    Where the mapping names none, acceptance is inferred at the time of handing in.
    """
    table = mapping.accepted
    at = values.instant(table.attribute) if table else Instant(handed_in.at, inferred=True)
    if at is None:
        return None
    due = values.instant(mapping.due.attribute) if mapping.due else None
    event = Accepted(
        receipt_code="",
        procedure_version="",
        calendar=None,
        counting=IMPORTED_COUNTING,
        term=None,
        timezone=mapping.timezone,
        due_at=due.at if due else None,
        officer=officer,
        accepted_at=at.at,
    )
    guesses = {"accepted_at": at.inferred, "due_at": due is not None and due.inferred, "officer": not officer}
    return event, (*_NEVER_READ_OF_ACCEPTED, *(name for name, guessed in guesses.items() if guessed))


def ended(values: Values, mapping: Mapping, officer: str) -> tuple[datetime, DossierEvent, Inferred] | None:
    """When and how the case ended, as the mapping says or as a word of the case tells; None while it is open."""
    table = mapping.end
    at = values.instant(table.attribute) if table else None
    if table is None or at is None:
        return None
    word = values.attributes.get(table.by.attribute or "", "") if table.by else ""
    kind = KINDS[table.by.values.get(word, table.event) if table.by else table.event]
    given = {Fallback.NAME: word, Fallback.RESOURCE: officer}
    fields = {name: given.get(field.fallback, "") for name, field in kind.fields.items()}
    event = kind.make(at.at, fields)
    guessed = (EFFECTIVE_FIELD[type(event)],) if at.inferred else ()
    return at.at, event, (*kind.never_read, *(name for name, value in fields.items() if not value), *guessed)
