import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.code_entry import code_mistake, tidy_code
from domain.codes import CODE_PATTERN, is_dossier_code

CODE = "H15.50.05.13-261008-0975"
codes = st.from_regex(CODE_PATTERN.replace(r"\d", "[0-9]").replace("$", r"\Z"))


@pytest.mark.parametrize(
    "entry",
    [
        CODE,
        f"  {CODE}\n",
        CODE.lower(),
        "h15.50.05.13 - 261008 - 0975",
        "H15.50.05.13 261008 0975",
        "H15. 50. 05. 13-261008-0975",
        "H15.50.05.13–261008—0975",
        "H15.50.05.13\u00a0-261008-0975\u200b",
        "Ｈ１５.50.05.13-261008-0975",
    ],
)
def test_a_code_is_understood_as_people_type_it(entry: str) -> None:
    assert tidy_code(entry) == CODE
    assert code_mistake(tidy_code(entry)) is None


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        ("   ", "empty"),
        ("H15.50.05.13", "parts"),
        ("Nguyễn Văn A", "parts"),
        ("X15-261008-0975", "unit"),
        ("H15.50.05.13-26108-0975", "day"),
        ("H15.50.05.13-261008-97", "number"),
        ("H15.50.05.13-261008-09758888", "number"),
    ],
)
def test_what_is_wrong_is_named(entry: str, mistake: str) -> None:
    assert code_mistake(tidy_code(entry)) == mistake


@given(codes, st.sampled_from([" ", "  ", "\t", "\u00a0"]), st.booleans())
def test_every_code_survives_blanks_and_case(code: str, blank: str, lower: bool) -> None:  # noqa: FBT001 - drawn
    entry = f"{blank}{code.replace('-', f'{blank}-{blank}')}{blank}"
    assert tidy_code(entry.lower() if lower else entry) == code


@given(st.text())
def test_any_entry_is_a_code_or_has_a_named_mistake(entry: str) -> None:
    tidy = tidy_code(entry)
    assert (code_mistake(tidy) is None) == is_dossier_code(tidy)


@given(codes)
def test_a_tidy_code_stays_as_it_is(code: str) -> None:
    assert tidy_code(code) == code
