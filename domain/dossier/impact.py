"""What a declaration would do to promises, before it is published: nothing, but their recomputed dates would differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.dossier.clock_reading import recomputed
from domain.dossier.dossier import Dossier
from domain.ports import Rules
from domain.working_time import CalendarError


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """A dossier whose recomputed date would differ. ``promised`` stays what it is."""

    code: str
    unit: str
    procedure: str
    promised: datetime | None
    recomputed: datetime
    recomputed_then: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Rules, and the moment by whose knowledge they are asked."""

    rules: Rules
    at: datetime


@dataclass(slots=True)
class Totals:
    """How many dossiers in process were looked at, how the dates of those that differ would move.

    ``not_computed`` are those whose calendar has no working time to run in.
    """

    looked_at: int = 0
    differ: int = 0
    earlier: int = 0
    later: int = 0
    not_computed: int = 0


def impacts(dossiers: Iterable[Dossier], now: Known, then: Known, totals: Totals) -> Iterator[Impact]:
    """Those of the dossiers in process whose recomputed date differs between now and then; ``totals`` are kept."""
    for dossier in dossiers:
        if dossier.ended_at is not None or dossier.calendar is None:
            continue  # not accepted, ended, or imported with its date alone
        totals.looked_at += 1
        try:
            before = recomputed(dossier, now.rules, now.at).due_at
            after = recomputed(dossier, then.rules, then.at).due_at
        except CalendarError:
            totals.not_computed += 1
            continue
        if before is None or after is None or before == after:
            continue
        totals.differ += 1
        totals.earlier += after < before
        totals.later += after > before
        yield Impact(
            code=dossier.code,
            unit=dossier.unit,
            procedure=dossier.procedure,
            promised=dossier.due_at,
            recomputed=before,
            recomputed_then=after,
        )
