"""What a dossier knows of who asks, who acts for him and what was not asked of him: nothing personal."""

from datetime import date, datetime
from typing import NamedTuple

from domain.dossier.events import AuthorityKind, ReuseSource, VerificationMethod


class Verification(NamedTuple):
    """How the applicant's identity was verified last. Whose it is stands in the event alone."""

    method: VerificationMethod
    level: int
    officer: str
    verified_at: datetime


class Representation(NamedTuple):
    """By which instrument somebody acts for the applicant. Who it is stands in the event alone."""

    authority: AuthorityKind
    number: str
    authorised_on: date


class Reuse(NamedTuple):
    """A component that was not asked for, and where it was found instead."""

    component: str
    source_kind: ReuseSource
    source: str
    document_sha256: str
