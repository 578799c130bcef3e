"""Whoever appraises, approves, signs and seals can do so then: by a post, or by a delegation that is cited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from domain.administration.administration import Administration
from domain.administration.building import build
from domain.administration.officers import Power
from domain.authority import POWERS, authorised
from domain.dossier import commands as c
from domain.dossier import refusals as no
from domain.envelope import Actor
from domain.errors import Refusal
from tests.administration.test_delegations import CHAIRMAN, CLERK, grant, left, post, revoke
from tests.administration.test_units import merge
from tests.examples import BEGINNING, COMMUNE, LIFE, PROCEDURE, SHA, SUBMIT, UNIT, at, local
from tests.spec import Given
from tests.spec import given as dossier_given

SIGN = c.Sign(signer=CLERK, document_sha256=SHA, certificate_serial="01", at=at(3))
APPROVED = (SUBMIT, *LIFE[:8])


@dataclass(frozen=True)
class Asked:
    """Who asks for it, in an administration, of a dossier."""

    past: Given
    administration: Administration

    def by(self, command: c.Command, **actor: Any) -> Actor:
        return authorised(command, self.past.dossier, self.administration, Actor(id="clerk", **actor))

    def refused(self, kind: type[Refusal], command: c.Command = SIGN, **actor: Any) -> dict[str, str]:
        with pytest.raises(Refusal) as raised:
            self.by(command, **actor)
        assert type(raised.value) is kind
        return raised.value.details


def asked(*administration: Any, past: Sequence[Any] = APPROVED) -> Asked:
    return Asked(dossier_given(*past), build([*BEGINNING, *administration]))


def test_the_check_begins_with_the_first_post_recorded_in_a_unit() -> None:
    assert asked().by(SIGN) == Actor(id="clerk")
    assert asked(post(unit=UNIT)).by(SIGN) == Actor(id="clerk")
    asked(post()).refused(no.NotEmpowered)


def test_what_needs_no_power_is_let_pass() -> None:
    others = [command for command in LIFE if type(command) not in POWERS]
    assert len(others) > 3
    assert all(asked(post()).by(command) == Actor(id="clerk") for command in others)


def test_who_holds_a_post_signs_by_it() -> None:
    by_chairman = replace(SIGN, signer=CHAIRMAN)
    assert asked(post()).by(by_chairman).unit == COMMUNE
    asked(post(), left()).refused(no.NotEmpowered, by_chairman)
    assert asked(post(), left()).by(replace(by_chairman, at=at(1))).unit == COMMUNE
    asked(post(powers=(Power.APPROVE,))).refused(no.NotEmpowered, by_chairman)


@pytest.mark.parametrize("command", [LIFE[6], LIFE[7], c.Decline(reason="-", officer="cb-03", at=at(2)), LIFE[9]])
def test_every_act_with_a_power_asks_for_it(command: Any) -> None:
    power = POWERS[type(command)]
    asked(post()).refused(no.NotEmpowered, command)
    assert asked(post(command.officer, powers=(power,))).by(command).unit == COMMUNE


def test_a_post_in_a_unit_above_counts_and_one_beside_does_not() -> None:
    by_chairman = replace(SIGN, signer=CHAIRMAN)
    assert asked(post("another"), post(unit="H99")).by(by_chairman).unit == "H99"
    asked(post("another"), post(unit=UNIT)).refused(no.NotEmpowered, by_chairman)


def test_a_post_in_the_unit_that_has_the_dossier_in_hand_counts() -> None:
    over = c.HandOver(step="-", to_unit=UNIT, to_officer="x", to_title="-", at=at(2, 3.5))
    standing = asked(post("another"), post(unit=UNIT), past=(*APPROVED, over))
    assert standing.by(replace(SIGN, signer=CHAIRMAN)).unit == UNIT


def test_the_successor_of_a_unit_answers_for_it() -> None:
    new = "H99.02.77"
    merged = merge(COMMUNE, into=new, day=local("2026-03-04").date())
    standing = asked(post("another"), merged, post(unit=new, since=local("2026-03-04")))
    assert standing.by(replace(SIGN, signer=CHAIRMAN)).unit == new


def test_who_was_delegated_cites_it() -> None:
    standing = asked(post(), grant())
    by = standing.by(SIGN, delegation="05/UQ")
    assert (by.unit, by.on_behalf_of, by.delegation) == (COMMUNE, CHAIRMAN, "05/UQ")
    assert standing.refused(no.NotEmpowered)["delegations"] == "05/UQ"


def test_a_delegation_that_does_not_hold_is_no_ground() -> None:
    cited: dict[str, Any] = {"delegation": "05/UQ"}
    asked(post()).refused(no.UnknownDelegation, **cited)
    asked(post(), grant(to_officer="other")).refused(no.DelegationToAnother, **cited)
    for further in (
        [grant(valid_until=at(2.5))],
        [grant(valid_from=at(3.5))],
        [grant(), revoke()],
        [grant(), left()],
        [grant(procedures=("1.000001",))],
    ):
        asked(post(), *further).refused(no.DelegationDoesNotHold, **cited)
    asked(post(), post(CHAIRMAN, post="b", unit=UNIT), grant(unit=UNIT)).refused(no.DelegationDoesNotHold, **cited)
    assert grant().procedures == (PROCEDURE,)


def test_a_unit_that_ended_is_told_with_its_successors() -> None:
    rules = build([*BEGINNING, merge(COMMUNE, day=local("2026-03-02").date())])
    dossier_given(rules=rules).when(SUBMIT).refused(no.UnitEnded, unit=COMMUNE, successors="H99.02.77")
