"""What a declaration would do to promises, before it is published: nothing, but their recomputed dates would differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.dossier.dossier import Dossier
from domain.dossier.promise import recomputed_promise
from domain.ports import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """A dossier whose recomputed date would differ. ``promised`` stays what it is."""

    code: str
    unit: str
    procedure: str
    promised: datetime
    recomputed: datetime
    recomputed_then: datetime


def impacts(dossiers: Iterable[Dossier], rules: Rules, then: Rules, known_at: datetime) -> Iterator[Impact]:
    """Those of the dossiers in process whose recomputed date differs between rules and what they would be ``then``."""
    for dossier in dossiers:
        if dossier.ended_at is not None or dossier.due_at is None:
            continue
        before = recomputed_promise(dossier, rules, known_at)
        after = recomputed_promise(dossier, then, known_at)
        if before is not None and after is not None and before != after:
            yield Impact(
                code=dossier.code,
                unit=dossier.unit,
                procedure=dossier.procedure,
                promised=dossier.due_at,
                recomputed=before,
                recomputed_then=after,
            )
