"""Every refusal is raised by a test and says why in words a clerk understands."""

import ast
from collections.abc import Iterator
from inspect import getdoc, isclass
from pathlib import Path
from typing import Final

import pytest

from domain import errors
from domain.administration import refusals as administration
from domain.dossier import identity_refusals, refusals
from domain.errors import DossierError, Refusal

REFUSALS: Final = {
    name
    for module in (refusals, identity_refusals)
    for name, kind in vars(module).items()
    if isclass(kind) and kind is not Refusal
}
ANSWERS: Final = [
    kind
    for module in (refusals, identity_refusals, administration, errors)
    for kind in vars(module).values()
    if isclass(kind) and issubclass(kind, DossierError) and kind.__module__ == module.__name__
]
VIETNAMESE: Final = frozenset("àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ")


def _tested(tree: ast.AST) -> Iterator[str]:
    """The refusals that ``.refused(no.Name)`` names."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="refused"), args=[ast.Attribute(attr=name)]):
                yield name


def test_every_refusal_is_raised_by_a_test() -> None:
    """Read from the tests' text, so that it holds whichever of them run, and in how many processes."""
    modules = Path(__file__).parent.glob("test_*.py")
    tested = {name for module in modules for name in _tested(ast.parse(module.read_text(encoding="utf-8")))}
    assert tested == REFUSALS


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_refusal_says_the_rule_in_both_languages(kind: type[DossierError]) -> None:
    english = vars(kind).get("__doc__") or ""
    assert english == getdoc(kind)
    assert english.endswith(".")
    assert "vi" in vars(kind)
    assert kind.vi.endswith(".")
    assert VIETNAMESE & set(kind.vi.lower())


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_refusal_without_details_says_the_rule_alone(kind: type[DossierError]) -> None:
    assert (kind().message, kind().message_vi) == (kind.__doc__, kind.vi)


def test_a_refusal_names_its_details_in_both_languages() -> None:
    refusal = refusals.WrongAmount(due="8000", paid="1")
    assert refusal.message == "The amount is not the one that is due. (due: 8000, paid: 1)"
    assert refusal.message_vi == "Số tiền không đúng khoản phải nộp. (due: 8000, paid: 1)"
    assert str(refusal) == refusal.message


def test_no_two_refusals_have_one_name_or_one_message() -> None:
    for texts in ([kind().slug for kind in ANSWERS], [kind.__doc__ for kind in ANSWERS], [kind.vi for kind in ANSWERS]):
        assert len(set(texts)) == len(ANSWERS)


def test_slugs_are_words_joined_by_hyphens() -> None:
    assert refusals.FeeOutstanding().slug == "fee-outstanding"
    assert all(kind().slug.replace("-", "").isalpha() and kind().slug.islower() for kind in ANSWERS)
