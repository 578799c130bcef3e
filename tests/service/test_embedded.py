"""The embedded server survives what happens to it, and never outlives its last holder by more than one visit."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from service.database import check_server, connect
from service.embedded import EmbeddedPostgres, EmbeddedPostgresError
from service.postgres_cluster import Cluster

HOLDER = """
import sys
from pathlib import Path
from service.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])):
    print("holding", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process with a share in the server; closing its standard input lets it go."""
    command = [sys.executable, "-W", "error", "-c", HOLDER, str(data_dir)]
    with subprocess.Popen(  # noqa: S603 # our own script
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert any(line == "holding\n" for line in process.stdout)
        yield process


def pid_of(data_dir: Path) -> int | None:
    process = Cluster(data_dir / "postgres").postmaster()
    return process.pid if process else None


def write(postgres: EmbeddedPostgres, number: int) -> None:
    with connect(postgres.url, application_name="test") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number integer)")
        connection.execute("INSERT INTO kept VALUES (%s)", (number,))


def kept(postgres: EmbeddedPostgres) -> list[int]:
    with connect(postgres.url, application_name="test") as connection:
        return [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY number")]


def test_the_database_is_durable_utf8_and_there_again_next_time(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as postgres:
        with connect(postgres.url, application_name="test") as connection:
            check_server(connection)
        write(postgres, 1)
    assert pid_of(data_dir) is None
    with EmbeddedPostgres(data_dir) as postgres:
        assert kept(postgres) == [1]


def test_the_last_to_leave_stops_the_server_and_no_one_before(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir), holder(data_dir) as other:
        started = pid_of(data_dir)
        with EmbeddedPostgres(data_dir):
            assert pid_of(data_dir) == started
        assert pid_of(data_dir) == started
        other.communicate()
        assert pid_of(data_dir) == started
    assert pid_of(data_dir) is None


def test_a_killed_holder_does_not_keep_the_server_running(data_dir: Path) -> None:
    with holder(data_dir) as killed:
        killed.kill()
    orphaned = pid_of(data_dir)
    assert orphaned is not None
    with EmbeddedPostgres(data_dir):
        assert pid_of(data_dir) == orphaned
    assert pid_of(data_dir) is None


def test_a_killed_postmaster_is_started_again_with_all_that_was_acknowledged(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as postgres:
        write(postgres, 1)
        with connect(postgres.url, application_name="busy"):
            killed = pid_of(data_dir)
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            postgres.ensure_running()
        assert pid_of(data_dir) not in (None, killed)
        write(postgres, 2)
        assert kept(postgres) == [1, 2]


def test_holder_and_postmaster_killed_together_leave_a_startable_folder(data_dir: Path) -> None:
    with holder(data_dir) as killed:
        server = pid_of(data_dir)
        assert server is not None
        killed.kill()
        os.kill(server, signal.SIGKILL)
    with EmbeddedPostgres(data_dir) as postgres:
        write(postgres, 1)
        assert kept(postgres) == [1]


@pytest.mark.parametrize("left", ["another's", "nothing"])
def test_a_pid_file_of_another_process_or_of_none_does_not_block_the_start(data_dir: Path, left: str) -> None:
    with EmbeddedPostgres(data_dir) as postgres:
        write(postgres, 1)
        pid_file = data_dir / "postgres" / "postmaster.pid"
        _, *rest = pid_file.read_text().splitlines(keepends=True)
    pid_file.write_text("".join([f"{os.getpid()}\n", *rest]) if left == "another's" else "")
    with EmbeddedPostgres(data_dir) as postgres:
        assert kept(postgres) == [1]


def test_an_interrupted_creation_is_made_anew(data_dir: Path) -> None:
    unfinished = data_dir / "postgres.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(data_dir) as postgres:
        write(postgres, 1)
        assert kept(postgres) == [1]


def test_a_server_that_cannot_start_says_why_and_is_not_held(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        pass
    setting = data_dir / "postgres" / "postgresql.auto.conf"
    setting.write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"), EmbeddedPostgres(data_dir):
        pass
    setting.write_text("")
    with EmbeddedPostgres(data_dir) as postgres:
        write(postgres, 1)
    assert pid_of(data_dir) is None


def test_a_long_path_moves_only_the_socket(data_dir: Path) -> None:
    data_dir /= "x" * 100
    with EmbeddedPostgres(data_dir) as postgres:
        write(postgres, 1)
        assert kept(postgres) == [1]
        sockets = Path(str(conninfo_to_dict(postgres.url)["host"]))
        assert sockets.name.startswith("motcua-")
    assert pid_of(data_dir) is None
    assert not sockets.exists()


def test_a_forked_child_has_no_share(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(writer)
            os.read(reader, 1)
            os._exit(0)
        os.close(reader)
    try:
        assert pid_of(data_dir) is None
    finally:
        os.close(writer)
        os.waitpid(child, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as two users")
def test_another_users_folder_is_refused_by_name(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        pass
    nobody = pwd.getpwnam("nobody")
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            EmbeddedPostgres(data_dir).__enter__()
        except EmbeddedPostgresError as error:
            os._exit(0 if "belongs to embedded_postgres" in str(error) else 2)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
