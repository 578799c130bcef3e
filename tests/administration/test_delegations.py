"""Posts and delegations: who can do what, in whose place, from when until when."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.administration import delegations as d
from domain.administration import officers as o
from domain.administration import refusals as no
from domain.administration.officers import Power
from tests.administration.told import given
from tests.examples import COMMUNE, FREE, MONDAY, PROCEDURE, UNIT, at, local

CHAIRMAN, DEPUTY, CLERK = "ct-01", "pct-01", "cb-07"


def post(officer: str = CHAIRMAN, **changes: Any) -> o.AssignPost:
    command = o.AssignPost(
        id=officer,
        post="chairman",
        unit=COMMUNE,
        title="Chủ tịch",
        powers=(Power.APPROVE, Power.SIGN),
        since=local("2026-01-01"),
        decision="30/QĐ",
        at=local("2026-01-01"),
    )
    return replace(command, **changes)


def left(officer: str = CHAIRMAN, **changes: Any) -> o.EndPost:
    return replace(o.EndPost(id=officer, post="chairman", until=at(2), decision="31/QĐ", at=at(2)), **changes)


def grant(**changes: Any) -> d.GrantDelegation:
    command = d.GrantDelegation(
        number="05/UQ",
        from_officer=CHAIRMAN,
        to_officer=CLERK,
        unit=COMMUNE,
        powers=(Power.SIGN,),
        procedures=(PROCEDURE,),
        valid_from=MONDAY,
        valid_until=at(4),
        at=MONDAY,
    )
    return replace(command, **changes)


def revoke(**changes: Any) -> d.RevokeDelegation:
    return replace(d.RevokeDelegation(number="05/UQ", revoked_from=at(2), reason="-", at=at(2)), **changes)


def test_a_post_is_held_in_a_unit_that_is_there() -> None:
    rules = given().when(post()).then(o.PostAssigned)
    assert rules.keeps_posts(COMMUNE)
    assert not rules.keeps_posts(UNIT)
    given(post()).when(post()).stays_quiet()
    given(post()).when(post(title="Quyền Chủ tịch")).refused(no.AlreadyThere)
    given().when(post(powers=())).refused(no.NoPowers)
    given().when(post(unit="H98")).refused(no.UnknownEntry)
    given().when(post(since=local("1970-01-01"))).refused(no.UnitNotInForce)


def test_a_post_ends_once_and_may_be_held_again() -> None:
    given(post()).when(left()).then(o.PostEnded)
    given(post(), left()).when(left()).stays_quiet()
    given(post(), left()).when(left(until=at(3))).refused(no.UnknownPost)
    given().when(left()).refused(no.UnknownPost)
    given(post()).when(left(until=local("2025-01-01"))).refused(no.EndsBeforeItBegins)
    given(post(), left()).when(post(since=at(3))).then(o.PostAssigned)
    given(post(), left()).when(post(since=at(1))).refused(no.AlreadyThere)


def test_a_delegation_is_granted_by_whom_could_act_himself() -> None:
    given(post()).when(grant()).then(d.DelegationGranted)
    given(post(), grant()).when(grant()).stays_quiet()
    given(post(), grant()).when(grant(to_officer="other")).refused(no.AlreadyThere)
    given().when(grant()).refused(no.DelegatorLacksPower)
    given(post()).when(grant(powers=(Power.SEAL,))).refused(no.DelegatorLacksPower)
    given(post()).when(grant(unit=UNIT)).refused(no.DelegatorLacksPower)
    given(post(), left(until=local("2026-02-01"))).when(grant()).refused(no.DelegatorLacksPower)
    given(post()).when(grant(to_officer=CHAIRMAN)).refused(no.ToOneself)
    given(post()).when(grant(powers=())).refused(no.NoPowers)
    given(post()).when(grant(valid_until=MONDAY)).refused(no.EndsBeforeItBegins)
    given(post()).when(grant(procedures=("9.9",))).refused(no.UnknownEntry)


def test_what_was_delegated_is_delegated_further_only_where_the_instrument_says_so() -> None:
    onward = grant(number="06/UQ", from_officer=CLERK, to_officer="cb-08", under="05/UQ")
    given(post(), grant()).when(onward).refused(no.OnwardNotAllowed)
    given(post(), grant(onward=True)).when(onward).then(d.DelegationGranted)
    given(post()).when(onward).refused(no.UnknownEntry)
    for wider in (
        {"powers": (Power.SIGN, Power.APPROVE)},
        {"procedures": ()},
        {"procedures": (PROCEDURE, FREE)},
        {"valid_until": at(9)},
        {"from_officer": DEPUTY},
    ):
        given(post(), grant(onward=True)).when(replace(onward, **wider)).refused(no.DelegatorLacksPower)


@pytest.mark.parametrize(
    ("further", "days", "holds"),
    [
        ((), -0.1, False),
        ((), 0, True),
        ((), 3.9, True),
        ((), 4, False),
        ((revoke(),), 1.9, True),
        ((revoke(),), 2, False),
        ((left(),), 1.9, True),
        ((left(),), 2, False),
    ],
)
def test_a_delegation_holds_within_its_window_while_the_delegator_could_act(
    further: tuple[Any, ...],
    days: float,
    holds: bool,  # noqa: FBT001
) -> None:
    rules = given(post(), grant(), *further).administration
    delegation = rules.delegation("05/UQ")
    assert delegation is not None
    assert rules.delegation_holds(delegation, Power.SIGN, PROCEDURE, at(days)) is holds
    assert not rules.delegation_holds(delegation, Power.APPROVE, PROCEDURE, at(days))
    assert not rules.delegation_holds(delegation, Power.SIGN, FREE, at(days))


def test_what_rests_on_a_delegation_falls_with_it() -> None:
    onward = grant(number="06/UQ", from_officer=CLERK, to_officer="cb-08", under="05/UQ")
    rules = given(post(), grant(onward=True), onward, revoke()).administration
    delegation = rules.delegation("06/UQ")
    assert delegation is not None
    assert [rules.delegation_holds(delegation, Power.SIGN, PROCEDURE, at(day)) for day in (1, 2)] == [True, False]


def test_what_is_revoked_stays_revoked() -> None:
    given(post(), grant(), revoke()).when(revoke()).stays_quiet()
    given(post(), grant(), revoke()).when(revoke(revoked_from=at(3))).stays_quiet()
    given(post(), grant(), revoke()).when(revoke(revoked_from=at(1))).then(d.DelegationRevoked)
    given().when(revoke()).refused(no.UnknownEntry)


def test_the_delegations_an_officer_can_act_by_are_found() -> None:
    rules = given(post(), grant(), grant(number="07/UQ", procedures=(FREE,))).administration
    found = rules.delegations_to(CLERK, Power.SIGN, PROCEDURE, at(1) + timedelta(hours=1))
    assert [each.granted.number for each in found] == ["05/UQ"]
