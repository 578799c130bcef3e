"""When a unit works: its weekly timetable, changes of it, and the days declared otherwise."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

Periods = tuple[tuple[int, int], ...]
"""Working periods of one day as local minutes of the day (opening, closing), ascending."""

LAST_MINUTE: Final = 24 * 60 - 1
DAYS_IN_WEEK: Final = 7


def check_periods(periods: Periods) -> None:
    """Periods follow one another and close by 23:59, so that the end of a working day bears that day's date.

    Raises:
        ValueError: a period is empty, outside the day, or begins before the one before it has ended.
    """
    free_from = 0
    for opening, closing in periods:
        if not free_from <= opening < closing <= LAST_MINUTE:
            raise ValueError(f"working periods must be ascending within 00:00 to 23:59, not {periods}")
        free_from = closing


def check_aware(moment: datetime, name: str) -> None:
    """A moment has a time zone.

    Raises:
        ValueError: it has none.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{name} needs a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The working periods of each weekday, Monday first; an empty weekday is a day off.

    ``source`` and ``confidence`` say where the timetable was learnt and how surely.
    """

    periods: tuple[Periods, ...]
    source: str = "the unit's own declaration"
    confidence: str = "declared"

    def __post_init__(self) -> None:
        if len(self.periods) != DAYS_IN_WEEK:
            raise ValueError(f"a timetable has {DAYS_IN_WEEK} weekdays, not {len(self.periods)}")
        for periods in self.periods:
            check_periods(periods)

    def on(self, day: date) -> Periods:
        """The working periods of the weekday of ``day``."""
        return self.periods[day.weekday()]


_STANDARD_DAY: Final[Periods] = ((7 * 60, 11 * 60 + 30), (13 * 60 + 30, 17 * 60))

STANDARD_TIMETABLE: Final = Timetable(
    periods=(_STANDARD_DAY,) * 5 + ((), ()),
    source="other systems' settings for provincial one-stop desks; each unit may have its own",
    confidence="second-hand",
)
"""07:00 to 11:30 and 13:30 to 17:00, Monday to Friday: common, but no rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableChange:
    """From ``since`` on the unit works by another timetable; ``known_at`` is when that became known."""

    since: date
    timetable: Timetable
    known_at: datetime

    def __post_init__(self) -> None:
        check_aware(self.known_at, "known_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedChange(TimetableChange):
    """A change of the timetable by a decision, which may be revoked; ``decision`` is its number."""

    decision: str


class DeclarationKind(StrEnum):
    """What a decision makes of a day."""

    HOLIDAY = "holiday"
    MAKE_UP_DAY = "make-up-day"
    HALF_DAY = "half-day"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A decision says how one day is worked, whatever the timetable says; no periods make it a day off.

    ``known_at`` is when the decision became known, which may be only days before ``day``. ``decision`` is its
    number; ``source`` and ``confidence`` say where it was read and how surely.
    """

    day: date
    periods: Periods
    kind: DeclarationKind
    known_at: datetime
    decision: str
    source: str
    confidence: str

    def __post_init__(self) -> None:
        check_periods(self.periods)
        check_aware(self.known_at, "known_at")
        if self.kind is DeclarationKind.HOLIDAY and self.periods:
            raise ValueError("a holiday has no working periods")
        if self.kind in {DeclarationKind.MAKE_UP_DAY, DeclarationKind.HALF_DAY} and not self.periods:
            raise ValueError(f"a {self.kind} needs its working periods")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A decision no longer holds, as if it had not been made; ``known_at`` is when that became known.

    ``decision`` is the number of the decision that was revoked. Declared anew under its number, it holds again.
    """

    decision: str
    known_at: datetime

    def __post_init__(self) -> None:
        check_aware(self.known_at, "known_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What was decided on working time, for all units of a calendar or for one: each in the order it became known.

    Raises:
        ValueError: two decisions on the same day became known at the same moment.
    """

    timetable_changes: tuple[TimetableChange, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    revocations: tuple[Revocation, ...] = ()

    def __post_init__(self) -> None:
        _refuse_contradictions((change.since, change.known_at) for change in self.timetable_changes)
        _refuse_contradictions((declaration.day, declaration.known_at) for declaration in self.declarations)

    @property
    def known_times(self) -> Iterator[datetime]:
        """When each decision became known."""
        yield from (change.known_at for change in self.timetable_changes)
        yield from (declaration.known_at for declaration in self.declarations)
        yield from (revocation.known_at for revocation in self.revocations)

    @property
    def decisions(self) -> frozenset[str]:
        """The numbers of the decisions."""
        changes = {change.decision for change in self.timetable_changes if isinstance(change, DecidedChange)}
        return frozenset(changes | {declaration.decision for declaration in self.declarations})

    def in_force(self, known_at: datetime | None = None) -> "Layer":
        """What of it holds by what was known at ``known_at`` (inclusive), by default by all that is known."""
        if known_at is None:
            return self._without(self.revocations)
        known = Layer(
            timetable_changes=tuple(each for each in self.timetable_changes if each.known_at <= known_at),
            declarations=tuple(each for each in self.declarations if each.known_at <= known_at),
        )
        return known._without([each for each in self.revocations if each.known_at <= known_at])

    def _without(self, revocations: Iterable[Revocation]) -> "Layer":
        revoked: dict[str, datetime] = {}
        for each in revocations:
            revoked[each.decision] = max(each.known_at, revoked.get(each.decision, each.known_at))
        changes, declarations = self.timetable_changes, self.declarations
        return Layer(
            timetable_changes=tuple(each for each in changes if _holds(each, revoked)),
            declarations=tuple(each for each in declarations if _holds(each, revoked)),
        )

    def timetable_on(self, day: date) -> TimetableChange | None:
        """The change that holds on a day: of those begun, the one that began, then became known, last."""
        begun = [each for each in self.timetable_changes if each.since <= day]
        return max(begun, key=lambda each: (each.since, each.known_at)) if begun else None


def _holds(decided: TimetableChange | Declaration, revoked: Mapping[str, datetime]) -> bool:
    if not isinstance(decided, Declaration | DecidedChange):
        return True
    revoked_at = revoked.get(decided.decision)
    return revoked_at is None or decided.known_at >= revoked_at


def _refuse_contradictions(news: Iterable[tuple[date, datetime]]) -> None:
    seen: set[tuple[date, datetime]] = set()
    for day, known_at in news:
        if (day, known_at) in seen:
            raise ValueError(f"two decisions on {day} became known at the same moment, {known_at}")
        seen.add((day, known_at))
