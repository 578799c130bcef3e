"""The reference page of the administration is what the code says."""

from tests import administration_reference
from tests.reference import ADMINISTRATION


def test_the_reference_is_what_the_code_says() -> None:
    text = ADMINISTRATION.read_text(encoding="utf-8")
    assert text == administration_reference.render(), "python -m tests.reference writes it anew"
