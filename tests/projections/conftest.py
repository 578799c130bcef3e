from collections.abc import Iterator

import pytest

from service.log import PostgresEventLog
from tests.projections.histories import Database


@pytest.fixture
def database(database_url: str) -> Database:
    return Database(database_url)


@pytest.fixture
def log(database: Database) -> Iterator[PostgresEventLog]:
    log = database.log()
    yield log
    log.close()
