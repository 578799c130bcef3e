"""Recompute everything and name every difference: totals from rows, rows from events."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from psycopg import Connection, IsolationLevel

from domain.envelope import Recorded
from projections.ports import EventLog
from projections.positions import lowest_position
from projections.projection import Projection, fold, with_corrections
from projections.sessions import Connect, take_time

_Record: TypeAlias = tuple[Any, ...]

_PAGE: Final = 2_000
_MISSING: Final = "no row"


@dataclass(frozen=True, slots=True)
class Difference:
    """What is stored where something else should be. ``subject`` is a dossier's code, or the key of a sum."""

    projection: str
    table: str
    subject: str
    field: str
    stored: str
    recomputed: str


def verify(connect: Connect, log: EventLog, projections: Sequence[Projection[Any]]) -> Iterator[Difference]:
    """Every difference, as it is found; none when all is well. Memory does not grow with the number of dossiers.

    Each projection is compared in one snapshot, so it may go on meanwhile: a row has to be that of the version it
    holds, and to hold all up to the lowest position.
    """
    for projection in projections:
        with connect() as connection:
            take_time(connection)
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            with connection.transaction():
                lowest = lowest_position(connection, (projection.name,))
                yield from _row_differences(connection, log, projection, lowest)
                yield from _total_differences(connection, projection)


def _row_differences(
    connection: Connection[Any], log: EventLog, projection: Projection[Any], lowest: int
) -> Iterator[Difference]:
    """Stored rows and histories side by side, both in the order of dossier ids."""
    names = [column.name for column in projection.columns]
    code = names.index("code")
    with connection.cursor(name="verified", binary=True) as cursor:
        cursor.itersize = _PAGE
        cursor.execute(f"SELECT {', '.join(names)} FROM {projection.name} ORDER BY dossier_id")
        for stored, history in _side_by_side(iter(cursor), log.histories(log.committed())):
            recomputed = _recomputed(projection, stored, history, lowest)
            if stored is None or recomputed is None:
                if there := recomputed or stored:
                    presence = _presence(stored, recomputed)
                    yield Difference(projection.name, projection.name, str(there[code]), "", *presence)
                continue
            for field, old, new in _field_differences(names, stored, recomputed):
                yield Difference(projection.name, projection.name, recomputed[code], field, old, new)


def _recomputed(
    projection: Projection[Any], stored: _Record | None, history: Sequence[Recorded], lowest: int
) -> _Record | None:
    version = _version(projection, stored)
    known = [recorded for recorded in history if recorded.version <= version or recorded.position <= lowest]
    row = fold(projection, None, with_corrections(known))
    return None if row is None else projection.record(row)


def _version(projection: Projection[Any], stored: _Record | None) -> int:
    """The last version that a stored row says it holds."""
    try:
        return 0 if stored is None else int(projection.row(stored).version)
    except ValueError:
        return 0


def _side_by_side(
    stored: Iterator[_Record], histories: Iterator[list[Recorded]]
) -> Iterator[tuple[_Record | None, list[Recorded]]]:
    left, right = next(stored, None), next(histories, [])
    while left is not None or right:
        if not right or (left is not None and left[0] < right[0].dossier_id):
            yield left, []
            left = next(stored, None)
        elif left is None or right[0].dossier_id < left[0]:
            yield None, right
            right = next(histories, [])
        else:
            yield left, right
            left, right = next(stored, None), next(histories, [])


def _presence(stored: _Record | None, recomputed: _Record | None) -> tuple[str, str]:
    return (_MISSING if stored is None else "a row", _MISSING if recomputed is None else "a row")


def _field_differences(names: Sequence[str], stored: _Record, recomputed: _Record) -> Iterator[tuple[str, str, str]]:
    for name, old, new in zip(names, stored, recomputed, strict=True):
        if isinstance(new, bytes):
            yield from _json_differences(name, bytes(old), new)
        elif (tuple(old) if isinstance(old, list) else old) != new:
            yield name, _written(old), _written(new)


def _json_differences(name: str, stored: bytes, recomputed: bytes) -> Iterator[tuple[str, str, str]]:
    """Which keys of a document differ; the whole of it when it is not even a document."""
    if stored == recomputed:
        return
    new = json.loads(recomputed)
    try:
        old = json.loads(stored)
    except ValueError:
        old = None
    if not isinstance(old, dict) or old == new:
        yield name, stored.decode(errors="replace"), recomputed.decode()
        return
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key) or (key in old) != (key in new):
            yield f"{name}.{key}", _written(old.get(key)), _written(new.get(key))


def _written(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _total_differences(connection: Connection[Any], projection: Projection[Any]) -> Iterator[Difference]:
    """Summed over the partitions, as readers do: which partition added to a sum depends on how they were fed.

    A sum of zeros is the same as no sum.
    """
    for totals in projection.totals:
        keys = ", ".join(column.name for column in totals.keys)
        sums = ", ".join(f"sum({m}) AS {m}" for m in totals.measures)
        either = ", ".join(f"coalesce(stored.{m}, 0), coalesce(recomputed.{m}, 0)" for m in totals.measures)
        differing = " OR ".join(f"coalesce(stored.{m}, 0) <> coalesce(recomputed.{m}, 0)" for m in totals.measures)
        with connection.cursor(name="verified") as cursor:
            cursor.execute(
                f"SELECT concat_ws(' ', {keys}), {either}"
                f" FROM (SELECT {keys}, {sums} FROM {totals.table} GROUP BY {keys}) stored"
                f" FULL JOIN ({totals.from_rows}) recomputed USING ({keys}) WHERE {differing} ORDER BY 1"
            )
            for subject, *figures in cursor:
                for measure, old, new in zip(totals.measures, figures[::2], figures[1::2], strict=True):
                    if old != new:
                        yield Difference(projection.name, totals.table, subject, measure, str(old), str(new))
