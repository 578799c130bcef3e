"""However often and in whatever pieces events are delivered, the rows and totals are those of the log."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from domain.dossier.events import DossierEvent, SupplementItem, SupplementRequested
from domain.dossier.withholding import FREE_TEXT, without_personal_values
from domain.envelope import Recorded
from projections.feeding import Share, feed
from projections.on_time.projection import ON_TIME
from projections.ports import Partition
from projections.positions import PositionMoved, ensure_positions, read_positions
from projections.projection import fold
from projections.sources import Source
from projections.tables import ensure_schema
from projections.tracking.projection import TRACKING
from projections.verify import verify
from projections.watch.projection import WATCH
from projections.worklists.projection import WORKLISTS
from service.log import PostgresEventLog
from tests.projections.histories import (
    ALL,
    PERSON,
    Database,
    Fact,
    accepted,
    at,
    contents,
    emptied,
    facts,
    histories,
    logs,
    projected_anew,
    recorded,
    submitted,
    write,
)
from tests.projections.running import caught_up

NAMES = [projection.name for projection in ALL]


def deliver(
    connection: Connection[Any], log: PostgresEventLog, events: Sequence[Recorded], partitions: int = 1
) -> None:
    """As a stream does: each dossier always to the same partition, and positions that never go back."""
    shares = []
    positions = read_positions(connection, NAMES, Source.LOG, range(partitions), partitions)
    for index, held in positions.items():
        mine = [event for event in events if Partition(index, partitions).holds(event.dossier_id)]
        reached = max([event.position for event in mine] + [position.position for position in held.values()])
        shares.append(Share(partition=index, held=held, events=mine, reached=reached))
    feed(connection, log, ALL, shares)


def begun(connection: Connection[Any], partitions: int = 1) -> None:
    projected_anew(connection)
    ensure_schema(connection, ALL)
    ensure_positions(connection, NAMES, partitions)


pieces = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)), max_size=6)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=logs(), pieces=pieces, partitions=st.integers(1, 3))
def test_what_is_delivered_again_and_in_pieces_that_overlap_counts_once(
    database: Database, written: list[Fact], pieces: list[tuple[int, int, int]], partitions: int
) -> None:
    """Each piece goes on, or begins again somewhere before; within one batch, too."""
    log = database.log()
    with database() as connection:
        emptied(connection)
        write(connection, written)
        caught_up(database)
        from_the_log = contents(connection)
        events = log.read(0, 1000).events
        begun(connection, partitions)
        delivered = 0
        for again, further, within in pieces:
            begin, end = min(again, delivered), min(delivered + further, len(events))
            deliver(connection, log, [*events[begin:end], *events[min(within, end) : end]], partitions)
            delivered = end
        deliver(connection, log, events[delivered:], partitions)
        assert contents(connection) == from_the_log
        deliver(connection, log, events, partitions)
        assert contents(connection) == from_the_log
        assert list(verify(database, log, ALL)) == []
    log.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=logs(), lost=st.sets(st.integers(0, 60)))
def test_an_event_that_was_never_delivered_is_read_from_the_log_with_the_next_of_its_dossier(
    database: Database, written: list[Fact], lost: set[int]
) -> None:
    log = database.log()
    with database() as connection:
        emptied(connection)
        write(connection, written)
        caught_up(database)
        from_the_log = contents(connection)
        begun(connection)
        events = log.read(0, 1000).events
        last = {event.dossier_id: event for event in events}
        delivered = [event for number, event in enumerate(events) if number not in lost or event in last.values()]
        for event in delivered:
            deliver(connection, log, [event])
        assert contents(connection) == from_the_log
    log.close()


def test_a_row_is_never_ahead_of_what_was_delivered(database: Database) -> None:
    """The log has more of a history than was delivered: what comes later must find the row as if it had not."""
    log = database.log()
    with database() as connection:
        write(connection, facts([submitted(), accepted(due_at=at(40)), accepted(due_at=at(80))]))
        begun(connection)
        events = log.read(0, 10).events
        deliver(connection, log, events[1:2])
        assert connection.execute("SELECT version FROM on_time").fetchone() == (2,)
        deliver(connection, log, events[2:])
        assert connection.execute("SELECT version, cardinality(promise_due) FROM on_time").fetchone() == (3, 2)
        assert list(verify(database, log, ALL)) == []
    log.close()


def test_what_is_saved_beside_is_saved_with_the_rows_or_not_at_all(database: Database) -> None:
    def fails() -> None:
        raise PositionMoved

    log = database.log()
    with database() as connection:
        head = write(connection, facts([submitted()]))
        begun(connection)
        held = read_positions(connection, NAMES, Source.LOG, [0], 1)[0]
        share = Share(partition=0, held=held, events=log.read(0, 10).events, reached=head)
        with pytest.raises(PositionMoved):
            feed(connection, log, ALL, [share], beside=fails)
        assert contents(connection) == {table: [] for projection in ALL for table in projection.tables}
        assert read_positions(connection, NAMES, Source.LOG, [0], 1)[0] == held
    log.close()


@given(history=histories("H15-260302-0001"), text=st.sampled_from(PERSON.values()))
def test_rows_are_the_same_from_events_without_personal_values(history: list[DossierEvent], text: str) -> None:
    """What travels in the topic of events is enough for every row."""
    whole = [_with(text, event) for event in history]
    public = [without_personal_values(event) for event in whole]
    assert fold(TRACKING, None, recorded(whole)) == fold(TRACKING, None, recorded(public))
    assert fold(ON_TIME, None, recorded(whole)) == fold(ON_TIME, None, recorded(public))
    assert fold(WORKLISTS, None, recorded(whole)) == fold(WORKLISTS, None, recorded(public))
    assert fold(WATCH, None, recorded(whole)) == fold(WATCH, None, recorded(public))


def _with(text: str, event: Any) -> Any:
    """The text wherever somebody could have written it."""
    written: dict[str, Any] = {
        name: text for name in FREE_TEXT.get(type(event), ()) if isinstance(getattr(event, name), str)
    }
    if isinstance(event, SupplementRequested):
        written["items"] = (SupplementItem(component=text, note=text),)
    return replace(event, **written)
