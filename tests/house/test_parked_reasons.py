"""The page for whoever settles parked messages names every reason that it can meet, in the very words it will see."""

import re
from pathlib import Path

import pytest

from consumers import unfit
from domain.dossier import refusals
from domain.errors import InternalFault, KeyReused, Reasoned, UnknownDossier
from tests.house.examples import prose

PAGE = Path("docs/how-to/settle-parked-messages.md")
OF_A_PAYMENT: tuple[type[Reasoned], ...] = (
    refusals.BeforeSubmission,
    refusals.NothingDue,
    refusals.ReferenceRequired,
    refusals.WrongAmount,
    UnknownDossier,
    KeyReused,
    InternalFault,
)
"""What the door may answer a payment with, and the consumer does not settle by itself."""
REASONS: list[Reasoned] = [kind() for kind in (*OF_A_PAYMENT, *unfit.Unfit.__subclasses__())]
ROWS = {
    reason: (shown, remedy)
    for reason, shown, remedy in re.findall(r"^\| `([a-z-]+)` \| (.+) \| (.+) \|$", prose(PAGE), re.MULTILINE)
    if "<br>" in shown
}


def test_every_reason_is_there_and_no_other() -> None:
    assert set(ROWS) == {reason.slug for reason in REASONS}


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.slug)
def test_it_is_told_in_its_own_words_with_what_to_do(reason: Reasoned) -> None:
    shown, remedy = ROWS[reason.slug]
    assert shown == f"{reason.message_vi}<br>{reason.message}"
    assert remedy.endswith(".")
