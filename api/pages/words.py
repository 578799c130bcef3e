"""The texts of the pages in a language, and how that language writes times, numbers and money."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from importlib import resources
from typing import Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from domain.codes import HO_CHI_MINH


class Language(StrEnum):
    """The languages of the pages; the first is the default."""

    VI = "vi"
    EN = "en"


_LOCALES: Final = {Language.VI: "vi_VN", Language.EN: "en_GB"}
_PERCENT: Final = "#,##0.0%"


@dataclass(frozen=True, slots=True)
class Words:
    """One language: ``words("section.key", name=value)`` is a text, the methods write values."""

    language: Language
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """The text, with the values put in.

        Raises:
            KeyError: there is no such text.
        """
        return self.texts[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.texts

    def term_of(self, section: str, word: str) -> str:
        """A word of a vocabulary; a word from outside it stays as it is."""
        return self.texts.get(f"{section}.{word}", word)

    def instant(self, at: datetime, style: str = "instant") -> str:
        """An instant in Vietnam's time. ``style``: ``instant``, ``long_instant`` (with the weekday), ``moment``."""
        pattern = self.texts[f"format.{style}"]
        return format_datetime(at, pattern, tzinfo=HO_CHI_MINH, locale=_LOCALES[self.language])

    def day(self, on: date) -> str:
        """A day."""
        return format_date(on, self.texts["format.day"], locale=_LOCALES[self.language])

    def form_time(self, at: datetime) -> str:
        """An instant as a form's field for local times holds it, in Vietnam's time."""
        return f"{at.astimezone(HO_CHI_MINH):%Y-%m-%dT%H:%M:%S}"

    def number(self, value: int) -> str:
        """A whole number, grouped."""
        return format_decimal(value, locale=_LOCALES[self.language])

    def percent(self, part: int, whole: int) -> str:
        """A share of a whole that is not zero, with one decimal; never rounded up to the whole."""
        thousandths = part * 1000 // whole
        return format_percent(thousandths / 1000, _PERCENT, locale=_LOCALES[self.language])

    def money(self, amount: int) -> str:
        """An amount in đồng."""
        return self("format.money", amount=self.number(amount))


def load_words() -> Mapping[Language, Words]:
    """Every text, by language.

    Raises:
        KeyError: a text lacks a language.
    """
    source = resources.files("api.pages").joinpath("texts.toml").read_text(encoding="utf-8")
    sections: dict[str, dict[str, dict[str, str]]] = tomllib.loads(source)
    return {
        language: Words(
            language,
            {
                f"{section}.{key}": text[language.value]
                for section, entries in sections.items()
                for key, text in entries.items()
            },
        )
        for language in Language
    }
