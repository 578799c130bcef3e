"""Who a number stands for: the schemes by which persons, organisations and agencies are known, and what they fix.

What is written wrong is refused. What only looks wrong by a rule that we know from others' software or from commentary
is a doubt: it is recorded beside the verification, and a person decides.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.applicant import ApplicantKind
from domain.codes import is_unit_code


class Scheme(StrEnum):
    """Personal number (số định danh cá nhân), tax code (mã số thuế), agency id (mã định danh cơ quan)."""

    PERSONAL_NUMBER = "personal-number"
    TAX_CODE = "tax-code"
    AGENCY_ID = "agency-id"


class Doubt(StrEnum):
    """Why a well-formed number may still be mistyped."""

    PLACE_UNKNOWN = "place-unknown"
    BORN_LATER = "born-later"
    CHECK_DIGIT = "check-digit"
    RESERVED_FOR_TESTS = "reserved-for-tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeRule:
    """What is known of a scheme: what is refused and what is doubted, by which rule, and how sure that is."""

    refused: str
    refused_confidence: str
    doubted: str
    doubted_confidence: str


RULES_VERSION: Final = "identity-1"
SCHEME_RULES: Final[dict[Scheme, SchemeRule]] = {
    Scheme.PERSONAL_NUMBER: SchemeRule(
        refused="12 digits, as the field's own descriptions of reception say",
        refused_confidence="stated",
        doubted="3 digits of place, 1 of century and sex, 2 of the birth year, 6 random: commentary on decree"
        " 137/2015/NĐ-CP, article 13; the codes of places as commonly listed",
        doubted_confidence="general knowledge; the published text was not read",
    ),
    Scheme.TAX_CODE: SchemeRule(
        refused="10 digits, 13 for a dependent unit (10-3), or 12 where a household business uses a personal number",
        refused_confidence="read in other software only",
        doubted="the tenth digit is 10 less the weighted sum of the first nine, modulo 11",
        doubted_confidence="read in other software only",
    ),
    Scheme.AGENCY_ID: SchemeRule(
        refused="written as a unit's code",
        refused_confidence="stated",
        doubted="nothing",
        doubted_confidence="-",
    ),
}
"""Which of it a legal officer has to confirm; nothing here is presented to an applicant as law."""

_OF_KIND: Final = {
    ApplicantKind.PERSON: Scheme.PERSONAL_NUMBER,
    ApplicantKind.ORGANISATION: Scheme.TAX_CODE,
    ApplicantKind.AGENCY: Scheme.AGENCY_ID,
}
_PERSONAL_NUMBER: Final = re.compile(r"\d{12}", re.ASCII)
_TAX_CODE: Final = re.compile(r"\d{10}(-?\d{3})?|\d{12}", re.ASCII)

TEST_PLACE: Final = "999"
"""No place has this code: numbers that begin with it are made up, for tests and demonstrations."""

_HIGHEST_PROVINCE: Final = 99
_PROVINCES: Final = frozenset(
    {1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45}
    | {46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89}
    | {91, 92, 93, 94, 95, 96}
)
_FIRST_CENTURY: Final = 1900
_CENTURY: Final = 100
_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_MODULUS: Final = 11
_CHECK_BASE: Final = 10


def scheme_of(kind: ApplicantKind) -> Scheme:
    """The scheme by which such an applicant is known."""
    return _OF_KIND[kind]


def is_well_formed(scheme: Scheme, number: str) -> bool:
    """Whether the number is written as the scheme writes one."""
    if scheme is Scheme.AGENCY_ID:
        return is_unit_code(number)
    pattern = _PERSONAL_NUMBER if scheme is Scheme.PERSONAL_NUMBER else _TAX_CODE
    return pattern.fullmatch(number) is not None


def subject(scheme: Scheme, number: str) -> str:
    """Whom a well-formed number stands for, in one spelling; no two subjects share it.

    A tax code of twelve digits is its holder's personal number, so both are one subject.
    """
    bare = number.replace("-", "") if scheme is Scheme.TAX_CODE else number
    if scheme is Scheme.TAX_CODE and _PERSONAL_NUMBER.fullmatch(bare):
        scheme = Scheme.PERSONAL_NUMBER
    return f"{scheme.value}:{bare}"


def doubts(scheme: Scheme, number: str, on: date) -> tuple[Doubt, ...]:
    """What about a well-formed number may be mistyped, on a day.

    Source: see ``SCHEME_RULES``; how sure it is stands there.
    """
    if scheme is Scheme.AGENCY_ID:
        return ()
    if _PERSONAL_NUMBER.fullmatch(number):
        return tuple(_doubts_of_person(number, on))
    return () if tax_check_digit(number) == int(number[len(_WEIGHTS)]) else (Doubt.CHECK_DIGIT,)


def tax_check_digit(number: str) -> int:
    """The tenth digit that nine digits ask for; 10, which no digit equals, where they were never given out."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECK_BASE - total % _MODULUS


def birth_year(number: str) -> int:
    """The year of birth that a personal number states: even and odd centuries' digits alternate by sex."""
    return _FIRST_CENTURY + int(number[3]) // 2 * _CENTURY + int(number[4:6])


def _doubts_of_person(number: str, on: date) -> list[Doubt]:
    found = []
    if number.startswith(TEST_PLACE):
        found.append(Doubt.RESERVED_FOR_TESTS)
    elif (place := int(number[:3])) <= _HIGHEST_PROVINCE and place not in _PROVINCES:
        found.append(Doubt.PLACE_UNKNOWN)
    if birth_year(number) > on.year:
        found.append(Doubt.BORN_LATER)
    return found
