"""Everything an ended unit has in hand, handed to its successor through the one door, a batch at a time.

It can be interrupted at any moment: what was handed over is no longer found, and a command sent twice is one command.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from domain.dossier.commands import HandToSuccessor
from domain.dossier.dossier import OPEN_STAGES, Stage
from domain.envelope import Actor
from domain.errors import DossierError
from domain.ports import Door, Outcome, Request

BATCH: Final = 200

_IN_HAND: Final = """
CREATE TEMPORARY TABLE in_hand AS
SELECT code, row_number() OVER (ORDER BY code) AS number FROM (
    SELECT code, convert_from(body, 'UTF8')::jsonb AS status FROM tracking
    WHERE position(convert_to(%(unit)s, 'UTF8') IN body) > 0 OFFSET 0
) named
WHERE status ->> 'stage' = ANY(%(stages)s) AND %(unit)s IN (status ->> 'unit', status -> 'holder' ->> 'unit')
    AND (%(codes)s::text[] IS NULL OR code = ANY(%(codes)s))
"""
"""The bytes are searched first, since most rows do not name the unit at all; OFFSET keeps the planner to that order."""

_PAGE: Final = "SELECT code FROM in_hand WHERE number > %s AND number <= %s ORDER BY number"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What became of a batch: how many were handed over now, and those that could not be, each with the reason."""

    handed: int
    refused: tuple[tuple[str, DossierError], ...] = ()


def find_in_hand(connection: Connection[Any], unit: str, codes: Collection[str] | None = None) -> int:
    """Look up what a unit has in hand, or of these dossiers; how many they are. They stay listed on the connection."""
    stages = [*(stage.value for stage in OPEN_STAGES), Stage.SEALED.value]
    asked = {"unit": unit, "stages": stages, "codes": None if codes is None else list(codes)}
    connection.execute("DROP TABLE IF EXISTS in_hand")
    connection.execute(_IN_HAND, asked)
    row = connection.execute("SELECT count(*) FROM in_hand").fetchone()
    return int(row[0]) if row else 0


def hand_over(
    connection: Connection[Any], door: Door, *, unit: str, to_unit: str, at: datetime, actor: Actor, total: int
) -> Iterator[HandedOver]:
    """Hand over what ``find_in_hand`` found."""
    for begin in range(0, total, BATCH):
        codes = [code for (code,) in connection.execute(_PAGE, (begin, begin + BATCH))]
        requests = [
            Request(
                command=HandToSuccessor(from_unit=unit, to_unit=to_unit, at=at),
                actor=actor,
                command_id=f"succeed/{unit}/{to_unit}/{code}",
                code=code,
                digest=f"succeed/{unit}/{to_unit}",  # not the time: the same act tried again later is the same act
            )
            for code in codes
        ]
        yield _told(codes, door.handle(requests))


def _told(codes: Sequence[str], outcomes: Sequence[Outcome]) -> HandedOver:
    refused = [
        (code, outcome) for code, outcome in zip(codes, outcomes, strict=True) if isinstance(outcome, DossierError)
    ]
    return HandedOver(handed=len(codes) - len(refused), refused=tuple(refused))
