"""Who the applicant is, who acts for him, and what is not asked of him again."""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.administration.administration import Administration
from domain.applicant import ApplicantKind, Personal
from domain.dossier import commands as c
from domain.dossier import events as e
from domain.dossier import identity_refusals as identity_no
from domain.dossier import refusals as no
from domain.dossier.commands import Command
from domain.dossier.events import Channel
from domain.identity import RULES_VERSION, Doubt, Scheme
from tests.administrations import administered
from tests.domain.dossier import pasts as p
from tests.examples import ALICE, COMMUNE, PROCEDURE, RULES, SHA, at, components
from tests.spec import Answer, given

REGISTER: Final = "CSDL dân cư"
HIRED: Final = replace(p.SUBMIT, channel=Channel.HIRED)


def _rules_with_a_register() -> Administration:
    known = RULES.procedure(PROCEDURE, at())
    unit = RULES.unit(COMMUNE)
    assert known is not None
    assert unit is not None
    looked_up = tuple(replace(each, looked_up_in=REGISTER if each.code == "CC" else "") for each in known.components)
    return administered(
        [RULES.calendar("vn")],
        [RULES.counting()],
        [replace(unit, parent=None)],
        [replace(known, components=looked_up)],
    )


WITH_REGISTER: Final = _rules_with_a_register()
LACKING: Final = replace(p.SUBMIT, components=components("TK"))
LOOK_UP: Final = replace(p.REUSE, component="CC", source_kind=e.ReuseSource.REGISTER, source=REGISTER)


def test_a_verification_says_how_and_at_which_level_and_what_looked_mistyped() -> None:
    given(p.SUBMIT).when(p.VERIFY).then(
        e.IdentityVerified(
            scheme=Scheme.PERSONAL_NUMBER,
            method=e.VerificationMethod.VNEID,
            level=2,
            doubts=(Doubt.RESERVED_FOR_TESTS,),
            rule=RULES_VERSION,
            officer="cb-01",
            verified_at=at(),
            personal=ALICE,
        )
    )


def test_without_a_number_there_is_nothing_to_doubt() -> None:
    answer = given(p.SUBMIT).when(replace(p.VERIFY, personal=None))
    assert [event.doubts for event in answer.made if isinstance(event, e.IdentityVerified)] == [()]


def _with_number(kind: ApplicantKind, number: str) -> list[Answer]:
    """What is answered to such a number at submission and at verification."""
    personal = Personal(full_name="x", personal_number=number)
    submit = replace(p.SUBMIT, applicant_kind=kind, personal=None)
    return [
        given().when(replace(submit, personal=personal)),
        given(submit).when(replace(p.VERIFY, personal=personal)),
    ]


def test_a_number_is_written_as_its_kind_of_applicant_writes_one() -> None:
    for answer in _with_number(ApplicantKind.PERSON, "12345678901"):
        answer.refused(no.InvalidPersonalNumber)
    for answer in _with_number(ApplicantKind.ORGANISATION, "031440905"):
        answer.refused(identity_no.InvalidTaxCode)
    for answer in _with_number(ApplicantKind.AGENCY, "Sở Tư pháp"):
        answer.refused(identity_no.InvalidAgencyId)
    assert all(answer.made for answer in _with_number(ApplicantKind.AGENCY, "H15.50"))


def test_a_mistyped_tax_code_is_recorded_as_doubted_not_refused() -> None:
    organisation = replace(p.SUBMIT, applicant_kind=ApplicantKind.ORGANISATION, personal=None)
    command = replace(p.VERIFY, personal=Personal(full_name="x", personal_number="0314409059"))
    [verified] = given(organisation).when(command).made
    assert isinstance(verified, e.IdentityVerified)
    assert (verified.scheme, verified.doubts) == (Scheme.TAX_CODE, (Doubt.CHECK_DIGIT,))


@pytest.mark.parametrize("level", [0, 4])
def test_there_are_three_levels(level: int) -> None:
    given(p.SUBMIT).when(replace(p.VERIFY, level=level)).refused(identity_no.NoSuchLevel, level=str(level))


def test_an_identity_may_be_verified_again_more_strongly() -> None:
    again = replace(p.VERIFY, level=3, at=at(1))
    assert given(p.SUBMIT, p.VERIFY).when(again).made


@pytest.mark.parametrize("command", [p.VERIFY, p.REPRESENT])
def test_who_somebody_is_can_be_recorded_until_the_dossier_leaves_the_agency(command: Command) -> None:
    late = replace(command, at=at(4))
    assert given(*p.SEALED).when(late).made
    given(*p.RETURNED).when(late).refused(no.ProcessingEnded, stage="returned")
    given(*p.WITHDRAWN).when(late).refused(no.ProcessingEnded, stage="withdrawn")


