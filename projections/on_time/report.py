"""The words of the on-time statistics: how a report is asked for and what it says."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Counting(StrEnum):
    """By date: the day of the end against the day that was due. By instant: to the moment. The two differ."""

    DATE = "date"
    INSTANT = "instant"


class Cut(StrEnum):
    """What the figures are cut by. Days and months are those of reception, local to the dossier."""

    ALL = "all"
    UNIT = "unit"
    PROCEDURE = "procedure"
    CHANNEL = "channel"
    DAY = "day"
    MONTH = "month"


class Bucket(StrEnum):
    """Which figure a list of dossiers stands behind."""

    RECEIVED = "received"
    CLOSED = "closed"
    EARLY = "early"
    ON_TIME = "on-time"
    IN_TIME = "in-time"
    OVERDUE = "overdue"
    OPEN = "open"
    OPEN_WITHIN = "open-within"
    OPEN_OVERDUE = "open-overdue"
    PAUSED = "paused"


class Structure(StrEnum):
    """By which structure of the administration units are told apart: that of the report's end, or that of now."""

    THEN = "then"
    NOW = "now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where units stand, as far as it is not what their codes say.

    ``counted_for`` are pairs of a unit and the one that its dossiers are counted for; other units stand for themselves.
    ``within`` are units below the one that is asked for though their codes do not begin with its own, ``outside`` those
    not below it though they do.
    """

    counted_for: tuple[tuple[str, str], ...] = ()
    within: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """What is asked. ``from_on`` and ``to_on`` bound the day of reception, both inclusive.

    ``as_of`` is an instant of effect: what had taken effect by then, as it is known now; None is all that is known.
    ``now`` is the instant against which open dossiers are within their deadline or overdue when ``as_of`` is None.
    ``unit`` means that unit and every unit below it; ``places`` is where units stand in the ``structure``.
    """

    now: datetime
    by: Cut = Cut.ALL
    counting: Counting = Counting.DATE
    from_on: date | None = None
    to_on: date | None = None
    as_of: datetime | None = None
    unit: str | None = None
    procedure: str | None = None
    channel: str | None = None
    structure: Structure = Structure.THEN
    places: Places = Places()


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierQuery:
    """The list behind one figure. ``key`` is the row's key under ``report.by``; ``after`` is an opaque cursor.

    ``corrected`` asks for those alone in which a fact was corrected.
    """

    report: ReportQuery
    bucket: Bucket
    key: str | None = None
    after: str | None = None
    limit: int = 50
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Numbers of dossiers.

    ``received = closed + open``, ``closed = in_time + overdue``, ``in_time = early + on_time``,
    ``open = open_within + open_overdue``. By instant there is no "same day": ``on_time`` is 0 and ``early`` is in time.
    ``paused`` counts those open dossiers whose clock waits; they are within their deadline.
    """

    received: int
    closed: int
    early: int
    on_time: int
    in_time: int
    overdue: int
    open: int
    open_within: int
    open_overdue: int
    paused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow(Figures):
    """One line of the report. ``corrected`` is how many dossiers of each figure have a fact that was corrected."""

    key: str
    corrected: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer. ``position`` is how far the log had been read; ``rule`` names the counting rule's version."""

    rows: tuple[ReportRow, ...]
    total: ReportRow
    query: ReportQuery
    rule: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierLine:
    """One dossier in the list behind a figure. ``corrected`` is whether a fact in it was corrected."""

    code: str
    unit: str
    procedure: str
    channel: str
    received_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    paused: bool
    corrected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierList:
    """A page of the list; ``next`` is None on the last one. ``count`` is the whole list's length."""

    lines: tuple[DossierLine, ...]
    count: int
    next: str | None
