"""The topics: what travels in them, by which key, and how the broker keeps it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

LARGEST_MESSAGE: Final = 8 * 1024 * 1024
"""Bytes that a topic lets in, far more than a message should have: what is too large is parked, with its reason."""

PROJECTOR: Final = "projections"
"""The name under which the offsets of those who feed the projections are kept, and of their consumer group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic. ``retention`` None means that nothing is ever removed; ``ours`` that we are the ones who write it."""

    name: str
    summary: str
    ours: bool
    compacted: bool = False
    retention: timedelta | None = None

    def settings(self) -> dict[str, str]:
        """The broker's settings of the topic."""
        kept = -1 if self.retention is None else int(self.retention.total_seconds() * 1000)
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": str(kept),
            "max.message.bytes": str(LARGEST_MESSAGE),
        }


EVENTS: Final = Topic(
    name="motcua.dossier.events.v1",
    summary="Every event of every dossier, whole but without personal values. For systems of the agency itself.",
    ours=True,
)
STATUS: Final = Topic(
    name="motcua.dossier.status.v1",
    summary="What the public may see of each dossier; the newest message of a dossier replaces those before it.",
    ours=True,
    compacted=True,
)
PAYMENT_NOTICES: Final = Topic(
    name="payment.notices.v1",
    summary="What payment platforms tell of payments for dossiers.",
    ours=False,
    retention=timedelta(days=90),
)

TOPICS: Final = (EVENTS, STATUS, PAYMENT_NOTICES)
"""Every topic, each keyed by the dossier's code, so that what concerns one dossier keeps its order."""
