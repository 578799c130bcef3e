"""Work in threads, none of which can keep its process from ending."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from threading import Event, Thread
from typing import Final, TypeAlias

GRACE_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.1

Work: TypeAlias = Callable[[], object]


class LeftBehind(Exception):
    """Something waits for a broker or a database that does not answer. Nothing is lost by ending all the same."""

    def __init__(self) -> None:
        """The docstring is the message."""
        super().__init__(self.__class__.__doc__)


def side_by_side(works: Sequence[Work], stop: Event, *, grace_seconds: float = GRACE_SECONDS) -> None:
    """A thread for each, until all have ended; when one fails, the others stop, and its failure is raised.

    ``works`` end once ``stop`` is set. The client of a broker may wait longer than whoever stops a process will, for an
    answer that does not come, so after ``grace_seconds`` they are left behind: what they had not committed did not
    happen, as after kill -9.

    Raises:
        LeftBehind: the process can only be ended now, not finalised: the threads are still at it.
    """
    running: list[Future[None]] = [Future() for _ in works]
    for work, future in zip(works, running, strict=True):
        Thread(target=_run, args=(work, future), daemon=True).start()
    deadline = float("inf")
    while wait(running, _LOOK_SECONDS).not_done:
        if any(future.done() and future.exception() for future in running):
            stop.set()
        if stop.is_set():
            deadline = min(deadline, time.monotonic() + grace_seconds)
        if time.monotonic() >= deadline:
            break
    for future in running:
        if future.done():
            future.result()
    if not all(future.done() for future in running):
        raise LeftBehind


def _run(work: Work, future: "Future[None]") -> None:
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - raised where it is waited for
        future.set_exception(error)
    else:
        future.set_result(None)
