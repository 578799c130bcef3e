"""The one loop that keeps projections up to date."""

import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import Connection

from projections.feeding import Share, feed
from projections.leases import Leases
from projections.ports import EventLog, Partition
from projections.positions import PartitionsChanged, PositionMoved, ensure_positions, lowest_position, read_positions
from projections.projection import Projection
from projections.sessions import Connect
from projections.sources import Source
from projections.switching import announce
from projections.tables import ensure_schema

POLL_SECONDS: Final = 0.015
BALANCE_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 0.2
BATCH: Final = 5_000

Fault: TypeAlias = Callable[[Exception], None]

_PASSING: Final = (psycopg.OperationalError, psycopg.InterfaceError)
"""Faults that another try may not meet: a lost connection, a lock not got, a server that restarts."""


class Runner:
    """Reads the log in batches and feeds them to the projections. Any number of processes may run one; they share.

    ``partitions`` None means the number in which the projections are kept. ``limit`` is the most events in a batch.
    One that ``yields`` does not keep anybody from feeding the projections from another source.
    """

    def __init__(
        self,
        connect: Connect,
        log: EventLog,
        projections: Sequence[Projection[Any]],
        *,
        partitions: int | None = None,
        limit: int = BATCH,
        yields: bool = False,
        fault: Fault | None = None,
    ) -> None:
        """``fault`` is told of every fault after which the runner tries again."""
        self._connect = connect
        self._log = log
        self._projections = projections
        self._names = [projection.name for projection in projections]
        self._partitions = partitions
        self._limit = limit
        self._yields = yields
        self._fault = fault
        self._read: dict[int, int] = {}
        self._balanced = 0.0

    def run(self, stop: Event, *, until_caught_up: bool = False) -> None:
        """Work until ``stop`` is set or, with ``until_caught_up``, until all that is committed now has been read.

        Lost connections are made anew; partitions lost with them go to whoever takes them first.

        Raises:
            FedOtherwise: the projections are not fed from the log, or are not any more.
            PartitionsChanged: the projections are kept in another number of partitions.
        """
        while not stop.is_set():
            try:
                with self._connect() as connection:
                    connection.execute("SET synchronous_commit = off")  # what a crash loses is read again
                    self._work(connection, stop, until_caught_up=until_caught_up)
                    return
            except _PASSING as error:
                self._try_again(error, stop)
            except PartitionsChanged as error:
                if self._partitions is not None:
                    raise
                self._try_again(error, stop)

    def _try_again(self, error: Exception, stop: Event) -> None:
        if self._fault is not None:
            self._fault(error)
        stop.wait(RETRY_SECONDS)

    def _work(self, connection: Connection[Any], stop: Event, *, until_caught_up: bool) -> None:
        ensure_schema(connection, self._projections)
        if not self._yields:
            announce(connection, Source.LOG)
        count = ensure_positions(connection, self._names, self._partitions)
        leases = Leases(connection, self._names, count)
        self._read, self._balanced = {}, 0.0
        target = self._log.committed() if until_caught_up else None
        while not stop.is_set():
            if not self._round(connection, leases, count):
                if target is not None and lowest_position(connection, self._names) >= target:
                    break
                stop.wait(POLL_SECONDS)
        leases.give_up()

    def _round(self, connection: Connection[Any], leases: Leases, count: int) -> bool:
        """One batch of each partition that is behind; whether there was anything to do."""
        if time.monotonic() - self._balanced >= BALANCE_SECONDS:
            leases.balance()
            self._balanced = time.monotonic()
            self._read = {index: position for index, position in self._read.items() if index in leases.held}
        head = self._log.head()
        behind = [index for index in sorted(leases.held) if self._read.get(index, -1) < head]
        for index in behind:
            self._read[index] = self._step(connection, Partition(index, count), head)
        return bool(behind)

    def _step(self, connection: Connection[Any], partition: Partition, head: int) -> int:
        """Feed one batch; how far every projection has read the partition afterwards.

        One that was added later reads from the beginning, batch by batch; those that are further than its batch reaches
        get one of their own each time, so that it holds none of them back.

        Saved positions are those of events, never of the mere bound up to which the log could be read: they stay
        meaningful when the log is restored elsewhere.
        """
        index = partition.index
        held = read_positions(connection, self._names, Source.LOG, [index], partition.count)[index]
        lowest = min(position.position for position in held.values())
        left = self._projections
        while left:
            after = min(held[each.name].position for each in left)
            batch = self._log.read(after, self._limit, partition)
            last = batch.events[-1].position if batch.events else after
            reached = max(last, min(head, batch.upto))
            together = [each for each in left if held[each.name].position <= reached]
            if reached > after:
                try:
                    share = Share(partition=index, held=held, events=batch.events, reached=reached)
                    feed(connection, self._log, together, [share])
                except PositionMoved:
                    return lowest
            lowest = reached if after == lowest else lowest
            left = [each for each in left if each not in together]
        return lowest
