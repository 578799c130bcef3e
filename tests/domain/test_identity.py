"""Numbers of persons, organisations and agencies: what is written wrong, and what only looks mistyped."""

from datetime import date
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.applicant import ApplicantKind
from domain.identity import (
    SCHEME_RULES,
    Doubt,
    Scheme,
    birth_year,
    doubts,
    is_well_formed,
    scheme_of,
    subject,
    tax_check_digit,
)

TODAY: Final = date(2026, 3, 2)
PERSON, TAX, AGENCY = Scheme.PERSONAL_NUMBER, Scheme.TAX_CODE, Scheme.AGENCY_ID
NINE_DIGITS: Final = st.from_regex(r"[0-9]{9}", fullmatch=True)
GOOD_TAX_CODES: Final = NINE_DIGITS.filter(lambda nine: tax_check_digit(nine) < 10).map(
    lambda nine: f"{nine}{tax_check_digit(nine)}"
)


def test_each_kind_of_applicant_has_its_scheme_and_each_scheme_says_how_sure_it_is() -> None:
    assert {scheme_of(kind) for kind in ApplicantKind} == set(Scheme) == set(SCHEME_RULES)
    assert all(rule.refused_confidence and rule.doubted_confidence for rule in SCHEME_RULES.values())


@pytest.mark.parametrize(
    ("scheme", "number", "well_formed"),
    [
        (PERSON, "001203004567", True),
        (PERSON, "00120300456", False),
        (PERSON, "0012030045678", False),
        (PERSON, "٠٠١٢٠٣٠٠٤٥٦٧", False),
        (PERSON, "001203004567\n", False),
        (TAX, "0314409058", True),
        (TAX, "0314409058-002", True),
        (TAX, "0314409058002", True),
        (TAX, "001203004567", True),
        (TAX, "031440905", False),
        (TAX, "0314409058-02", False),
        (TAX, "03144090580", False),
        (AGENCY, "H15.50.05.13", True),
        (AGENCY, "G01", True),
        (AGENCY, "Sở Tư pháp", False),
    ],
)
def test_what_is_written_wrong(scheme: Scheme, number: str, well_formed: bool) -> None:  # noqa: FBT001 - a table
    assert is_well_formed(scheme, number) is well_formed


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("001203004567", []),
        ("096199000001", []),
        ("100188000001", []),
        ("003203004567", [Doubt.PLACE_UNKNOWN]),
        ("000203004567", [Doubt.PLACE_UNKNOWN]),
        ("001327004567", [Doubt.BORN_LATER]),
        ("001400004567", [Doubt.BORN_LATER]),
        ("999188004567", [Doubt.RESERVED_FOR_TESTS]),
        ("999999004567", [Doubt.RESERVED_FOR_TESTS, Doubt.BORN_LATER]),
    ],
)
def test_what_looks_mistyped_in_a_personal_number(number: str, found: list[Doubt]) -> None:
    assert doubts(PERSON, number, TODAY) == tuple(found)
    assert doubts(TAX, number, TODAY) == tuple(found)


@pytest.mark.parametrize("digit", range(10))
def test_century_and_sex_share_a_digit(digit: int) -> None:
    assert birth_year(f"001{digit}42000000") == (1942, 2042, 2142, 2242, 2342)[digit // 2]


@given(GOOD_TAX_CODES, st.integers(0, 8), st.integers(1, 9))
def test_one_mistyped_digit_of_a_tax_code_is_noticed(number: str, place: int, shift: int) -> None:
    """The weights are all prime to 11, so any one digit that is wrong changes the remainder."""
    assert doubts(TAX, number, TODAY) == ()
    wrong = f"{number[:place]}{(int(number[place]) + shift) % 10}{number[place + 1 :]}"
    assert doubts(TAX, wrong, TODAY) == (Doubt.CHECK_DIGIT,)


@given(GOOD_TAX_CODES, st.integers(1, 9))
def test_a_mistyped_check_digit_is_noticed(number: str, shift: int) -> None:
    wrong = f"{number[:9]}{(int(number[9]) + shift) % 10}"
    assert doubts(TAX, wrong, TODAY) == (Doubt.CHECK_DIGIT,)


def test_a_branch_is_checked_by_the_code_of_its_head() -> None:
    assert doubts(TAX, "0314409058-002", TODAY) == ()
    assert doubts(TAX, "0314409059-002", TODAY) == (Doubt.CHECK_DIGIT,)


def test_an_agency_is_never_doubted() -> None:
    assert doubts(AGENCY, "H15.50", TODAY) == ()


def test_one_subject_has_one_spelling() -> None:
    assert subject(TAX, "0314409058-002") == subject(TAX, "0314409058002") != subject(TAX, "0314409058")
    assert subject(TAX, "001203004567") == subject(PERSON, "001203004567")


NUMBERS: Final = st.one_of(
    st.tuples(st.just(PERSON), st.from_regex(r"[0-9]{12}", fullmatch=True)),
    st.tuples(st.just(TAX), st.from_regex(r"[0-9]{10}(-?[0-9]{3})?", fullmatch=True)),
    st.tuples(st.just(AGENCY), st.from_regex(r"[GH][0-9]{2}(\.[0-9]{2}){0,2}", fullmatch=True)),
)


@given(NUMBERS, NUMBERS)
def test_two_subjects_never_share_a_spelling(one: tuple[Scheme, str], other: tuple[Scheme, str]) -> None:
    assume((one[0], one[1].replace("-", "")) != (other[0], other[1].replace("-", "")))
    assert subject(*one) != subject(*other)
