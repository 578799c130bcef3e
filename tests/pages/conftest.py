import pytest

from tests.pages.client import Client
from tests.pages.collaborators import create_app


@pytest.fixture
def browser() -> Client:
    """A client that reads pages, as browsers do."""
    return Client(create_app())
