"""What one dossier's history says of subjects and of reuse: pure, so that what is rebuilt is what was there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.applicant import Personal
from domain.dossier.events import (
    Accepted,
    ComponentForm,
    ComponentGiven,
    ComponentReused,
    Corrected,
    DossierEvent,
    IdentityVerified,
    Represented,
    ResultReturned,
    Submitted,
    Supplemented,
)
from domain.envelope import Recorded
from domain.identity import Scheme, is_well_formed, scheme_of
from projections.projection import with_corrections
from service.subject_key import SubjectKey


class Role(StrEnum):
    """As whom a subject occurs in a dossier."""

    APPLICANT = "applicant"
    REPRESENTATIVE = "representative"
    RECIPIENT = "recipient"


RELEVANT: Final = (
    *(Submitted, IdentityVerified, Represented, ResultReturned),
    *(Accepted, Supplemented, ComponentReused, Corrected),
)
"""Facts after which a dossier's rows may be others."""


@dataclass(frozen=True, slots=True, order=True)
class SubjectRow:
    """A subject, by its keyed hash, occurs in a dossier."""

    subject: bytes
    dossier_id: UUID
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseRow:
    """Which components of a dossier were not asked for, at its acceptance: looked up by form, or recorded as reused."""

    dossier_id: UUID
    code: str
    unit: str
    procedure: str
    procedure_version: str
    accepted_at: datetime
    looked_up: tuple[str, ...]
    reused: tuple[str, ...]


def subject_rows(history: Sequence[Recorded], key: SubjectKey) -> list[SubjectRow]:
    """Whoever occurs in the history with a well-formed number, once in each role."""
    dossier_id = history[0].dossier_id
    found = {SubjectRow(key.hash(scheme, number), dossier_id, role) for role, scheme, number in _occurring(history)}
    return sorted(found)


def applicant_subjects(history: Sequence[Recorded], key: SubjectKey) -> list[bytes]:
    """The hashes by which the applicant of a dossier is known."""
    return [row.subject for row in subject_rows(history, key) if row.role is Role.APPLICANT]


def _occurring(history: Iterable[Recorded]) -> Iterator[tuple[Role, Scheme, str]]:
    for recorded in history:
        for role, schemes, personal in _named(recorded.event):
            number = personal.personal_number if personal else ""
            if scheme := next((each for each in schemes if number and is_well_formed(each, number)), None):
                yield role, scheme, number


def _named(event: DossierEvent) -> Iterator[tuple[Role, tuple[Scheme, ...], Personal | None]]:
    """Who is named, and by which schemes his number may be; whoever takes a result may be either."""
    match event:
        case Submitted():
            yield Role.APPLICANT, (scheme_of(event.applicant_kind),), event.personal
        case IdentityVerified():
            yield Role.APPLICANT, (event.scheme,), event.personal
        case Represented():
            yield Role.REPRESENTATIVE, (Scheme.PERSONAL_NUMBER,), event.representative
        case ResultReturned():
            yield Role.RECIPIENT, (Scheme.PERSONAL_NUMBER, Scheme.TAX_CODE), event.recipient
        case _:
            return


def reuse_row(history: Sequence[Recorded]) -> ReuseRow | None:
    """How it stood at the first acceptance, corrections carried out; None before that."""
    submitted: Submitted | None = None
    looked_up, reused = set[str](), set[str]()
    for recorded in with_corrections(history):
        match recorded.event:
            case Submitted() as submitted:
                looked_up |= _looked_up(submitted.components)
            case Supplemented(components=components):
                looked_up |= _looked_up(components)
            case ComponentReused(component=component):
                reused.add(component)
            case Accepted() as accepted if submitted is not None:
                return ReuseRow(
                    dossier_id=recorded.dossier_id,
                    code=submitted.code,
                    unit=submitted.unit,
                    procedure=submitted.procedure,
                    procedure_version=accepted.procedure_version,
                    accepted_at=accepted.accepted_at,
                    looked_up=tuple(sorted(looked_up - reused)),
                    reused=tuple(sorted(reused)),
                )
            case _:
                pass
    return None


def _looked_up(given: Iterable[ComponentGiven]) -> set[str]:
    return {each.component for each in given if each.form is ComponentForm.LOOKED_UP}
