"""How the scheduler is doing, from the database alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from projections.ports import MOST_COUNTED, EventLog
from service.lease import Holder

RIGHT: Final = "schedule"
"""The name of the lease of whoever looks at the clock."""

_STATE: Final = "SELECT position, looked_at, finished_at, failed, failure, reworked_upto IS NOT NULL FROM schedule"
_COUNTS: Final = "SELECT rule, escalated, moved_on, last_at FROM escalation_count ORDER BY rule"
_WAITING: Final = f"""
SELECT count(*), min(met_at) FROM (
    SELECT met_at FROM escalation_moment WHERE met_at < %s ORDER BY met_at LIMIT {MOST_COUNTED}) m
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStatus:
    """What a rule has made: escalations, and those that came to nothing since the dossier had moved on."""

    rule: str
    escalated: int
    moved_on: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleStatus:
    """The scheduler. ``looked_at`` is what its clock said at the last whole look, which ended at ``finished_at``.

    ``unseen_seconds`` is the age of the oldest event that no moment was worked out from yet, 0 when there is none.
    ``waiting`` are escalations whose moment has passed, ``at_least`` when they were not counted to the end.
    ``reworking``: moments are being worked out by other rules than before.
    """

    holder: str | None
    held: bool
    looked_at: datetime | None
    finished_at: datetime | None
    unseen_seconds: float
    waiting: int
    at_least: bool
    oldest_seconds: float
    reworking: bool
    failed: int
    failure: str | None
    rules: tuple[RuleStatus, ...]


def schedule_status(
    connection: Connection[Any], log: EventLog, held: Mapping[str, Holder], now: datetime
) -> ScheduleStatus:
    """As it is at an instant, by the same clock that the scheduler goes by."""
    state = connection.execute(_STATE).fetchone()
    position, looked_at, finished_at, failed, failure, reworking = state or (0, None, None, 0, None, False)
    unseen = log.backlog(position).oldest_recorded_at
    waiting, oldest = connection.execute(_WAITING, (now,)).fetchone() or (0, None)
    holder = held.get(RIGHT)
    return ScheduleStatus(
        holder=None if holder is None else holder.process,
        held=holder is not None and holder.held,
        looked_at=looked_at,
        finished_at=finished_at,
        unseen_seconds=0.0 if unseen is None else max(0.0, (now - unseen).total_seconds()),
        waiting=waiting,
        at_least=waiting == MOST_COUNTED,
        oldest_seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        reworking=bool(reworking),
        failed=failed,
        failure=failure,
        rules=tuple(
            RuleStatus(rule=rule, escalated=escalated, moved_on=moved_on, last_at=last_at)
            for rule, escalated, moved_on, last_at in connection.execute(_COUNTS)
        ),
    )