def test_who_acts_for_the_applicant_cites_an_instrument() -> None:
    given(p.SUBMIT).when(p.REPRESENT).then(
        e.Represented(
            representative=p.REPRESENT.representative,
            authority=e.AuthorityKind.POWER_OF_ATTORNEY,
            number="UQ-15/2026",
            authorised_on=date(2026, 3, 1),
            officer="cb-01",
            represented_at=at(),
        )
    )
    given(p.SUBMIT).when(replace(p.REPRESENT, number=" ")).refused(identity_no.AuthorityNotCited)


def test_nobody_acts_by_an_instrument_that_is_given_later() -> None:
    later = replace(p.REPRESENT, authorised_on=date(2026, 3, 3))
    given(p.SUBMIT).when(later).refused(identity_no.AuthorisedLater, authorised_on="2026-03-03")


def test_who_acts_for_the_applicant_has_a_name_and_a_number_of_a_person() -> None:
    unnamed = replace(p.REPRESENT, representative=Personal())
    given(p.SUBMIT).when(unnamed).refused(identity_no.RepresentativeUnnamed)
    mistyped = replace(p.REPRESENT, representative=Personal(full_name="Trần Văn Thay", personal_number="1"))
    given(p.SUBMIT).when(mistyped).refused(no.InvalidPersonalNumber)


def test_what_a_hired_person_hands_in_is_received_once_the_authority_is_cited() -> None:
    given(HIRED).when(p.ACCEPT).refused(identity_no.AuthorityNotCited)
    assert given(HIRED, p.REPRESENT).when(p.ACCEPT).made


def test_what_the_result_store_holds_counts_as_given() -> None:
    reuse = replace(p.REUSE, component="CC")
    given(LACKING).when(p.ACCEPT).refused(no.ComponentsMissing, components="CC")
    given(LACKING).when(reuse).then(
        e.ComponentReused(
            component="CC",
            source_kind=e.ReuseSource.RESULT_STORE,
            source=f"{COMMUNE}-260105-0007",
            document_sha256=p.OTHER_SHA,
            officer="cb-01",
            reused_at=at(hours=0.5),
        )
    )
    assert given(LACKING, reuse).when(p.ACCEPT).made


def test_what_a_register_holds_counts_as_given() -> None:
    assert given(LACKING, LOOK_UP, rules=WITH_REGISTER).when(p.ACCEPT).made


@pytest.mark.parametrize("command", [replace(LOOK_UP, source="x"), replace(LOOK_UP, source="")])
def test_a_component_is_looked_up_in_the_register_that_the_procedure_names(command: c.ReuseComponent) -> None:
    refused = given(LACKING, rules=WITH_REGISTER).when(command)
    refused.refused(identity_no.NotItsRegister, register=command.source, named=REGISTER)


def test_what_no_register_holds_is_not_looked_up() -> None:
    optional = replace(LOOK_UP, component="UQ")
    given(LACKING, rules=WITH_REGISTER).when(optional).refused(identity_no.NotItsRegister, register=REGISTER, named="-")
    unnamed = replace(optional, source="")
    given(LACKING, rules=WITH_REGISTER).when(unnamed).refused(identity_no.NotItsRegister, register="", named="-")


@pytest.mark.parametrize("source", ["CSDL", p.CODE])
def test_a_result_is_another_dossiers(source: str) -> None:
    given(p.SUBMIT).when(replace(p.REUSE, source=source)).refused(identity_no.NotAnotherDossier, source=source)


def test_what_is_there_is_not_reused_what_is_unknown_neither() -> None:
    given(p.SUBMIT).when(replace(p.REUSE, component="CC")).refused(identity_no.ComponentGivenAlready, component="CC")
    given(p.SUBMIT).when(replace(p.REUSE, component="ZZ")).refused(no.UnknownComponent, components="ZZ")
    given(p.SUBMIT, p.REUSE).when(replace(p.REUSE, document_sha256=SHA)).refused(
        identity_no.ComponentGivenAlready, component="UQ"
    )
    given(p.SUBMIT).when(replace(p.REUSE, document_sha256="no")).refused(no.InvalidDigest)


def test_what_was_asked_of_the_applicant_is_answered_by_a_supplement() -> None:
    given(*p.WAITING).when(replace(p.REUSE, at=at(4))).refused(no.WaitingForSupplement)


@for_all(st.sampled_from([p.SUBMITTED, p.IN_PROCESS, p.APPRAISED, p.SIGNED]), st.permutations((p.VERIFY, p.REPRESENT)))
def test_knowing_who_somebody_is_moves_neither_stage_nor_promise(
    past: tuple[Command, ...], known: list[Command]
) -> None:
    before = given(*past)
    after = given(*past, *(replace(command, at=at(2)) for command in known)).dossier
    assert (after.stage, after.due_at, after.waits) == (
        before.dossier.stage,
        before.dossier.due_at,
        before.dossier.waits,
    )
