"""Who decides and is answerable."""

from dataclasses import dataclass
from enum import StrEnum


class UnitKind(StrEnum):
    """Where a unit stands in the administration, from above."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An agency or one of its units (cơ quan, đơn vị)."""

    code: str
    name_vi: str
    name_en: str
    kind: UnitKind
    parent: str | None
    calendar: str
