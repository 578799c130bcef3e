"""What leaves the agency holds no personal value: every text of every event is known to be one or the other."""

from dataclasses import fields, replace
from typing import Any, get_type_hints

import pytest
from hypothesis import given

from domain.applicant import Personal, withheld
from domain.dossier.events import EVENT_TYPES, Appraised, DossierEvent, StepRecorded, Submitted
from domain.dossier.withholding import FREE_TEXT, PERSONAL, without_personal_values
from tests.examples import ALICE, at
from tests.strategies import events

NAMES_AND_NUMBERS = {
    "code", "procedure", "unit", "channel", "receipt_code", "procedure_version", "counting", "timezone", "officer",
    "stage", "approver", "step", "from_unit", "from_officer", "to_unit", "to_officer", "to_title", "provider_reference",
    "receipt_number", "finance", "signer", "document_sha256", "certificate_serial", "agency", "field", "name", "source",
    "source_case", "keys", "component", "rule", "doubts", "trigger", "level", "consequence",
}  # fmt: skip
"""Texts that are chosen from lists or given out by a program: none of them is written freely about a person."""


def texts(kind: type[DossierEvent]) -> set[str]:
    hints = get_type_hints(kind)
    return {field.name for field in fields(kind) if "str" in str(hints[field.name])}


@pytest.mark.parametrize("kind", EVENT_TYPES.values())
def test_every_text_is_known_to_be_free_or_not(kind: type[DossierEvent]) -> None:
    free = set(FREE_TEXT.get(kind, ()))
    assert free <= {field.name for field in fields(kind)}
    assert texts(kind) <= free | NAMES_AND_NUMBERS
    assert not free & NAMES_AND_NUMBERS


@pytest.mark.parametrize("kind", EVENT_TYPES.values())
def test_every_personal_field_is_known(kind: type[DossierEvent]) -> None:
    hints = get_type_hints(kind)
    assert set(PERSONAL.get(kind, ())) == {name for name, hint in hints.items() if "Personal" in str(hint)}


@given(events())
def test_what_is_left_is_the_same_event_without_them(event: DossierEvent) -> None:
    left = without_personal_values(event)
    assert type(left) is type(event)
    assert without_personal_values(left) == left
    touched = {*PERSONAL.get(type(event), ()), *FREE_TEXT.get(type(event), ())}
    assert all(
        getattr(left, each.name) == getattr(event, each.name) for each in fields(event) if each.name not in touched
    )
    assert not any(isinstance(getattr(left, each.name), Personal) for each in fields(left))


def test_an_event_without_any_is_given_back_itself() -> None:
    appraised = Appraised(eligible=True, opinion="Đủ điều kiện", officer="cb-02", appraised_at=at(1))
    assert without_personal_values(appraised) is appraised


@pytest.mark.parametrize("value", [ALICE.personal_number, "0912345678", "+84912345678", ALICE.email])
def test_what_can_be_recognised_is_taken_out_of_free_text(value: str) -> None:
    appraised = Appraised(eligible=True, opinion=f"Đã gọi {value}, đồng ý", officer="cb-02", appraised_at=at(1))
    left = without_personal_values(appraised)
    assert isinstance(left, Appraised)
    assert left.opinion == "Đã gọi [withheld], đồng ý"
    step = StepRecorded(name="x", resource="", attributes=(("phone", value),), occurred_at=at(1))
    assert value not in str(without_personal_values(step))


def test_numbers_of_other_kinds_stay() -> None:
    for text in ("H99.02.15-260302-0001", "8.000 đồng", "Điều 148", "1234567890123", "ngày 02/03/2026"):
        assert withheld(text) == text


def test_a_reference_that_is_a_personal_number_does_not_leave() -> None:
    made: Any = dict.fromkeys((field.name for field in fields(Submitted)), "")
    submitted = replace(Submitted(**made), applicant_reference=ALICE.personal_number, personal=ALICE)
    left = without_personal_values(submitted)
    assert isinstance(left, Submitted)
    assert (left.applicant_reference, left.personal) == ("[withheld]", None)
