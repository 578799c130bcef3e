"""What payment platforms tell of the generated dossiers: most of it can be recorded, some waits or needs a person."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from consumers.dossier_events import headers
from consumers.messages import Outgoing
from consumers.payment_notices import NOTICE_TYPE, PaymentNotice
from domain.codes import day_of_code, dossier_code
from domain.dossier.dossier import Dossier, Finance, Stage
from domain.ports import Rules
from service.demo.life import Life
from service.demo.province import CENTRE
from service.demo.run import Generated
from service.demo.words import PAYMENT_CHANNELS

_EARLY: Final = 3
_NOBODYS_NUMBER: Final = 9999
_SENT_FILE: Final = "demo-notices-sent"


def waits_for_payment(dossier: Dossier) -> bool:
    """Dues have been asked for, and may still be paid."""
    return dossier.finance is Finance.DUE and (dossier.is_open or dossier.stage is Stage.SEALED)


def is_paid_once(dossier: Dossier) -> bool:
    """What arrives now, before the result is collected, is the first overpayment."""
    return dossier.finance is Finance.PAID and not dossier.overpayments and dossier.stage is not Stage.RETURNED


def notices(generated: Generated, rules: Rules) -> list[Outgoing]:
    """A notice for every other dossier that waits for payment, and one or two of each kind that is not as it should be.

    The same ones for the same lives.
    """
    return [_message(number, notice) for number, notice in enumerate(_notices(generated, rules), start=1)]


def _notices(generated: Generated, rules: Rules) -> Iterator[PaymentNotice]:
    """The right amount behind a wrong one waits until a person has settled that."""
    lives, at = generated.lives, generated.now

    def of(life: Life, amount: int, again: str = "") -> PaymentNotice:
        return _notice(generated.codes[life.number], f"MP-{life.number:07d}{again}", amount, at)

    early = [life for life in lives if life.dossier.is_open and _dues_to_come(life.dossier, rules)]
    waiting = [life for life in lives if waits_for_payment(life.dossier)]
    paid = [life for life in lives if is_paid_once(life.dossier)]
    yield from (of(life, _dues_to_come(life.dossier, rules)) for life in early[:_EARLY])
    for life in waiting[:1]:
        yield of(life, life.dossier.amount_due // 2)
        yield of(life, life.dossier.amount_due, "-2")
    yield from (of(life, life.dossier.amount_due, "-2") for life in paid[:1])
    yield _notice(dossier_code(CENTRE.code, day_of_code(at), _NOBODYS_NUMBER), "MP-0000000", 1000, at)
    yield from (of(life, life.dossier.amount_due) for life in waiting[1::2])


def _notice(code: str, reference: str, amount: int, paid_at: datetime) -> PaymentNotice:
    return PaymentNotice(
        provider=PAYMENT_CHANNELS[0],
        provider_reference=reference,
        dossier_code=code,
        amount=amount,
        paid_at=paid_at,
        status="succeeded",
        receipt_number=reference.replace("MP", "BL"),
    )


def _dues_to_come(dossier: Dossier, rules: Rules) -> int:
    procedure = rules.known_procedure(dossier.procedure)
    return procedure.dues_for(dossier.channel).total if procedure and dossier.finance is Finance.NOTHING_DUE else 0


def _message(number: int, notice: PaymentNotice) -> Outgoing:
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"generated-{number}",
        "source": "/generated/payment-platform",
        "type": NOTICE_TYPE,
        "partitionkey": notice.dossier_code,
        "data": notice,
    }
    return Outgoing(notice.dossier_code.encode(), msgspec.json.encode(event), headers(None))


def send_once(folder: Path, send: Callable[[], object]) -> None:
    """In this data folder, which exists. Killed before that is noted, the demo sends them again, as any sender may."""
    sent = folder / _SENT_FILE
    if not sent.exists():
        send()
        sent.touch()
