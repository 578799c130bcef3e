from collections.abc import Iterator

import pytest

from tests.api.office import Office
from tests.api.session import Session


@pytest.fixture(scope="session")
def _opened() -> Iterator[Session]:
    """One application for all tests, since describing its routes takes longer than a test."""
    with Session(Office()) as session:
        yield session


@pytest.fixture
def office(_opened: Session) -> Office:
    """An empty office."""
    _opened.office.empty()
    return _opened.office


@pytest.fixture
def session(_opened: Session, office: Office) -> Session:
    """The application over the empty office, asked synchronously."""
    assert _opened.office is office
    return _opened
