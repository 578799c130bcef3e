from collections.abc import Iterator

import pytest

from tests.service.payments_desk import Desk


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """Dossiers with dues, and payment platforms that tell of payments for them."""
    opened = Desk(database_url)
    yield opened
    opened.close()
