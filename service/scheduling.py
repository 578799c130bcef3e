"""The scheduler: the clock, turned into commands. One process looks at a time; another takes over when it dies.

A look works out the moments of dossiers that changed since the last one, then tells of all whose moment has passed,
through the one door. That each is told once is the domain's to say, so a look may be cut off anywhere, repeated, or
made by two processes at once; and since what was told stands in the histories, no clock can undo it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import structlog
from psycopg import Connection

from domain.administration.escalation_facts import EscalateDelegation
from domain.administration.escalation_rules import EndingDelegation
from domain.dossier.commands import Escalate
from domain.dossier.escalating import met_at, occasion
from domain.envelope import Actor
from domain.errors import DossierError, Refusal, TryLater
from domain.escalation import EscalationRule, Occasion
from domain.ports import AdministrationRequest, Done, Outcome, Request, Rules
from projections.positions import lowest_position
from projections.tables import missing_tables
from projections.watch.fold import WatchRow
from projections.watch.projection import WATCH
from projections.watch.queries import open_rows, rows_of
from service import moments
from service.administering import AdministrationDoor
from service.door import BatchDoor
from service.moments import Moment
from service.rule_book import LoggedRules

BATCH: Final = 200
"""Escalations in one transaction: it holds up readers of the log meanwhile."""

PAGE: Final = 1_000
_SCHEDULER: Final = Actor(id="schedule")
_GENERATION: Final = "SELECT coalesce(max(generation), 0) FROM projection_position WHERE name = %s"

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Looked:
    """What a look did. ``left`` is to be tried again at once, ``failures`` later; ``whole``: it came to its end."""

    escalated: int = 0
    moved_on: int = 0
    left: int = 0
    failures: tuple[str, ...] = ()
    whole: bool = False


class Scheduler:
    """Looks at the clock. Not for several threads at once.

    ``connect`` opens autocommit connections; ``door`` has no cache.
    """

    def __init__(
        self,
        connect: Callable[[], Connection[Any]],
        door: BatchDoor,
        rules: LoggedRules,
        administration: AdministrationDoor,
    ) -> None:
        self._connect = connect
        self._door = door
        self._rules = rules
        self._administration = administration
        self._connection: Connection[Any] | None = None
        self._failures: tuple[str, ...] = ()

    def look(self, now: datetime, go_on: Callable[[], bool] = lambda: True) -> Looked:
        """Tell of everything whose moment lies before ``now``. ``go_on`` is asked between the parts of it.

        Raises:
            psycopg.Error: the database did not do it; what is left is done at the next look.
            MovedOn: another process has taken over.
        """
        connection = self._open()
        known = self._rules.renew(connection)
        looked = Looked()
        if missing_tables(connection, WATCH.tables):
            return looked  # nothing has been projected yet
        if not self._work_out(connection, known, known.escalation_rules(), go_on):
            return looked
        after: Moment | None = None
        while found := moments.met(connection, now, after, BATCH):
            if not go_on():
                return looked
            self._tell(found, now, looked)
            after = found[-1]
        for each in known.delegations_ending(now):
            if not go_on():
                return looked
            self._tell_delegation(connection, each, now, looked)
        self._failures = looked.failures
        if not looked.left:
            moments.looked(connection, now, looked.failures)
            looked.whole = True
        return looked

    def close(self) -> None:
        """Give the connections back."""
        self._door.close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _work_out(
        self, connection: Connection[Any], rules: Rules, on: Sequence[EscalationRule], go_on: Callable[[], bool]
    ) -> bool:
        """Bring the moments up to what the projection knows; whether that was brought to its end."""
        reached = lowest_position(connection, (WATCH.name,))
        state = moments.state(connection)
        basis = _basis(connection, on)
        if state.basis != basis:
            moments.begin_rework(connection, state, reached, basis)
            state = moments.state(connection)
        while state.reworked_upto is not None:
            rows = open_rows(connection, state.reworked_upto, PAGE)
            upto = rows[-1].dossier_id if len(rows) == PAGE else None
            moments.save_page(connection, state, upto, _ids(rows), _moments(rows, on, rules))
            state = state._replace(reworked_upto=upto)
            if not go_on():
                return False
        while state.position < reached:
            position, ids = moments.changed(connection, state.position, reached)
            rows = rows_of(connection, ids)
            moments.save_changed(connection, state, position, ids, _moments(rows, on, rules))
            state = state._replace(position=position)
            if not go_on():
                return False
        return True

    def _tell(self, found: Sequence[Moment], now: datetime, looked: Looked) -> None:
        """One transaction: the escalations, their counts, and that their moments are settled."""
        requests = [_request(each, now) for each in found]
        with self._door.together() as connection:
            outcomes = self._door.handle(requests)
            settled = [each for each, outcome in zip(found, outcomes, strict=True) if _is_settled(outcome)]
            escalated = [each.rule for each, outcome in zip(found, outcomes, strict=True) if _is_new(outcome)]
            moved_on = [each.rule for each, outcome in zip(found, outcomes, strict=True) if _came_to_nothing(outcome)]
            moments.settle(connection, settled)
            moments.count(connection, now, escalated, moved_on)
        looked.escalated += len(escalated)
        looked.moved_on += len(moved_on)
        looked.left += sum(isinstance(outcome, TryLater) for outcome in outcomes)
        for each, outcome in zip(found, outcomes, strict=True):
            if isinstance(outcome, DossierError) and not isinstance(outcome, Refusal | TryLater):
                self._failed(f"{each.rule} of {each.code}: {outcome.message}", looked)

    def _tell_delegation(
        self, connection: Connection[Any], ending: EndingDelegation, now: datetime, looked: Looked
    ) -> None:
        command = EscalateDelegation(
            id=ending.rule, delegation=ending.delegation, occasion_at=ending.occasion_at, at=now
        )
        command_id = f"schedule/{ending.rule}/{ending.delegation}/{_utc(ending.occasion_at)}"
        request = AdministrationRequest(command=command, actor=_SCHEDULER, command_id=command_id)
        try:
            (done,) = self._administration.handle([request])
        except Refusal:
            return  # it was revoked or prolonged meanwhile: the next look sees it as it stands
        if done.facts:
            moments.count(connection, now, [ending.rule])
            looked.escalated += 1

    def _failed(self, what: str, looked: Looked) -> None:
        """It is tried again at every look, and told of once."""
        if what not in self._failures:
            _log.warning("escalation_failed", what=what)
        looked.failures = (*looked.failures, what)

    def _open(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        return self._connection


def moments_of(row: WatchRow, on: Sequence[EscalationRule], rules: Rules) -> Iterator[Moment]:
    """When which of the rules will be met by a dossier, as far as nothing else happens, where it was not told yet."""
    seen, told = row.watched, row.occasions
    for rule in on:
        occasion_at = occasion(rule.trigger, seen)
        if occasion_at is None or Occasion(rule.id, occasion_at) in told:
            continue
        met = met_at(rule, seen, rules)
        if met is not None:
            yield Moment(row.dossier_id, rule.id, row.code, occasion_at, met)


def _moments(rows: Sequence[WatchRow], on: Sequence[EscalationRule], rules: Rules) -> Iterator[Moment]:
    return (each for row in rows if row.open for each in moments_of(row, on, rules))


def _ids(rows: Sequence[WatchRow]) -> list[UUID]:
    return [row.dossier_id for row in rows]


def _basis(connection: Connection[Any], on: Sequence[EscalationRule]) -> str:
    """What moments were worked out from: the rules, and which building of the projection."""
    row = connection.execute(_GENERATION, (WATCH.name,)).fetchone()
    return " ".join((f"watch/{row[0] if row else 0}", *(f"{rule.id}/{rule.version}" for rule in on)))


def _request(each: Moment, now: datetime) -> Request:
    command = Escalate(rule=each.rule, occasion_at=each.occasion_at, at=now)
    command_id = f"schedule/{each.code}/{each.rule}/{_utc(each.occasion_at)}"
    return Request(command=command, actor=_SCHEDULER, command_id=command_id, code=each.code)


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _is_settled(outcome: Outcome) -> bool:
    """Whether nothing is left to do: it is told, or the dossier has moved on, which its next moment will say."""
    return isinstance(outcome, Done | Refusal)


def _is_new(outcome: Outcome) -> bool:
    return isinstance(outcome, Done) and bool(outcome.events)


def _came_to_nothing(outcome: Outcome) -> bool:
    return isinstance(outcome, Refusal)
