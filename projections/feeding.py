"""One batch of the log into the rows, totals and positions of several projections."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from psycopg import Connection

from domain.envelope import Recorded
from projections.ports import EventLog, Partition
from projections.positions import Position, move_positions
from projections.projection import Projection, Row, fold, follows, with_corrections
from projections.tables import Sums, add_to_totals, read_rows, sum_changes, write_rows

_History: TypeAlias = Callable[[UUID], Sequence[Recorded]]


@dataclass(frozen=True, slots=True)
class _Changes:
    projection: Projection[Any]
    rows: list[Any]
    sums: Sums


def feed(
    connection: Connection[Any],
    log: EventLog,
    projections: Sequence[Projection[Any]],
    partition: Partition,
    *,
    held: Mapping[str, Position],
    events: Sequence[Recorded],
    reached: int,
) -> None:
    """Fold the events and save rows, totals and positions in one transaction.

    ``held`` are the positions the events were read from, ``reached`` the one up to which all are read. Rows are read
    and folded before the transaction begins, so that it is short: an open one holds up every reader of the log. Its
    first statement proves that nobody changed those rows meanwhile.

    Raises:
        PositionMoved: someone did; nothing was changed.
    """

    @cache
    def history(dossier_id: UUID) -> Sequence[Recorded]:
        known = [recorded for recorded in log.history(dossier_id) if recorded.position <= reached]
        return with_corrections(known)

    behind = {
        projection.name: held[projection.name] for projection in projections if held[projection.name].position < reached
    }
    changes = [
        _folded(connection, projection, _after(events, behind[projection.name].position), history)
        for projection in projections
        if projection.name in behind
    ]
    with connection.transaction():
        move_positions(connection, partition, behind, reached)
        for change in changes:
            _save(connection, change, partition)


def _after(events: Sequence[Recorded], position: int) -> Sequence[Recorded]:
    if not events or events[0].position > position:
        return events
    return [recorded for recorded in events if recorded.position > position]


def _folded(
    connection: Connection[Any], projection: Projection[Row], events: Sequence[Recorded], history: _History
) -> _Changes:
    by_dossier: defaultdict[UUID, list[Recorded]] = defaultdict(list)
    for recorded in events:
        by_dossier[recorded.dossier_id].append(recorded)
    known = read_rows(connection, projection, list(by_dossier)) if by_dossier else {}
    rows, sums = [], Sums()
    for dossier_id, new in by_dossier.items():
        old = known.get(dossier_id)
        if follows(0 if old is None else old.version, new):
            row = fold(projection, old, new)
        else:
            row = fold(projection, None, history(dossier_id))
        if row is not None:
            rows.append(row)
            sum_changes(sums, projection, old, -1)
            sum_changes(sums, projection, row, +1)
    return _Changes(projection, rows, sums)


def _save(connection: Connection[Any], change: _Changes, partition: Partition) -> None:
    write_rows(connection, change.projection, change.rows)
    for totals in change.projection.totals:
        add_to_totals(connection, totals, partition, change.sums.get(totals.table, {}))
