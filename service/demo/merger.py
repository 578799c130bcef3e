"""A ward of the generated province that ends on the day on which the demo begins; what it has in hand goes along."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.administration.officers import AssignPost
from domain.administration.unit_facts import MergeUnits
from domain.codes import day_of_code
from domain.envelope import Actor
from domain.ports import AdministrationRequest
from service.demo.administration import posts_of
from service.demo.province import staff_of

MERGED: Final = "H99.103"
INTO: Final = "H99.102"
CLERK: Final = Actor(id="qt-0001")
"""Who merges them: the administrator of the generated province."""

_DECISION: Final = "Nghị quyết mô phỏng 61/NQ"


def unit_on(unit: str, at: datetime, now: datetime) -> str:
    """Where a dossier is handed in: no longer at the merged ward on the day on which it has ended."""
    return INTO if unit == MERGED and day_of_code(at) >= day_of_code(now) else unit


def merger_requests(now: datetime) -> list[AdministrationRequest]:
    """The merger, and the posts that its officers get in the ward that takes over."""
    return [
        AdministrationRequest(command=command, actor=CLERK, command_id=f"demo/merger/{number}")
        for number, command in enumerate(_commands(now))
    ]


def _commands(now: datetime) -> Iterator[MergeUnits | AssignPost]:
    yield MergeUnits(code=INTO, merged=(MERGED,), effective_from=day_of_code(now), decision=_DECISION, at=now)
    yield from posts_of(staff_of(MERGED), post="2", unit=INTO, since=now, decision=_DECISION)
