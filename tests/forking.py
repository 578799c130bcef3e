"""``motcua`` without the wait for its imports: a process that has made them forks one for each command.

Such a command is a process of its own, with its own arguments, folder, environment, streams and exit code. Only what
waits for a start, a signal or a kill needs more, and starts ``python -m service.cli``.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

ROOT = Path(__file__).parents[1]
CLIENT = Path(__file__).with_name("forking_client.py")


@cache
def motcua() -> tuple[str, ...]:
    """The words to put before a command's; the process behind it ends with this one."""
    folder = tempfile.mkdtemp(prefix="motcua-fork-")
    path = f"{folder}/socket"
    server = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "tests.forking", path], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    atexit.register(_end, server, path, folder)
    return (sys.executable, "-I", "-S", str(CLIENT), path)


def _end(server: "subprocess.Popen[bytes]", path: str, folder: str) -> None:
    server.communicate()  # its input ends
    Path(path).unlink(missing_ok=True)
    Path(folder).rmdir()


def serve(path: str) -> None:
    """Fork a process for each client, until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks for those that wait
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        _import_all()
        gc.freeze()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            ready, _, _ = select.select([listening.fileno(), sys.stdin.fileno()], [], [])
            if sys.stdin.fileno() in ready:
                return
            client, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _run_for(client)
            client.close()


def _import_all() -> None:
    # Not the command line itself: its consoles look at the environment when they are made.
    for package in ("domain", "projections", "consumers", "api", "service"):
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            if not module.name.startswith(("service.cli", "service.asgi")):
                import_module(module.name)


def _run_for(client: socket.socket) -> None:
    """Run the command that a client names, tell it the exit code, and end with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told, streams, _, _ = socket.recv_fds(client, 1 << 20, 3)
    command = json.loads(told)
    child = os.fork()
    if child:
        for stream in streams:
            os.close(stream)
        done = os.pidfd_open(child)
        ready, _, _ = select.select([done, client.fileno()], [], [])
        if done not in ready:
            os.kill(child, signal.SIGKILL)  # as its client was
        client.sendall(bytes([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF]))
        os._exit(0)
    client.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["environment"])
    from service.cli.app import main  # noqa: PLC0415 - in the environment of the command

    code = 1
    try:
        main(command["arguments"])
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - or it would go on as the server that it was forked from
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # without taking apart all that was imported, which takes longer than most commands


if __name__ == "__main__":
    serve(sys.argv[1])
