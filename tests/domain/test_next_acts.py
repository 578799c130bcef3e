"""What may be done next, against the rules themselves."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dossier import commands as c
from domain.dossier.commands import ACTS, Command
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier, evolve
from domain.dossier.events import SupplementItem
from domain.dossier.next_acts import ALWAYS, changes, latest, next_acts, typical_acts
from domain.errors import Refusal
from domain.money import Dues
from tests.domain.act_table import BY_AXIS, BY_STAGE
from tests.examples import COMMUNE, LIFE, RULES, SHA, SUBMIT, UNIT, at, components
from tests.reference import DOMAIN_README, domain_readme

NAMES = {kind: name for name, kind in ACTS.items()}
NOT_ELIGIBLE = c.Appraise(eligible=False, opinion="", officer="cb-04", at=at(2))
VARIED: Sequence[Command] = (
    *(command for command in LIFE if not isinstance(command, c.RequestSupplement)),
    NOT_ELIGIBLE,
    c.RefuseReception(reason="x", officer="cb-01", at=at(1)),
    c.RequestSupplement(
        items=(SupplementItem(component="CC"),), legal_basis="", approver="cb-01", officer="cb-02", at=at(1)
    ),
    c.Supplement(components=components("CC", "UQ"), at=at(2)),
    c.HandOver(step="Phê duyệt", to_unit=UNIT, to_officer="cb-09", to_title="", at=at(1)),
    c.Approve(officer="cb-04", reason="x", at=at(3)),
    c.Decline(reason="x", officer="cb-04", at=at(3)),
    c.RequestPayment(dues=Dues(fee=5), officer="cb-02", at=at(1)),
    c.Pay(amount=5, channel="x", provider_reference="VN2", receipt_number="x", at=at(3)),
    c.RecordOverpayment(amount=1, channel="-", provider_reference="another", receipt_number="x", at=at(3)),
    c.WaivePayment(reason="x", legal_basis="x", officer="cb-01", at=at(3)),
    c.Sign(signer="cb-09", document_sha256=SHA[::-1], certificate_serial="x", at=at(3)),
    c.Seal(agency=COMMUNE, document_sha256=SHA[::-1], certificate_serial="x", officer="x", at=at(3)),
    c.Extend(new_due_at=at(60), reason="x", signer="cb-09", at=at(3)),
    c.HandToSuccessor(from_unit=COMMUNE, to_unit=UNIT, at=at(3)),
    c.Withdraw(reason="", at=at(3)),
    c.Stop(reason="x", officer="cb-01", at=at(3)),
    c.Escalate(rule="overdue", occasion_at=at(7), at=at(9)),
)


def carry_on(dossier: Dossier, command: Command) -> Dossier:
    try:
        return reduce(evolve, decide(command, dossier, RULES), dossier)
    except Refusal:
        return dossier


SUBMITTED = carry_on(Dossier(), replace(SUBMIT, code=f"{COMMUNE}-260302-0001"))


def test_the_readme_shows_what_the_rules_say() -> None:
    text = DOMAIN_README.read_text(encoding="utf-8")
    assert text == domain_readme(text), "python -m tests.reference writes it anew"


def test_every_act_is_tried() -> None:
    assert [act for act in ACTS if act not in ALWAYS] == list(typical_acts(RULES))
    assert all(isinstance(typical(SUBMITTED, at(1)), ACTS[act]) for act, typical in typical_acts(RULES).items())


def test_nothing_can_be_done_with_what_was_not_submitted() -> None:
    assert next_acts(Dossier(), RULES) == ()


@given(st.lists(st.sampled_from(VARIED), max_size=12), st.sampled_from(VARIED))
def test_whatever_the_rules_let_happen_was_listed(past: list[Command], command: Command) -> None:
    dossier = reduce(carry_on, past, SUBMITTED)
    now = replace(command, at=max(command.at, latest(dossier)))
    assert not changes(now, dossier, RULES) or NAMES[type(command)] in next_acts(dossier, RULES)


@pytest.mark.parametrize("dossier", [*BY_STAGE.values(), *BY_AXIS.values()])
def test_whatever_is_listed_can_be_done(dossier: Dossier) -> None:
    for act in next_acts(dossier, RULES):
        assert act in ALWAYS or decide(typical_acts(RULES)[act](dossier, latest(dossier)), dossier, RULES)


def test_an_officer_is_offered_what_another_did_not_finish() -> None:
    appraised = reduce(carry_on, [LIFE[0], NOT_ELIGIBLE], SUBMITTED)
    assert {"approve", "decline", "appraise"} <= set(next_acts(appraised, RULES))
