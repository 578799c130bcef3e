"""A command that holds already makes nothing: sending it twice does no harm.

Two acts are the exception, and why: sending back (decline) undoes the appraisal it answers, so the second finds none
and is refused; an outside step (record-step) may happen twice alike, and only its command id tells a retry from that.
"""

from typing import Final, get_args

import pytest
from hypothesis import given as for_all

from domain.dossier import commands as c
from domain.dossier import refusals as no
from domain.dossier.commands import Command
from tests.domain.dossier import pasts as p
from tests.domain.dossier.lives import ACTS, LIVES
from tests.domain.dossier.test_succession import HAND, MERGED, administration
from tests.examples import RULES
from tests.spec import Given, given

ONCE: Final[dict[type[Command], tuple[tuple[Command, ...], Command]]] = {
    c.Submit: ((), p.SUBMIT),
    c.Accept: (p.SUBMITTED, p.ACCEPT),
    c.RefuseReception: (p.SUBMITTED, p.REFUSE_RECEPTION),
    c.RequestSupplement: (p.IN_PROCESS, p.ASK),
    c.Supplement: (p.WAITING, p.ANSWER),
    c.HandOver: (p.IN_PROCESS, p.HAND_OVER),
    c.Appraise: (p.IN_PROCESS, p.APPRAISE),
    c.Approve: (p.APPRAISED_NEGATIVE, p.APPROVE_REFUSAL),
    c.RequestPayment: (p.IN_PROCESS, p.ASK_DUES),
    c.Pay: (p.DUES_ASKED, p.PAY),
    c.RecordOverpayment: (p.PAID, p.OVERPAY),
    c.WaivePayment: (p.DUES_ASKED, p.WAIVE),
    c.Sign: (p.APPROVED, p.SIGN),
    c.Seal: (p.SIGNED, p.SEAL),
    c.ReturnResult: (p.SEALED, p.RETURN),
    c.Extend: (p.IN_PROCESS, p.EXTEND),
    c.HandToSuccessor: (p.IN_PROCESS, HAND),
    c.Withdraw: (p.IN_PROCESS, p.WITHDRAW),
    c.Stop: (p.IN_PROCESS, p.STOP),
    c.VerifyIdentity: (p.SUBMITTED, p.VERIFY),
    c.Represent: (p.SUBMITTED, p.REPRESENT),
    c.ReuseComponent: (p.SUBMITTED, p.REUSE),
    c.Correct: (p.IN_PROCESS, p.CORRECT),
    c.ImportHistory: ((), p.IMPORT),
    c.Escalate: (p.IN_PROCESS, p.ESCALATE),
}
EXCEPTIONS: Final = {c.Decline, c.RecordStep}


def test_every_command_is_listed_or_an_exception() -> None:
    assert {*ONCE, *EXCEPTIONS} == set(get_args(Command))


@pytest.mark.parametrize("kind", ONCE)
def test_a_command_takes_effect_once(kind: type[Command]) -> None:
    past, command = ONCE[kind]
    rules = administration(MERGED) if kind is c.HandToSuccessor else RULES
    first = given(*past, rules=rules).when(command)
    assert first.made
    given(*first.history, rules=rules).when(command).stays_quiet()


def test_what_was_sent_back_cannot_be_sent_back_again() -> None:
    given(*p.APPRAISED, p.DECLINE).when(p.DECLINE).refused(no.NotAppraised)


def test_a_step_may_happen_twice_alike() -> None:
    step = given(*p.IN_PROCESS).when(p.RECORD_STEP)
    given(*step.history).when(p.RECORD_STEP).then(*step.made)


@for_all(LIVES, ACTS)
def test_whatever_came_before_a_command_takes_effect_once(life: Given, command: Command) -> None:
    first = life.when(command)
    anonymous = isinstance(command, c.Pay) and not command.provider_reference  # nothing tells it from a second one
    if first.made and type(command) not in EXCEPTIONS and not anonymous:
        given(*first.history).when(command).stays_quiet()
