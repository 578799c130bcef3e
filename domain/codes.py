"""Dossier codes: ``{unit}-{yymmdd}-{number of the day}``."""

import re
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

HO_CHI_MINH: Final = ZoneInfo("Asia/Ho_Chi_Minh")
UNIT_PATTERN: Final = r"(\d{3}\.\d{2}\.\d{2}\.)?[GH]\d{2}(\.\d{2,3}){0,3}"
CODE_PATTERN: Final = rf"^{UNIT_PATTERN}-\d{{6}}-\d{{4,7}}$"
_CODE: Final = re.compile(CODE_PATTERN, re.ASCII)
_UNIT: Final = re.compile(UNIT_PATTERN, re.ASCII)
HIGHEST_NUMBER: Final = 9_999_999


def is_dossier_code(text: str) -> bool:
    """Whether ``text`` is written as a dossier code, in the present form or the older one with a leading registry."""
    return _CODE.fullmatch(text) is not None


def is_unit_code(text: str) -> bool:
    """Whether ``text`` is written as a unit's code."""
    return _UNIT.fullmatch(text) is not None


def day_of_code(at: datetime, zone: ZoneInfo = HO_CHI_MINH) -> date:
    """The local day a code is dated by: 06:30 in Hà Nội is still the day before in UTC."""
    return at.astimezone(zone).date()


def dossier_code(unit: str, day: date, number: int) -> str:
    """The code of the ``number``-th dossier of ``unit`` on ``day``.

    Raises:
        ValueError: the number is outside 1..9,999,999 or the unit's code is malformed.
    """
    if not 1 <= number <= HIGHEST_NUMBER or not is_unit_code(unit):
        raise ValueError(f"no dossier code for unit {unit!r} and number {number}")
    return f"{unit}-{day:%y%m%d}-{number:04d}"
