"""What a clock of each unit measures by: a scale on which terms and waits are distances."""

from abc import ABC, abstractmethod
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from domain.term import TermUnit
from domain.working_time import LAST_YEAR, CalendarError, WorkingTime

_HOUR: Final = 3_600_000_000  # microseconds
_MONTHS_IN_YEAR: Final = 12
_SHORTEST_MONTH: Final = 28
_LAST_DAY: Final = date(LAST_YEAR, 12, 31).toordinal()


class Scale(ABC):
    """Places are whole numbers that never decrease as time goes on."""

    __slots__ = ("working_time",)

    def __init__(self, working_time: WorkingTime) -> None:
        self.working_time = working_time

    @abstractmethod
    def place(self, instant: int) -> int:
        """Where something that happens at an instant belongs."""

    @abstractmethod
    def last(self, first: int, amount: int) -> int:
        """The last place of a term begun at the place ``first``, if nothing is waited for."""

    @abstractmethod
    def last_of(self, end: int) -> int:
        """The place that an end fixed at an instant stands for."""

    @abstractmethod
    def end(self, last: int) -> int:
        """The instant a term with this last place ends."""

    @abstractmethod
    def ended(self, instant: int) -> int:
        """The first place that has not ended by an instant."""

    @abstractmethod
    def amount(self, first: int, ran: int) -> timedelta | int:
        """What a clock shows that began at ``first`` and ran over so many places."""


class WorkingHours(Scale):
    """Places are worked microseconds; the clock runs from the moment of the start."""

    __slots__ = ()

    def place(self, instant: int) -> int:
        """Working time up to the instant."""
        return self.working_time.worked(instant)

    def last(self, first: int, amount: int) -> int:
        """The amount is in hours."""
        return first + amount * _HOUR

    def last_of(self, end: int) -> int:
        """Working time up to the end."""
        return self.working_time.worked(end)

    def end(self, last: int) -> int:
        """The first instant by which so much has been worked."""
        return self.working_time.instant_worked(last)

    def ended(self, instant: int) -> int:
        """Working time up to the instant."""
        return self.working_time.worked(instant)

    def amount(self, first: int, ran: int) -> timedelta:  # noqa: ARG002 # hours do not depend on where they began
        """Working time."""
        return timedelta(microseconds=ran)


class WorkingDays(Scale):
    """Places are numbers of working days; the first is not counted (Civil Code 2015, article 147)."""

    __slots__ = ()

    def place(self, instant: int) -> int:
        """The working day that ends next."""
        return self.working_time.working_day(instant)

    def last(self, first: int, amount: int) -> int:
        """The amount is in working days."""
        return first + amount

    def last_of(self, end: int) -> int:
        """The working day of the end, the next if that is a day off."""
        return self.working_time.first_working_day(self.working_time.local(end).toordinal())

    def end(self, last: int) -> int:
        """The end of the working time of the last day."""
        return self.working_time.closing(last)

    def ended(self, instant: int) -> int:
        """The working day that ends next."""
        return self.working_time.working_day(instant)

    def amount(self, first: int, ran: int) -> int:  # noqa: ARG002 # days do not depend on where they began
        """Working days after the first."""
        return max(0, ran - 1)


class CalendarDays(Scale):
    """Places are days, by ordinal; the first is not counted, and an end on a day off moves (articles 147, 148)."""

    __slots__ = ()

    def place(self, instant: int) -> int:
        """The working day that ends next: outside working time nothing happens on a clock."""
        return self.working_time.day(self.working_time.working_day(instant))

    def last(self, first: int, amount: int) -> int:
        """The amount is in days."""
        return first + amount

    def last_of(self, end: int) -> int:
        """The local day of the end."""
        return self.working_time.local(end).toordinal()

    def end(self, last: int) -> int:
        """The end of the working time of the last day, or of the next working day if that is a day off."""
        return self.working_time.closing(self._due_position(last))

    def due_day(self, last: int) -> int:
        """The working day on which a term with this last day ends."""
        return self.working_time.day(self._due_position(last))

    def ended(self, instant: int) -> int:
        """A working day ends with its working time, a day off at midnight."""
        today = self.working_time.local(instant).toordinal()
        closed = self.working_time.first_working_day(today) < self.working_time.working_day(instant)
        return today + 1 if closed else today

    def amount(self, first: int, ran: int) -> int:  # noqa: ARG002 # days do not depend on where they began
        """Days after the first."""
        return max(0, ran - 1)

    def _due_position(self, last: int) -> int:
        if last > _LAST_DAY:
            raise CalendarError(f"the term ends after the year {LAST_YEAR}")
        return self.working_time.first_working_day(last)


class Months(CalendarDays):
    """Days, with terms to the same day of a later month, or to the last of that month where there is none."""

    __slots__ = ()

    def last(self, first: int, amount: int) -> int:
        """The amount is in months."""
        return _months_after(first, amount)

    def amount(self, first: int, ran: int) -> int:
        """Whole months after the first day."""
        last = first + max(0, ran - 1)
        begun, now = date.fromordinal(first), date.fromordinal(last)
        months = (now.year - begun.year) * _MONTHS_IN_YEAR + now.month - begun.month
        return months if _months_after(first, months) <= last else months - 1


_SCALES: Final[dict[TermUnit, type[Scale]]] = {
    TermUnit.WORKING_HOURS: WorkingHours,
    TermUnit.WORKING_DAYS: WorkingDays,
    TermUnit.CALENDAR_DAYS: CalendarDays,
    TermUnit.MONTHS: Months,
}


def scale_of(unit: TermUnit, working_time: WorkingTime) -> Scale:
    """The scale a unit is measured by."""
    return _SCALES[unit](working_time)


def _months_after(day: int, months: int) -> int:
    first = date.fromordinal(day)
    years, month = divmod(first.month - 1 + months, _MONTHS_IN_YEAR)
    year = first.year + years
    if year > LAST_YEAR:
        raise CalendarError(f"the term ends after the year {LAST_YEAR}")
    if first.day <= _SHORTEST_MONTH:
        return date(year, month + 1, first.day).toordinal()
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1])).toordinal()
