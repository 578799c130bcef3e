"""One batch of events into the rows, totals and positions of several projections.

Whatever is delivered twice changes nothing the second time: a row knows the last version of its dossier that it holds.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from psycopg import Connection

from domain.envelope import Recorded
from projections.ports import EventLog
from projections.positions import Position, PositionMove, move_positions
from projections.projection import Projection, Row, fold, follows, with_corrections
from projections.tables import Sums, add_to_totals, read_rows, sum_changes, write_rows

_History: TypeAlias = Callable[[UUID, int], Sequence[Recorded]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one partition gets.

    ``held`` are the positions of the projections from which its events were read, ``reached`` the one up to which all
    are read with them.
    """

    partition: int
    held: Mapping[str, Position]
    events: Sequence[Recorded]
    reached: int


@dataclass(frozen=True, slots=True)
class _Changes:
    projection: Projection[Any]
    rows: list[Any]
    sums: Sums


def _nothing() -> None:
    """Nothing else is saved."""


def feed(
    connection: Connection[Any],
    log: EventLog,
    projections: Sequence[Projection[Any]],
    shares: Sequence[Share],
    *,
    beside: Callable[[], None] = _nothing,
) -> None:
    """Fold the events and save rows, totals and positions in one transaction, with what ``beside`` saves.

    A dossier's events come in the order of their versions, though some may come again. Rows are read and folded before
    the transaction begins, so that it is short: an open one holds up every reader of the log. Its first statement
    proves that nobody changed those rows meanwhile. A projection that is further than a share reaches stays there.

    Raises:
        PositionMoved: someone did; nothing was changed.
    """

    @cache
    def history(dossier_id: UUID, version: int) -> Sequence[Recorded]:
        return with_corrections([recorded for recorded in log.history(dossier_id) if recorded.version <= version])

    changes = [
        _folded(
            connection, each, [share for share in shares if share.held[each.name].position <= share.reached], history
        )
        for each in projections
    ]
    moves = [
        PositionMove(each.name, share.partition, held := share.held[each.name], max(held.position, share.reached))
        for share in shares
        for each in projections
    ]
    with connection.transaction():
        move_positions(connection, moves)
        beside()
        for change in changes:
            _save(connection, change)


def _folded(
    connection: Connection[Any], projection: Projection[Row], shares: Sequence[Share], history: _History
) -> _Changes:
    by_dossier: defaultdict[UUID, list[Recorded]] = defaultdict(list)
    partition_of: dict[UUID, int] = {}
    for share in shares:
        for recorded in share.events:
            by_dossier[recorded.dossier_id].append(recorded)
            partition_of[recorded.dossier_id] = share.partition
    known = read_rows(connection, projection, list(by_dossier)) if by_dossier else {}
    rows, sums = [], Sums()
    for dossier_id, delivered in by_dossier.items():
        old = known.get(dossier_id)
        row = _after(projection, old, delivered, history)
        if row is not None and row is not old:
            rows.append(row)
            sum_changes(sums, projection, old, partition_of[dossier_id], -1)
            sum_changes(sums, projection, row, partition_of[dossier_id], +1)
    return _Changes(projection, rows, sums)


def _after(
    projection: Projection[Row], old: Row | None, delivered: Sequence[Recorded], history: _History
) -> Row | None:
    """The row with what it did not hold yet; the same one where there is nothing new."""
    version = held = 0 if old is None else old.version
    new = []
    for recorded in delivered:
        if recorded.version > version:
            new.append(recorded)
            version = recorded.version
    if not new:
        return old
    if follows(held, new):
        return fold(projection, old, new)
    return fold(projection, None, history(new[-1].dossier_id, version))


def _save(connection: Connection[Any], change: _Changes) -> None:
    write_rows(connection, change.projection, change.rows)
    for totals in change.projection.totals:
        add_to_totals(connection, totals, change.sums.get(totals.table, {}))
