"""What can be asked of worklists, and what is answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class WorkState(StrEnum):
    """Which of the dossiers in hand: all, those that wait for the applicant, and of the others by what is due.

    Whether a dossier is late is asked of an instant, and never kept.
    """

    OPEN = "open"
    WAITING = "waiting"
    LATE = "late"
    DUE_SOON = "due-soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistQuery:
    """A worklist. Lateness is judged at ``as_of``; due soon is what is due within ``soon`` after it."""

    unit: str
    as_of: datetime
    officer: str | None = None
    step: str | None = None
    procedure: str | None = None
    state: WorkState = WorkState.OPEN
    soon: timedelta = timedelta(days=1)
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """A dossier in hand. ``next_due_at`` is the earlier of the step's due date and the promise to the applicant."""

    code: str
    procedure: str
    unit: str
    officer: str
    title: str
    step: str
    since: datetime | None
    step_due_at: datetime | None
    due_at: datetime | None
    next_due_at: datetime | None
    waiting: bool
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCounts:
    """How many dossiers each state has, all other filters being the same."""

    open: int
    waiting: int
    late: int
    due_soon: int

    def of(self, state: WorkState) -> int:
        """The length of the list in a state."""
        count: int = getattr(self, state.value.replace("-", "_"))
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """A page of a worklist by what is due next; ``next`` is the cursor of the page after, None on the last one."""

    lines: tuple[WorkLine, ...]
    counts: WorkCounts
    position: int
    next: str | None
