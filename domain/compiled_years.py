"""Years of working time laid out as sorted lists, for ``WorkingTime`` to search."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from domain.instants import instant_of_wall_time
from domain.timetable import Periods


@dataclass(frozen=True, slots=True)
class CompiledYears:
    """Consecutive compiled years; never changed, only replaced by a longer run, so that threads may share it.

    ``worked_before[i]`` is the working time before period ``i`` (one entry more than periods) and ``position`` the
    number of the first working day, both counted from the year first asked for: earlier ones are negative.
    ``upcoming[i]`` is the number of the first working day on or after day ``first_day + i``.
    """

    first: int
    last: int
    begins: int
    ends: int
    opens: list[int]
    closes: list[int]
    worked_before: list[int]
    position: int
    first_day: int
    upcoming: list[int]
    days: list[int]
    closings: list[int]
    idle: int
    """Years at the end without any working time."""

    def before(self, later: "CompiledYears") -> "CompiledYears":
        """This run and the one that follows it, as one."""
        return CompiledYears(
            first=self.first,
            last=later.last,
            begins=self.begins,
            ends=later.ends,
            opens=self.opens + later.opens,
            closes=self.closes + later.closes,
            worked_before=self.worked_before[:-1] + later.worked_before,
            position=self.position,
            first_day=self.first_day,
            upcoming=self.upcoming + later.upcoming,
            days=self.days + later.days,
            closings=self.closings + later.closings,
            idle=later.idle if later.days else self.idle + later.idle,
        )

    def counted_from(self, worked: int, position: int) -> "CompiledYears":
        """The same years, their sums beginning with ``worked`` and their days with ``position``."""
        return replace(
            self,
            worked_before=[worked + before for before in self.worked_before],
            position=position,
            upcoming=[position + number for number in self.upcoming],
        )


def compile_year(year: int, zone: ZoneInfo, periods_on: Callable[[date], Periods]) -> CompiledYears:
    """One year, counted from its own beginning; periods the clocks skip have no time and fall out."""
    opens: list[int] = []
    closes: list[int] = []
    worked_before = [0]
    upcoming: list[int] = []
    days: list[int] = []
    closings: list[int] = []
    first_day, next_year = date(year, 1, 1), date(year + 1, 1, 1)
    for ordinal in range(first_day.toordinal(), next_year.toordinal()):
        upcoming.append(len(days))
        day = date.fromordinal(ordinal)
        for period in periods_on(day):
            opening, closing = (instant_of_wall_time(day, minute, zone) for minute in period)
            if opening < closing:
                opens.append(opening)
                closes.append(closing)
                worked_before.append(worked_before[-1] + closing - opening)
        if closes and (not closings or closes[-1] > closings[-1]):
            days.append(ordinal)
            closings.append(closes[-1])
    return CompiledYears(
        first=year,
        last=year,
        begins=instant_of_wall_time(first_day, 0, zone),
        ends=instant_of_wall_time(next_year, 0, zone),
        opens=opens,
        closes=closes,
        worked_before=worked_before,
        position=0,
        first_day=first_day.toordinal(),
        upcoming=upcoming,
        days=days,
        closings=closings,
        idle=0 if days else 1,
    )
