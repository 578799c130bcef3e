"""How single values are read at the edge: bounded, normalised, unambiguous."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

from domain.codes import CODE_PATTERN

EARLIEST: Final = datetime(1975, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2150, 1, 1, tzinfo=UTC)
"""Instants that calendars can compute with, with room for the longest terms."""

MOST_DONG: Final = 10**15
MOST_ITEMS: Final = 200
SHORT: Final = 200
LONG: Final = 4_000

_RFC3339: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LINE_BREAKS: Final = frozenset("\n\r\t")


def _rfc3339(value: Any) -> Any:  # noqa: ANN401 - what a caller sends can be anything
    """A plus sign that a query string turned into a blank is read as the plus sign it was."""
    text = value.replace(" ", "+") if isinstance(value, str) else ""
    if not _RFC3339.fullmatch(text):
        raise PydanticCustomError("rfc3339", "An instant is written as in RFC 3339, with an offset")
    return text


def _computable(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise PydanticCustomError("out_of_range", "The instant lies outside what calendars can compute with")
    return value


def _iso_day(value: Any) -> Any:  # noqa: ANN401 - what a caller sends can be anything
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("iso_day", "A day is written YYYY-MM-DD")
    return value


def _plain(value: str) -> str:
    """Text in NFC, so that equal words are equal bytes; without control characters, which no form contains."""
    if any(unicodedata.category(letter) == "Cc" and letter not in _LINE_BREAKS for letter in value):
        raise PydanticCustomError("control_character", "The text must not contain control characters")
    return unicodedata.normalize("NFC", value)


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "The value must not be blank")
    return value


Day = Annotated[date, BeforeValidator(_iso_day)]
Instant = Annotated[AwareDatetime, AfterValidator(_computable), BeforeValidator(_rfc3339)]
ShortText = Annotated[str, Field(max_length=SHORT), AfterValidator(_plain)]
LongText = Annotated[str, Field(max_length=LONG), AfterValidator(_plain)]
Name = Annotated[str, Field(min_length=1, max_length=SHORT), AfterValidator(_plain), AfterValidator(_not_blank)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Truth = Annotated[bool, Strict()]
Amount = Annotated[int, Strict(), Field(ge=0, le=MOST_DONG)]
Ordinal = Annotated[int, Strict(), Field(ge=1, le=1_000_000)]
TermLength = Annotated[int, Strict(), Field(ge=1, le=10_000)]

_ASCII_CODE: Final = CODE_PATTERN.replace(r"\d", "[0-9]")
Code = Annotated[str, Path(pattern=_ASCII_CODE, max_length=60, description="The dossier's code.")]


class Parameters(BaseModel):
    """Query parameters. A parameter that does not exist is refused: a misspelt filter would answer another question."""

    model_config = ConfigDict(extra="forbid", frozen=True)


NoParameters = Annotated[Parameters, Query()]


class After(Parameters):
    """Read what a command wrote."""

    after: str | None = Field(
        default=None,
        pattern=r"^[0-9]{1,18}$",
        description="A position from an answer; what is read includes it, or the answer is a problem with Retry-After.",
    )
