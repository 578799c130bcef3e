"""The one door of the administration: commands one after the other, each batch whole or not at all.

Changes of the administration are rare and lean on each other, so they take turns: whoever has the lock has seen all
that came before him.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from domain.administration.building import facts_of
from domain.administration.entries import Entries, RecordedFact
from domain.administration.kinds import FACT_NAMES, kind_of
from domain.administration.refusals import EntryChanged
from domain.envelope import Envelope
from domain.errors import KeyReused
from domain.ports import AdministrationDone, AdministrationRequest
from service.administration_codec import encode, entry_id
from service.recorder import NEXT_POSITION
from service.rule_book import LoggedRules, facts_since, head

_TURN: Final = "SELECT pg_advisory_xact_lock(1296236549, 0)"  # 'MCAE': no other lock of ours is of this class
_ANSWERED: Final = "SELECT digest, version, position FROM administration_command WHERE command_id = %s"
_NEXT: Final = f"SELECT {NEXT_POSITION.format(epoch='log_epoch')}"
_APPEND: Final = (
    "INSERT INTO administration_events (originator_id, originator_version, topic, state, notification_id)"
    " SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::bigint[])"
)
_ANSWER: Final = (
    "INSERT INTO administration_command (command_id, digest, version, position)"
    " SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[])"
)
_RAISE_HEAD: Final = "UPDATE administration_head SET position = %s"


class AdministrationDoor:
    """The door over one PostgreSQL connection. Not for several threads at once."""

    def __init__(
        self, connect: Callable[[], Connection[Any]], rules: LoggedRules, clock: Callable[[], datetime]
    ) -> None:
        self._connect = connect
        self._rules = rules
        self._clock = clock

    def handle(self, batch: Sequence[AdministrationRequest]) -> list[AdministrationDone]:
        """Carry all of them out, or none. Sent again under the same ids, they have no second effect.

        Raises:
            DossierError: why the first that cannot be carried out cannot; nothing was changed.
            psycopg.Error: the database did not do it, or its answer was lost: send the same again.
        """
        with self._connect() as connection:
            with connection.transaction():
                done = self._handled(connection, batch)
            self._rules.renew(connection)
        return done

    def _handled(self, connection: Connection[Any], batch: Sequence[AdministrationRequest]) -> list[AdministrationDone]:
        connection.execute(_TURN)
        known = self._rules.current().entries
        entries = known.after(facts_since(connection, known.position)) if head(connection) > known.position else known
        batch_of = _Batch(entries, self._position(connection), self._clock())
        done = [self._answered(connection, request) or batch_of.decide(request) for request in batch]
        batch_of.save(connection)
        return done

    def _position(self, connection: Connection[Any]) -> int:
        row = connection.execute(_NEXT).fetchone()
        return int(row[0]) if row else 0

    def _answered(self, connection: Connection[Any], request: AdministrationRequest) -> AdministrationDone | None:
        row = connection.execute(_ANSWERED, (request.command_id,), prepare=True).fetchone()
        if row is None:
            return None
        if row[0] != request.digest:
            raise KeyReused
        kind = kind_of(request.command)
        return AdministrationDone(key=kind.key_of(request.command), version=row[1], position=row[2])


class _Batch:
    """What a batch makes of the administration, before it is saved."""

    def __init__(self, entries: Entries, position: int, recorded_at: datetime) -> None:
        self._entries = entries
        self._next = position
        self._recorded_at = recorded_at
        self._made: list[RecordedFact] = []
        self._answers: list[tuple[str, str, int, int]] = []

    def decide(self, request: AdministrationRequest) -> AdministrationDone:
        kind = kind_of(request.command)
        key = kind.key_of(request.command)
        actual = self._entries.version(kind, key)
        if request.expected_version not in {None, actual}:
            raise EntryChanged(expected=str(request.expected_version), actual=str(actual))
        envelope = Envelope(
            recorded_at=self._recorded_at,
            actor=request.actor,
            command_id=request.command_id,
            command_digest=request.digest,
            correlation_id=request.correlation_id,
            trace_id=request.trace_id,
        )
        made = [
            each._replace(position=self._next + number)
            for number, each in enumerate(facts_of(self._entries, request.command, envelope))
        ]
        self._next += len(made)
        self._made += made
        self._entries = self._entries.after(made)
        position, version = self._entries.position, self._entries.version(kind, key)
        self._answers.append((request.command_id, request.digest, version, position))
        return AdministrationDone(key=key, version=version, position=position, facts=tuple(each.fact for each in made))

    def save(self, connection: Connection[Any]) -> None:
        if self._made:
            columns = (
                [entry_id(each.kind, each.key) for each in self._made],
                [each.version for each in self._made],
                [FACT_NAMES[type(each.fact)] for each in self._made],
                [encode(each.fact, each.envelope) for each in self._made],
                [each.position for each in self._made],
            )
            connection.execute(_APPEND, columns)
            connection.execute(_RAISE_HEAD, (self._made[-1].position,))
        if self._answers:
            connection.execute(_ANSWER, tuple(map(list, zip(*self._answers, strict=True))))
