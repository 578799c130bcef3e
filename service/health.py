"""Whether the service can do its work, and what it measures of itself."""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from domain.errors import DossierError
from service.gateway import CommandGateway, KeyedReads
from service.gauges import exposition
from service.watch import Watch

_NOWHERE: Final = "00-000000-0000"


class ServiceHealth:
    """Asks the database through the very gateway that look-ups use."""

    def __init__(self, gateway: CommandGateway, lookup: KeyedReads[str, bytes], queue_limit: int, watch: Watch) -> None:
        self._gateway = gateway
        self._lookup = lookup
        self._queue_limit = queue_limit
        self._watch = watch
        self._registry = CollectorRegistry()
        waiting = Gauge("motcua_commands_waiting", "Commands that wait for the next batch.", registry=self._registry)
        waiting.set_function(lambda: self._gateway.waiting)

    async def problems(self) -> Mapping[str, str]:
        """What stands in the way, by part; empty when ready."""
        found: dict[str, str] = {}
        if self._gateway.waiting >= self._queue_limit:
            found["commands"] = "too many are waiting"
        try:
            await self._lookup.get(_NOWHERE)
        except DossierError:
            found["database"] = "it does not answer"
        return found

    async def metrics(self) -> tuple[bytes, str]:
        """What this process knows, then what the database tells, in Prometheus' text format; and its content type."""
        return generate_latest(self._registry) + exposition(await self._watch.status()), CONTENT_TYPE_LATEST
