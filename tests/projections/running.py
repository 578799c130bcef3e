"""Short ways to run the projections in tests."""

from threading import Event

from projections.runner import Runner
from tests.projections.histories import ALL, Database


def caught_up(database: Database, *, limit: int = 1000, partitions: int | None = None) -> None:
    """Run until all that is in the log has been read."""
    log = database.log()
    try:
        Runner(database, log, ALL, limit=limit, partitions=partitions).run(Event(), until_caught_up=True)
    finally:
        log.close()
