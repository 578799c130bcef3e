"""The share not asked again, counted from what the index of subjects keeps, and the list behind each figure."""

import json
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from psycopg import Connection

from domain.codes import HO_CHI_MINH
from domain.ports import Rules
from domain.reuse import ReuseBucket, ReuseFigures, ReuseLine, ReuseList, ReuseQuery, ReuseReport
from service.subjects import read_state

_WITHIN: Final = """
    accepted_at >= %(since)s AND accepted_at < %(until)s
    AND (%(unit)s::text IS NULL OR unit = %(unit)s OR starts_with(unit, %(unit)s || '.'))
    AND (%(procedure)s::text IS NULL OR procedure = %(procedure)s)
"""
_VERSIONS: Final = f"SELECT DISTINCT procedure, procedure_version FROM dossier_reuse WHERE {_WITHIN}"
_MEASURED: Final = f"""
SELECT d.code, d.unit, procedure, d.accepted_at, r.required,
    ARRAY(SELECT c FROM unnest(r.required) AS c WHERE c = ANY(d.reused)) AS reused,
    ARRAY(SELECT c FROM unnest(r.required) AS c WHERE c = ANY(d.looked_up)) AS looked_up,
    ARRAY(SELECT c FROM unnest(r.required) AS c WHERE c <> ALL(d.reused || d.looked_up)) AS asked
FROM (SELECT * FROM dossier_reuse WHERE {_WITHIN}) AS d
LEFT JOIN jsonb_to_recordset(%(versions)s::jsonb) AS r (procedure text, procedure_version text, required text[])
    USING (procedure, procedure_version)
"""
_REPORT: Final = f"""
SELECT procedure, count(*) FILTER (WHERE required IS NOT NULL), coalesce(sum(cardinality(required)), 0)::bigint,
    sum(cardinality(reused))::bigint, sum(cardinality(looked_up))::bigint, count(*) FILTER (WHERE required IS NULL)
FROM ({_MEASURED}) AS m GROUP BY procedure ORDER BY procedure
"""
_IN_BUCKET: Final[Mapping[ReuseBucket, str]] = {
    ReuseBucket.NOT_ASKED: "cardinality(reused) + cardinality(looked_up) > 0",
    ReuseBucket.ASKED: "cardinality(asked) > 0",
    ReuseBucket.UNMEASURED: "required IS NULL",
}


def report(connection: Connection[Any], rules: Rules, query: ReuseQuery) -> ReuseReport:
    """The figures, from one snapshot."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        position = read_state(connection).position
        asked = _parameters(connection, rules, query)
        rows = [_figures(*row) for row in connection.execute(_REPORT, asked).fetchall()]
    total = ReuseFigures(
        key="all",
        dossiers=sum(row.dossiers for row in rows),
        required=sum(row.required for row in rows),
        reused=sum(row.reused for row in rows),
        looked_up=sum(row.looked_up for row in rows),
        unmeasured=sum(row.unmeasured for row in rows),
    )
    return ReuseReport(query=query, rows=tuple(rows), total=total, position=position)


def dossiers(
    connection: Connection[Any], rules: Rules, query: ReuseQuery, bucket: ReuseBucket, *, after: str = "", limit: int
) -> ReuseList:
    """The dossiers behind a figure, in the order of their codes, those above ``after``."""
    statement = f"""
        WITH listed AS (SELECT * FROM ({_MEASURED}) AS m WHERE {_IN_BUCKET[bucket]})
        SELECT c.count, p.* FROM (SELECT count(*) FROM listed) AS c LEFT JOIN (
            SELECT code, unit, procedure, accepted_at, reused, looked_up, asked FROM listed
            WHERE code > %(after)s ORDER BY code LIMIT %(limit)s + 1
        ) AS p ON true ORDER BY p.code
    """
    asked = _parameters(connection, rules, query) | {"after": after, "limit": limit}
    rows = connection.execute(statement, asked).fetchall()
    lines = tuple(_line(*row[1:]) for row in rows if row[1] is not None)
    more = len(lines) > limit
    return ReuseList(count=rows[0][0], lines=lines[:limit], next=lines[limit - 1].code if more else None)


def _parameters(connection: Connection[Any], rules: Rules, query: ReuseQuery) -> dict[str, Any]:
    """With what each version of a procedure that occurs asks for; versions that nobody knows are left out."""
    asked: dict[str, Any] = {
        "since": datetime.combine(query.since, time(), HO_CHI_MINH),
        "until": datetime.combine(query.until + timedelta(days=1), time(), HO_CHI_MINH),
        "unit": query.unit,
        "procedure": query.procedure,
    }
    versions = []
    for code, version in connection.execute(_VERSIONS, asked).fetchall():
        if (procedure := rules.procedure_version(code, version)) is not None:
            required = [component.code for component in procedure.components if component.required]
            versions.append({"procedure": code, "procedure_version": version, "required": required})
    return asked | {"versions": json.dumps(versions)}


def _figures(key: str, *counts: int) -> ReuseFigures:
    dossiers_, required, reused, looked_up, unmeasured = counts
    return ReuseFigures(
        key=key, dossiers=dossiers_, required=required, reused=reused, looked_up=looked_up, unmeasured=unmeasured
    )


def _line(code: str, unit: str, procedure: str, accepted_at: datetime, *components: list[str]) -> ReuseLine:
    reused, looked_up, asked = map(tuple, components)
    return ReuseLine(
        code=code,
        unit=unit,
        procedure=procedure,
        accepted_on=accepted_at.astimezone(HO_CHI_MINH).date(),
        reused=reused,
        looked_up=looked_up,
        asked=asked,
    )
