"""An auditor's look at the acts that need a power: whose they were, by what ground, and whether there was one.

Positions of the two logs can be compared, so each act is judged by the administration as it was recorded when the act
was. Histories are read a page at a time; of the administration's states only a few are kept.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.administration.administration import Administration
from domain.administration.entries import Entries, RecordedFact
from domain.authority import POWERS, authorised
from domain.dossier import commands as c
from domain.dossier.dossier import Dossier, evolve
from domain.dossier.events import Appraised, ApprovalDeclined, Approved, DossierEvent, Refused, Sealed, Signed
from domain.envelope import Recorded
from domain.errors import Refusal

_STATES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act that needs a power. ``refusal`` is why it had no ground, None when it had one."""

    code: str
    version: int
    position: int
    act: str
    officer: str
    unit: str
    on_behalf_of: str | None
    delegation: str | None
    at: datetime
    refusal: str | None


class Administrations:
    """The administration as it was recorded at any position."""

    def __init__(self, facts: Iterable[RecordedFact]) -> None:
        """``facts`` are all of its log, in order."""
        self._facts = list(facts)
        self._positions = [fact.position for fact in self._facts]
        self._kept: OrderedDict[int, Administration] = OrderedDict()

    def at(self, position: int) -> Administration:
        """As it was when the log went up to a position."""
        count = bisect_right(self._positions, position)
        found = self._kept.get(count)
        if found is None:
            nearest = max((number for number in self._kept if number <= count), default=0)
            before = self._kept[nearest].entries if nearest else Entries()
            found = Administration(before.after(self._facts[nearest:count]))
            self._kept[count] = found
            if len(self._kept) > _STATES:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(count)
        return found


def acts(history: Iterable[Recorded], administrations: Administrations) -> Iterator[Act]:
    """The acts of one dossier that need a power, each judged by what was recorded then."""
    dossier = Dossier()
    for recorded in history:
        command = command_of(recorded.event)
        if command is not None and recorded.envelope.provenance is None:
            yield _judged(recorded, command, dossier, administrations.at(recorded.position))
        dossier = evolve(dossier, recorded.event)


def _judged(recorded: Recorded, command: c.Command, dossier: Dossier, rules: Administration) -> Act:
    actor, refusal = recorded.envelope.actor, None
    try:
        authorised(command, dossier, rules, actor)
    except Refusal as found:
        refusal = found.slug
    return Act(
        code=dossier.code,
        version=recorded.version,
        position=recorded.position,
        act=POWERS[type(command)].value,
        officer=command.signer if isinstance(command, c.Sign) else getattr(command, "officer", ""),
        unit=actor.unit,
        on_behalf_of=actor.on_behalf_of,
        delegation=actor.delegation,
        at=command.at,
        refusal=refusal,
    )


def command_of(event: DossierEvent) -> c.Command | None:  # noqa: PLR0911 - one arm per act
    """The command that an act was, as far as its power depends on it; None for what needs none."""
    match event:
        case Appraised():
            return c.Appraise(eligible=event.eligible, opinion="", officer=event.officer, at=event.appraised_at)
        case Approved():
            return c.Approve(officer=event.officer, at=event.approved_at)
        case Refused():
            return c.Approve(officer=event.officer, reason=event.reason, at=event.refused_at)
        case ApprovalDeclined():
            return c.Decline(reason=event.reason, officer=event.officer, at=event.declined_at)
        case Signed():
            return c.Sign(signer=event.signer, document_sha256="", certificate_serial="", at=event.signed_at)
        case Sealed():
            return c.Seal(
                agency=event.agency,
                document_sha256="",
                certificate_serial="",
                officer=event.officer,
                at=event.sealed_at,
            )
        case _:
            return None
