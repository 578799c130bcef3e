"""How a long-running process keeps its garbage collector from looking at everything again and again."""

import gc
from typing import Final

_ALLOCATIONS: Final = 50_000
_GENERATIONS: Final = 20


def settle_down() -> None:
    """Once everything is loaded: what is here stays, and cycles among what comes are looked for less often.

    Events and states hold no cycles, so nearly all of them go as soon as nobody refers to them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, _GENERATIONS, _GENERATIONS)
