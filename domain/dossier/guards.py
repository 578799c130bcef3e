"""Conditions that many decisions share."""

import re
from datetime import datetime
from typing import Final

from domain.dossier import refusals as no
from domain.dossier.dossier import IN_PROCESS_STAGES, Dossier, Stage
from domain.ports import Rules
from domain.procedure import Procedure

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def unit_there(unit: str, at: datetime, rules: Rules) -> None:
    """A dossier goes to a unit that is there on that day."""
    if rules.unit(unit) is None:
        raise no.UnknownUnit(unit=unit)
    if rules.unit_at(unit, at) is None:
        raise no.UnitEnded(unit=unit, successors=", ".join(rules.successors(unit, at)) or "-")


def procedure_of(dossier: Dossier, rules: Rules, at: datetime) -> Procedure | None:
    """The version pinned at acceptance; before that, the one in force.

    What was handed in while the procedure was in force is not turned away because it was withdrawn since, be it from
    that very day on: it is judged by the last version that was in force. A new version, though, holds for all that it
    finds not yet accepted, since the desk checks a dossier by what is in force when it accepts it.
    """
    pinned = rules.procedure_version(dossier.procedure, dossier.procedure_version)
    procedure = pinned or rules.procedure(dossier.procedure, at)
    if procedure is None and dossier.submitted_at is not None:
        return rules.last_procedure(dossier.procedure, dossier.submitted_at)
    return procedure


def procedure_asked(dossier: Dossier, rules: Rules, at: datetime) -> Procedure:
    """The version that the dossier is judged by, which there must be."""
    procedure = procedure_of(dossier, rules, at)
    if procedure is None:
        raise no.UnknownProcedure(procedure=dossier.procedure)
    return procedure


def known_components(named: set[str], procedure: Procedure) -> None:
    """Components are named by the procedure's own codes."""
    if unknown := sorted(named - {component.code for component in procedure.components}):
        raise no.UnknownComponent(components=", ".join(unknown))


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
