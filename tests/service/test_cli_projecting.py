"""Which source feeds the projections, as a shell meets it: exit codes, complaints, and who stands by."""

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from projections.positions import lowest_position
from projections.sources import Source
from projections.switching import announce, hand_over
from service.wiring import PROJECTIONS
from tests.projections.histories import Database, accepted, facts, named, submitted, write
from tests.projections.running import caught_up
from tests.service import shell
from tests.service.shell import Motcua

NAMES = [projection.name for projection in PROJECTIONS]
FED_FROM_KAFKA = (
    "motcua: the projections are fed from kafka: run with --from kafka, or stop the workers that do and switch with"
    " --from log --switch\n"
)


@pytest.fixture
def motcua(database_url: str, tmp_path: Path) -> Motcua:
    return partial(shell.motcua, tmp_path, MOTCUA_DATABASE_URL=database_url)


@pytest.fixture
def from_kafka(database_url: str) -> Database:
    """A database whose projections are to be fed from Kafka, though nobody does."""
    database = Database(database_url)
    with database() as connection:
        write(connection, facts([submitted(), accepted()]))
        named(connection)
        caught_up(database)
        hand_over(connection, NAMES, Source.KAFKA, 3)
    return database


def test_without_kafka_nothing_can_be_fed_from_it(motcua: Motcua) -> None:
    done = motcua("project", "run", "--from", "kafka")
    assert done.returncode == 2
    assert "MOTCUA_KAFKA_BOOTSTRAP_SERVERS is not set" in done.stderr


def test_only_what_the_log_feeds_can_stand_by(motcua: Motcua) -> None:
    done = motcua("project", "run", "--from", "kafka", "--stand-by")
    assert done.returncode == 2
    assert "--stand-by" in done.stderr


def test_the_log_does_not_feed_what_kafka_is_to_feed(from_kafka: Database, motcua: Motcua) -> None:
    done = motcua("project", "run", "--until-caught-up")
    assert (done.returncode, done.stderr) == (2, FED_FROM_KAFKA)
    done = motcua("project", "rebuild", "--partitions", "2")
    assert done.returncode == 2
    assert "rebuild without --partitions" in done.stderr
    with from_kafka() as worker:
        announce(worker, Source.KAFKA)
        done = motcua("project", "run", "--switch", "--until-caught-up")
        assert done.returncode == 2
        assert done.stderr == "motcua: workers are feeding the projections from kafka: stop them, then switch\n"
    assert motcua("project", "run", "--switch", "--until-caught-up").returncode == 0
    assert motcua("project", "verify").stdout == "0 differences\n"


@pytest.mark.usefixtures("from_kafka")
def test_what_feeds_them_is_told_and_all_else_goes_on(motcua: Motcua) -> None:
    found = json.loads(motcua("project", "status", "--json").stdout)
    assert {(each["source"], each["name"], each["partition"]) for each in found} == {
        ("kafka", name, partition) for name in NAMES for partition in range(3)
    }
    assert "Projections, fed from kafka" in motcua("project", "status").stdout
    attention = motcua("status").stdout.partition("Needs a person:")[2]
    assert "projection" not in attention.lower()
    assert motcua("project", "rebuild").returncode == 0
    assert motcua("project", "verify").stdout == "0 differences\n"


def test_beside_a_server_they_stand_by_while_kafka_is_to_feed_them(from_kafka: Database, database_url: str) -> None:
    """And let themselves be switched off while they feed."""
    with (
        from_kafka() as connection,
        subprocess.Popen(
            [sys.executable, "-m", "service.cli", "project", "run", "--stand-by", "--while-input-open"],
            cwd=shell.ROOT,
            env=shell.environment(MOTCUA_DATABASE_URL=database_url),
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stderr is not None
        while b"projections_left_to_kafka" not in process.stderr.readline():
            assert process.poll() is None
        hand_over(connection, NAMES, Source.LOG, 1)
        position = write(connection, facts([submitted("H15-260302-0002")], "2"))
        while lowest_position(connection, NAMES) < position:
            assert process.poll() is None
            time.sleep(0.02)
        hand_over(connection, NAMES, Source.KAFKA, 3)
        process.stdin.close()
        assert process.wait(30) == 0
