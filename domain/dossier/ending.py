"""Other ends, and promises that could not be kept."""

from domain.dossier import refusals as no
from domain.dossier.commands import Extend, Stop, Withdraw
from domain.dossier.dossier import Dossier, Stage
from domain.dossier.events import DeadlineExtended, DossierEvent, Stopped, Withdrawn
from domain.dossier.guards import in_process, reason_given, still_open
from domain.ports import Rules


def extend(command: Extend, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """When the appointment cannot be kept, the agency apologises and promises a later date; the old one stays."""
    in_process(dossier)
    reason_given(command.reason)
    if dossier.due_at is None:
        raise no.NoPromise
    if dossier.extended_due_at == command.new_due_at == dossier.due_at:
        return []
    if command.new_due_at <= dossier.due_at:
        raise no.NotLater(due_at=dossier.due_at.isoformat())
    return [
        DeadlineExtended(
            old_due_at=dossier.due_at,
            new_due_at=command.new_due_at,
            reason=command.reason,
            signer=command.signer,
            extended_at=command.at,
        )
    ]


def withdraw(command: Withdraw, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """The applicant may take the dossier back while it is open."""
    if dossier.stage is Stage.WITHDRAWN:
        return []
    still_open(dossier)
    return [Withdrawn(reason=command.reason, withdrawn_at=command.at)]


def stop(command: Stop, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """Processing is stopped with a reason; where the dossier stood is kept."""
    if dossier.stage is Stage.STOPPED:
        return []
    still_open(dossier)
    reason_given(command.reason)
    return [
        Stopped(
            reason=command.reason,
            stage=dossier.stage.value,
            finance=dossier.finance.value,
            officer=command.officer,
            stopped_at=command.at,
        )
    ]
