"""Whatever relay and workers do, the projections are those of the log, and no position is claimed too early."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from consumers.kafka_client import partition_of
from consumers.ports import OffsetMoved
from consumers.running import Read
from projections.positions import lowest_position
from projections.rebuild import rebuild
from projections.sources import FedOtherwise
from projections.verify import verify
from service.switching import feed_from_kafka, feed_from_log
from tests.projections.histories import ALL, Database, Fact, contents, emptied, logs, named, write
from tests.projections.running import caught_up
from tests.projections.topics import NAMES, PARTITIONS, Topic, Worker


class Machine(RuleBasedStateMachine):
    """A relay that may crash, two workers whose shares may overlap, rebuilds, and the log taking turns."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.log = database.log()
        self.topic = Topic(database)
        self.workers: list[Worker] = []
        self.pending: dict[int, Read] = {}
        self.from_kafka = False

    @initialize(written=logs())
    def begin(self, written: list[Fact]) -> None:
        with self.database() as connection:
            emptied(connection)
            connection.execute("TRUNCATE outbox, consumer_offset, dossier_code")
            write(connection, written)
            named(connection)
        caught_up(self.database)
        with self.database() as connection:
            self.expected = contents(connection)
            connection.execute("DROP TABLE projection_position, tracking, on_time, on_time_cell, on_time_margin")
        self.to_kafka()

    def to_kafka(self) -> None:
        feed_from_kafka(self.database, self.log, ALL, PARTITIONS, switch=True)
        self.from_kafka = True
        self.workers = [Worker(self.topic, self.log) for _ in range(2)]
        for worker in self.workers:
            worker.assigned(range(PARTITIONS))

    @rule(limit=st.integers(1, 12), crash=st.booleans())
    def publish(self, limit: int, crash: bool) -> None:  # noqa: FBT001
        self.topic.publish(limit, crash=crash)

    @precondition(lambda self: self.from_kafka)
    @rule(which=st.integers(0, 1), limit=st.integers(1, 8))
    def poll(self, which: int, limit: int) -> None:
        """The worker may be held up between reading and saving."""
        if which not in self.pending:
            self.pending[which] = self.workers[which].read(limit)

    @precondition(lambda self: self.from_kafka)
    @rule(which=st.integers(0, 1))
    def save(self, which: int) -> None:
        worker = self.workers[which]
        try:
            worker.loop.save(worker, self.pending.pop(which, Read((), ())))
        except OffsetMoved:
            worker.rewind()

    @rule(which=st.integers(0, 1), partitions=st.sets(st.integers(0, PARTITIONS - 1)))
    def share_out(self, which: int, partitions: set[int]) -> None:
        """Without telling what the worker is just about to save."""
        if self.from_kafka:
            self.workers[which].assigned(sorted(partitions))

    @rule(alone=st.booleans())
    def rebuild(self, alone: bool) -> None:  # noqa: FBT001
        rebuild(self.database, self.log, ALL[:1] if alone else ALL, workers=1)

    @rule()
    def switch(self) -> None:
        if not self.from_kafka:
            self.to_kafka()
            return
        for worker in self.workers:
            worker.close()
        self.pending.clear()
        feed_from_log(self.database, ALL)
        self.from_kafka = False
        with pytest.raises(FedOtherwise):
            feed_from_kafka(self.database, self.log, ALL, PARTITIONS, switch=False)

    @precondition(lambda self: not self.from_kafka)
    @rule()
    def read_the_log(self) -> None:
        caught_up(self.database)

    @invariant()
    def no_position_is_claimed_early(self) -> None:
        """Every row holds all up to the position of its dossier's partition."""
        if not self.workers:
            return
        with self.database() as connection:
            held = dict(connection.execute("SELECT dossier_id, version FROM on_time").fetchall())
            claimed: dict[int, int] = dict(
                connection.execute("SELECT partition, min(position) FROM projection_position GROUP BY 1").fetchall()
            )
            row = connection.execute("SELECT min(partitions), min(source) FROM projection_position").fetchone()
            codes = dict(connection.execute("SELECT dossier_id, code FROM dossier_code").fetchall())
        assert row is not None
        for history in self.log.histories(self.log.committed()):
            code = codes[history[0].dossier_id]
            number = partition_of(code.encode(), row[0]) if row[1] == "kafka" else 0
            expected = [event.version for event in history if event.position <= claimed[number]]
            assert held.get(history[0].dossier_id, 0) >= max(expected, default=0)

    def teardown(self) -> None:
        try:
            if self.workers:
                self.finish()
        finally:
            for worker in self.workers:
                worker.close()
            self.log.close()

    def finish(self) -> None:
        """Everything is published at last, and one of them reads it all."""
        if not self.from_kafka:
            self.to_kafka()
        for _ in range(3):
            self.topic.publish(100, crash=False)
        worker = self.workers[0]
        worker.assigned(range(PARTITIONS))
        while not worker.caught_up():
            worker.loop.save(worker, worker.read(7))
        with self.database() as connection:
            assert contents(connection) == self.expected
            assert lowest_position(connection, NAMES) == self.log.head()
        assert list(verify(self.database, self.log, ALL)) == []


@pytest.mark.slow
def test_the_projections_are_those_of_the_log(database: Database) -> None:
    class OnThisDatabase(Machine):
        def __init__(self) -> None:
            super().__init__(database)

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
