"""Payments in: what payment platforms tell becomes ``Paid``, or an overpayment; nothing is lost and nothing doubled."""

from datetime import timedelta
from typing import Final

from consumers.cloud_events import CloudEvent
from consumers.consumer import Consumer, Instead, Verdict, Wait, settled_if_done
from consumers.payment_notices import NOTICE_TYPE, PaymentNotice
from consumers.topics import PAYMENT_NOTICES
from consumers.unfit import AnotherKey, InTheFuture
from domain.dossier.commands import Command, Pay, RecordOverpayment
from domain.dossier.refusals import AlreadySettled, NothingDue
from domain.envelope import Actor
from domain.ports import Outcome, Request

CLOCKS_MAY_DIFFER: Final = timedelta(minutes=5)


def payments(patience: timedelta) -> Consumer:
    """The consumer; a notice that comes before dues are asked for waits for that no longer than ``patience``."""

    def judge(event: CloudEvent, request: Request, outcome: Outcome) -> Verdict:
        match outcome:
            case NothingDue():
                return Wait(outcome, patience)
            case AlreadySettled() if isinstance(request.command, Pay):
                return Instead(_request(event, RecordOverpayment, "overpayment"))
            case _:
                return settled_if_done(event, request, outcome)

    return Consumer(name="payments", topic=PAYMENT_NOTICES, types={NOTICE_TYPE: PaymentNotice}, ask=_ask, judge=judge)


def _ask(event: CloudEvent) -> Request | None:
    """The provider's number names the command, so that the same payment told twice takes effect once."""
    notice: PaymentNotice = event.data
    if event.key != notice.dossier_code:
        raise AnotherKey(key=event.key, dossier=notice.dossier_code)
    if notice.paid_at > event.received_at + CLOCKS_MAY_DIFFER:
        raise InTheFuture(paid_at=notice.paid_at.isoformat())
    return _request(event, Pay, "payment") if notice.status == "succeeded" else None


def _request(event: CloudEvent, kind: type[Pay] | type[RecordOverpayment], name: str) -> Request:
    notice: PaymentNotice = event.data
    command: Command = kind(
        amount=notice.amount,
        channel=notice.provider,
        provider_reference=notice.provider_reference,
        receipt_number=notice.receipt_number,
        at=notice.paid_at,
    )
    command_id = f"{name}/{notice.provider}/{notice.provider_reference}"
    return event.request(command, command_id, Actor(id="payments"), content=str(notice.amount))
