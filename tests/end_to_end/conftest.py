from collections.abc import Iterator

import pytest

from tests.databases import new_folder, remove_folder
from tests.end_to_end.trial import Trial, trial


@pytest.fixture(scope="session")
def happened(kafka: str) -> Iterator[Trial]:
    """An installation in which something of everything has happened, for tests that look."""
    folder = new_folder()
    with trial(folder, kafka) as opened:
        yield opened
    remove_folder(folder)
