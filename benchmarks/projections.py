"""How many events a second the projections take in, live and in a rebuild, and how long their answers take."""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from threading import Event
from typing import Any, Final

from psycopg import Connection

from benchmarks.histories import write_histories
from projections.on_time.projection import ON_TIME
from projections.on_time.queries import report
from projections.on_time.report import Cut, ReportQuery
from projections.rebuild import rebuild
from projections.runner import Runner
from projections.tracking.projection import TRACKING
from projections.tracking.queries import public_statuses
from projections.verify import verify
from service.database import connect
from service.log import PostgresEventLog
from service.migrations import migrate

EVENTS: Final = 200_000
_EVENTS_A_DOSSIER: Final = 9.1
_NOW: Final = datetime(2026, 8, 1, tzinfo=UTC)


def run(url: str, events: int = EVENTS) -> dict[str, Any]:
    """Measure on an empty database, with about so many generated events. Rates are events/s, latencies ms."""
    opened = partial(connect, url, application_name="motcua-bench", transaction_seconds=None)
    log, projections = PostgresEventLog(opened), (TRACKING, ON_TIME)
    with opened() as connection:
        migrate(connection)
        written = write_histories(connection, round(events / _EVENTS_A_DOSSIER))
        connection.execute("VACUUM ANALYZE stored_events")
        runner = Runner(opened, log, projections)
        live = _seconds(lambda: runner.run(Event(), until_caught_up=True))
        rebuilt = {
            workers: _seconds(partial(rebuild, opened, log, projections, workers=workers))
            for workers in (1, os.cpu_count() or 1)
        }
        differences: list[Any] = []
        verified = _seconds(lambda: differences.extend(verify(opened, log, projections)))
        connection.execute("VACUUM ANALYZE")
        latencies = _latencies(connection)
    log.close()
    return {
        "events": written,
        "live_events_per_second": round(written / live),
        "rebuild_events_per_second": {str(workers): round(written / took) for workers, took in rebuilt.items()},
        "verify_events_per_second": round(written / verified),
        "differences": len(differences),
        "p50_ms": latencies,
    }


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _latencies(connection: Connection[Any]) -> dict[str, float]:
    row = connection.execute("SELECT array_agg(code) FROM (SELECT code FROM tracking LIMIT 50) c").fetchone()
    codes = row[0] if row and row[0] else []
    asked: dict[str, Callable[[], object]] = {
        "look-up of one code": lambda: public_statuses(connection, codes[:1]),
        "look-up of 50 codes": lambda: public_statuses(connection, codes),
        "report, as of an instant": lambda: report(connection, ReportQuery(now=_NOW, as_of=_NOW)),
        "report by procedure of one unit": lambda: report(
            connection, ReportQuery(now=_NOW, by=Cut.PROCEDURE, unit="H15.01")
        ),
    }
    for cut in Cut:
        asked[f"report by {cut.value}"] = partial(report, connection, ReportQuery(now=_NOW, by=cut))
    return {name: round(_median_ms(question), 2) for name, question in asked.items()}


def _median_ms(question: Callable[[], object]) -> float:
    return statistics.median(_seconds(question) for _ in range(21)) * 1000


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit("Use: python -m benchmarks.projections DATABASE_URL [EVENTS]")
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else EVENTS), indent=2))  # noqa: PLR2004
