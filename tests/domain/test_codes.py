"""Dossier codes, as they are written and dated."""

from datetime import date, datetime

import pytest

from domain.codes import day_of_code, dossier_code, is_dossier_code, is_unit_code


@pytest.mark.parametrize(
    "code", ["H15.50.05.13-261008-0975", "000.00.19.H26-201120-0001", "G01-260302-1234567", "H15.101-260302-0001"]
)
def test_codes_that_are_in_use(code: str) -> None:
    assert is_dossier_code(code)


@pytest.mark.parametrize(
    "code",
    ["", "H15", "H15-260302-001", "h15-260302-0001", "H15-260302-0001\n", "H15-26030२-0001", "X15-260302-0001"],
)
def test_what_is_no_code(code: str) -> None:
    assert not is_dossier_code(code)


def test_half_past_six_in_the_morning_is_still_yesterday_in_utc() -> None:
    assert day_of_code(datetime.fromisoformat("2026-03-01T23:30:00+00:00")) == date(2026, 3, 2)


def test_numbers_have_four_digits_and_grow_to_seven() -> None:
    assert dossier_code("H15.50", date(2026, 10, 8), 975) == "H15.50-261008-0975"
    assert dossier_code("H15.50", date(2026, 10, 8), 9_999_999) == "H15.50-261008-9999999"


@pytest.mark.parametrize(("unit", "number"), [("H15", 0), ("H15", 10_000_000), ("H15.5", 1), ("", 1)])
def test_there_is_no_such_code(unit: str, number: int) -> None:
    with pytest.raises(ValueError, match="no dossier code"):
        dossier_code(unit, date(2026, 10, 8), number)
    assert is_unit_code(unit) == (unit == "H15")
