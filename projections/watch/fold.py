"""From a dossier's facts to what escalation rules look at. What a fact changes of it, the domain itself says."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from domain.calendar import CalendarVersion
from domain.dossier.dossier import Dossier, Finance, Stage, evolve
from domain.dossier.escalating import Watched, watched
from domain.dossier.events import Submitted
from domain.envelope import Recorded
from domain.escalation import Occasion
from domain.term import Pause, PauseReason


class WatchRow(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as escalation rules see it. Of its waits only those that last are kept, each with its beginning.

    ``open``: something may still be told of it. ``told`` is what has been: a line for each, rule and occasion.
    """

    dossier_id: UUID
    version: int
    code: str
    unit: str
    stage: str
    finance: str
    calendar: str | None = None
    calendar_known_at: datetime | None = None
    accepted_at: datetime | None = None
    extended_at: datetime | None = None
    due_at: datetime | None = None
    supplement_since: datetime | None = None
    payment_since: datetime | None = None
    dues_asked_at: datetime | None = None
    ended_at: datetime | None = None
    told: str = ""
    open: bool = True

    @property
    def watched(self) -> Watched:
        """What rules look at."""
        return watched(_dossier(self))

    @property
    def occasions(self) -> frozenset[Occasion]:
        """What has been told."""
        return _occasions(self.told)


def apply(row: WatchRow | None, recorded: Recorded) -> WatchRow | None:
    """The row after a fact. A dossier is known from its submission on, under the code that it was first given."""
    if row is None and not isinstance(recorded.event, Submitted):
        return None
    dossier = evolve(Dossier() if row is None else _dossier(row), recorded.event)
    return _row(dossier, recorded, dossier.code if row is None else row.code)


def _row(dossier: Dossier, recorded: Recorded, code: str) -> WatchRow:
    waits = {wait.reason: wait.since for wait in reversed(dossier.waits) if wait.until is None}
    told = sorted(f"{each.occasion_at.astimezone(UTC).isoformat()} {each.rule}" for each in dossier.escalations)
    seen = watched(dossier)
    return WatchRow(
        dossier_id=recorded.dossier_id,
        version=recorded.version,
        code=code,
        unit=dossier.unit,
        stage=dossier.stage.value,
        finance=dossier.finance.value,
        calendar=dossier.calendar.id if dossier.calendar else None,
        calendar_known_at=dossier.calendar.known_at if dossier.calendar else None,
        accepted_at=dossier.accepted_at,
        extended_at=dossier.extended_at,
        due_at=dossier.due_at,
        supplement_since=waits.get(PauseReason.SUPPLEMENT),
        payment_since=waits.get(PauseReason.PAYMENT),
        dues_asked_at=dossier.dues_asked_at,
        ended_at=dossier.ended_at,
        told="\n".join(told),
        open=dossier.is_open or seen.payment_since is not None,
    )


def _dossier(row: WatchRow) -> Dossier:
    lasting = ((row.supplement_since, PauseReason.SUPPLEMENT), (row.payment_since, PauseReason.PAYMENT))
    calendar = None
    if row.calendar is not None and row.calendar_known_at is not None:
        calendar = CalendarVersion(id=row.calendar, known_at=row.calendar_known_at)
    return Dossier(
        code=row.code,
        unit=row.unit,
        stage=Stage(row.stage),
        finance=Finance(row.finance),
        calendar=calendar,
        accepted_at=row.accepted_at,
        extended_at=row.extended_at,
        due_at=row.due_at,
        waits=tuple(Pause(since=since, until=None, reason=reason) for since, reason in lasting if since is not None),
        dues_asked_at=row.dues_asked_at,
        ended_at=row.ended_at,
        escalations=_occasions(row.told),
    )


def _occasions(told: str) -> frozenset[Occasion]:
    lines = (line.split(" ", 1) for line in told.splitlines())
    return frozenset(Occasion(rule, datetime.fromisoformat(occasion_at)) for occasion_at, rule in lines)


def record(row: WatchRow) -> tuple[Any, ...]:
    """The row as its table keeps it: the fields in their order."""
    return msgspec.structs.astuple(row)


def read_row(record: Sequence[Any]) -> WatchRow:
    """The row its table kept."""
    return WatchRow(**dict(zip(WatchRow.__struct_fields__, record, strict=True)))
