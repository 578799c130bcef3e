"""The tracking page in plain words: where the dossier is, who is responsible, when it was promised, why it waits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from domain.codes import day_of_code as local_day
from domain.dossier.dossier import OPEN_STAGES, Finance, Stage
from projections.tracking.status import PublicStatus


class StepState(StrEnum):
    """How far one of the five steps is."""

    DONE = "done"
    CURRENT = "current"
    WAITING = "waiting"
    ENDED = "ended"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Step:
    """One of the five steps. ``number`` counts from 1."""

    number: int
    key: str
    state: StepState


@dataclass(frozen=True, slots=True)
class Pace:
    """How the dossier stands to its promise. ``tone``: good, waiting or late; ``days`` when the text counts them."""

    key: str
    tone: str
    days: int = 0


_READER: Final = msgspec.json.Decoder(PublicStatus)

STEPS: Final = ("receive", "appraise", "approve", "sign", "return")

_STEPS_DONE: Final = {
    Stage.NEW: 0,
    Stage.SUBMITTED: 0,
    Stage.RECEPTION_REFUSED: 0,
    Stage.IN_PROCESS: 1,
    Stage.APPRAISED: 2,
    Stage.APPROVED: 3,
    Stage.SIGNED: 3,
    Stage.SEALED: 4,
    Stage.RETURNED: 5,
    Stage.REFUSED: 2,
}
"""Steps that lie behind a stage. A refusal ends at approval; how far what was withdrawn or stopped got, events say."""

_STEP_ENDED_BY: Final = {
    "dossier.accepted.v1": 1,
    "dossier.appraised.v1": 2,
    "dossier.approval-declined.v1": 1,
    "dossier.approved.v1": 3,
    "dossier.sealed.v1": 4,
}
_ENDED_EARLY: Final = frozenset({Stage.RECEPTION_REFUSED, Stage.REFUSED, Stage.WITHDRAWN, Stage.STOPPED})


def read(body: bytes) -> PublicStatus:
    """The public status in a look-up's answer. Nothing else about a dossier reaches its public page."""
    return _READER.decode(body)


def steps(status: PublicStatus) -> tuple[Step, ...]:
    """The five steps and how far each is."""
    done = _STEPS_DONE.get(Stage(status.stage))
    if done is None:
        done = _done_before_the_end(status)
    return tuple(Step(index + 1, key, _state(index - done, status)) for index, key in enumerate(STEPS))


def _state(beyond: int, status: PublicStatus) -> StepState:
    if beyond != 0:
        return StepState.DONE if beyond < 0 else StepState.AHEAD
    if status.stage in _ENDED_EARLY:
        return StepState.ENDED
    return StepState.WAITING if status.waiting_for else StepState.CURRENT


def _done_before_the_end(status: PublicStatus) -> int:
    reached = [_STEP_ENDED_BY[event.kind] for event in status.timeline if event.kind in _STEP_ENDED_BY]
    return reached[-1] if reached else 0


def headline(status: PublicStatus) -> str:
    """Where the dossier is, as a key of ``headline`` texts."""
    if status.waiting_for and status.stage in OPEN_STAGES:
        return status.waiting_for
    unpaid = status.dues.state == Finance.DUE
    return "sealed_due" if status.stage == Stage.SEALED and unpaid else status.stage


def pace(status: PublicStatus, now: datetime) -> Pace | None:
    """How the dossier stands to its promise, by Vietnam's days; None when nothing was promised or it ended early."""
    if status.stage in OPEN_STAGES and status.waiting_for:
        return Pace("paused", "waiting")
    if status.due_at is None or status.stage in _ENDED_EARLY:
        return None
    if status.ended_at is not None:
        return _kept(status.ended_at, status.due_at)
    return _running(status.due_at, now)


def _kept(ended_at: datetime, due_at: datetime) -> Pace:
    ended_on, due_on = local_day(ended_at), local_day(due_at)
    if ended_on > due_on:
        return Pace("late", "late")
    return Pace("early" if ended_on < due_on else "on_time", "good")


def _running(due_at: datetime, now: datetime) -> Pace:
    days = (local_day(due_at) - local_day(now)).days
    if now > due_at:
        overdue = "overdue_today" if days == 0 else "overdue_day" if days == -1 else "overdue_days"
        return Pace(overdue, "late", -days)
    return Pace("due_today" if days == 0 else "day_left" if days == 1 else "days_left", "good", days)


def explanation(status: PublicStatus) -> str | None:
    """What more there is to say, as a key of ``explain`` texts."""
    if status.stage in _ENDED_EARLY:
        return status.stage
    return "imported" if status.imported else None


def is_open(status: PublicStatus) -> bool:
    """Whether someone still has to act before there is a result."""
    return status.stage in OPEN_STAGES


def is_held(status: PublicStatus) -> bool:
    """Whether someone is answerable for the next act, be it only to hand the result over."""
    return is_open(status) or status.stage == Stage.SEALED


def dues_total(status: PublicStatus) -> int:
    """What is or was to be paid, in đồng."""
    return status.dues.fee + status.dues.charge
