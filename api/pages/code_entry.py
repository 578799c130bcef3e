"""Reading a dossier code as people type it."""

import re
import unicodedata
from typing import Final

from domain.codes import is_dossier_code, is_unit_code

LONGEST_ENTRY: Final = 60
_DASHES: Final = re.compile(r"[‐‑‒–—―−_]")
_INVISIBLE: Final = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_AROUND_DASH: Final = re.compile(r"\s*-+\s*")
_BLANKS: Final = re.compile(r"\s+")
_PARTS: Final = 3
_DAY: Final = re.compile(r"\d{6}", re.ASCII)


def tidy_code(entry: str) -> str:
    """The code that was meant: lower case, blanks, other dashes and full-width letters are put right.

    Blanks where a hyphen belongs are read as one. What is no code stays recognisable to the one who typed it.
    """
    text = unicodedata.normalize("NFKC", entry[:LONGEST_ENTRY])
    text = _DASHES.sub("-", _INVISIBLE.sub("", text)).strip().upper()
    text = _AROUND_DASH.sub("-", text)
    hyphenated = _BLANKS.sub("-", text)
    return hyphenated if is_dossier_code(hyphenated) else _BLANKS.sub("", text)


def code_mistake(code: str) -> str | None:
    """Which part of a tidy code is wrong, as a key of ``code_error`` texts; None for a well-written code."""
    if not code:
        return "empty"
    if is_dossier_code(code):
        return None
    parts = code.split("-")
    if len(parts) != _PARTS:
        return "parts"
    unit, day, _ = parts
    if not is_unit_code(unit):
        return "unit"
    return "day" if not _DAY.fullmatch(day) else "number"
