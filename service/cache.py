"""A bounded cache of dossier states, shared by the lanes of one process."""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from service.deciding import Known


class StateCache:
    """The states of the dossiers most recently decided on, by code. Values are immutable, so sharing is safe.

    A stale entry does no harm: the append refuses what was decided on it, and the door loads the dossier anew.
    """

    def __init__(self, capacity: int) -> None:
        """``capacity`` is a number of dossiers; 0 keeps nothing."""
        self.capacity = capacity
        self._lock = Lock()
        self._states: OrderedDict[str, Known] = OrderedDict()

    def get(self, codes: Iterable[str]) -> dict[str, Known]:
        """Those of the dossiers that are here."""
        if not self.capacity:
            return {}
        with self._lock:
            found = {code: self._states[code] for code in codes if code in self._states}
            for code in found:
                self._states.move_to_end(code)
        return found

    def put(self, states: Iterable[Known]) -> None:
        """Keep these, and let go of the longest unused beyond the capacity."""
        if not self.capacity:
            return
        with self._lock:
            for known in states:
                self._states[known.dossier.code] = known
                self._states.move_to_end(known.dossier.code)
            while len(self._states) > self.capacity:
                self._states.popitem(last=False)

    def discard(self, codes: Iterable[str]) -> None:
        """Let go of these."""
        with self._lock:
            for code in codes:
                self._states.pop(code, None)
