"""``python -m benchmarks SECONDS RUNS DOSSIERS [FILE.json]``: everything that is measured, in one run on one server.

Each rate is measured several times and its median told; ratios compare what ran side by side. Machines are noisy:
believe ratios before rates.
"""

import json
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from benchmarks import commands, due_dates, imports, projections, reads, schedule, topics
from service.database import with_database
from service.embedded import EmbeddedPostgres
from service.migrations import migrate

CLIENTS = (1, 4, 16, 64)
EVENTS_A_DOSSIER = 9.1


@dataclass
class Figures:
    """What was measured, by name, with the aim where there is one."""

    seconds: float
    runs: int
    rows: list[dict[str, object]] = field(default_factory=list)
    console: Console = field(default_factory=lambda: Console(soft_wrap=True))

    def rate(self, name: str, measure: Callable[[], commands.Rate], unit: str) -> float:
        """Measure ``runs`` times; the median rate."""
        found = [measure() for _ in range(self.runs)]
        per_second = median(each.per_second for each in found)
        waits = f"p50 {median(r.p50_ms for r in found):.2f} ms, p99 {median(r.p99_ms for r in found):.2f} ms"
        self.add(name, per_second, unit, waits if found[0].p99_ms else "")
        return per_second

    def add(self, name: str, value: float, unit: str, note: str = "") -> None:
        """Keep one figure and say it, since the whole takes minutes."""
        self.rows.append({"name": name, "value": value, "unit": unit, "note": note})
        self.console.print(f"  {name}: {value:,.2f} {unit} {note}", highlight=False)

    def ratio(self, name: str, ours: float, theirs: float, aim: float) -> None:
        """How many times theirs is ours, against the aim."""
        value = ours / theirs
        self.add(name, value, "×", f"aim {aim} ×: {'met' if value >= aim else 'not met'}")

    def aim(self, name: str, value: float, aim: float) -> None:
        """A rate against its aim."""
        self.add(f"{name}, of its aim", value / aim, "×", f"aim {aim:,.0f}: {'met' if value >= aim else 'not met'}")


class Databases:
    """Fresh, migrated databases on one server."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._number = 0

    def fresh(self) -> str:
        """The address of another one."""
        self._number += 1
        name = f"bench_{self._number}"
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = with_database(self._server_url, name)
        with psycopg.connect(url, autocommit=True) as connection:
            migrate(connection)
        return url


def measure_commands(figures: Figures, databases: Databases) -> None:
    """Ours, cached and not, in one process and two, against pgbench and the stock recorder, in turn."""
    url = databases.fresh()
    for clients in CLIENTS:
        limit = _measure_clients(figures, url, clients)
    for cached, aim in ((False, 0.9), (True, 1.3)):
        rate = _measure_processes(figures, url, cached=cached)
        figures.ratio(f"64 clients{' cached' if cached else ''} in 2 processes, to pgbench", rate, limit, aim)
    _measure_steps(figures, url, databases.fresh())


def _measure_clients(figures: Figures, url: str, clients: int) -> float:
    seconds = figures.seconds
    limit = figures.rate(
        f"pgbench SELECT;INSERT, {clients} clients", lambda: commands.pgbench(url, clients, seconds), "commands/s"
    )
    ours, cached = (
        figures.rate(
            f"Một Cửa{' cached' if states else ''}, {clients} clients",
            lambda states=states: commands.application(url, clients, seconds, cached=states),  # type: ignore[misc]
            "commands/s",
        )
        for states in (False, True)
    )
    if clients in {1, 16}:
        stock = figures.rate(
            f"stock recorder, {clients} clients", lambda: commands.stock(url, clients, seconds), "commands/s"
        )
        if clients == 16:  # noqa: PLR2004 - the aims name their numbers of clients
            figures.ratio("16 clients, to stock", ours, stock, 6)
            figures.ratio("16 clients, to pgbench", ours, limit, 0.5)
    if clients == 64:  # noqa: PLR2004
        figures.ratio("64 clients in 1 process, to pgbench", ours, limit, 0.9)
        figures.ratio("64 clients cached in 1 process, to pgbench", cached, limit, 1.3)
    return limit


def _measure_steps(figures: Figures, without: str, by_steps: str) -> None:
    """The same life where the procedure goes by steps, of which it tells too, in turn with one where it does not."""
    for cached in (False, True):
        told = "64 clients cached" if cached else "64 clients"
        found: dict[str, list[float]] = {without: [], by_steps: []}
        for _ in range(figures.runs):
            for url, rates in found.items():
                measured = commands.application(url, 64, figures.seconds, cached=cached, steps=url == by_steps)
                rates.append(measured.per_second)
        rate = median(found[by_steps])
        figures.add(f"Một Cửa, {told}, a procedure by steps", rate, "commands/s")
        to_without = rate / median(found[without])
        figures.add(f"{told}, a procedure by steps, to one without", to_without, "×", "11 events a life, not 9")


def _measure_processes(figures: Figures, url: str, *, cached: bool) -> float:
    return figures.rate(
        f"Một Cửa{' cached' if cached else ''}, 2 processes with 32 clients each",
        lambda: commands.processes(url, 2, 32, figures.seconds, cached=cached),
        "commands/s",
    )


def measure_reads(figures: Figures, databases: Databases, dossiers: int) -> None:
    """Projections live and rebuilt, then look-ups and statistics on what they made."""
    url = databases.fresh()
    found = projections.run(url, round(dossiers * EVENTS_A_DOSSIER))
    figures.add("events in the log", found["events"], "")
    figures.add("both projections live", found["live_events_per_second"], "events/s")
    for workers, rate in found["rebuild_events_per_second"].items():
        figures.add(f"both projections rebuilt, {workers} workers", rate, "events/s")
    figures.aim("rebuild of both projections", max(found["rebuild_events_per_second"].values()), 40_000)
    figures.add("both projections verified", found["verify_events_per_second"], "events/s")
    with reads.api(url) as port:
        codes = reads.codes_of(url)
        rate = figures.rate(
            f"public look-up at {dossiers:,} dossiers, {reads.LOOK_UP_CONNECTIONS} connections, one worker",
            lambda: reads.look_ups(port, codes, figures.seconds),
            "requests/s",
        )
        figures.aim("public look-up", rate, 5_000)
        for name, path in reads.STATISTICS.items():
            figures.rate(
                f"{name} at {dossiers:,} dossiers",
                lambda path=path: reads.statistics(port, path, figures.seconds),  # type: ignore[misc]  # bound now
                "requests/s",
            )


def measure_topics(figures: Figures, databases: Databases) -> None:
    """Events out and payments in over a broker of the run's own; the client alone is the limit of a relay."""
    with topics.broker() as kafka:
        if isinstance(kafka, str):
            figures.console.print(f"  topics are not measured: {kafka}")
            return
        url = databases.fresh()
        events = topics.write(url)
        alone = figures.rate("Kafka's client alone", lambda: topics.client_alone(url, kafka), "messages/s")
        rate = figures.rate(
            "relay of events, one process", lambda: topics.relayed(url, kafka, events, statuses=False), "events/s"
        )
        figures.aim("relay of events", rate, 7_000)
        figures.ratio("relay of events, to the client alone", rate, alone, 0.7)
        both = "relay of events and public statuses, one process"
        figures.rate(both, lambda: topics.relayed(url, kafka, events, statuses=True), "events/s")
        from_log = figures.rate(
            "both projections from the log, one process", lambda: topics.projected_from_log(url, events), "events/s"
        )
        from_kafka = figures.rate(
            "both projections from Kafka, one process",
            lambda: topics.projected_from_kafka(url, kafka, events),
            "events/s",
        )
        figures.ratio("projections from Kafka, to those from the log", from_kafka, from_log, 0.6)
        rate = figures.rate(
            "payments consumed with their effect, one process",
            lambda: topics.paid(databases.fresh(), kafka),
            "messages/s",
        )
        figures.aim("payments consumed", rate, 5_000)
        fresh = databases.fresh()
        waits = topics.commit_to_effect(fresh, kafka, max(5.0, figures.seconds))
        figures.add(
            "commit to effect at 200 events/s, p50", waits.p50_ms, "ms", f"aim 100 ms: {_met(waits.p50_ms, 100)}"
        )
        figures.add(
            "commit to effect at 200 events/s, p99", waits.p99_ms, "ms", f"aim 500 ms: {_met(waits.p99_ms, 500)}"
        )


