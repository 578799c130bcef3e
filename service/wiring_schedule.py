"""The scheduler put together, and its loop: one process looks, others stand by to take over."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from threading import Event
from typing import Final

import psycopg
import structlog

from consumers.ports import Away
from consumers.running import Pauses
from service import moments
from service.lease import Lease
from service.moments import MovedOn
from service.rule_book import LoggedRules
from service.schedule_status import RIGHT
from service.scheduling import Looked, Scheduler
from service.wiring import administration_door, catch_up, connections, door

LOOK_SECONDS: Final = 1.0
TRIAL_LOOK_SECONDS: Final = 0.05
"""A clock that is turned by hand goes faster than others."""

_TRY_SECONDS: Final = 0.5

_log = structlog.get_logger(__name__)

_AWAY: Final = (psycopg.OperationalError, psycopg.InterfaceError, Away)


def scheduler(url: str, rules: LoggedRules) -> Scheduler:
    """A scheduler with connections of its own."""
    return Scheduler(
        connections(url, "schedule"), door(url, rules, part="schedule-door"), rules, administration_door(url, rules)
    )


def look_once(url: str, rules: LoggedRules, clock: Callable[[], datetime], stop: Event) -> Looked | None:
    """One look at what projections know; None where another process holds the right to look.

    Raises:
        Away: the database does not answer.
    """
    lease = Lease(connections(url, "schedule-lease"), RIGHT)
    try:
        if not lease.take():
            return None
        with closing(scheduler(url, rules)) as looking:
            return looking.look(clock(), lambda: lease.take() and not stop.is_set())
    finally:
        lease.let_go()


def look_until_caught_up(url: str, rules: LoggedRules, clock: Callable[[], datetime], stop: Event) -> Looked | None:
    """Until all is told that was to be told when this began, whoever does it; None when it was another process."""
    with connections(url, "schedule-watch")() as connection:
        began, target = clock(), moments.committed(connection)
        catch_up(url)
        pauses = Pauses(stop)
        while not stop.is_set():
            looked = look_once(url, rules, clock, stop)
            if looked is not None and looked.whole:
                return looked
            state = moments.state(connection)
            if looked is None and state.position >= target and state.looked_at and state.looked_at >= began:
                return None
            pauses.wait()
    return None


def keep_looking(
    url: str, rules: LoggedRules, clock: Callable[[], datetime], stop: Event, look_seconds: float = LOOK_SECONDS
) -> None:
    """Look about so often while this process has the right to, until ``stop`` is set."""
    lease = Lease(connections(url, "schedule-lease"), RIGHT)
    pauses = Pauses(stop)
    try:
        with closing(scheduler(url, rules)) as looking:
            while not stop.is_set():
                try:
                    if not lease.take():
                        stop.wait(_TRY_SECONDS)
                        continue
                    looked = looking.look(clock(), lambda: lease.take() and not stop.is_set())
                except MovedOn:
                    _log.warning("schedule_taken_over")
                    lease.let_go()
                    pauses.wait()
                except _AWAY as error:
                    _log.warning("schedule_database_away", error=type(error).__name__)
                    looking.close()
                    lease.let_go()
                    pauses.wait()
                else:
                    pauses.over()
                    if not looked.left:
                        stop.wait(look_seconds)
    finally:
        lease.let_go()
