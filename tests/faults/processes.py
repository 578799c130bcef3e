"""``motcua`` in processes of its own, forked from one that has loaded the program: it takes longer to load than to run.

This module is loaded there, so it loads nothing else.
"""

import faulthandler
import os
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from service.cli import main

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def start(command: tuple[str, ...], environment: Mapping[str, str], log: Path) -> ForkServerProcess:
    """``motcua`` with these words; what it writes is appended to ``log``."""
    process = _CONTEXT.Process(target=_run, args=(command, dict(environment), log))
    process.start()
    return process


def _run(command: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.environ.clear()
    os.environ.update(environment)
    faulthandler.enable()
    main(list(command))
