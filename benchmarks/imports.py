"""Source events a second through the real import: read, translate, decide, append. And memory, which must stay flat."""

import gzip
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psycopg

from consumers.xes.importer import import_log
from consumers.xes.mapping import load_mapping
from service.door import BatchDoor
from service.rule_book import Unchanging
from tests.examples import RULES

CASES = 4_000
EVENTS_PER_CASE = 12
START = datetime(2026, 1, 5, 8, tzinfo=UTC)


def write_log(path: Path, cases: int, seed: int = 1) -> int:
    """A log shaped like the real ones; how many events it holds."""
    chance = Random(seed)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n'
        )
        for case in range(cases):
            at = START + timedelta(minutes=chance.randrange(200_000))
            due = at + timedelta(days=56)
            file.write(
                f'<trace><string key="concept:name" value="case-{seed}-{case}"/>'
                f'<date key="startdate" value="{at.isoformat()}"/><date key="deadline" value="{due.isoformat()}"/>'
                f'<date key="enddate" value="{(at + timedelta(days=40)).isoformat()}"/>'
                '<string key="channel" value="Internet"/><string key="department" value="General"/>'
                '<string key="responsible" value="Resource21"/>\n'
            )
            for number in range(EVENTS_PER_CASE):
                at += timedelta(hours=chance.randrange(1, 60))
                file.write(
                    f'<event><string key="org:group" value="Group {number}"/>'
                    f'<string key="concept:instance" value="task-{case}-{number}"/>'
                    f'<string key="org:resource" value="Resource{number}"/>'
                    f'<string key="concept:name" value="T{number:02d} Check something about the permit"/>'
                    f'<date key="time:timestamp" value="{at.isoformat()}"/>'
                    '<string key="lifecycle:transition" value="complete"/></event>\n'
                )
            file.write("</trace>\n")
        file.write("</log>\n")
    return cases * EVENTS_PER_CASE


def run(url: str, cases: int = CASES) -> dict[str, float]:
    """Events a second, and the peak memory in MB of importing a log and one four times as long."""
    rate, small = _in_process(url, cases, seed=1)
    _, large = _in_process(url, cases * 4, seed=2)
    return {"source events/s": rate, "peak MB": small, "peak MB, four times the log": large}


def _in_process(url: str, cases: int, seed: int) -> tuple[float, float]:
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log.xes.gz"
        write_log(log, cases, seed)
        command = [sys.executable, "-m", "benchmarks.imports", url, str(log)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own
    rate, peak = printed.split()[-2:]
    return float(rate), float(peak)


def main(url: str, log: Path) -> None:
    """Import one log in this process and print events a second and peak MB."""
    door = BatchDoor(lambda: psycopg.connect(url, autocommit=True), Unchanging(RULES), lambda: datetime.now(UTC))
    mapping = load_mapping("wabo-receipt")
    began = time.perf_counter()
    summary = import_log(log, mapping, door, datetime.now(UTC))
    took = time.perf_counter() - began
    door.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(summary.added / took, peak)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
