"""The steps of the pinned procedure: which may follow, how long each may take, and until when.

Where a procedure has steps, a dossier goes through them in their order: to the next one, back to an earlier one, or to
another officer in the same one. Where it has none, steps have free names.
"""

from datetime import datetime

from domain.clock import due_at
from domain.dossier.commands import HandOver
from domain.dossier.dossier import Dossier, HeldStep, evolve
from domain.dossier.events import Accepted, DossierEvent, HandedOver, StepOpened, StepRescheduled, effective_at
from domain.dossier.promise import waits_within
from domain.dossier.refusals import QuotaRuns, StepSkipped, UnknownStep
from domain.ports import Rules
from domain.procedure import Procedure
from domain.term import Term


def pinned_procedure(dossier: Dossier, rules: Rules) -> Procedure | None:
    """The version of the procedure that the dossier was accepted under."""
    return rules.procedure_version(dossier.procedure, dossier.procedure_version)


def following(procedure: Procedure, current: str) -> tuple[str, ...]:
    """The codes of the steps that may come now: all up to the one after the current one, or the first."""
    codes = [step.code for step in procedure.steps]
    reached = codes.index(current) + 1 if current in codes else 0
    return tuple(codes[: reached + 1])


def quota_of(command: HandOver, dossier: Dossier, rules: Rules) -> Term | None:
    """How long the step may take that a hand-over leads to: what the command says, else what the procedure says.

    Coming back to an earlier step, its work is done again, in a quota of its own. Within a step the quota goes on, so
    that handing a dossier to and fro never buys time.

    Raises:
        UnknownStep, StepSkipped: the procedure has steps, and it cannot be this one.
        QuotaRuns: the dossier is in this step, and another quota is asked for.
    """
    procedure = pinned_procedure(dossier, rules)
    if procedure is None or not procedure.steps:
        return command.quota
    step = procedure.step(command.step)
    if step is None:
        raise UnknownStep(step=command.step, steps=", ".join(each.code for each in procedure.steps))
    if command.step not in (allowed := following(procedure, dossier.holder.step)):
        raise StepSkipped(step=command.step, next=allowed[-1])
    held = dossier.step
    if held is None or held.code != command.step:
        return command.quota or step.quota
    if command.quota not in {None, held.quota}:
        raise QuotaRuns(step=command.step)
    return held.quota


def first_step_opened(accepted: Accepted, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """Acceptance opens the first step, where the procedure has steps; the receiving officer has it in hand."""
    procedure = rules.procedure_version(dossier.procedure, accepted.procedure_version)
    if procedure is None or not procedure.steps:
        return []
    first, received = procedure.steps[0], evolve(dossier, accepted)
    held = HeldStep(first.code, accepted.accepted_at, first.quota)
    return [
        StepOpened(
            step=first.code,
            unit=dossier.unit,
            officer=accepted.officer,
            quota=first.quota,
            due_at=step_due_at(held, received, rules),
            opened_at=accepted.accepted_at,
        )
    ]


def step_opened(handed: HandedOver, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """A hand-over closes the open step and opens the one it leads to, where the procedure has steps."""
    procedure = pinned_procedure(dossier, rules)
    if procedure is None or not procedure.steps:
        return []
    held = evolve(dossier, handed).step
    return [
        StepOpened(
            step=handed.step,
            unit=handed.to_unit,
            officer=handed.to_officer,
            quota=handed.quota,
            due_at=None if held is None else step_due_at(held, dossier, rules),
            opened_at=handed.handed_over_at,
        )
    ]


def with_step(event: DossierEvent, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """The fact, and that the open step ends at another moment with it, if it does."""
    if dossier.step is None or dossier.step.due_at is None:
        return [event]
    return [event, *rescheduled(evolve(dossier, event), rules, effective_at(event))]


def rescheduled(dossier: Dossier, rules: Rules, at: datetime) -> list[DossierEvent]:
    """That the quota of the step in hand ends at another moment than was recorded, if it does."""
    held = dossier.step
    if held is None or held.due_at is None:
        return []
    due = step_due_at(held, dossier, rules)
    if due is None or due == held.due_at:
        return []
    return [StepRescheduled(step=held.code, due_at=due, rescheduled_at=at)]


def step_due_at(held: HeldStep, dossier: Dossier, rules: Rules) -> datetime | None:
    """When the quota ends, by the clock of the dossier: its pinned calendar, and its waits while the step lasts.

    An extension promises the applicant another date; it gives no step more time.
    """
    if held.quota is None or dossier.calendar is None:
        return None
    working_time = rules.calendar(dossier.calendar.id).as_known(dossier.calendar.known_at)
    return due_at(held.since, held.quota, working_time, waits_within(held.since, dossier.ended_at, dossier.waits))
