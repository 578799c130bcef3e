"""The log is read in order, by partition, and nothing is ever skipped."""

import pickle
from uuid import uuid5

from domain.dossier import events as e
from projections.ports import MOST_COUNTED, Backlog, Partition
from service.log import PostgresEventLog
from tests.projections.histories import ENVELOPE, MONDAY, Database, Fact, accepted, facts, submitted, write


def _some(count: int) -> list[Fact]:
    """The first events of so many dossiers."""
    return [facts([submitted(f"H15-260302-{number:04d}")], str(number))[0] for number in range(count)]


def test_an_empty_log(log: PostgresEventLog) -> None:
    assert (log.head(), log.read(0, 10).events, log.backlog(0)) == (0, [], Backlog(0, None))


def test_events_come_back_as_they_were_written(database: Database, log: PostgresEventLog) -> None:
    history = facts([submitted(), accepted()])
    with database() as connection:
        last = write(connection, history)
    events = log.read(0, 10).events
    assert [(event.dossier_id, event.version, event.event, event.envelope) for event in events] == [
        (fact.dossier_id, fact.version, fact.event, fact.envelope) for fact in history
    ]
    assert events[-1].position == last == log.head()


def test_nothing_is_read_past_a_transaction_that_is_still_open(database: Database, log: PostgresEventLog) -> None:
    first, second = _some(2)
    with database() as slow, database() as fast:
        with slow.transaction():
            overtaken = write(slow, [first])
            write(fast, [second])
            batch = log.read(0, 10)
            assert (batch.events, log.head()) == ([], 0)
            assert batch.upto < overtaken
        events = log.read(batch.upto, 10).events
    assert [event.dossier_id for event in events] == [first.dossier_id, second.dossier_id]


def test_a_limited_batch_reaches_no_further_than_its_last_event(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        write(connection, _some(5))
    first = log.read(0, 2)
    assert first.upto == first.events[-1].position
    rest = log.read(first.upto, 10)
    assert len(first.events) + len(rest.events) == 5
    assert rest.upto > rest.events[-1].position


def test_partitions_share_the_log_without_rest(database: Database, log: PostgresEventLog) -> None:
    some = _some(40)
    with database() as connection:
        head = write(connection, some)
    shares = [log.read(0, 100, Partition(index, 3)) for index in range(3)]
    assert sum(len(share.events) for share in shares) == 40
    for index, share in enumerate(shares):
        assert all(Partition.of(event.dossier_id, 3) == Partition(index, 3) for event in share.events)
        assert share.upto >= head
        assert log.backlog(0, Partition(index, 3)) == Backlog(len(share.events), MONDAY)
        assert log.count(head, Partition(index, 3)) == len(share.events)


def test_a_long_backlog_is_not_counted_to_its_end(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        first = write(connection, _some(1))
        connection.execute(
            "INSERT INTO stored_events SELECT gen_random_uuid(), 1, topic, state, notification_id + n"
            " FROM stored_events, generate_series(1, %s) AS n",
            (MOST_COUNTED,),
        )
    assert log.backlog(0) == Backlog(MOST_COUNTED, MONDAY, at_least=True)
    assert log.backlog(first + 1) == Backlog(MOST_COUNTED - 1, MONDAY)
    halves = [log.backlog(0, Partition(index, 2)) for index in range(2)]
    assert sum(half.events for half in halves) == MOST_COUNTED
    assert all(half.at_least for half in halves)


def test_what_readers_may_not_see_yet_counts_where_it_is_asked_for(database: Database, log: PostgresEventLog) -> None:
    first, second = _some(2)
    with database() as slow, database() as fast, slow.transaction():
        write(slow, [first])
        write(fast, [second])
        assert log.backlog(0) == Backlog(0, None)
        assert log.backlog(0, settled=False) == Backlog(1, MONDAY)


def test_a_partition_without_events_is_read_up_to_the_bound(database: Database, log: PostgresEventLog) -> None:
    fact = _some(1)[0]
    with database() as connection:
        position = write(connection, [fact])
    other = (Partition.of(fact.dossier_id, 2).index + 1) % 2
    batch = log.read(0, 10, Partition(other, 2))
    assert batch.events == []
    assert batch.upto >= position


def test_histories_stream_in_the_order_of_ids_and_stop_where_asked(database: Database, log: PostgresEventLog) -> None:
    some = _some(30)
    more = [
        Fact(fact.dossier_id, 2 + number, e.StepRecorded(name="s", resource="", attributes=(), occurred_at=MONDAY))
        for fact in some[:10]
        for number in range(700)
    ]
    with database() as connection:
        write(connection, some)
        stop = write(connection, more)
        write(connection, [Fact(some[0].dossier_id, 702, accepted(), ENVELOPE)])
    histories = list(log.histories(stop))
    ids = sorted(fact.dossier_id for fact in some)
    assert [history[0].dossier_id for history in histories] == ids
    assert all([event.version for event in history] == list(range(1, len(history) + 1)) for history in histories)
    assert sum(map(len, histories)) == 30 + 7000
    part = log.histories(stop, after=ids[4], upto=ids[20])
    assert [history[0].dossier_id for history in part] == ids[5:21]
    assert log.history(some[0].dossier_id)[-1].version == 702


def test_an_epoch_offset_moves_the_bound_with_the_positions(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        before = write(connection, _some(1))
        connection.execute("UPDATE log_epoch SET xid_offset = 1000000")
        other = Fact(uuid5(_some(1)[0].dossier_id, "other"), 1, submitted("H15-260302-0009"))
        after = write(connection, [other])
    assert after > before + (900_000 << 20)
    assert [event.position for event in log.read(0, 10).events] == [before, after]


def test_a_log_can_be_sent_to_another_process(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        write(connection, _some(3))
    log.head()
    copy = pickle.loads(pickle.dumps(log))  # noqa: S301 - our own bytes
    assert copy.head() == log.head()
    copy.close()


def test_a_lost_connection_is_made_anew(database: Database, log: PostgresEventLog) -> None:
    with database() as connection:
        head = write(connection, _some(1))
        assert log.head() == head
        log.close()
        assert log.head() == head
