"""Whatever is killed or cut off while events go out and payments come in: nothing is lost and nothing doubled.

Each round has a seed, which is printed; ``--seed`` and ``--rounds`` run it again.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import TypeAlias

import psycopg
import pytest
from psycopg import Connection
from structlog.testing import capture_logs

from consumers.topics import EVENTS, STATUS, Topic
from service.administration import load_administration
from service.rule_book import Unchanging
from service.wiring import door
from tests.databases import new_folder, remove_folder
from tests.faults.installation import rules
from tests.faults.load import Load
from tests.faults.outcome import check
from tests.faults.scene import Scene, scene
from tests.faults.servers import Servers, servers
from tests.waiting import until

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

SHARE_CUT = 0.15

Fault: TypeAlias = Callable[[Scene, Random], str]
"""Does its harm while the load runs, and heals it. It returns what it did, in words."""

_WAITS_TO_SAVE = """
SELECT pid FROM pg_stat_activity
WHERE usename = 'relay_1' AND application_name = %s AND %s = ANY(pg_blocking_pids(pid))
"""
_WAITS_WITH_EFFECTS = """
SELECT usename FROM pg_stat_activity
WHERE usename LIKE 'consumer%%' AND backend_xid IS NOT NULL AND %s = ANY(pg_blocking_pids(pid)) ORDER BY usename
"""
_EFFECTS = "SELECT count(*) FROM stored_events WHERE topic IN ('dossier.paid.v1', 'dossier.overpaid.v1')"


@pytest.fixture(scope="module")
def both() -> Iterator[Servers]:
    folder = new_folder()
    try:
        with servers(folder) as started:
            yield started
    finally:
        remove_folder(folder)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What the test's own door and servers log would stand between the rounds' lines."""
    with capture_logs():
        yield


@pytest.fixture(scope="module")
def rules_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(rules(tmp_path_factory.mktemp("faults") / "rules"))


@contextmanager
def unsaved(at: Scene, table: str) -> Iterator[Connection[tuple[object, ...]]]:
    """Nobody can write to the table meanwhile.

    The lock is on the table, not on a row: for that a transaction needs an id, behind which all readers would wait.
    """
    with psycopg.connect(at.url) as locking:
        locking.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield locking


def relay_killed_between_publish_and_save(at: Scene, chance: Random) -> str:
    topic = chance.choice([EVENTS, STATUS])
    time.sleep(chance.uniform(0.0, 1.5))
    with unsaved(at, "outbox") as locking:
        [(saved,)] = at.ask("SELECT position FROM outbox WHERE topic = %s", (topic.name,))
        waits = (f"motcua-relay-{topic.name}", locking.info.backend_pid)
        until(lambda: at.ask(_WAITS_TO_SAVE, waits))
        published = Counter(position for position in positions(at, topic) if position > saved)
        assert published
        [(waiting,)] = at.ask(_WAITS_TO_SAVE, waits)
        at.kill("relay_1")
        at.ask("SELECT pg_terminate_backend(%s)", (waiting,))  # it would still save for the dead
    assert at.ask("SELECT position FROM outbox WHERE topic = %s", (topic.name,)) == [(saved,)]
    at.start("relay_2", "relay")
    return f"relay killed with {published.total()} of {topic.name} unsaved"


def positions(at: Scene, topic: Topic) -> Iterator[int]:
    return (int(json.loads(record.value)["position"]) for record in at.records(topic))


def consumer_killed_in_mid_batch(at: Scene, chance: Random) -> str:
    time.sleep(chance.uniform(0.0, 1.5))
    with unsaved(at, "consumer_offset") as locking:
        waits = (locking.info.backend_pid,)
        before = at.ask(_EFFECTS)
        until(lambda: at.ask(_WAITS_WITH_EFFECTS, waits))
        [(victim,), *_] = at.ask(_WAITS_WITH_EFFECTS, waits)
        at.kill(victim)
        assert at.ask(_EFFECTS) == before
    at.start(victim, "consume", "payments")
    return f"{victim} killed"


def broker_killed(at: Scene, chance: Random) -> str:
    time.sleep(chance.uniform(0.0, 2.5))
    at.servers.broker.kill()
    time.sleep(chance.uniform(0.0, 1.0))
    at.servers.broker.start()
    return "broker killed"


def postgresql_killed(at: Scene, chance: Random) -> str:
    for _ in range(2):
        time.sleep(chance.uniform(0.0, 1.5))
        at.servers.kill_postgres()
        time.sleep(chance.uniform(0.0, 0.5))
        at.servers.postgres.ensure_running()
    return "PostgreSQL killed twice"


def connections_cut(_at: Scene, _chance: Random) -> str:
    """Not here, but all along, from the start of the processes."""
    return ""


FAULTS: dict[str, tuple[Fault, str]] = {
    "relay-killed": (relay_killed_between_publish_and_save, ""),
    "consumer-killed": (consumer_killed_in_mid_batch, ""),
    "broker-killed": (broker_killed, ""),
    "postgresql-killed": (postgresql_killed, ""),
    "kafka-cut-off": (connections_cut, "kafka"),
    "postgresql-cut-off": (connections_cut, "postgresql"),
}
"""Each with the server that is reached through its proxy, which cuts connections then."""


@pytest.mark.parametrize("name", FAULTS)
def test_after_a_fault(name: str, seed: int, both: Servers, rules_folder: Path, tmp_path: Path) -> None:
    fault, through = FAULTS[name]
    chance = Random(seed)  # noqa: S311 - which moment is hit need not be unguessable
    began = time.monotonic()
    print(f"\n{name}, seed {seed}:", end=" ", flush=True)
    both.cut(SHARE_CUT, seed, through)
    with scene(both, rules_folder, tmp_path, through) as at:
        at.start_all()
        with closing(door(at.database, Unchanging(load_administration(rules_folder)))) as opened:
            load = Load(opened, at.kafka, chance)
            load.start()
            did = fault(at, chance)
            load.finish()
        did = did or both.cuts()
        both.heal()
        healed = time.monotonic()
        at.until_quiet()
        quiet = time.monotonic() - healed
        at.stop_all()
        at.run_until_caught_up()
        check(at, load)
    took = time.monotonic() - began
    size = f"{len(load.cases)} dossiers, {len(load.acknowledged)} notices"
    print(f"{did}; {size}, at rest {quiet:.1f} s after the load; all as it has to be, in {took:.1f} s")
