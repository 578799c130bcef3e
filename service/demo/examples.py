"""Generated dossiers to begin with: what the demo's summary names."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain.codes import HO_CHI_MINH
from domain.dossier.dossier import Dossier, Stage
from service.demo.notices import is_paid_once
from service.demo.run import Generated


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Codes worth looking at; None where there is no such dossier among few."""

    on_time: str | None
    overdue: str | None
    waiting: str | None
    returned: str | None
    overpaid: str | None


def examples(generated: Generated) -> Examples:
    """The first of each kind. The overpaid one is so once its notice has been handled."""
    now = generated.now

    def first(fits: Callable[[Dossier], bool]) -> str | None:
        return next((generated.codes[life.number] for life in generated.lives if fits(life.dossier)), None)

    return Examples(
        on_time=first(lambda dossier: dossier.stage is Stage.SEALED and not _is_late(dossier, now)),
        overdue=first(lambda dossier: dossier.is_open and _is_late(dossier, now)),
        waiting=first(lambda dossier: dossier.is_open and dossier.waiting_for_supplement),
        returned=first(lambda dossier: dossier.stage is Stage.RETURNED and not _is_late(dossier, now)),
        overpaid=first(is_paid_once),
    )


def _is_late(dossier: Dossier, now: datetime) -> bool:
    """Past the promised day, and not waiting for the applicant."""
    if dossier.due_at is None or dossier.waiting_for_supplement or dossier.waiting_for_payment:
        return False
    end = dossier.ended_at or now
    return end.astimezone(HO_CHI_MINH).date() > dossier.due_at.astimezone(HO_CHI_MINH).date()
