"""The server: processes that answer the API and serve the pages."""

import os
import socket
import threading
import urllib.request
from collections.abc import Callable
from typing import Final

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from domain.errors import Complaint
from service.settings import Settings

_ANSWER_SECONDS: Final = 15.0
_WORKER_STOP_SECONDS: Final = 10
_LOOK_SECONDS: Final = 0.05
_SIGNAL_SECONDS: Final = 0.2


class AttentiveEvent(threading.Event):
    """An event that the main thread can wait for without missing Ctrl-C.

    The system may hand a signal to any thread. Its handler runs in the main one, which a wait without end keeps asleep.
    """

    def wait(self, timeout: float | None = None) -> bool:
        """Until it is set, looking up now and then."""
        if timeout is not None:
            return super().wait(timeout)
        while not super().wait(_SIGNAL_SECONDS):
            pass
        return True


class PortTaken(Complaint):
    """Something else listens on this address and port; set MOTCUA_PORT to another."""


def address(settings: Settings) -> str:
    """Where to point a browser."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def run_api(settings: Settings, url: str, on_ready: Callable[[], None] = lambda: None) -> None:
    """Serve the API and the pages until told to stop. ``on_ready`` is called once they answer.

    Raises:
        PortTaken: the port is in use.
    """
    refuse_taken_port(settings)
    os.environ["MOTCUA_DATABASE_URL"] = url
    os.environ["MOTCUA_DATA_DIR"] = str(settings.data_dir)  # the demo has a folder of its own
    stopped = threading.Event()
    server = Granian(
        "service.asgi:create",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        workers_kill_timeout=_WORKER_STOP_SECONDS,  # one that is told to stop while it starts would never hear it
        loop=Loops.uvloop,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        log_level=LogLevels.warning,
    )
    server.main_loop_interrupt = AttentiveEvent()
    waiting = threading.Thread(target=_call_once_it_answers, args=(settings, on_ready, stopped), daemon=True)
    server.on_startup(waiting.start)
    try:
        server.serve()
    finally:
        stopped.set()


def _call_once_it_answers(settings: Settings, on_ready: Callable[[], None], stopped: threading.Event) -> None:
    while not stopped.wait(_LOOK_SECONDS):
        try:
            urllib.request.urlopen(f"{address(settings)}/livez", timeout=_ANSWER_SECONDS).close()  # noqa: S310 - http
        except OSError:
            continue
        on_ready()
        return


def refuse_taken_port(settings: Settings) -> None:
    """Find out before anything is started.

    Raises:
        PortTaken: the port is in use.
    """
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTaken(f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}") from error
