import pytest
from fastapi import FastAPI

from api.app import create_app
from tests.pages.client import Client
from tests.pages.collaborators import COLLABORATORS


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """The application over a province in miniature."""
    return create_app(COLLABORATORS)


@pytest.fixture
def browser(app: FastAPI) -> Client:
    """A client that reads pages, as browsers do."""
    return Client(app)


@pytest.fixture
def program(app: FastAPI) -> Client:
    """A client that reads JSON."""
    return Client(app, accept="application/json")
