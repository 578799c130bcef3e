"""Jars are fetched once, whole or not at all, and used only when they are those we know. Java and Maven are played."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service import kafka_jars
from service.kafka_jars import BrokerError, jars, java, require_programs
from tests import brokers
from tests.brokers import require_kafka

KNOWN = {"kafka.jar": b"kafka", "scala.jar": b"scala"}
MAVEN = """
for word in "$@"; do case $word in -DoutputDirectory=*) folder=${word#*=} ;; esac; done
mkdir "$folder"
printf kafka > "$folder/kafka.jar"
echo fetched >> "$FETCHES"
sleep 0.2
printf scala > "$folder/scala.jar"
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, which come first on the path; ``jars`` fetches anew and knows two."""
    folder = tmp_path / "programs"
    folder.mkdir()
    known = tmp_path / "jars.sha256"
    known.write_text("".join(f"{hashlib.sha256(jar).hexdigest()}  {name}\n" for name, jar in KNOWN.items()))
    monkeypatch.setattr(kafka_jars, "_KNOWN", known)
    monkeypatch.setattr(kafka_jars, "_PAUSES", (0.0, 0.0))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("FETCHES", str(tmp_path / "fetches"))
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def play(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}")
    program.chmod(0o755)


def test_all_that_ask_at_once_get_the_jars_of_one_fetch(programs: Path, tmp_path: Path) -> None:
    play(programs / "mvn", MAVEN)
    with ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(jars) for _ in range(3)]
    assert {tuple(jar.read_bytes() for jar in each.result()) for each in asked} == {(b"kafka", b"scala")}
    assert (tmp_path / "fetches").read_text() == "fetched\n"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("printf other > $folder/scala.jar", "scala.jar"),
        ("rm $folder/kafka.jar", "kafka.jar"),
        ("printf more > $folder/unknown.jar", "unknown.jar"),
    ],
)
def test_a_jar_that_is_not_the_known_one_is_named_and_nothing_is_kept(programs: Path, change: str, named: str) -> None:
    play(programs / "mvn", MAVEN + change)
    with pytest.raises(BrokerError, match=f"^{named} in .* is not the one"):
        jars()
    play(programs / "mvn", MAVEN)
    assert len(jars()) == len(KNOWN)


def test_a_jar_that_was_changed_later_is_named(programs: Path) -> None:
    play(programs / "mvn", MAVEN)
    jars()[1].write_bytes(b"changed")
    with pytest.raises(BrokerError, match=r"^scala.jar in .* remove the folder"):
        jars()


def test_a_registry_that_fails_for_a_moment_is_asked_again(programs: Path, tmp_path: Path) -> None:
    play(programs / "mvn", f"{MAVEN}[ $(wc -l < $FETCHES) -eq 3 ] || {{ echo '[ERROR] 503'; exit 1; }}")
    assert len(jars()) == len(KNOWN)
    assert (tmp_path / "fetches").read_text() == 3 * "fetched\n"


def test_an_interrupted_fetch_is_made_anew(programs: Path) -> None:
    play(programs / "mvn", MAVEN.replace("sleep 0.2", "echo '[ERROR] no network'; exit 1"))
    with pytest.raises(BrokerError, match=r"Maven could not fetch Kafka .*: no network$"):
        jars()
    play(programs / "mvn", MAVEN)
    assert len(jars()) == len(KNOWN)


@pytest.mark.parametrize("told", ['openjdk version "11.0.2" 2019-01-15', 'java version "1.8.0_392"', "no such thing"])
def test_a_java_that_is_too_old_is_refused(programs: Path, told: str) -> None:
    play(programs / "java", f"echo '{told}' >&2")
    with pytest.raises(BrokerError, match=r"needs Java 17 or newer.*apt-get install openjdk-17-jre-headless"):
        java()


def test_java_is_that_of_java_home(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home := programs / "home" / "bin").mkdir(parents=True)
    play(programs / "java", "exit 1")
    play(home / "java", """echo 'openjdk version "21" 2023-09-19' >&2""")
    monkeypatch.setenv("JAVA_HOME", str(home.parent))
    assert java() == str(home / "java")


def test_maven_is_asked_for_only_while_there_are_no_jars(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(programs / "java", """echo 'openjdk version "17.0.15" 2025-04-15' >&2""")
    with monkeypatch.context() as without_maven:
        without_maven.setenv("PATH", str(programs))
        with pytest.raises(BrokerError, match="apt-get install maven"):
            require_programs()
    play(programs / "mvn", MAVEN)
    jars()
    (programs / "mvn").unlink()
    monkeypatch.setenv("PATH", str(programs))
    require_programs()


def test_the_jars_that_are_known_are_those_of_this_version() -> None:
    names = [line.split()[1] for line in (kafka_jars.FILES / "jars.sha256").read_text().splitlines()]
    assert f"kafka_2.13-{kafka_jars.VERSION}.jar" in names


@pytest.mark.parametrize(("required", "outcome"), [("1", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_java_tests_are_skipped_or_fail_where_kafka_is_required(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(brokers, "_lacking", lambda: "Kafka needs Java")
    monkeypatch.setenv("MOTCUA_REQUIRE_KAFKA", required)
    with pytest.raises(outcome, match="Kafka needs Java"):
        require_kafka()
