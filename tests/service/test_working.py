"""Threads side by side: they end together, tell of their failure, and hold up nobody who wants to end."""

import time
from threading import Event

import pytest

from service.working import LeftBehind, side_by_side


def test_it_lasts_until_all_have_ended() -> None:
    first = Event()
    side_by_side([lambda: first.wait(30), first.set], Event())
    assert first.is_set()


def test_one_that_fails_stops_the_others_and_its_failure_is_raised() -> None:
    stop = Event()

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        side_by_side([lambda: stop.wait(30), fail], stop)
    assert stop.is_set()


def test_what_does_not_end_when_told_is_left_behind() -> None:
    stop, never = Event(), Event()
    stop.set()
    began = time.monotonic()
    with pytest.raises(LeftBehind, match="does not answer"):
        side_by_side([lambda: never.wait(30), lambda: None], stop, grace_seconds=0.3)
    assert 0.3 <= time.monotonic() - began < 5
    never.set()
