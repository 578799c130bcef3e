"""The files and the server process of one embedded PostgreSQL: made, started, recognised and stopped."""

import hashlib
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import distribution
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil
import psycopg
import structlog

from domain.errors import Complaint

SYSTEM_USER: Final = "embedded_postgres"
SUPERUSER: Final = "postgres"
SETTINGS: Final[dict[str, str]] = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "max_connections": "200",
    "wal_buffers": "16MB",
    "wal_compression": "on",
    "min_wal_size": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
"""For speed with the usual memory of a small machine. Durability stays as PostgreSQL ships it: on."""

PROGRAMS: Final = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")))
"""Found, not imported: the package's own start and stop code, with its process-wide locks, is not used."""

_STOP_SECONDS: Final = 60
_RETRY_SECONDS: Final = 0.05
_LONGEST_SOCKET_PATH: Final = 100  # the system's limit is 107 bytes, with its closing zero 108
_SOCKET_FOLDER_LINE: Final = 4  # of postmaster.pid, from 0
_SOCKET: Final = ".s.PGSQL.5432"
_READ_AND_ENTER: Final = 0o005
_ENTER: Final = 0o001
_READ: Final = 0o004

_log: Final = structlog.get_logger(__name__)


class EmbeddedPostgresError(Complaint):
    """The embedded PostgreSQL cannot be used; the message says why."""


