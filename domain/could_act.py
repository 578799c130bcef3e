"""Who could have done an act on a dossier at an instant: by which post, or under which delegation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.administration.administration import Administration
from domain.administration.delegations import DELEGATIONS, holds
from domain.administration.officers import OFFICERS, Power
from domain.dossier.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class CouldAct:
    """An officer and the ground on which he could: a post with its title, or the number of a delegation."""

    officer: str
    unit: str
    title: str
    delegation: str | None


def could_act(dossier: Dossier, power: Power, rules: Administration, at: datetime) -> Iterator[CouldAct]:
    """Those with a post first, then those under a delegation. As long as a unit has no posts there is nobody."""
    units = rules.answering(dossier.unit, dossier.holder.unit, at)
    for officer in rules.entries.of(OFFICERS).values():
        post = officer.post(power, units, at)
        if post is not None:
            yield CouldAct(officer=officer.id, unit=post.unit, title=post.title, delegation=None)
    for delegation in rules.entries.of(DELEGATIONS).values():
        granted = delegation.granted
        if granted.unit in units and holds(rules.entries, delegation, power, dossier.procedure, at):
            yield CouldAct(officer=granted.to_officer, unit=granted.unit, title="", delegation=granted.number)
