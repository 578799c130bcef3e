"""The real event logs that some tests read. They are published by others and not part of the project."""

import os
from pathlib import Path
from typing import Final

import pytest

RECEIPT: Final = "wabo-receipt.xes.gz"
BPIC15: Final = "bpic15-municipality-1.xes.gz"


def sample_log(name: str) -> Path:
    """The log in the folder that ``MOTCUA_SAMPLE_LOGS`` names; without that variable the test is skipped."""
    folder = os.environ.get("MOTCUA_SAMPLE_LOGS")
    if folder is None:
        pytest.skip(f"MOTCUA_SAMPLE_LOGS does not say in which folder {name} is")
    path = Path(folder) / name
    if not path.is_file():
        pytest.fail(f"MOTCUA_SAMPLE_LOGS names a folder without {name}")
    return path