class Cluster:
    """A data folder and the server that serves it. Callers take turns; see ``EmbeddedPostgres``."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is PostgreSQL's own and is made when it is missing; its parent exists."""
        self.folder = folder
        self._log_file = folder / "server.log"

    def start(self, deadline: float) -> str:
        """The URL of the running server's ``postgres`` database, ready for work; attaches when it already runs.

        ``deadline`` is of the monotonic clock and generous: recovery after a crash takes as long as it takes.

        Raises:
            EmbeddedPostgresError: it did not become ready, with the end of the server's log.
        """
        if self.postmaster() is not None:
            try:
                return self._await_ready(deadline)
            except EmbeddedPostgresError:
                # One that was killed seems to run for a moment more: then it is started like any other.
                if self.postmaster() is not None:
                    raise
        owner = self._owner()
        if os.geteuid() == 0:
            self._let_in(owner)
        if not self.folder.exists():
            self._create(owner)
        self._clear_remains(owner, deadline)
        self._run_server(owner, deadline)
        return self._await_ready(deadline)

    def stop(self) -> None:
        """End the server in good order: sessions are cut, everything is on disk. A server that hangs is cut short."""
        if self.postmaster() is None:
            return
        for mode in ("fast", "immediate"):
            done = self._pg_ctl(self._owner(), "stop", "-m", mode, "-w", "-t", str(_STOP_SECONDS))
            if done.returncode == 0:
                break
            _log.warning("postgres_does_not_stop", mode=mode, reason=done.stdout.strip())
        with suppress(OSError):
            self._private_sockets.rmdir()

    def postmaster(self) -> psutil.Process | None:
        """The server's first process, None when it does not run: a pid file alone proves nothing."""
        pid = _pid(self.folder / "postmaster.pid")
        return next((process for process in self._processes() if process.pid == pid), None)

    def _owner(self) -> pwd.struct_passwd:
        """The system user the server runs as: never root, and always the one whose files these are."""
        me = pwd.getpwuid(os.geteuid())
        theirs = pwd.getpwuid(self.folder.stat().st_uid) if self.folder.exists() else None
        if me.pw_uid != 0:
            if theirs is not None and theirs.pw_uid != me.pw_uid:
                raise EmbeddedPostgresError(
                    f"{self.folder} belongs to {theirs.pw_name}; run as that user or choose another MOTCUA_DATA_DIR"
                )
            return me
        return theirs if theirs is not None and theirs.pw_uid != 0 else _system_user()

    def _let_in(self, owner: pwd.struct_passwd) -> None:
        """Root may read everything, the server's user may not: open the way to the programs and the data folder."""
        opened = [*_open_way(self.folder), *_open_way(PROGRAMS), *_open_programs()]
        _log.warning(
            "postgres_as_root",
            advice="prefer an ordinary user",
            server_user=owner.pw_name,
            opened_to_others=[str(path) for path in opened],
        )

    def _create(self, owner: pwd.struct_passwd) -> None:
        """Make the data folder whole or not at all: an interrupted initdb leaves only a folder that is made anew."""
        unfinished = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, owner.pw_uid, owner.pw_gid)
        done = self._run(
            owner,
            unfinished,
            "initdb",
            *("-D", str(unfinished), "-U", SUPERUSER, "--auth-local=trust", "--auth-host=reject"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        )
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"PostgreSQL could not make its data folder: {done.stdout.strip()}")
        unfinished.rename(self.folder)

    def _run_server(self, owner: pwd.struct_passwd, deadline: float) -> None:
        sockets = self._socket_folder(owner)
        settings = {**SETTINGS, "unix_socket_directories": str(sockets), "unix_socket_permissions": "0700"}
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        seconds = max(1, int(deadline - time.monotonic()))
        done = self._pg_ctl(owner, "start", "-w", "-t", str(seconds), "-l", str(self._log_file), "-o", options)
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"PostgreSQL did not start: {done.stdout.strip()}\n{self._log_tail()}")

    def _await_ready(self, deadline: float) -> str:
        """The URL, once it answers: a server that another holder started may still be recovering."""
        reason = "it ended"
        while self.postmaster() is not None and time.monotonic() < deadline:
            lines = _lines(self.folder / "postmaster.pid")
            if len(lines) > _SOCKET_FOLDER_LINE:
                sockets = quote(lines[_SOCKET_FOLDER_LINE], safe="")
                url = f"postgresql://{SUPERUSER}@/postgres?host={sockets}"
                try:
                    psycopg.connect(url, connect_timeout=10).close()
                except psycopg.OperationalError as error:
                    reason = str(error)
                else:
                    return url
            time.sleep(_RETRY_SECONDS)
        raise EmbeddedPostgresError(f"PostgreSQL is not ready: {reason}\n{self._log_tail()}")

    def _clear_remains(self, owner: pwd.struct_passwd, deadline: float) -> None:
        """After a kill: wait for orphans of the old server, then drop lock files whose pid is another's by now.

        PostgreSQL itself drops those of a dead pid, but takes a reused or unreaped pid for a running server.
        """
        while orphans := list(self._processes()):
            if time.monotonic() >= deadline:
                pids = ", ".join(str(process.pid) for process in orphans)
                raise EmbeddedPostgresError(f"processes of a killed PostgreSQL linger in {self.folder}: {pids}")
            time.sleep(_RETRY_SECONDS)
        for lock in (self._socket_folder(owner) / f"{_SOCKET}.lock", self.folder / "postmaster.pid"):
            pid = _pid(lock)
            if pid is None or psutil.pid_exists(pid):
                lock.unlink(missing_ok=True)

    def _processes(self) -> Iterator[psutil.Process]:
        """Live server processes whose working folder is this one, which PostgreSQL's processes never leave."""
        for process in psutil.process_iter(["name"]):
            try:
                if process.info["name"] == "postgres" and Path(process.cwd()) == self.folder:
                    yield process
            except psutil.Error:
                continue

    def _socket_folder(self, owner: pwd.struct_passwd) -> Path:
        """The data folder itself, whose permissions guard the socket; a private one where its path is too long."""
        if len(os.fsencode(self.folder / _SOCKET)) <= _LONGEST_SOCKET_PATH:
            return self.folder
        private = self._private_sockets
        private.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(private, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
        found = private.lstat()
        if private.is_symlink() or found.st_uid != owner.pw_uid or found.st_mode & 0o077:
            raise EmbeddedPostgresError(f"{private} is not private to {owner.pw_name}; remove it")
        return private

    @property
    def _private_sockets(self) -> Path:
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"motcua-{name}"

    def _pg_ctl(self, owner: pwd.struct_passwd, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(owner, self.folder, "pg_ctl", "-D", str(self.folder), *arguments)

    @staticmethod
    def _run(owner: pwd.struct_passwd, folder: Path, program: str, *rest: str) -> subprocess.CompletedProcess[str]:
        root = os.geteuid() == 0
        return subprocess.run(  # noqa: S603 # our own programs and paths, no shell
            [str(PROGRAMS / program), *rest],
            check=False,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "LC_ALL": "C"},
            user=owner.pw_uid if root else None,
            group=owner.pw_gid if root else None,
            extra_groups=[] if root else None,
        )

    def _log_tail(self) -> str:
        try:
            return "\n".join(self._log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
        except OSError:
            return ""


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, PermissionError):
        return []


def _pid(lock: Path) -> int | None:
    """Who a lock file is for; None when there is none, or its writer was killed before it could write."""
    lines = _lines(lock)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["/usr/sbin/useradd", "--system", SYSTEM_USER], check=True)  # noqa: S603 # fixed words
        return pwd.getpwnam(SYSTEM_USER)


def _open_way(path: Path) -> Iterator[Path]:
    for folder in path.parents:
        yield from _open(folder, _ENTER)


def _open_programs() -> Iterator[Path]:
    yield from _open(PROGRAMS.parent, _READ_AND_ENTER)
    for path in PROGRAMS.parent.rglob("*"):
        runs = path.is_dir() or path.stat().st_mode & 0o100
        yield from _open(path, _READ_AND_ENTER if runs else _READ)


def _open(path: Path, permission: int) -> Iterator[Path]:
    mode = path.stat().st_mode
    if mode & permission != permission:
        path.chmod(mode | permission)
        yield path
