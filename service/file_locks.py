"""Turns between processes by locks on files, which the system takes back when their holder dies, however hard."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    """A file to lock; its descriptor is not inherited by programs that are started."""
    # Readable by all, so that what root once locked its ordinary user can lock later.
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """One at a time; the others wait."""
    lock = open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
