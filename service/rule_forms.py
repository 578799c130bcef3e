"""What files of rules have in common: how they are read, and how working hours are written in them."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from domain.calendar import Periods, Timetable
from domain.errors import Complaint

_PERIOD: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_Form = TypeVar("_Form")

Text = Annotated[str, Meta(min_length=1)]


class AdministrationError(Complaint, ValueError):
    """A file of rules cannot be used."""

    def __init__(self, path: Path, message: str) -> None:
        """``message`` names the key and what is wrong with it."""
        super().__init__(f"{path}: {message}")


class Confidence(StrEnum):
    """How surely a rule is known, from the text of the law down to what was invented."""

    LEGAL_TEXT = "legal text"
    DECLARED = "declared"
    SECOND_HAND = "second-hand"
    GENERAL_KNOWLEDGE = "general knowledge"
    ESTIMATE = "estimate"
    GENERATED = "generated"


class TimetableForm(Struct, forbid_unknown_fields=True, kw_only=True):
    """A week of working hours; a weekday that is not given is a day off."""

    monday: list[str] = []
    tuesday: list[str] = []
    wednesday: list[str] = []
    thursday: list[str] = []
    friday: list[str] = []
    saturday: list[str] = []
    sunday: list[str] = []
    source: Text
    confidence: Confidence


def timetable_of(form: TimetableForm) -> Timetable:
    """The timetable.

    Raises:
        ValueError: a period cannot be read.
    """
    weekdays = (
        form.monday,
        form.tuesday,
        form.wednesday,
        form.thursday,
        form.friday,
        form.saturday,
        form.sunday,
    )
    return Timetable(
        periods=tuple(periods_of(weekday) for weekday in weekdays), source=form.source, confidence=form.confidence
    )


def periods_of(texts: Sequence[str]) -> Periods:
    """Working periods, written ``HH:MM-HH:MM``.

    Raises:
        ValueError: one cannot be read.
    """
    return tuple(_period(text) for text in texts)


def _period(text: str) -> tuple[int, int]:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError(f"a working period is written HH:MM-HH:MM, not {text!r}")
    hour, minute, closing_hour, closing_minute = (int(group) for group in match.groups())
    return hour * 60 + minute, closing_hour * 60 + closing_minute


def written(periods: Periods) -> list[str]:
    """Working periods as files and people write them."""
    return [f"{_clock(opening)}-{_clock(closing)}" for opening, closing in periods]


def _clock(minute: int) -> str:
    hours, minutes = divmod(minute, 60)
    return f"{hours:02}:{minutes:02}"


def read_form(path: Path, form: type[_Form]) -> _Form:
    """The content of a file: JSON where its name says so, else TOML.

    Raises:
        AdministrationError: it cannot be read, or is not of this form.
    """
    decode = msgspec.json.decode if path.suffix == ".json" else msgspec.toml.decode
    try:
        return decode(path.read_bytes(), type=form)
    except OSError as error:
        raise AdministrationError(path, error.strerror or str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AdministrationError(path, str(error)) from error


@contextmanager
def at_key(path: Path, key: str) -> Iterator[None]:
    """What goes wrong within is told with the file and the key."""
    try:
        yield
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise AdministrationError(path, f"{key}: {error}") from error
