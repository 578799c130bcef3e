"""What the rules allow: a command and a dossier to the events it makes, or a refusal. ``[]`` when it is already so."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from domain.dossier import (
    commands,
    ending,
    escalating,
    identifying,
    paying,
    processing,
    receiving,
    recording,
    succession,
)
from domain.dossier import refusals as no
from domain.dossier.commands import Command, Correct, ImportHistory, Submit
from domain.dossier.dossier import Dossier
from domain.dossier.events import DossierEvent
from domain.dossier.figures import leave_closed_figures
from domain.ports import Rules

_DECISIONS: Final[Mapping[type[Command], Callable[[Any, Dossier, Rules], list[DossierEvent]]]] = {
    commands.Submit: receiving.submit,
    commands.Accept: receiving.accept,
    commands.RefuseReception: receiving.refuse_reception,
    commands.RequestSupplement: receiving.request_supplement,
    commands.Supplement: receiving.supplement,
    commands.HandOver: processing.hand_over,
    commands.Appraise: processing.appraise,
    commands.Approve: processing.approve,
    commands.Decline: processing.decline,
    commands.RequestPayment: paying.request_payment,
    commands.Pay: paying.pay,
    commands.RecordOverpayment: paying.record_overpayment,
    commands.WaivePayment: paying.waive_payment,
    commands.Sign: processing.sign,
    commands.Seal: processing.seal,
    commands.ReturnResult: processing.return_result,
    commands.Extend: ending.extend,
    commands.HandToSuccessor: succession.hand_to_successor,
    commands.Withdraw: ending.withdraw,
    commands.Stop: ending.stop,
    commands.VerifyIdentity: identifying.verify_identity,
    commands.Represent: identifying.represent,
    commands.ReuseComponent: identifying.reuse_component,
    commands.RecordStep: recording.record_step,
    commands.ImportHistory: recording.import_history,
    commands.Escalate: escalating.escalate,
}


def decide(
    command: Command, dossier: Dossier, rules: Rules, history: Sequence[DossierEvent] = ()
) -> list[DossierEvent]:
    """The events the command makes. ``history`` is needed by Correct alone: the uncorrected events, in order.

    Raises:
        Refusal: the rules forbid it.
        WithinClosedFigures: it would take effect within closed figures and change them, which a correction alone does.
        CalendarError: the clock would run beyond the years a calendar knows.
    """
    if isinstance(command, Correct):
        return recording.correct(command, dossier, rules, history)
    if not isinstance(command, Submit | ImportHistory):
        if dossier.submitted_at is None:
            raise no.NotSubmitted
        if command.at < dossier.submitted_at:
            raise no.BeforeSubmission(submitted_at=dossier.submitted_at.isoformat())
    events = _DECISIONS[type(command)](command, dossier, rules)
    if rules.closed_until is not None:
        leave_closed_figures(events, rules.closed_until)
    return events
