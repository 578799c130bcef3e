"""What happens to the dossiers of the generated province, and how often. All shares are invented.

They are chosen to look like a province that answers most in time and still has everything that goes wrong.
"""

from dataclasses import dataclass
from enum import Enum, auto
from itertools import accumulate
from random import Random
from typing import Final, TypeVar

from domain.dossier.events import Channel
from domain.procedure import OnlineLevel, Procedure

_Choice = TypeVar("_Choice")
Shares = tuple[tuple[_Choice, float], ...]


class Reception(Enum):
    """What happens at the desk."""

    COMPLETE = auto()
    INCOMPLETE = auto()
    REFUSED = auto()


class Payment(Enum):
    """What becomes of fee and charge."""

    AT_ONCE = auto()
    AT_RETURN = auto()
    WAIVED = auto()
    NEVER = auto()


class Ending(Enum):
    """How processing ends, if it does."""

    RESULT = auto()
    REFUSAL = auto()
    WITHDRAWN = auto()
    STOPPED = auto()


class Pace(Enum):
    """When the result comes, against the promise."""

    EARLY = auto()
    LAST_DAY = auto()
    LATE = auto()
    NEGLECTED = auto()


RECEPTIONS: Final[Shares[Reception]] = (
    (Reception.COMPLETE, 0.945),
    (Reception.INCOMPLETE, 0.03),
    (Reception.REFUSED, 0.025),
)
PAYMENTS: Final[Shares[Payment]] = (
    (Payment.AT_ONCE, 0.72),
    (Payment.AT_RETURN, 0.2),
    (Payment.WAIVED, 0.05),
    (Payment.NEVER, 0.03),
)
ENDINGS: Final[Shares[Ending]] = (
    (Ending.RESULT, 0.95),
    (Ending.REFUSAL, 0.025),
    (Ending.WITHDRAWN, 0.015),
    (Ending.STOPPED, 0.01),
)
PACES: Final[Shares[Pace]] = (
    (Pace.EARLY, 0.815),
    (Pace.LAST_DAY, 0.158),
    (Pace.LATE, 0.023),
    (Pace.NEGLECTED, 0.004),
)
SLOW_PACES: Final[Shares[Pace]] = (
    (Pace.EARLY, 0.6),
    (Pace.LAST_DAY, 0.22),
    (Pace.LATE, 0.16),
    (Pace.NEGLECTED, 0.02),
)
SLOW_UNITS: Final = frozenset({"H99.07", "H99.19", "H99.104", "H99.113", "H99.127"})
"""Units that keep their promises less often than the others: construction, land, and three communes."""

SUPPLEMENTS: Final[Shares[int]] = ((0, 0.93), (1, 0.058), (2, 0.012))
CHANNELS: Final[Shares[Channel]] = (
    (Channel.DESK, 0.4),
    (Channel.PROVINCIAL_PORTAL, 0.24),
    (Channel.NATIONAL_PORTAL, 0.27),
    (Channel.POST, 0.07),
    (Channel.HIRED, 0.02),
)
ON_PAPER: Final[Shares[Channel]] = ((Channel.DESK, 0.85), (Channel.POST, 0.12), (Channel.HIRED, 0.03))
COMMUNE_SHARE: Final = 0.68
_DECLINED: Final = 0.02
_APOLOGY: Final = 0.45
_SUPPLEMENT_UNANSWERED: Final = 0.1
_CORRECTED: Final = 0.012
_NOT_COLLECTED: Final = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will happen to one dossier, as far as time allows.

    ``slack`` is a number from 0 to 1 that says how early, or how late, within its pace.
    """

    channel: Channel
    reception: Reception
    payment: Payment
    ending: Ending
    pace: Pace
    slack: float
    supplements: int
    unanswered: bool
    declined: bool
    apology: bool
    corrected: bool
    collected: bool


def draw(chance: Random, shares: Shares[_Choice]) -> _Choice:
    """One of the choices, as often as its share says."""
    choices, weights = zip(*shares, strict=True)
    drawn: _Choice = chance.choices(choices, cum_weights=list(accumulate(weights)))[0]
    return drawn


def draw_plan(chance: Random, procedure: Procedure, unit: str) -> Plan:
    """What will happen to a dossier of this procedure at this unit."""
    pace = draw(chance, SLOW_PACES if unit in SLOW_UNITS else PACES)
    return Plan(
        channel=draw(chance, ON_PAPER if procedure.online is OnlineLevel.INFORMATION else CHANNELS),
        reception=draw(chance, RECEPTIONS),
        payment=draw(chance, PAYMENTS),
        ending=draw(chance, ENDINGS),
        pace=pace,
        slack=chance.random(),
        supplements=draw(chance, SUPPLEMENTS),
        unanswered=chance.random() < _SUPPLEMENT_UNANSWERED,
        declined=chance.random() < _DECLINED,
        apology=pace is Pace.LATE and chance.random() < _APOLOGY,
        corrected=chance.random() < _CORRECTED,
        collected=chance.random() >= _NOT_COLLECTED,
    )
