"""When what runs for long is told to end: Ctrl-C, SIGTERM, or a parent process that went away."""

import os
import signal
import sys
import threading
from threading import Event
from typing import Annotated, TypeAlias

import typer

UntilCaughtUp: TypeAlias = Annotated[bool, typer.Option("--until-caught-up", help="End once all is read.")]
WhileInputOpen: TypeAlias = Annotated[
    bool, typer.Option("--while-input-open", help="End when standard input closes: for a parent process.")
]


def stop_when_told(*, while_input_open: bool) -> Event:
    """Set once this process is to end in good order."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if while_input_open:
        threading.Thread(target=_stop_at_end_of_input, args=(stop,), daemon=True).start()
    return stop


def _stop_at_end_of_input(stop: Event) -> None:
    # Not through sys.stdin: a thread that holds its lock when the process ends is a fatal error.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()
