"""The catalogue: versions are published once, hold from a day on, and stay with the dossiers accepted under them."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.administration import procedures as p
from domain.administration import refusals as no
from domain.administration.administration import Administration
from domain.dossier import refusals as dossier_no
from domain.dossier.commands import Accept, RequestSupplement
from domain.dossier.events import SupplementItem
from domain.dossier.next_acts import changes, typical_acts
from domain.money import Dues
from domain.procedure import Component, Procedure, Step
from domain.term import Term, TermUnit
from tests.administration.told import given
from tests.examples import PROCEDURE, RULES, SUBMIT, at, local
from tests.spec import given as dossier_given

FIRST: Procedure = RULES.entries.of(p.PROCEDURES)[PROCEDURE].spans[0].procedure  # type: ignore[assignment]  # published
SECOND = replace(FIRST, version="2", term=Term(3, TermUnit.WORKING_DAYS))
JULY = date(2026, 7, 1)


def publish(procedure: Procedure = SECOND, day: date = JULY) -> p.PublishProcedure:
    return p.PublishProcedure(
        code=procedure.code, procedure=procedure, effective_from=day, decision="20/QĐ", at=local("2026-05-01")
    )


def withdraw(day: date = JULY) -> p.WithdrawProcedure:
    return p.WithdrawProcedure(code=PROCEDURE, effective_from=day, decision="21/QĐ", at=local("2026-05-01"))


def in_force(rules: Administration, day: str) -> str | None:
    procedure = rules.procedure(PROCEDURE, local(day))
    return procedure.version if procedure else None


def test_a_version_is_in_force_from_its_day_on() -> None:
    rules = given().when(publish()).then(p.ProcedurePublished)
    assert [in_force(rules, day) for day in ("2026-06-30", "2026-07-01", "2027-01-01")] == ["1", "2", "2"]


def test_a_version_is_published_once_and_never_changed() -> None:
    given(publish()).when(publish()).stays_quiet()
    given(publish()).when(publish(replace(SECOND, name_vi="Tên khác"))).refused(no.VersionTaken)
    given().when(p.PublishProcedure(code="1.0", procedure=SECOND, effective_from=JULY, at=at())).refused(no.CodeDiffers)


def test_an_older_version_may_come_back_into_force() -> None:
    rules = given(publish()).when(publish(FIRST, date(2026, 9, 1))).then(p.ProcedurePublished)
    assert [in_force(rules, day) for day in ("2026-08-31", "2026-09-01")] == ["2", "1"]


def test_a_draft_binds_nobody_and_is_replaced_until_it_is_published() -> None:
    draft = p.DraftProcedure(code=PROCEDURE, procedure=SECOND, at=at())
    rules = given().when(draft).then(p.ProcedureDrafted)
    assert in_force(rules, "2027-01-01") == "1"
    given(draft).when(draft).stays_quiet()
    other = replace(draft, procedure=replace(SECOND, name_vi="Tên khác"))
    given(draft).when(other).then(p.ProcedureDrafted)
    after = given(draft).when(publish()).then(p.ProcedurePublished)
    assert after.entries.of(p.PROCEDURES)[PROCEDURE].draft is None
    given(publish()).when(other).refused(no.VersionTaken)


def test_what_is_withdrawn_is_no_longer_asked_for() -> None:
    rules = given().when(withdraw()).then(p.ProcedureWithdrawn)
    assert [in_force(rules, day) for day in ("2026-06-30", "2026-07-01")] == ["1", None]
    given(withdraw()).when(withdraw()).stays_quiet()
    given(withdraw()).when(withdraw(date(2026, 8, 1))).refused(no.NothingToWithdraw)
    dossier_given(rules=rules).when(replace(SUBMIT, at=local("2026-07-01"))).refused(
        dossier_no.UnknownProcedure, procedure=PROCEDURE
    )


def test_a_dossier_handed_in_before_a_withdrawal_is_judged_by_what_was_in_force_then() -> None:
    rules = given().when(withdraw(date(2026, 3, 3))).then(p.ProcedureWithdrawn)
    accepted = dossier_given(SUBMIT, rules=rules).when(Accept(officer="cb-01", at=at(3)))
    assert accepted.dossier.procedure_version == "1"


def test_what_is_withdrawn_from_the_very_day_of_its_submission_is_still_accepted() -> None:
    """Decided in the afternoon, or with effect back to then: what was handed in that morning is not turned away."""
    handed_in = dossier_given(SUBMIT).history
    for day in (date(2026, 3, 2), date(2026, 2, 27)):
        rules = given().when(withdraw(day), at=at(hours=6)).then(p.ProcedureWithdrawn)
        accepted = dossier_given(*handed_in, rules=rules).when(Accept(officer="cb-01", at=at(hours=7)))
        assert accepted.dossier.procedure_version == "1"


def test_what_a_withdrawn_procedure_asks_for_can_still_be_asked_of_a_dossier_handed_in_before() -> None:
    rules = given().when(withdraw(date(2026, 3, 3))).then(p.ProcedureWithdrawn)
    handed_in = dossier_given(SUBMIT, rules=rules).dossier
    typical = typical_acts(rules)["request-supplement"](handed_in, at(3))
    assert isinstance(typical, RequestSupplement)
    assert [item.component for item in typical.items] == [FIRST.components[0].code]
    assert changes(typical, handed_in, rules)


def test_a_new_version_holds_for_what_it_finds_not_yet_accepted() -> None:
    """The desk checks by what is in force when it accepts: what the new version asks for is asked as a supplement."""
    new = Component(code="MỚI", name_vi="Mới", name_en="New")
    stricter = replace(SECOND, components=(*FIRST.components, new))
    rules = given().when(publish(stricter, date(2026, 3, 3))).then(p.ProcedurePublished)
    accept = Accept(officer="cb-01", at=at(3))
    dossier_given(SUBMIT, rules=rules).when(accept).refused(dossier_no.ComponentsMissing, components="MỚI")
    eased = given().when(publish(day=date(2026, 3, 3))).then(p.ProcedurePublished)
    assert dossier_given(SUBMIT, rules=eased).when(accept).dossier.procedure_version == "2"


def test_the_timeline_tells_what_was_in_force_and_not_what_was_overtaken_on_the_day() -> None:
    entry = given(publish(), withdraw(), publish(replace(SECOND, version="3"))).administration.entries.of(p.PROCEDURES)
    versions = [span.procedure.version if span.procedure else None for span in entry[PROCEDURE].timeline]
    assert versions == ["1", "3"]
    assert len(entry[PROCEDURE].spans) == 4


def test_a_dossier_keeps_the_version_it_was_accepted_under() -> None:
    other = replace(SECOND, components=(Component(code="MỚI", name_vi="Mới", name_en="New"),))
    rules = given().when(publish(other, date(2026, 3, 3))).then(p.ProcedurePublished)
    accepted = dossier_given(SUBMIT, Accept(officer="cb-01", at=at(hours=1)), rules=rules)
    assert accepted.dossier.term == FIRST.term
    asked = RequestSupplement(
        items=(SupplementItem(component="UQ"),), legal_basis="-", approver="a", officer="b", at=at(5)
    )
    assert accepted.when(asked).made
    unknown = replace(asked, items=(SupplementItem(component="MỚI"),))
    accepted.when(unknown).refused(dossier_no.UnknownComponent, components="MỚI")


def test_quotas_sum_to_the_term_and_codes_are_given_once() -> None:
    one = Step(code="a", name_vi="a", name_en="a", role="desk", quota=Term(1, TermUnit.WORKING_DAYS))
    with pytest.raises(ValueError, match="sum to 1, its term is 3"):
        replace(SECOND, steps=(one,))
    with pytest.raises(ValueError, match="every step has a quota in working-days, or none has"):
        replace(SECOND, steps=(one, replace(one, code="b", quota=None)))
    with pytest.raises(ValueError, match="names step a twice"):
        replace(SECOND, steps=(one, one))
    assert replace(SECOND, steps=(one, replace(one, code="b", quota=Term(2, TermUnit.WORKING_DAYS)))).step("b")


def test_online_dues_are_those_of_the_portals() -> None:
    cheaper = replace(SECOND, online_dues=Dues(charge=4000))
    assert [cheaper.dues_for(channel).total for channel in ("desk", "national-portal")] == [8000, 4000]
    assert SECOND.dues_for("national-portal") == SECOND.dues


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@for_all(st.lists(st.tuples(st.booleans(), DAYS), max_size=8), DAYS)
def test_what_is_in_force_on_a_day_is_what_was_decided_last_for_the_latest_day_come(
    acts: list[tuple[bool, date]], day: date
) -> None:
    """Against a plain reading of the decisions, one after the other."""
    standing = given()
    expected: list[tuple[date, Procedure | None]] = [(date(1980, 1, 1), FIRST)]
    for number, (publishes, since) in enumerate(acts):
        version = replace(SECOND, version=f"v{number}")
        told = standing.when(publish(version, since) if publishes else withdraw(since))
        if told.after is not None:
            standing = type(standing)(told.after)
        if told.facts:
            expected.append((since, version if publishes else None))
    begun: list[Any] = [(since, number, what) for number, (since, what) in enumerate(expected) if since <= day]
    latest = max(begun, key=lambda each: each[:2])[2]
    assert standing.administration.procedure(PROCEDURE, local(day.isoformat())) == latest
