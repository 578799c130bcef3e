"""What can be asked of the structure of the administration, and the facts that come of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from domain.agency import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishUnit:
    """Establish a unit from a day on."""

    code: str
    unit: Unit
    effective_from: date
    decision: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUnit:
    """From a day on the unit has another name, parent, kind or calendar."""

    code: str
    unit: Unit
    effective_from: date
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndUnit:
    """End a unit from a day on; its successors take over what it had."""

    code: str
    successors: tuple[str, ...]
    effective_from: date
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeUnits:
    """Merge units into this one from a day on; ``unit`` describes it where it is new."""

    code: str
    merged: tuple[str, ...]
    unit: Unit | None = None
    effective_from: date
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitUnit:
    """Split a unit into new ones from a day on."""

    code: str
    into: tuple[Unit, ...]
    effective_from: date
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEstablished:
    """A unit was established (thành lập), and is there from ``effective_from`` on."""

    code: str
    unit: Unit
    effective_from: date
    decision: str
    established_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChanged:
    """From ``effective_from`` on the unit has another name, parent, kind or calendar."""

    code: str
    unit: Unit
    effective_from: date
    decision: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEnded:
    """The unit ended (chấm dứt hoạt động): on ``effective_from`` it is no longer there, and ``successors`` are."""

    code: str
    successors: tuple[str, ...]
    effective_from: date
    decision: str
    ended_at: datetime


UnitCommand: TypeAlias = EstablishUnit | ChangeUnit | EndUnit | MergeUnits | SplitUnit
UnitFact: TypeAlias = UnitEstablished | UnitChanged | UnitEnded
