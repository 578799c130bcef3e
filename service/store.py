"""The event store, behind which alone the eventsourcing library stands."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    EventStore,
    InfrastructureFactory,
    Mapper,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from domain.dossier.events import WIRE_NAMES
from domain.envelope import Recorded
from service.codec import decode, encode

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol

_DEFAULT_PORT: Final = "5432"


class DossierMapper(Mapper[UUID]):
    """Writes our wire names and JSON instead of Python paths."""

    def to_stored_event(self, domain_event: Recorded) -> StoredEvent:  # type: ignore[override]  # our own events
        """The event as it is stored; its position is the recorder's to give."""
        return StoredEvent(
            originator_id=domain_event.dossier_id,
            originator_version=domain_event.version,
            topic=WIRE_NAMES[type(domain_event.event)],
            state=encode(domain_event.event, domain_event.envelope),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:  # type: ignore[override]  # our own events
        """The event as it was recorded; a mere stored event has no position, only a notification has."""
        event, envelope = decode(stored_event.topic, stored_event.state)
        return Recorded(
            dossier_id=UUID(str(stored_event.originator_id)),
            version=stored_event.originator_version,
            position=getattr(stored_event, "id", 0),
            event=event,
            envelope=envelope,
        )


class DossierStore:
    """Histories one at a time, and the log as a subscription, through the library's own interfaces.

    Batches go through service/streams.py, on the same tables.
    """

    def __init__(self, database_url: str) -> None:
        parts = conninfo_to_dict(database_url)
        self._factory = InfrastructureFactory[TrackingRecorder].construct(
            Environment(
                env={
                    "PERSISTENCE_MODULE": "service.recorder:DossierFactory",
                    "MAPPER_TOPIC": "service.store:DossierMapper",
                    "CREATE_TABLE": "no",
                    "POSTGRES_DBNAME": str(parts.get("dbname") or ""),
                    "POSTGRES_HOST": str(parts.get("host") or ""),
                    "POSTGRES_PORT": str(parts.get("port") or _DEFAULT_PORT),
                    "POSTGRES_USER": str(parts.get("user") or ""),
                    "POSTGRES_PASSWORD": str(parts.get("password") or ""),
                    "POSTGRES_ENABLE_DB_FUNCTIONS": "no",
                }
            )
        )
        self.recorder: ApplicationRecorder = self._factory.application_recorder()
        self._events: EventStore[UUID] = self._factory.event_store(
            mapper=self._factory.mapper(), recorder=self.recorder
        )

    def history(self, dossier_id: UUID) -> Iterator[Recorded]:
        """The dossier's events in version order; none when there is no such dossier."""
        return cast("Iterator[Recorded]", self._events.get(dossier_id))

    def record(self, events: list[Recorded]) -> None:
        """Save all or none.

        Raises:
            IntegrityError: another writer recorded one of these versions first.
        """
        self._events.put(cast("list[DomainEventProtocol[UUID]]", events))

    def close(self) -> None:
        """Close the library's connections."""
        self._factory.close()
