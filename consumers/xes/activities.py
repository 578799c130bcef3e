"""Which facts an outside activity, or the end of an outside case, can be read as, and from which fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final

from domain.codes import is_unit_code
from domain.dossier.dossier import Finance, Stage
from domain.dossier.events import (
    Appraised,
    Approved,
    DeliveryMethod,
    DossierEvent,
    HandedOver,
    Refused,
    ResultReturned,
    Stopped,
    Supplemented,
    SupplementRequested,
    Withdrawn,
)


class Fallback(Enum):
    """What a field is when the mapping does not say: nothing, the activity's name, who did it, or an error."""

    NOTHING = auto()
    NAME = auto()
    RESOURCE = auto()
    REQUIRED = auto()


@dataclass(frozen=True, slots=True)
class Words:
    """The words a field admits. ``rule`` says it to whoever writes a mapping."""

    rule: str
    admits: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a fact that a mapping may fill. Without ``words`` any text will do."""

    fallback: Fallback = Fallback.NOTHING
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact. ``never_read`` names fields that no log gives; ``ends`` marks the facts that end a dossier."""

    fields: Mapping[str, Field]
    make: Callable[[datetime, Mapping[str, str]], DossierEvent]
    never_read: tuple[str, ...] = ()
    ends: bool = False


UNIT_CODE: Final = Words("must be a unit code such as G90.01", is_unit_code)
_YES_NO: Final = Words("must be one of: yes, no", {"yes", "no"}.__contains__)
_METHODS: Final = Words(
    f"must be one of: {', '.join(DeliveryMethod)}", frozenset(map(str, DeliveryMethod)).__contains__
)
_OFFICER: Final = Field(Fallback.RESOURCE)
_REASON: Final = Field(Fallback.NAME)
_TEXT: Final = Field()


def _handed_over(at: datetime, given: Mapping[str, str]) -> DossierEvent:
    return HandedOver(
        step=given["step"],
        from_unit="",
        from_officer="",
        to_unit=given["to_unit"],
        to_officer=given["to_officer"],
        to_title=given["to_title"],
        quota=None,
        handed_over_at=at,
    )


def _supplement_requested(at: datetime, given: Mapping[str, str]) -> DossierEvent:
    return SupplementRequested(
        items=(),
        stage=Stage.IN_PROCESS,
        legal_basis=given["legal_basis"],
        approver=given["approver"],
        officer=given["officer"],
        requested_at=at,
    )


def _stopped(at: datetime, given: Mapping[str, str]) -> DossierEvent:
    return Stopped(
        reason=given["reason"],
        stage=Stage.IN_PROCESS,
        finance=Finance.NOTHING_DUE,
        officer=given["officer"],
        stopped_at=at,
    )


def _result_returned(at: datetime, given: Mapping[str, str]) -> DossierEvent:
    method = DeliveryMethod(given["method"] or DeliveryMethod.UNKNOWN)
    return ResultReturned(method=method, officer=given["officer"], returned_at=at)


KINDS: Final[Mapping[str, Kind]] = {
    "handed-over": Kind(
        {
            "step": Field(Fallback.NAME),
            "to_unit": Field(Fallback.REQUIRED, UNIT_CODE),
            "to_officer": _OFFICER,
            "to_title": _TEXT,
        },
        _handed_over,
        never_read=("from_unit", "from_officer", "quota"),
    ),
    "supplement-requested": Kind(
        {"legal_basis": _TEXT, "approver": _TEXT, "officer": _OFFICER},
        _supplement_requested,
        never_read=("items", "stage"),
    ),
    "supplemented": Kind(
        {},
        lambda at, _: Supplemented(components=(), due_at=None, supplemented_at=at),
        never_read=("components", "due_at"),
    ),
    "appraised": Kind(
        {"eligible": Field(Fallback.REQUIRED, _YES_NO), "opinion": _TEXT, "officer": _OFFICER},
        lambda at, given: Appraised(
            eligible=given["eligible"] == "yes", opinion=given["opinion"], officer=given["officer"], appraised_at=at
        ),
    ),
    "approved": Kind({"officer": _OFFICER}, lambda at, given: Approved(officer=given["officer"], approved_at=at)),
    "result-returned": Kind({"method": Field(words=_METHODS), "officer": _OFFICER}, _result_returned, ends=True),
    "refused": Kind(
        {"reason": _REASON, "officer": _OFFICER},
        lambda at, given: Refused(reason=given["reason"], officer=given["officer"], refused_at=at),
        ends=True,
    ),
    "stopped": Kind({"reason": _REASON, "officer": _OFFICER}, _stopped, never_read=("stage", "finance"), ends=True),
    "withdrawn": Kind(
        {"reason": _REASON}, lambda at, given: Withdrawn(reason=given["reason"], withdrawn_at=at), ends=True
    ),
}

ENDINGS: Final = tuple(name for name, kind in KINDS.items() if kind.ends)
