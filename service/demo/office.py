"""Moving through time as an office does: so many working minutes later, by its calendar."""

from datetime import datetime, timedelta
from typing import Final

from domain.instants import instant_of
from domain.working_time import WorkingTime

_MINUTE: Final = 60_000_000  # microseconds


class OfficeTime:
    """Working minutes on a unit's working time. Every answer is a whole second in the unit's time zone."""

    def __init__(self, working_time: WorkingTime) -> None:
        self._working_time = working_time

    def later(self, moment: datetime, minutes: float) -> datetime:
        """The moment by which ``minutes``, more than none, have been worked since ``moment``."""
        worked = self._working_time.worked(instant_of(moment))
        instant = self._working_time.instant_worked(worked + max(1, round(minutes * _MINUTE)))
        return _whole_second(self._working_time.local(instant))

    def minutes_between(self, moment: datetime, until: datetime) -> float:
        """Working minutes from ``moment`` to ``until``; negative when ``until`` is the earlier."""
        worked = self._working_time.worked(instant_of(moment))
        return (self._working_time.worked(instant_of(until)) - worked) / _MINUTE

    def local(self, moment: datetime) -> datetime:
        """The moment on the office's own clock."""
        return _whole_second(self._working_time.local(instant_of(moment)))


def _whole_second(moment: datetime) -> datetime:
    return moment + timedelta(microseconds=-moment.microsecond % 1_000_000)
