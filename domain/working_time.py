"""Working time as an index: worked microseconds and working days, found by bisection.

Instants (domain/instants.py) and ordinals of days are integers, so that sums are exact and a look-up takes about a
microsecond however many years are compiled. Years are compiled when first asked for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from threading import Lock
from typing import Final
from zoneinfo import ZoneInfo

from domain.instants import instant_of, instant_of_wall_time, local_moment
from domain.timetable import Declaration, Periods, Timetable

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
LONGEST_CLOSURE_YEARS: Final = 10


class CalendarError(ValueError):
    """The calendar gives no working time where it was asked for."""


_FIRST_INSTANT: Final = instant_of(datetime(FIRST_YEAR, 1, 2, tzinfo=UTC))
_LAST_INSTANT: Final = instant_of(datetime(LAST_YEAR, 12, 31, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class _Years:
    """Consecutive compiled years; never changed, only replaced by a longer run, so that threads may share it.

    ``worked_before[i]`` is the working time before period ``i`` (one entry more than periods) and ``position`` the
    number of the first working day, both counted from the year first asked for: earlier ones are negative.
    """

    first: int
    last: int
    begins: int
    ends: int
    opens: list[int]
    closes: list[int]
    worked_before: list[int]
    position: int
    days: list[int]
    closings: list[int]
    local_closings: list[datetime]
    idle: int
    """Years at the end without any working time."""

    def before(self, later: "_Years") -> "_Years":
        """This run and the one that follows it, as one."""
        return _Years(
            first=self.first,
            last=later.last,
            begins=self.begins,
            ends=later.ends,
            opens=self.opens + later.opens,
            closes=self.closes + later.closes,
            worked_before=self.worked_before[:-1] + later.worked_before,
            position=self.position,
            days=self.days + later.days,
            closings=self.closings + later.closings,
            local_closings=self.local_closings + later.local_closings,
            idle=later.idle if later.days else self.idle + later.idle,
        )

    def counted_from(self, worked: int, position: int) -> "_Years":
        """The same years, their sums beginning with ``worked`` and their days with ``position``."""
        return replace(self, worked_before=[worked + before for before in self.worked_before], position=position)


class WorkingTime:
    """When a unit works, as known at one moment.

    A working day is a day with working time, however little; its number is its position. Positions and sums of
    worked time mean nothing by themselves, only their differences do.

    Every look-up raises ``CalendarError`` outside the years 1970 to 2199 and where no working time is found for ten
    years.
    """

    __slots__ = ("_declarations", "_growing", "_since", "_timetables", "_years", "zone")

    def __init__(
        self,
        *,
        zone: ZoneInfo,
        timetable: Timetable,
        timetables: Mapping[date, Timetable],
        declarations: Mapping[date, Declaration],
    ) -> None:
        """``timetable`` holds until the first of ``timetables``, each by its first day."""
        self.zone = zone
        self._since = sorted(timetables)
        self._timetables = [timetable, *(timetables[since] for since in self._since)]
        self._declarations = dict(declarations)
        self._years: _Years | None = None
        self._growing = Lock()  # two threads must not begin to count in different years

    def declaration_on(self, day: date) -> Declaration | None:
        """The decision that says how the day is worked, if there is one."""
        return self._declarations.get(day)

    def periods_on(self, day: date) -> Periods:
        """The working periods of a day as local minutes; none on a day off."""
        declaration = self._declarations.get(day)
        if declaration is not None:
            return declaration.periods
        return self._timetables[bisect_right(self._since, day)].on(day)

    def local(self, instant: int) -> datetime:
        """The moment in the unit's time zone."""
        return local_moment(instant, self.zone)

    def worked(self, instant: int) -> int:
        """Working microseconds up to the instant."""
        years = self._covering(instant)
        period = bisect_right(years.opens, instant) - 1
        if period < 0:
            return years.worked_before[0]
        return years.worked_before[period] + min(instant, years.closes[period]) - years.opens[period]

    def instant_worked(self, worked: int) -> int:
        """The first instant by which so much has been worked; ``worked`` must lie after a sum already asked for."""
        years = self._compiled()
        while worked > years.worked_before[-1]:
            years = self._reaching(years.last + 1)
        period = bisect_left(years.worked_before, worked) - 1
        return years.opens[period] + worked - years.worked_before[period]

    def working_day(self, instant: int) -> int:
        """Position of the working day an instant belongs to: the first whose working time ends after it.

        What happens outside working time belongs to the next working moment, and this is the one place that says so
        for clocks in days (``Rule.OUTSIDE_HOURS_NEXT_MOMENT`` names its source). Clocks in hours need no rule: no time
        is worked in between.
        """
        years = self._covering(instant)
        return bisect_right(years.closings, instant) + years.position

    def next_working_moment(self, instant: int) -> int:
        """The instant itself within working time, else the next opening; a closing moment is outside."""
        years = self._covering(instant)
        period = bisect_right(years.closes, instant)
        while period >= len(years.opens):
            years = self._reaching(years.last + 1)
            period = bisect_right(years.closes, instant)
        return max(instant, years.opens[period])

    def first_working_day(self, day: int) -> int:
        """Position of the first working day on or after a day."""
        years = self._compiled()
        year = date.fromordinal(day).year
        if not years.first <= year <= years.last:
            years = self._reaching(year)
        return bisect_left(years.days, day) + years.position

    def day(self, position: int) -> int:
        """The day at a position."""
        years = self._holding(position)
        return years.days[position - years.position]

    def closing(self, position: int) -> datetime:
        """The end of working time of the day at a position, in the unit's time zone."""
        years = self._holding(position)
        return years.local_closings[position - years.position]

    def _covering(self, instant: int) -> _Years:
        years = self._years
        if years is not None and years.begins <= instant < years.ends:
            return years
        if not _FIRST_INSTANT <= instant < _LAST_INSTANT:
            raise CalendarError(f"calendars know only the years {FIRST_YEAR} to {LAST_YEAR}")
        return self._reaching(self.local(instant).year)

    def _holding(self, position: int) -> _Years:
        years = self._compiled()
        while position - years.position >= len(years.days):
            years = self._reaching(years.last + 1)
        return years

    def _compiled(self) -> _Years:
        if self._years is None:
            raise CalendarError("ask a working time for an instant before its sums and positions")
        return self._years

    def _reaching(self, year: int) -> _Years:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise CalendarError(f"calendars know only the years {FIRST_YEAR} to {LAST_YEAR}")
        with self._growing:
            years = self._years or self._compile(year)
            while years.last < year:
                years = self._with_next(years)
            while years.first > year:
                years = self._with_previous(years)
            self._years = years
        return years

    def _with_next(self, years: _Years) -> _Years:
        following = self._compile(years.last + 1)
        longer = years.before(following.counted_from(years.worked_before[-1], years.position + len(years.days)))
        if longer.idle >= LONGEST_CLOSURE_YEARS:
            raise CalendarError(f"no working time in the {longer.idle} years up to {longer.last}")
        return longer

    def _with_previous(self, years: _Years) -> _Years:
        previous = self._compile(years.first - 1)
        worked = years.worked_before[0] - previous.worked_before[-1]
        return previous.counted_from(worked, years.position - len(previous.days)).before(years)

    def _compile(self, year: int) -> _Years:
        opens: list[int] = []
        closes: list[int] = []
        worked_before = [0]
        days: list[int] = []
        closings: list[int] = []
        for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            for period in self.periods_on(day):
                opening, closing = (instant_of_wall_time(day, minute, self.zone) for minute in period)
                if opening < closing:  # not skipped by the clocks
                    opens.append(opening)
                    closes.append(closing)
                    worked_before.append(worked_before[-1] + closing - opening)
            if closes and (not closings or closes[-1] > closings[-1]):
                days.append(ordinal)
                closings.append(closes[-1])
        return _Years(
            first=year,
            last=year,
            begins=instant_of_wall_time(date(year, 1, 1), 0, self.zone),
            ends=instant_of_wall_time(date(year + 1, 1, 1), 0, self.zone),
            opens=opens,
            closes=closes,
            worked_before=worked_before,
            position=0,
            days=days,
            closings=closings,
            local_closings=[self.local(closing) for closing in closings],
            idle=0 if days else 1,
        )
