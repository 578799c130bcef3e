"""The API and its pages put together: what serves them, opened and closed in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from typing import Any, Final

from psycopg import Connection
from psycopg_pool import ConnectionPool

from api import ports
from service.administration_thread import ThreadedAdministration
from service.cache import StateCache
from service.gateway import CommandGateway
from service.health import ServiceHealth
from service.reads import ReadPositions, ThreadedStatistics, connector, histories, public_lookup
from service.rule_book import LoggedRules
from service.settings import Settings
from service.subject_key import key_file
from service.subject_reads import ThreadedSubjects
from service.subjects import follow
from service.watch import Watch
from service.wiring import administration, connections, door, label, now, status

_FOLLOWER_SECONDS: Final = 2.0
"""What it had not committed by then did not happen, and is read again."""


@dataclass(frozen=True)
class Serving:
    """What a process that serves the API works with."""

    collaborators: ports.Collaborators
    gateway: CommandGateway


@asynccontextmanager
async def serving(settings: Settings, url: str, rules: LoggedRules | None = None) -> AsyncIterator[Serving]:
    """Everything the API is made of, opened and closed in order."""
    rules = rules or administration(url, settings)
    cache = StateCache(settings.state_cache)
    doors = [door(url, rules, cache) for _ in range(settings.lanes)]
    gateway = CommandGateway(doors, limit=settings.queue_limit)
    lookup = public_lookup(connector(url, "motcua-lookup"))
    whole = histories(connector(url, "motcua-history"))
    positions = ReadPositions(connector(url, "motcua-positions"))
    watch = Watch(partial(status, url))
    administering = ThreadedAdministration(connections(url, "administration"), rules, now)
    pool = ConnectionPool[Connection[Any]](
        url, min_size=1, max_size=4, open=False, kwargs={"autocommit": True, "application_name": "motcua-statistics"}
    )
    stop_following = Event()
    file = key_file(settings.data_dir, settings.subject_key_file)
    follower = Thread(
        target=follow, args=(connections(url, "subjects"), file, stop_following), name="subjects", daemon=True
    )
    pool.open()
    figures = ThreadedStatistics(pool)
    follower.start()
    gateway.start()
    administering.start()
    try:
        yield Serving(
            ports.Collaborators(
                commands=gateway,
                lookup=lookup,
                histories=whole,
                statistics=figures,
                worklists=figures,
                positions=positions,
                health=ServiceHealth(gateway, lookup, settings.queue_limit, watch),
                administering=administering,
                subjects=ThreadedSubjects(pool, connections(url, "subjects"), rules.current, file),
                clock=now,
                label=label(url),
            ),
            gateway,
        )
    finally:
        stop_following.set()
        await asyncio.to_thread(follower.join, _FOLLOWER_SECONDS)
        await gateway.stop()
        await administering.stop()
        for each in doors:
            each.close()
        for reads in (lookup, whole, positions, watch):
            await reads.stop()
        pool.close()
