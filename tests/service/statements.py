"""Dossiers with payments on a real database, and statements of them."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path

from domain.dossier.commands import Command, Pay, RecordOverpayment
from domain.ports import Done
from tests.domain.dossier.pasts import ASK_DUES, OVERPAY, PAY, WAIVE
from tests.service.doors import door, request, submission

AT = "2026-03-02T12:00:00+07:00"
NOBODYS = "H99.02.15-260302-9999"
_keys = count(1)


def paid(reference: str, channel: str = "vnpay") -> Pay:
    return replace(PAY, provider_reference=reference, channel=channel)


def overpaid(reference: str, amount: int = 8000, channel: str = "vnpay") -> RecordOverpayment:
    return replace(OVERPAY, provider_reference=reference, amount=amount, channel=channel)


def paid_dossiers(url: str, lives: Iterable[Iterable[Command]]) -> list[str]:
    """The codes of new dossiers that were asked for 8,000 đồng and to which these payments happened."""
    opened = door(url)
    codes = []
    for life in lives:
        (done,) = opened.handle([submission(f"reconciled-{next(_keys)}")])
        assert isinstance(done, Done)
        outcomes = opened.handle([request(command, done.code) for command in (ASK_DUES, *life)])
        assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes
        codes.append(done.code)
    opened.close()
    return codes


LIVES: tuple[tuple[Command, ...], ...] = (
    (paid("A1"),),
    (paid("B1"), overpaid("B2", 5000), overpaid("B1", 8000, "momo")),
    (WAIVE, overpaid("C1")),
    (),
)


def written(path: Path, lines: Iterable[tuple[str, str, str, int]]) -> Path:
    """A statement of these lines: provider, reference, dossier code, amount; each with a payer to be kept silent."""
    rows = (
        f"{provider},{reference},{code},{amount},{AT},Nguyễn Thị Người Nộp\n"
        for provider, reference, code, amount in lines
    )
    path.write_text("provider,provider_reference,dossier_code,amount,paid_at,payer\n" + "".join(rows), encoding="utf-8")
    return path
