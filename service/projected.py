"""The projections as the topic of events feeds them: rows, totals, positions and offsets in one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import psycopg
from psycopg import Connection

from consumers.ports import Away, OffsetMoved
from consumers.projecting import Portion
from consumers.topics import EVENTS, PROJECTOR
from projections.feeding import Share, feed
from projections.ports import EventLog
from projections.positions import Position, PositionMoved, read_positions
from projections.projection import Projection
from projections.sources import Source, TopicChanged
from projections.switching import announce
from service.offsets import move_offsets, read_offsets
from service.outbox import Standing, installation, standing
from service.switching import feed_from_kafka

_COMMIT_LATER: Final = "SET synchronous_commit = off"
"""What a crash loses goes with its offsets, and is read again."""


class PostgresProjected:
    """What one worker writes. Not for several threads at once.

    Whatever asks the database raises ``Away`` when it does not answer.
    """

    def __init__(
        self,
        connect: Callable[[], Connection[Any]],
        log: EventLog,
        projections: Sequence[Projection[Any]],
        *,
        switch: bool = False,
    ) -> None:
        """``connect`` opens autocommit connections. With ``switch`` they may be taken over from another source."""
        self.partitions, self.installation = 0, ""
        self._connect = connect
        self._connection: Connection[Any] | None = None
        self._log = log
        self._projections = projections
        self._names = [projection.name for projection in projections]
        self._switch = switch

    def take_over(self, partitions: int) -> None:
        """Feed them from the topic, which has so many partitions. What is switched once is not switched again.

        Raises:
            FedOtherwise, TopicChanged, StillFed, NotBuilt: see ``feed_from_kafka``.
        """
        with self._away():
            feed_from_kafka(self._connect, self._log, self._projections, partitions, switch=self._switch)
        self.partitions, self._switch = partitions, False
        with self._asking() as connection:
            self.installation = installation(connection)

    def offsets(self, topic: str, starts: Mapping[int, int]) -> Mapping[int, int]:
        """The next offset to read, by partition: where the projections were handed over, or were left.

        Raises:
            TopicChanged: ``starts`` names a partition that there was not then.
        """
        if any(number >= self.partitions for number in starts):
            raise TopicChanged(self.partitions)
        with self._asking() as connection:
            return read_offsets(connection, PROJECTOR, topic)

    def save(self, portions: Sequence[Portion]) -> None:
        """Fold the events and save rows, totals, positions and offsets together.

        Raises:
            OffsetMoved: another process has a partition by now, or the projections were rebuilt; nothing was changed.
            FedOtherwise: they were handed over to another source.
            TopicChanged: the topic was given other partitions.
        """
        if not portions:
            return
        with self._asking() as connection:
            numbers = [portion.move.partition for portion in portions]
            held = read_positions(connection, self._names, Source.KAFKA, numbers, self.partitions)
            published = standing(connection, EVENTS)
            shares = [self._share(portion, held[portion.move.partition], published) for portion in portions]
            moves = [portion.move for portion in portions if portion.move.start < portion.move.end]
            if not moves and not any(_goes_up(share) for share in shares):
                return
            save_offsets = partial(move_offsets, connection, PROJECTOR, moves, [0] * len(moves))
            try:
                feed(connection, self._log, self._projections, shares, beside=save_offsets if moves else lambda: None)
            except PositionMoved as moved:
                raise OffsetMoved from moved

    def _share(self, portion: Portion, held: Mapping[str, Position], published: Standing) -> Share:
        """A partition's events come in the order of their positions, though some may come again.

        So all events of the partition up to the last one read are read; and all up to what is published, if nothing of
        the partition was published after what is read.
        """
        number = portion.move.partition
        for recorded in portion.misplaced:
            if any(recorded.position > position.position for position in held.values()):
                raise TopicChanged(self.partitions)
        reached = max((recorded.position for recorded in portion.events), default=0)
        if portion.move.end >= published.ends.get(number, 0):
            reached = max(reached, published.position)
        return Share(partition=number, held=held, events=portion.events, reached=reached)

    def close(self) -> None:
        """Leave it to others."""
        if self._connection is not None:
            self._connection.close()

    @contextmanager
    def _asking(self) -> Iterator[Connection[Any]]:
        with self._away():
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
                self._connection.execute(_COMMIT_LATER)
                announce(self._connection, Source.KAFKA)
            yield self._connection

    @contextmanager
    def _away(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.close()
            raise Away(str(error)) from error


def _goes_up(share: Share) -> bool:
    return any(position.position < share.reached for position in share.held.values())
