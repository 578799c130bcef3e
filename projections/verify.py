"""Recompute everything and name every difference: totals from rows, rows from events."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from psycopg import Connection, IsolationLevel

from projections.ports import EventLog, Partition
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

    Each projection is compared at its own positions, in one snapshot, so it may go on meanwhile.
    """
    for projection in projections:
        with connect() as connection:
            take_time(connection)
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            with connection.transaction():
                partitions, positions = _positions(connection, projection.name)
                yield from _row_differences(connection, log, projection, positions)
                yield from _total_differences(connection, projection, partitions)


def _positions(connection: Connection[Any], name: str) -> tuple[int, dict[int, int]]:
    found = connection.execute(
        "SELECT partitions, partition, position FROM projection_position WHERE name = %s", (name,)
    ).fetchall()
    return (found[0][0] if found else 1), {index: position for _, index, position in found}


def _row_differences(
    connection: Connection[Any], log: EventLog, projection: Projection[Any], positions: dict[int, int]
) -> Iterator[Difference]:
    """Stored and recomputed rows side by side, both in the order of dossier ids."""
    names = [column.name for column in projection.columns]
    recomputed_rows = _recomputed(log, projection, positions)
    with connection.cursor(name="verified", binary=True) as cursor:
        cursor.itersize = _PAGE
        cursor.execute(f"SELECT {', '.join(names)} FROM {projection.name} ORDER BY dossier_id")
        for stored, recomputed in _side_by_side(iter(cursor), recomputed_rows):
            if stored is None or recomputed is None:
                there, code = (recomputed or stored or ()), names.index("code")
                subject = str(there[code])
                yield Difference(projection.name, projection.name, subject, "", *_presence(stored, recomputed))
                continue
            code = recomputed[names.index("code")]
            for field, old, new in _field_differences(names, stored, recomputed):
                yield Difference(projection.name, projection.name, code, field, old, new)


def _recomputed(log: EventLog, projection: Projection[Any], positions: dict[int, int]) -> Iterator[_Record]:
    count = len(positions)
    for history in log.histories(max(positions.values(), default=0)):
        stop = positions[Partition.of(history[0].dossier_id, count).index]
        known = [recorded for recorded in history if recorded.position <= stop]
        row = fold(projection, None, with_corrections(known))
        if row is not None:
            yield projection.record(row)


def _side_by_side(
    stored: Iterator[_Record], recomputed: Iterator[_Record]
) -> Iterator[tuple[_Record | None, _Record | None]]:
    left, right = next(stored, None), next(recomputed, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            yield left, None
            left = next(stored, None)
        elif left is None or right[0] < left[0]:
            yield None, right
            right = next(recomputed, None)
        else:
            yield left, right
            left, right = next(stored, None), next(recomputed, None)


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


def _total_differences(
    connection: Connection[Any], projection: Projection[Any], partitions: int
) -> Iterator[Difference]:
    """A sum of zeros is the same as no sum."""
    for totals in projection.totals:
        keys = [*(column.name for column in totals.keys), "partition"]
        either = ", ".join(f"coalesce(stored.{m}, 0), coalesce(recomputed.{m}, 0)" for m in totals.measures)
        differing = " OR ".join(f"coalesce(stored.{m}, 0) <> coalesce(recomputed.{m}, 0)" for m in totals.measures)
        with connection.cursor(name="verified") as cursor:
            cursor.execute(
                f"SELECT concat_ws(' ', {', '.join(keys)}), {either} FROM {totals.table} stored"
                f" FULL JOIN ({totals.from_rows}) recomputed USING ({', '.join(keys)})"
                f" WHERE {differing} ORDER BY 1",
                {"partitions": partitions},
            )
            for subject, *figures in cursor:
                for measure, old, new in zip(totals.measures, figures[::2], figures[1::2], strict=True):
                    if old != new:
                        yield Difference(projection.name, totals.table, subject, measure, str(old), str(new))
