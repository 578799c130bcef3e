"""Working time as an index: worked microseconds and working days, found by bisection.

Instants (domain/instants.py) and ordinals of days are integers, so that sums are exact and a look-up takes about a
microsecond however many years are compiled. Years are compiled when first asked for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime
from threading import Lock
from typing import Final
from zoneinfo import ZoneInfo

from domain.compiled_years import CompiledYears, compile_year
from domain.instants import instant_of, local_moment
from domain.timetable import Declaration, Periods, Timetable

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
LONGEST_CLOSURE_YEARS: Final = 10


class CalendarError(ValueError):
    """The calendar gives no working time where it was asked for."""


_FIRST_INSTANT: Final = instant_of(datetime(FIRST_YEAR, 1, 2, tzinfo=UTC))
_LAST_INSTANT: Final = instant_of(datetime(LAST_YEAR, 12, 31, tzinfo=UTC))


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
        self._years: CompiledYears | None = None
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

    def is_working_day(self, day: date) -> bool:
        """Whether any time is worked on the day; periods the clocks skip are not."""
        return self.first_working_day(day.toordinal()) < self.first_working_day(day.toordinal() + 1)

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
        years = self._years or self._compiled()
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
        years = self._years
        if years is None or not 0 <= day - years.first_day < len(years.upcoming):
            years = self._reaching(date.fromordinal(day).year)
        return years.upcoming[day - years.first_day]

    def day(self, position: int) -> int:
        """The day at a position."""
        years = self._holding(position)
        return years.days[position - years.position]

    def closing(self, position: int) -> int:
        """The instant working time ends on the day at a position."""
        years = self._holding(position)
        return years.closings[position - years.position]

    def _covering(self, instant: int) -> CompiledYears:
        years = self._years
        if years is not None and years.begins <= instant < years.ends:
            return years
        if not _FIRST_INSTANT <= instant < _LAST_INSTANT:
            raise CalendarError(f"calendars know only the years {FIRST_YEAR} to {LAST_YEAR}")
        return self._reaching(self.local(instant).year)

    def _holding(self, position: int) -> CompiledYears:
        years = self._years or self._compiled()
        while position >= years.position + len(years.days):
            years = self._reaching(years.last + 1)
        return years

    def _compiled(self) -> CompiledYears:
        if self._years is None:
            raise CalendarError("sums and positions mean nothing before an instant was asked for")
        return self._years

    def _reaching(self, year: int) -> CompiledYears:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise CalendarError(f"calendars know only the years {FIRST_YEAR} to {LAST_YEAR}")
        with self._growing:
            years = self._years or compile_year(year, self.zone, self.periods_on)
            while years.last < year:
                years = self._with_next(years)
            while years.first > year:
                years = self._with_previous(years)
            self._years = years
        return years

    def _with_next(self, years: CompiledYears) -> CompiledYears:
        following = compile_year(years.last + 1, self.zone, self.periods_on)
        longer = years.before(following.counted_from(years.worked_before[-1], years.position + len(years.days)))
        if longer.idle >= LONGEST_CLOSURE_YEARS:
            raise CalendarError(f"no working time in the {longer.idle} years up to {longer.last}")
        return longer

    def _with_previous(self, years: CompiledYears) -> CompiledYears:
        previous = compile_year(years.first - 1, self.zone, self.periods_on)
        worked = years.worked_before[0] - previous.worked_before[-1]
        return previous.counted_from(worked, years.position - len(previous.days)).before(years)
