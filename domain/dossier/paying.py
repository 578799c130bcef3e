"""Fee and charge."""

from datetime import datetime
from typing import Final

from domain.dossier import refusals as no
from domain.dossier.commands import Pay, RecordOverpayment, RequestPayment, WaivePayment
from domain.dossier.dossier import Dossier, Finance, PaymentReference, Stage
from domain.dossier.events import DossierEvent, Overpaid, Paid, PaymentRequested, PaymentWaived
from domain.dossier.guards import procedure_of, reason_given, still_open
from domain.dossier.promise import promise_after_wait
from domain.dossier.steps import with_step
from domain.ports import Rules
from domain.procedure import PORTALS
from domain.term import PauseReason

_SETTLED: Final = frozenset({Finance.PAID, Finance.WAIVED})


def request_payment(command: RequestPayment, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """Dues are asked for while the dossier is open; whether the clock waits is the counting rule's to say."""
    if dossier.stage is not Stage.SEALED:
        still_open(dossier)
    if command.dues.total == 0:
        raise no.NothingToPay
    if dossier.finance is Finance.DUE:
        if dossier.amount_due == command.dues.total:
            return []
        raise no.AlreadyRequested(due=str(dossier.amount_due))
    if dossier.finance is not Finance.NOTHING_DUE:
        raise no.AlreadySettled
    _reduced_online(command, dossier, rules)
    waits = dossier.ended_at is None and rules.counting(dossier.counting or None).payment_waits
    return [PaymentRequested(dues=command.dues, clock_waits=waits, officer=command.officer, requested_at=command.at)]


def _reduced_online(command: RequestPayment, dossier: Dossier, rules: Rules) -> None:
    """Through a portal no more is asked for than the procedure states for portals, where it states that.

    Source: handbook section 2: online dossiers may have a reduced fee.
    """
    procedure = procedure_of(dossier, rules, command.at)
    if procedure is None or procedure.online_dues is None or dossier.channel not in PORTALS:
        return
    if command.dues.total > procedure.online_dues.total:
        raise no.MoreThanOnline(asked=str(command.dues.total), due=str(procedure.online_dues.total))


def pay(command: Pay, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """The exact amount settles what is due. Paid before it was asked for, it was never waited for."""
    if dossier.finance is Finance.NOTHING_DUE:
        raise no.NothingDue
    if dossier.finance is not Finance.DUE:
        reference = PaymentReference(command.channel, command.provider_reference)
        if reference.provider_reference and reference == dossier.settled_by:
            return []
        raise no.AlreadySettled
    if command.amount != dossier.amount_due:
        raise no.WrongAmount(due=str(dossier.amount_due), paid=str(command.amount))
    due_at = promise_after_wait(dossier, PauseReason.PAYMENT, _no_earlier_than_asked(command, dossier), rules)
    paid = Paid(
        amount=command.amount,
        channel=command.channel,
        provider_reference=command.provider_reference,
        receipt_number=command.receipt_number,
        due_at=due_at,
        paid_at=command.at,
    )
    return with_step(paid, dossier, rules)


def _no_earlier_than_asked(command: Pay, dossier: Dossier) -> datetime:
    asked = (wait.since for wait in dossier.waits if wait.until is None and wait.reason is PauseReason.PAYMENT)
    return max((command.at, *asked))


def record_overpayment(command: RecordOverpayment, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """What is paid beyond settled dues is kept for refund, in every stage, since the money is there.

    A payment is known by channel and provider reference; without one, a second could not be told from the first.
    """
    reference = PaymentReference(command.channel, command.provider_reference)
    if not reference.provider_reference.strip():
        raise no.ReferenceRequired
    if reference == dossier.settled_by or reference in dossier.overpayments:
        return []
    if dossier.finance not in _SETTLED:
        raise no.DuesNotSettled
    if command.amount <= 0:
        raise no.NothingOverpaid
    return [
        Overpaid(
            amount=command.amount,
            channel=command.channel,
            provider_reference=command.provider_reference,
            receipt_number=command.receipt_number,
            finance=dossier.finance.value,
            paid_at=command.at,
        )
    ]


def waive_payment(command: WaivePayment, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """What is due can be remitted, with the reason."""
    if dossier.finance is Finance.WAIVED:
        return []
    if dossier.finance is Finance.NOTHING_DUE:
        raise no.NothingDue
    if dossier.finance is Finance.PAID:
        raise no.AlreadySettled
    reason_given(command.reason)
    due_at = promise_after_wait(dossier, PauseReason.PAYMENT, command.at, rules)
    waived = PaymentWaived(
        reason=command.reason,
        legal_basis=command.legal_basis,
        officer=command.officer,
        due_at=due_at,
        waived_at=command.at,
    )
    return with_step(waived, dossier, rules)
