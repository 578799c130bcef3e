"""How words are compared when people search: without diacritics, in lower case."""

import unicodedata
from functools import lru_cache
from typing import Final

_D: Final = str.maketrans({"đ": "d", "Đ": "D"})


@lru_cache(maxsize=16_384)
def without_diacritics(text: str) -> str:
    """The text as one types it who does not reach for diacritics: ``Đăng ký`` is ``dang ky``."""
    letters = unicodedata.normalize("NFD", text.translate(_D))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def found_in(wanted: str, *texts: str) -> bool:
    """Whether every word that is wanted begins or stands in one of the texts, diacritics and case aside."""
    where = " ".join(without_diacritics(text) for text in texts)
    return all(word in where for word in without_diacritics(wanted).split())
