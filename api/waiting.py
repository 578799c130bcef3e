"""Reading what one has just written: a read waits until its projection has come that far."""

from typing import Final

from api.ports import Positions
from api.problems import ProjectionsBehind

LONGEST_WAIT_SECONDS: Final = 5.0


async def wait_for(after: str | None, positions: Positions, projection: str) -> None:
    """Wait for the projection that is read, up to a position in decimal digits; without one there is nothing to do.

    Another projection that is behind, as one is that was added and reads a long log, holds no reader up.

    Raises:
        ProjectionsBehind: the position was not reached in time.
    """
    if after is not None and not await positions.reached(int(after), LONGEST_WAIT_SECONDS, projection):
        raise ProjectionsBehind(after=after)
