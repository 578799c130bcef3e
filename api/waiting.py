"""Reading what one has just written: a read waits until the projections have come that far."""

from typing import Final

from api.ports import Positions
from api.problems import ProjectionsBehind

LONGEST_WAIT_SECONDS: Final = 5.0


async def wait_for(after: str | None, positions: Positions) -> None:
    """Wait for a position in decimal digits; without one there is nothing to wait for.

    Raises:
        ProjectionsBehind: the position was not reached in time.
    """
    if after is not None and not await positions.reached(int(after), LONGEST_WAIT_SECONDS):
        raise ProjectionsBehind(after=after)
