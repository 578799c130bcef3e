"""Which facts figures are made of, and that closed figures stay as they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.dossier import events as e
from domain.dossier.refusals import WithinClosedFigures

COUNTED: Final[frozenset[type[e.DossierEvent]]] = frozenset(
    {
        e.Accepted,
        e.Succeeded,
        e.SupplementRequested,
        e.Supplemented,
        e.PaymentRequested,
        e.PaymentWaived,
        e.DeadlineExtended,
        e.Refused,
        e.Sealed,
        e.ResultReturned,
        e.Withdrawn,
        e.Stopped,
    }
)
"""Facts by which figures change, and which an officer can record later than they took effect.

A payment is not among them: it is told of by who took the money, possibly days after, and is never turned away. It ends
a wait, which counts as within the deadline, so that no overdue figure falls by it.
"""


def leave_closed_figures(events: Sequence[e.DossierEvent], closed_until: datetime) -> None:
    """Nothing that figures count takes effect up to the instant at which they were closed.

    Raises:
        WithinClosedFigures: one of them would.
    """
    for event in events:
        if type(event) in COUNTED and e.effective_at(event) <= closed_until:
            raise WithinClosedFigures(
                closed_until=closed_until.isoformat(), effective_at=e.effective_at(event).isoformat()
            )
