"""The jars of Apache Kafka: fetched by Maven once for each user of a machine, and used only if they are those we know.

After a change of ``VERSION`` or of ``service/kafka/pom.xml``, ``python -m service.kafka_jars`` writes the list of known
jars anew, ``service/kafka/jars.sha256``; what changed in it is for a person to review.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

import structlog

from domain.errors import Complaint
from service.file_locks import turn

VERSION: Final = "4.4.0"
FILES: Final = Path(__file__).parent / "kafka"

_KNOWN: Final = FILES / "jars.sha256"
_OLDEST_JAVA: Final = 17
_PAUSES: Final = (2.0, 8.0)
"""Seconds before Maven is asked again."""
_GET_JAVA: Final = "install it (Debian and Ubuntu: apt-get install openjdk-17-jre-headless)"
_GET_MAVEN: Final = "install it (Debian and Ubuntu: apt-get install maven)"

_log: Final = structlog.get_logger(__name__)


class BrokerError(Complaint):
    """Kafka cannot be used; the message says why, and what to install or do."""


def java() -> str:
    """A Java that can run Kafka: that of ``JAVA_HOME`` where it is set, as Maven chooses, else the one on ``PATH``.

    Raises:
        BrokerError: there is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=f"{home}/bin" if home else None)
    if program is None:
        raise BrokerError(f"Kafka needs Java {_OLDEST_JAVA} or newer, and there is none: {_GET_JAVA}")
    asked = subprocess.run([program, "-version"], check=False, capture_output=True, text=True)  # noqa: S603 # fixed words
    told = re.search(r'version "(\d+)', asked.stderr)
    if told is None or int(told[1]) < _OLDEST_JAVA:
        found = told[1] if told else "one that does not tell its version"
        raise BrokerError(f"Kafka needs Java {_OLDEST_JAVA} or newer; {program} is {found}: {_GET_JAVA}")
    return program


def require_programs() -> None:
    """Find out before anything is started or fetched; Maven is needed only where there are no jars yet.

    Raises:
        BrokerError: Java or Maven is missing.
    """
    java()
    if not _folder().exists():
        _maven()


def jars() -> list[Path]:
    """Every jar that Kafka needs; the first time they are fetched.

    Raises:
        BrokerError: Maven is missing or could not fetch them, or one of them is not what it should be.
    """
    folder = _folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with turn(folder.with_name(f"{folder.name}.lock")):
        if not folder.exists():
            # Whole or not at all: an interrupted fetch leaves only a folder that is made anew.
            unfinished = folder.with_name(f"{folder.name}.new")
            _log.info("kafka_is_fetched", version=VERSION, megabytes=43, folder=str(folder))
            _fetch(unfinished)
            _verify(unfinished)
            unfinished.rename(folder)
    return _verify(folder)


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "motcua" / f"kafka-{VERSION}"


def _maven() -> str:
    program = shutil.which("mvn")
    if program is None:
        raise BrokerError(f"Kafka is fetched by Maven, and there is none: {_GET_MAVEN}")
    return program


def _fetch(folder: Path) -> None:
    """Into a folder that is made anew; a registry that fails for a moment is asked again."""
    for pause in [*_PAUSES, None]:
        shutil.rmtree(folder, ignore_errors=True)
        failure = _fetched(folder)
        if failure is None:
            return
        if pause is None:
            raise BrokerError(f"Maven could not fetch Kafka {VERSION}: {failure}")
        _log.warning("kafka_is_fetched_again", reason=failure, seconds=pause)
        time.sleep(pause)


def _fetched(folder: Path) -> str | None:
    """Why it could not be, if so. By ``-U`` Maven does not take an earlier failure for an answer."""
    goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}")
    done = subprocess.run(  # noqa: S603 # our own words and paths, no shell
        [_maven(), "-q", "-B", "-U", "-f", str(FILES / "pom.xml"), f"-Dkafka.version={VERSION}", *goal],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode == 0:
        return None
    told = re.search(r"\[ERROR\] (.+)", done.stdout)
    return told[1] if told else done.stdout.strip()


def _verify(folder: Path) -> list[Path]:
    known = {name: digest for digest, name in map(str.split, _KNOWN.read_text(encoding="utf-8").splitlines())}
    found = _digests(folder)
    for name in sorted(known.keys() | found.keys()):
        if known.get(name) != found.get(name):
            raise BrokerError(
                f"{name} in {folder} is not the one that belongs to Kafka {VERSION} ({_KNOWN.name} lists them); "
                "remove the folder, and all will be fetched anew"
            )
    return [folder / name for name in sorted(known)]


def _digests(folder: Path) -> dict[str, str]:
    return {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.iterdir()}


def _write_known() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _fetch(Path(folder))
        lines = [f"{digest}  {name}\n" for name, digest in sorted(_digests(Path(folder)).items())]
    _KNOWN.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    _write_known()
