"""Who may appraise, approve, sign and seal: by a post, or by a delegation, that holds when the act takes effect.

The check begins for a unit with the first post that is recorded in it: before that nobody could say who holds one.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from domain.administration.officers import Power
from domain.dossier.commands import Appraise, Approve, Command, Decline, Seal, Sign
from domain.dossier.dossier import Dossier
from domain.dossier.refusals import DelegationDoesNotHold, DelegationToAnother, NotEmpowered, UnknownDelegation
from domain.envelope import Actor
from domain.ports import Rules

POWERS: Final[Mapping[type[Command], Power]] = {
    Appraise: Power.APPRAISE,
    Approve: Power.APPROVE,
    Decline: Power.APPROVE,
    Sign: Power.SIGN,
    Seal: Power.SEAL,
}
"""What each act needs; the others need nothing but to be let in."""


def authorised(command: Command, dossier: Dossier, rules: Rules, actor: Actor) -> Actor:
    """The actor with the post or delegation by which he acts: his unit, and in whose place.

    Raises:
        NotEmpowered: the officer holds no post with this power, and cites no delegation.
        UnknownDelegation, DelegationToAnother, DelegationDoesNotHold: the delegation that is cited is no ground for it.
    """
    power = POWERS.get(type(command))
    if power is None or not (rules.keeps_posts(dossier.unit) or rules.keeps_posts(dossier.holder.unit)):
        return actor
    officer = acting_officer(command)
    units = rules.answering(dossier.unit, dossier.holder.unit, command.at)
    if actor.delegation:
        return _delegated(power, officer, units, (command, dossier, rules, actor))
    post = rules.post(officer, power, units, command.at)
    if post is None:
        offered = rules.delegations_to(officer, power, dossier.procedure, command.at)
        numbers = [each.granted.number for each in offered if each.granted.unit in units]
        raise NotEmpowered(officer=officer, power=power.value, delegations=", ".join(numbers) or "-")
    return actor if actor.unit == post.unit else replace(actor, unit=post.unit)


def acting_officer(command: Command) -> str:
    """Whose act it is, as against who sends the command."""
    match command:
        case Sign():
            return command.signer
        case Appraise() | Approve() | Decline() | Seal():
            return command.officer
        case _:
            return ""


def _delegated(
    power: Power, officer: str, units: tuple[str, ...], about: tuple[Command, Dossier, Rules, Actor]
) -> Actor:
    command, dossier, rules, actor = about
    number = actor.delegation or ""
    delegation = rules.delegation(number)
    if delegation is None:
        raise UnknownDelegation(delegation=number)
    granted = delegation.granted
    if granted.to_officer != officer:
        raise DelegationToAnother(delegation=number, officer=officer)
    if granted.unit not in units or not rules.delegation_holds(delegation, power, dossier.procedure, command.at):
        raise DelegationDoesNotHold(delegation=number, power=power.value, at=command.at.isoformat())
    return replace(actor, unit=granted.unit, on_behalf_of=granted.from_officer)
