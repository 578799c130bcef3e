"""The process control slip (phiếu kiểm soát quá trình): who had the dossier in hand when, and how the step was kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.codes import HO_CHI_MINH
from domain.dossier.corrections import corrected_history, replay
from domain.dossier.dossier import Dossier, HeldStep
from domain.dossier.events import Accepted, DossierEvent, HandedOver, StepOpened, StepRescheduled, Submitted, Succeeded
from domain.dossier.steps import step_due_at
from domain.instants import instant_of
from domain.ports import Rules
from domain.term import Term


class Kept(StrEnum):
    """How a step's quota was kept, or how it stands. ``NO_QUOTA``: nothing bounds the step."""

    EARLY = "early"
    ON_TIME = "on-time"
    LATE = "late"
    WITHIN = "within"
    WAITING = "waiting"
    NO_QUOTA = "no-quota"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A stretch in which one officer had the dossier in hand, for one step; without ``until`` he has it still.

    ``unit`` and ``officer`` are answerable. Handing on within a step begins a line of its own, under the same due date.
    """

    step: str
    unit: str
    officer: str
    title: str
    since: datetime
    until: datetime | None = None
    quota: Term | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLine:
    """A line of the slip. ``by`` is how long before or after its due date the step ended, or is now; None without one.

    On time is until the due date; early is on an earlier local day. A step that waits is not late: its due date will
    move when the wait ends.
    """

    taken: StepTaken
    kept: Kept
    by: timedelta | None


def steps_taken(history: Sequence[DossierEvent]) -> tuple[StepTaken, ...]:
    """Every hand the dossier went through since it was accepted, in order, corrections carried out.

    A hand-over closes the line before it, and so does the unit's succession; the end of processing closes the last one.
    A line never ends before it began.
    """
    lines: list[StepTaken] = []
    unit, ended_at = "", replay(history).ended_at
    for event in corrected_history(history):
        match event:
            case Submitted():
                unit = event.unit
            case Accepted() if not lines:
                lines.append(StepTaken(step="", unit=unit, officer=event.officer, title="", since=event.accepted_at))
            case HandedOver():
                lines = [*_closed(lines, event.handed_over_at), _from_hand_over(event)]
            case StepOpened() if lines:
                lines[-1] = replace(
                    lines[-1], step=event.step, unit=event.unit, officer=event.officer, quota=event.quota,
                    due_at=event.due_at,
                )  # fmt: skip
            case StepRescheduled() if lines and lines[-1].step == event.step:
                lines[-1] = replace(lines[-1], due_at=event.due_at)
            case Succeeded() if not lines:
                unit = event.to_unit if unit == event.from_unit else unit
            case Succeeded() if lines[-1].unit == event.from_unit and (
                ended_at is None or event.succeeded_at < ended_at
            ):
                taken_over = replace(lines[-1], unit=event.to_unit, since=event.succeeded_at)
                lines = [*_closed(lines, event.succeeded_at), taken_over]
            case _:
                pass
    return tuple(lines if ended_at is None else _closed(lines, ended_at))


def _from_hand_over(event: HandedOver) -> StepTaken:
    return StepTaken(
        step=event.step,
        unit=event.to_unit,
        officer=event.to_officer,
        title=event.to_title,
        since=event.handed_over_at,
        quota=event.quota,
    )


def _taken_over(lines: Sequence[StepTaken], event: Succeeded) -> list[StepTaken]:
    """The step goes on under the same due date; what another unit has in hand stays there."""
    if lines[-1].unit != event.from_unit:
        return [*lines]
    return [*_closed(lines, event.succeeded_at), replace(lines[-1], unit=event.to_unit, since=event.succeeded_at)]


def _closed(lines: Sequence[StepTaken], at: datetime) -> list[StepTaken]:
    """The lines, the last one ended."""
    return [*lines[:-1], *(replace(last, until=max(last.since, at, key=instant_of)) for last in lines[-1:])]


def control_slip(history: Sequence[DossierEvent], rules: Rules, now: datetime) -> tuple[SlipLine, ...]:
    """The slip as it is at an instant. Where a step has a quota and no due date was recorded, it is worked out here."""
    dossier = replay(history)
    accepted = next((event for event in history if isinstance(event, Accepted)), None)
    zone = ZoneInfo(accepted.timezone) if accepted is not None and accepted.calendar else HO_CHI_MINH
    return tuple(_judged(_bounded(line, dossier, rules), dossier, zone, now) for line in steps_taken(history))


def _bounded(line: StepTaken, dossier: Dossier, rules: Rules) -> StepTaken:
    if line.due_at is not None or line.quota is None:
        return line
    before = dossier._replace(ended_at=line.until)
    return replace(line, due_at=step_due_at(HeldStep(line.step, line.since, line.quota), before, rules))


def _judged(line: StepTaken, dossier: Dossier, zone: ZoneInfo, now: datetime) -> SlipLine:
    if line.due_at is None:
        return SlipLine(taken=line, kept=Kept.NO_QUOTA, by=None)
    end = now if line.until is None else line.until
    by = abs(line.due_at - end)
    if line.until is None and any(wait.until is None for wait in dossier.waits):
        return SlipLine(taken=line, kept=Kept.WAITING, by=None)
    if end > line.due_at:
        return SlipLine(taken=line, kept=Kept.LATE, by=by)
    if line.until is None:
        return SlipLine(taken=line, kept=Kept.WITHIN, by=by)
    early = end.astimezone(zone).date() < line.due_at.astimezone(zone).date()
    return SlipLine(taken=line, kept=Kept.EARLY if early else Kept.ON_TIME, by=by)
