"""Waiting for what comes about by itself."""

import time
from collections.abc import Callable

PATIENCE = 150


def until(it_is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not it_is_so():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s"
        time.sleep(0.05)
