"""Holidays of Vietnam as the ``holidays`` package expects them, lunar Tết included: estimates, to be reviewed.

What is declared for a year is decided near its end, and swaps only weeks or days before. So nothing of this is a rule
before an officer has compared it with the decision and declared it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from typing import Final

import holidays

from domain.calendar import STANDARD_TIMETABLE, DeclarationKind, Periods
from service.rule_forms import Confidence, written

_TET: Final = "Lunar New Year"
_OBSERVED: Final = " (observed)"
_SWAPPED: Final = "Day off (substituted"
_SOURCE: Final = f"The open `holidays` package {version('holidays')}; no decision was read."
_HEAD: Final = """\
# Estimated holidays, to be compared with what is decided and then declared: motcua calendars declare FILE
# When the decision comes: declare it, and revoke the estimate where it was wrong.
"""


class NoEstimate(ValueError):
    """The package does not know the lunar calendar of a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Days that are expected to be declared together, under one name."""

    name: str
    days: tuple[date, ...]
    kind: DeclarationKind = DeclarationKind.HOLIDAY
    periods: Periods = ()


def expected(years: Sequence[int]) -> list[Expected]:
    """What is expected of these years, in the order of their days.

    Raises:
        NoEstimate: a year has no Tết by the package, so that the rest of it cannot be relied on either.
    """
    return sorted((each for year in years for each in _of_year(year)), key=lambda each: each.days)


def _of_year(year: int) -> Iterator[Expected]:
    known = holidays.country_holidays("VN", years=year, language="en_US")
    by_name: dict[str, list[date]] = {}
    for day, names in sorted(known.items()):
        by_name.setdefault(_plain(names.split("; ")[0]), []).append(day)  # a day is declared once
    if _TET not in by_name:
        raise NoEstimate(f"no lunar calendar is known for {year}")
    for name, days in by_name.items():
        yield Expected(name=f"{name} {year}", days=tuple(days))
    if worked := sorted(day for day in known.weekend_workdays if day.year == year):
        yield Expected(
            name=f"working days that make up for days off in {year}",
            days=tuple(worked),
            kind=DeclarationKind.MAKE_UP_DAY,
            periods=STANDARD_TIMETABLE.periods[0],
        )


def _plain(name: str) -> str:
    if _TET in name:
        return _TET
    return "days off that are swapped" if name.startswith(_SWAPPED) else name.removesuffix(_OBSERVED)


def as_toml(found: Sequence[Expected], calendar: str, at: datetime) -> str:
    """A file for ``motcua calendars declare``. Each name has a decision of its own, so that it can be revoked alone."""
    parts = [_HEAD, f"\ncalendar = {_text(calendar)}\n"]
    for each in found:
        lines = [
            "",
            "[[declarations]]",
            f"days = [{', '.join(day.isoformat() for day in each.days)}]",
            f"kind = {_text(each.kind.value)}",
            *([f"periods = [{', '.join(map(_text, written(each.periods)))}]"] if each.periods else []),
            f"decision = {_text(f'Not decided yet: {each.name}')}",
            f"declared_at = {at.isoformat(timespec='seconds')}",
            f"source = {_text(_SOURCE)}",
            f"confidence = {_text(Confidence.ESTIMATE.value)}",
            "",
        ]
        parts.append("\n".join(lines))
    return "".join(parts)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # a basic string of TOML is written as one of JSON