def _met(value: float, most: float) -> str:
    return "met" if value <= most else "not met"


def measure_schedule(figures: Figures, databases: Databases, dossiers: int) -> None:
    """The scheduler's looks, a whole one each, at that many open dossiers."""
    found = [schedule.run(databases.fresh(), dossiers) for _ in range(figures.runs)]
    at = f"at {dossiers:,} open dossiers"
    figures.add(f"moments worked out {at}", median(each.worked_out_per_second for each in found), "dossiers/s")
    told = median(each.told_per_second for each in found)
    figures.add("escalations told in one look", told, "a second", f"{found[0].escalations:,} of them")
    figures.add(f"a look at which nothing has come {at}", median(each.quiet_ms for each in found), "ms")


def measure_rest(figures: Figures, databases: Databases) -> None:
    """Due dates and imports."""
    for name, value in due_dates.run().items():
        figures.add(f"due dates: {name}", value, "/s on one core")
    for name, value in imports.run(databases.fresh()).items():
        figures.add(f"import: {name}", value, "")
        if name == "source events/s":
            figures.aim("import", value, 10_000)


def main(seconds: float, runs: int, dossiers: int, json_file: Path | None) -> None:
    """Measure everything and print it."""
    figures = Figures(seconds, runs)
    with TemporaryDirectory(prefix="motcua-bench-") as folder, EmbeddedPostgres(Path(folder)) as postgres:
        databases = Databases(postgres.url)
        figures.console.print(f"PostgreSQL embedded, Python {platform.python_version()}, {runs} runs of {seconds:g} s")
        measure_commands(figures, databases)
        measure_reads(figures, databases, dossiers)
        measure_schedule(figures, databases, dossiers)
        measure_topics(figures, databases)
        measure_rest(figures, databases)
    table = Table("what", "value", "", "note")
    for row in figures.rows:
        table.add_row(str(row["name"]), f"{row['value']:,.2f}", str(row["unit"]), str(row["note"]))
    figures.console.print(table)
    if json_file is not None:
        document = {
            "at": datetime.now(UTC).isoformat(),
            "python": platform.python_version(),
            "machine": platform.machine(),
            "seconds": seconds,
            "runs": runs,
            "figures": figures.rows,
        }
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]) if len(sys.argv) > 4 else None)  # noqa: PLR2004
