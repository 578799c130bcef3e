"""Instants as whole microseconds since 1970 UTC, for exact sums and fast look-ups."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_A_DAY: Final = 86_400
_MICROSECONDS: Final = 1_000_000
_MICROSECOND: Final = timedelta(microseconds=1)
_MINUTE: Final = timedelta(minutes=1)


def instant_of(moment: datetime) -> int:
    """Microseconds since 1970 UTC.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {moment}")
    since = moment - _EPOCH
    return (since.days * _SECONDS_A_DAY + since.seconds) * _MICROSECONDS + since.microseconds


def is_timezone(name: str) -> bool:
    """Whether a time zone has this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def local_moment(instant: int, zone: ZoneInfo) -> datetime:
    """The moment of an instant in a time zone."""
    return (_EPOCH + instant * _MICROSECOND).astimezone(zone)


def instant_of_wall_time(day: date, minute: int, zone: ZoneInfo) -> int:
    """The instant a local clock shows a minute of a day.

    A time the clocks skip is the moment they skip to; of a time that comes twice it is the first.
    """
    wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    while True:
        instant = instant_of(wall.replace(tzinfo=zone))
        if local_moment(instant, zone).replace(tzinfo=None) == wall:
            return instant
        wall += _MINUTE
