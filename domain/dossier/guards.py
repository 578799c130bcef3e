"""Conditions that many decisions share."""

import re
from datetime import datetime
from typing import Final

from domain.dossier import refusals as no
from domain.dossier.dossier import IN_PROCESS_STAGES, Dossier, Stage
from domain.ports import Rules

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def unit_there(unit: str, at: datetime, rules: Rules) -> None:
    """A dossier goes to a unit that is there on that day."""
    if rules.unit(unit) is None:
        raise no.UnknownUnit(unit=unit)
    if rules.unit_at(unit, at) is None:
        raise no.UnitEnded(unit=unit, successors=", ".join(rules.successors(unit, at)) or "-")


def still_open(dossier: Dossier) -> None:
    """Nothing more is decided once processing has ended."""
    if not dossier.is_open:
        raise no.ProcessingEnded(stage=dossier.stage.value)


def in_process(dossier: Dossier) -> None:
    """Accepted, and processing has not ended."""
    still_open(dossier)
    if dossier.stage not in IN_PROCESS_STAGES:
        raise no.NotAccepted


def not_waiting(dossier: Dossier) -> None:
    """Nothing is decided on a dossier that waits for its applicant."""
    if dossier.waiting_for_supplement:
        raise no.WaitingForSupplement


def appraised_by_another(dossier: Dossier, officer: str) -> None:
    """There is an appraisal, and it is another person's."""
    if dossier.stage is not Stage.APPRAISED:
        raise no.NotAppraised
    if dossier.appraiser == officer:
        raise no.AppraiserCannotApprove


def reason_given(reason: str) -> None:
    """A reason is more than blanks."""
    if not reason.strip():
        raise no.ReasonRequired


def digest(sha256: str) -> None:
    """A document is named by its digest."""
    if not _SHA256.fullmatch(sha256):
        raise no.InvalidDigest
