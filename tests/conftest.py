"""What every test may ask for. Tests that kill a server start one of their own with ``EmbeddedPostgres(data_dir)``."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from service.broker import Broker
from tests.brokers import broker_behind_proxy, require_kafka
from tests.databases import fresh_database, migrated_template, new_folder, remove_folder, server
from tests.faults.proxy import Proxy

# Begun in the background of a script, a run ignores Ctrl-C, and so would every command that it starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")

_FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    # A server for each process of the run: readers of the log wait for every transaction of a server, whichever its
    # database, so tests that ran beside each other on one would hold each other up.
    config.stash[_FOLDER] = new_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _FOLDER in config.stash:
        remove_folder(config.stash[_FOLDER])


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("kafka"):
        require_kafka()


@pytest.fixture(scope="session")
def server_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """A server on which databases may be made."""
    with server(pytestconfig.stash[_FOLDER]) as url:
        yield url


@pytest.fixture(scope="session")
def _template(server_url: str) -> Iterator[str]:
    with migrated_template(server_url) as name:
        yield name


@pytest.fixture
def database_url(server_url: str, _template: str) -> Iterator[str]:
    """A fresh database with all migrations applied."""
    with fresh_database(server_url, _template) as url:
        yield url


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """A fresh database with nothing in it."""
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """The data folder of an installation of its own, whose server may be killed; stopped and removed afterwards.

    Not in pytest's own folder: another run closes that to the user PostgreSQL runs as under root.
    """
    folder = new_folder()
    yield folder
    remove_folder(folder)


@pytest.fixture(scope="session")
def _broker(pytestconfig: pytest.Config) -> Iterator[tuple[Broker, Proxy]]:
    with broker_behind_proxy(pytestconfig.stash[_FOLDER]) as started:
        yield started


@pytest.fixture(scope="session")
def kafka(_broker: tuple[Broker, Proxy]) -> str:
    """Where a broker listens; for tests marked ``kafka``, which make topics of their own with ``fresh_topic``."""
    return _broker[0].bootstrap


@pytest.fixture
def kafka_proxy(_broker: tuple[Broker, Proxy]) -> Iterator[Proxy]:
    """The way to the same broker that cuts connections when told to; clients stay on it, whatever they ask."""
    proxy = _broker[1]
    target = proxy.target
    yield proxy
    proxy.cutting, proxy.target = 0.0, target


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounds", type=int, default=2, help="How often each fault is tried.")
    parser.addoption("--dossiers", type=int, default=2_000, help="How many dossiers two schedulers look after.")
    parser.addoption("--seed", type=int, default=1, help="The first round's seed; each further one's is one more.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of faults that asks for a ``seed`` is run once a round."""
    if "seed" in metafunc.fixturenames and "faults" in metafunc.definition.path.parts:
        first = metafunc.config.getoption("seed")
        metafunc.parametrize("seed", range(first, first + metafunc.config.getoption("rounds")))
