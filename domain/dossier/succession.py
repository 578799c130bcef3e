"""What an ended unit had in hand goes to its successors: by an act of its own, never by itself."""

from domain.dossier import refusals as no
from domain.dossier.commands import HandToSuccessor
from domain.dossier.dossier import Delivery, Dossier
from domain.dossier.events import DossierEvent, Succeeded
from domain.dossier.guards import still_open
from domain.ports import Rules


def hand_to_successor(command: HandToSuccessor, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """Handed over only once the unit has ended, and only to one recorded as its successor.

    A result that waits to be returned goes along; of other ended dossiers nothing is left to be done.
    """
    in_charge = {dossier.unit, dossier.holder.unit}
    if command.from_unit not in in_charge:
        if command.to_unit in in_charge:
            return []
        raise no.NotInThisUnit(unit=command.from_unit)
    if dossier.delivery is not Delivery.READY:
        still_open(dossier)
    decision = rules.ended_by(command.from_unit, command.at)
    if decision is None:
        raise no.UnitStillThere(unit=command.from_unit)
    successors = rules.successors(command.from_unit, command.at)
    if command.to_unit not in successors:
        raise no.NotASuccessor(unit=command.to_unit, successors=", ".join(successors) or "-")
    return [Succeeded(from_unit=command.from_unit, to_unit=command.to_unit, decision=decision, succeeded_at=command.at)]
