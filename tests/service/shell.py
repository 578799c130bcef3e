"""The command line in a process of its own."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from tests import forking

ROOT = Path(__file__).parents[2]

Completed: TypeAlias = subprocess.CompletedProcess[str]
Motcua: TypeAlias = Callable[..., Completed]


def environment(**settings: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    return own | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | settings


def motcua(folder: Path, *arguments: str, **settings: str) -> Completed:
    return subprocess.run(  # noqa: S603 - our own words
        [*forking.motcua(), *arguments],
        cwd=folder, env=environment(**settings), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
