"""An overdue dossier cannot be made punctual in silence: every new promise is an extension or a correction to see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, get_args

import pytest

from domain.dossier import commands as c
from domain.dossier import events as e
from domain.dossier.commands import Command
from domain.dossier.events import SupplementItem
from tests.domain.dossier import pasts as p
from tests.examples import COMMUNE, FREE, UNIT, at, components
from tests.spec import Answer, Given, given

NOW: Final = at(30)
PASTS: Final[dict[str, Sequence[Command]]] = {
    "in-process": p.IN_PROCESS,
    "supplemented": (*p.WAITING, p.ANSWER),
    "supplement asked too late": (*p.IN_PROCESS, replace(p.ASK, at=at(9))),
    "dues asked too late": (*p.IN_PROCESS, replace(p.ASK_DUES, at=at(9))),
    "paid": p.PAID,
    "overpaid": p.OVERPAID,
    "extended, and late again": (*p.IN_PROCESS, p.EXTEND),
    "appraised": p.APPRAISED,
    "approved": p.APPROVED,
    "signed": p.SIGNED,
    "sealed": (*p.SIGNED, replace(p.SEAL, at=at(20))),
}
COMMANDS: Final[tuple[Command, ...]] = (
    *(
        replace(command, at=NOW)
        for command in (
            p.SUBMIT,
            p.ACCEPT,
            p.REFUSE_RECEPTION,
            p.ASK,
            p.ANSWER,
            p.HAND_OVER,
            p.APPRAISE,
            p.APPRAISE_NEGATIVE,
            p.APPROVE_REFUSAL,
            p.DECLINE,
            p.SIGN,
            p.SEAL,
            p.RETURN,
            p.ASK_DUES,
            p.PAY,
            p.OVERPAY,
            p.ESCALATE,
            p.WAIVE,
            p.HAND_TO_SUCCESSOR,
            p.WITHDRAW,
            p.STOP,
            p.RECORD_STEP,
            p.VERIFY,
            p.REPRESENT,
            p.REUSE,
            p.IMPORT,
        )
    ),
    c.RequestSupplement(
        items=(SupplementItem(component="CC"),), legal_basis="", approver="cb-09", officer="cb-02", at=NOW
    ),
    c.Supplement(components=components("CC", "UQ"), at=at(40)),
    c.HandOver(step="", to_unit=UNIT, to_officer="", to_title="", at=NOW),
    replace(p.PAY, at=at(40)),
    replace(p.WAIVE, at=at(40)),
    replace(p.EXTEND, new_due_at=at(50), at=NOW),
    replace(p.EXTEND, new_due_at=at(60), at=at(40)),
    replace(p.CORRECT, new_value=at(20).isoformat(), at=NOW),
    replace(p.CORRECT, new_value=at(hours=2).isoformat(), at=NOW),
    replace(p.CORRECT, version=1, field="procedure", new_value=FREE, at=NOW),
    replace(p.CORRECT, version=3, field="requested_at", new_value=at(1).isoformat(), at=NOW),
    replace(p.CORRECT, version=3, field="new_due_at", new_value=at(55).isoformat(), at=NOW),
    replace(p.SUBMIT, unit=COMMUNE, procedure=FREE, at=NOW),
)


def test_every_command_is_tried() -> None:
    assert {type(command) for command in COMMANDS} == set(get_args(Command))


def promised(answer: Answer) -> set[datetime | None]:
    """The promises that the facts show as new; None for a correction that moves none."""
    extensions = {event.new_due_at for event in answer.made if isinstance(event, e.DeadlineExtended)}
    return extensions | {event.due_at for event in answer.made if isinstance(event, e.Corrected)}


def moves_only_to_be_seen(before: Given, command: Command) -> Answer:
    due_at = before.dossier.due_at
    answer = before.when(command)
    assert answer.dossier.due_at in {due_at, *promised(answer)}
    named = [event.old_due_at for event in answer.made if isinstance(event, e.DeadlineExtended)]
    assert named in ([], [due_at])
    return answer


@pytest.mark.parametrize("past", PASTS)
def test_no_one_or_two_commands_move_the_promise_of_an_overdue_dossier_unseen(past: str) -> None:
    overdue = given(*PASTS[past])
    due_at = overdue.dossier.due_at
    assert due_at is not None
    assert due_at < NOW
    for first in COMMANDS:
        once = moves_only_to_be_seen(overdue, first)
        if not promised(once):
            for second in COMMANDS:
                moves_only_to_be_seen(given(*once.history), second)


def test_the_commands_do_move_promises_where_they_may() -> None:
    answers = [given(*p.IN_PROCESS).when(command) for command in COMMANDS]
    assert len({due_at for answer in answers for due_at in promised(answer)} - {None}) >= 3
