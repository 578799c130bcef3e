"""The system may hand Ctrl-C to any thread; the main one, in which its handler runs, wakes up for it all the same."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from service.server import AttentiveEvent
from service.working import side_by_side

PATIENCE = 30


@contextmanager
def set_by_signal(event: Event) -> Iterator[None]:
    before = signal.signal(signal.SIGUSR1, lambda *_: event.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)


def meet_the_signal() -> None:
    """As if the system had chosen this thread."""
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)


@pytest.mark.timeout(PATIENCE)
def test_a_server_that_waits_is_told() -> None:
    stop = AttentiveEvent()
    with set_by_signal(stop):
        Thread(target=meet_the_signal).start()
        assert stop.wait()


def test_it_waits_no_longer_than_it_is_to() -> None:
    assert AttentiveEvent().wait(0.01) is False


@pytest.mark.timeout(PATIENCE)
def test_relays_that_work_side_by_side_are_told() -> None:
    stop, ended = Event(), list[bool]()

    def work() -> None:
        meet_the_signal()
        ended.append(stop.wait(2 * PATIENCE))

    with set_by_signal(stop):
        side_by_side([work, work], stop)
    assert ended == [True, True]
