"""The projections' tables: made, read, written. Rows and totals are written in sets, one statement a table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import Connection

from projections.projection import Column, Key, Projection, Row, Totals

SCHEMA_LOCK: Final = 0x4D43_0002
"""The advisory lock under which tables are made."""

Sums: TypeAlias = dict[str, dict[Key, list[int]]]


def ensure_schema(connection: Connection[Any], projections: Iterable[Projection[Any]]) -> None:
    """Make the tables, columns and indexes that are missing, in the schema that comes first on the search path.

    Processes that do so at the same time take turns. Where nothing is missing, nothing is locked. A table of an
    earlier version gets the columns that came later, with their defaults; a rebuild fills them from the log.
    """
    for projection in projections:
        if missing_tables(connection, projection.tables) or missing_columns(connection, projection):
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
                create_tables(connection, projection)
                for statement in index_statements(projection):
                    connection.execute(statement)


def missing_tables(connection: Connection[Any], tables: Sequence[str]) -> bool:
    """Whether one of the tables is not there."""
    row = connection.execute(
        "SELECT bool_or(to_regclass(name) IS NULL) FROM unnest(%s::text[]) AS name", (list(tables),)
    ).fetchone()
    return row is not None and bool(row[0])


def missing_columns(connection: Connection[Any], projection: Projection[Any]) -> bool:
    """Whether its rows have been kept by a version that knew fewer columns."""
    row = connection.execute(
        "SELECT bool_or(NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = name"
        " AND NOT attisdropped)) FROM unnest(%s::text[]) AS name",
        (projection.name, [column.name for column in projection.columns]),
    ).fetchone()
    return row is not None and bool(row[0])


def create_tables(connection: Connection[Any], projection: Projection[Any]) -> None:
    """Make its tables and columns that are missing, without indexes."""
    for statement in _statements(projection, "schema.sql"):
        connection.execute(statement)


def index_statements(projection: Projection[Any]) -> list[str]:
    """What makes its indexes that are missing; apart, since after a load they are built faster."""
    return _statements(projection, "indexes.sql")


def _statements(projection: Projection[Any], file: str) -> list[str]:
    text = (projection.folder / file).read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [statement for statement in code.split(";") if statement.strip()]


def read_rows(connection: Connection[Any], projection: Projection[Row], ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The rows of these dossiers, where there are any."""
    names = ", ".join(column.name for column in projection.columns)
    found = connection.execute(
        f"SELECT {names} FROM {projection.name} WHERE dossier_id = ANY(%s)",
        (list(ids),),
        binary=True,
        prepare=True,
    )
    rows = map(projection.row, found)
    return {row.dossier_id: row for row in rows}


def write_rows(connection: Connection[Any], projection: Projection[Row], rows: Sequence[Row]) -> None:
    """Put the rows in place of those their dossiers had."""
    if rows:
        records = sorted(projection.record(row) for row in rows)
        _upsert(connection, projection.name, columns=projection.columns, keys=("dossier_id",), records=records)


def add_to_totals(connection: Connection[Any], totals: Totals, sums: Mapping[Key, Sequence[int]]) -> None:
    """Add to the sums; the last part of a key is the partition, whose sums nobody else adds to."""
    records = sorted((*key, *measures) for key, measures in sums.items() if any(measures))
    if records:
        columns = (
            *totals.keys,
            Column("partition", "smallint"),
            *(Column(measure, "bigint") for measure in totals.measures),
        )
        keys = (*(column.name for column in totals.keys), "partition")
        _upsert(connection, totals.table, columns=columns, keys=keys, records=records, added=totals.measures)


def _upsert(
    connection: Connection[Any],
    table: str,
    *,
    columns: Sequence[Column],
    keys: Sequence[str],
    records: Sequence[tuple[Any, ...]],
    added: Sequence[str] = (),
) -> None:
    """One statement for all records. Arrays travel as text, since unnest would flatten an array of arrays."""
    parameters, sources, targets = [], [], []
    for number, (column, values) in enumerate(zip(columns, zip(*records, strict=True), strict=True)):
        is_array = column.type.endswith("[]")
        parameters.append([array_literal(value) for value in values] if is_array else list(values))
        sources.append("%s::text[]" if is_array else f"%s::{column.type}[]")
        targets.append(f"u.c{number}::{column.type}" if is_array else f"u.c{number}")
    changes = ", ".join(
        f"{column.name} = t.{column.name} + excluded.{column.name}"
        if column.name in added
        else f"{column.name} = excluded.{column.name}"
        for column in columns
        if column.name not in keys
    )
    statement = (
        f"INSERT INTO {table} AS t ({', '.join(column.name for column in columns)}) SELECT {', '.join(targets)}"
        f" FROM unnest({', '.join(sources)}) AS u ({', '.join(f'c{number}' for number in range(len(columns)))})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )
    connection.execute(statement, parameters, prepare=True)


def array_literal(values: Iterable[datetime | str | None]) -> str:
    """Instants or words as PostgreSQL reads an array of them."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: datetime | str | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return value.isoformat()
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def copy_rows(connection: Connection[Any], projection: Projection[Row], rows: Sequence[Row]) -> None:
    """Load rows of dossiers that have none."""
    names = ", ".join(column.name for column in projection.columns)
    arrays = [number for number, column in enumerate(projection.columns) if column.type.endswith("[]")]
    with connection.cursor().copy(f"COPY {projection.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            record = projection.record(row)
            if arrays:
                values = list(record)
                for number in arrays:
                    values[number] = array_literal(values[number])
                record = tuple(values)
            copy.write_row(record)


def sum_changes(sums: Sums, projection: Projection[Row], row: Row | None, partition: int, sign: int) -> None:
    """Add (+1) or take away (-1) what a row contributes to the partition's sums."""
    if row is None or projection.contributions is None:
        return
    for table, contributed in projection.contributions(row).items():
        keyed = sums.setdefault(table, {})
        for contributed_to, measures in contributed:
            key = (*contributed_to, partition)
            before = keyed.get(key)
            keyed[key] = (
                [sign * measure for measure in measures]
                if before is None
                else [sum_ + sign * measure for sum_, measure in zip(before, measures, strict=True)]
            )
