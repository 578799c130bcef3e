"""The one door: a batch of requests to a list of outcomes, by one load and one append.

The happy path may decide on a cached state, since the append proves that nobody else carried the dossier on. A refusal,
an "already so" or a clash is decided again on freshly loaded history before it is answered.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection

from domain.errors import InternalFault, TryLater
from domain.ports import Done, KnownRules, Outcome, Request
from service.cache import StateCache
from service.deciding import (
    Answer,
    Decider,
    Known,
    NumberMissing,
    Plan,
    dossier_id_of,
    known_from,
    needs_history,
    needs_number,
)
from service.rule_book import RuleBook
from service.streams import PLANNING, Numbered, Numbers, append, load, reserve

_ROUNDS: Final = 10
"""How often requests are decided anew because others got ahead of them."""

_PAUSES: Final = (0.0, 0.05, 0.2, 0.5, 1.0, 2.0)
"""Seconds to wait before each try when the database is away; then the callers are told to try later."""

_log = structlog.get_logger(__name__)

Groups = dict[str, list[int]]
"""The indexes of a batch's requests by dossier: by code, or by id where there is no code yet."""


class BatchDoor:
    """The door over one PostgreSQL connection. Not for several threads at once: each lane has its own.

    ``connect`` opens an autocommit connection; a broken one is replaced. ``cache`` may be shared by doors.
    """

    def __init__(
        self,
        connect: Callable[[], Connection[Any]],
        rules: RuleBook,
        clock: Callable[[], datetime],
        cache: StateCache | None = None,
    ) -> None:
        self._connect = connect
        self._connection: Connection[Any] | None = None
        self._rules = rules
        self._clock = clock
        self._cache = cache if cache is not None else StateCache(0)
        self._together = False
        self._taken = 0

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        """One outcome for each request, in order; requests for one dossier are decided in turn.

        Within ``together`` a lost connection is not tried again, since what came before it is gone as well.
        """
        if self._together:
            return self._settle(batch)
        for pause in _PAUSES:
            if pause:
                time.sleep(pause)
            try:
                return self._settle(batch)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                # The append may have been committed unseen: the next try finds the command ids that are there.
                _log.warning("database_away", error=type(error).__name__, sqlstate=error.sqlstate)
                self._cache.discard(request.code for request in batch)
                self.close()
        return [TryLater() for _ in batch]

    @contextmanager
    def together(self) -> Iterator[Connection[Any]]:
        """Commit what is handled meanwhile, and what is written on the connection given, as one.

        A dossier that somebody else carries on after the first of it was written is to be tried later, in another
        transaction: the positions of this one would lie below those of events that it has to follow.

        Not for a door with a cache, which would remember what may yet be undone.

        Raises:
            psycopg.Error: nothing of it happened; on a lost connection it may have, and the command ids tell.
        """
        connection = self._open()
        self._together, self._taken = True, 0
        try:
            with connection.transaction():
                yield connection
                connection.execute("SET LOCAL synchronous_commit = on")  # the reserving of numbers may have lowered it
        finally:
            self._together = False
            if connection.broken:
                self.close()

    def _settle(self, batch: Sequence[Request]) -> list[Outcome]:
        outcomes: list[Outcome] = [TryLater() for _ in batch]
        groups = _grouped(batch)
        for round_number in range(_ROUNDS):
            if not groups:
                break
            fresh = round_number > 0
            known = self._rules.renewed(self._open()) if fresh else self._rules.known()
            plans, again = self._plans(batch, groups, known, fresh=fresh)
            for key, done in self._appended(plans, known.position).items():
                if done is None:
                    again[key] = groups[key]
                else:
                    for index, outcome in zip(groups[key], done, strict=True):
                        outcomes[index] = outcome
            groups = again
        return outcomes

    def _plans(
        self, batch: Sequence[Request], groups: Groups, rules: KnownRules, *, fresh: bool
    ) -> tuple[dict[str, Plan], Groups]:
        current, remembered = fresh or rules.position is None, self._cache.capacity > 0
        decider = Decider(rules.rules, self._clock, current, remembered)
        numbers = self._numbers([batch[index] for indexes in groups.values() for index in indexes])
        known = self._known(batch, groups, fresh=fresh)
        plans: dict[str, Plan] = {}
        again: Groups = {}
        for key, indexes in groups.items():
            try:
                plan = decider.plan([batch[index] for index in indexes], known[key], numbers)
            except NumberMissing:
                again[key] = indexes
                continue
            if plan.certain:
                plans[key] = plan
            else:
                again[key] = indexes
        return plans, again

    def _numbers(self, requests: Iterable[Request]) -> Numbers:
        wanted = {
            request.key: Numbered(dossier_id_of(request.key), *number)
            for request in requests
            if (number := needs_number(request)) is not None
        }
        return reserve(self._open(), list(wanted.values())) if wanted else Numbers()

    def _known(self, batch: Sequence[Request], groups: Groups, *, fresh: bool) -> dict[str, Known]:
        cached = {} if fresh else self._cache.get(groups)
        ids: dict[str, UUID] = {}
        known: dict[str, Known] = {}
        for key, indexes in groups.items():
            first = batch[indexes[0]]
            if first.key:
                ids[key] = dossier_id_of(first.key)
                if not fresh and needs_number(first) is not None:
                    # With a number to take, it did not exist a moment ago: as good as loaded. Else it is loaded.
                    known[key] = Known(id=ids[key], history=())
            elif key in cached and not any(needs_history(batch[index]) for index in indexes):
                known[key] = cached[key]
        missing = [key for key in groups if key not in known]
        if missing:
            known |= self._loaded({key: ids.get(key) for key in missing})
        return known

    def _loaded(self, wanted: dict[str, UUID | None]) -> dict[str, Known]:
        ids = [dossier_id for dossier_id in wanted.values() if dossier_id is not None]
        codes = [key for key, dossier_id in wanted.items() if dossier_id is None]
        found = [known_from(dossier_id, rows) for dossier_id, rows in load(self._open(), ids, codes)]
        by_id = {known.id: known for known in found}
        by_code = {known.dossier.code: known for known in found}
        return {
            key: (by_code.get(key) if dossier_id is None else by_id.get(dossier_id))
            or known_from(dossier_id or UUID(int=0), ())
            for key, dossier_id in wanted.items()
        }

    def _appended(self, plans: dict[str, Plan], rules_position: int | None) -> dict[str, list[Outcome] | None]:
        """The outcomes by dossier; None where somebody else carried the dossier on first, or the rules have changed."""
        try:
            return self._append(plans, rules_position)
        except psycopg.errors.UniqueViolation:
            if len(plans) == 1:
                self._cache.discard(plans)
                return dict.fromkeys(plans)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            # Something in this batch cannot be stored: find out what, and let the others pass.
            if len(plans) == 1:
                _log.exception("cannot_store", sqlstate=error.sqlstate)
                return {key: [InternalFault() for _ in plan.steps] for key, plan in plans.items()}
        keys = list(plans)
        halves = keys[: len(keys) // 2], keys[len(keys) // 2 :]
        return {
            key: done
            for half in halves
            for key, done in self._appended({key: plans[key] for key in half}, rules_position).items()
        }

    def _append(self, plans: dict[str, Plan], rules_position: int | None) -> dict[str, list[Outcome] | None]:
        new = [event for plan in plans.values() for event in plan.new]
        codes = [
            (plan.after.dossier.code, plan.known.id) for plan in plans.values() if plan.new and not plan.known.version
        ]
        connection = self._open()
        with self._undoable(connection):
            taken = self._taken if self._together else None
            positions = append(connection, new, codes, taken=taken, rules_position=rules_position) if new else {}
        if self._together:
            self._taken += len(new)
        outcomes: dict[str, list[Outcome] | None] = {}
        kept: list[Known] = []
        start = 0
        for key, plan in plans.items():
            own = [positions.get(index) for index in range(start, start + len(plan.new))]
            start += len(plan.new)
            if None in own:
                outcomes[key] = None
                self._cache.discard([key])
            else:
                outcomes[key], after = _finished(plan, [position for position in own if position is not None])
                kept.append(after)
        if self._cache.capacity:
            self._cache.put(known for known in kept if known.version)
        return outcomes

    def _undoable(self, connection: Connection[Any]) -> AbstractContextManager[object]:
        """Alone a statement is its own transaction; within one, a savepoint keeps what came before it."""
        return connection.transaction() if self._together else nullcontext()

    def _open(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
            self._connection.execute(PLANNING)
        return self._connection


def _grouped(batch: Sequence[Request]) -> Groups:
    groups: Groups = {}
    for index, request in enumerate(batch):
        groups.setdefault(str(dossier_id_of(request.key)) if request.key else request.code, []).append(index)
    return groups


def _finished(plan: Plan, positions: Sequence[int]) -> tuple[list[Outcome], Known]:
    outcomes: list[Outcome] = []
    answers = dict(plan.after.answers)
    position, taken = plan.known.position, 0
    code = plan.after.dossier.code
    for step in plan.steps:
        if step.refusal is not None:
            outcomes.append(step.refusal)
            continue
        if step.answer is not None:
            answered = step.answer.position or position
            outcomes.append(Done(code=code, version=step.answer.version, position=answered))
            continue
        if step.events:
            taken += len(step.events)
            position = positions[taken - 1]
            answers[step.request.command_id] = Answer(step.request.digest, step.version, position)
        outcomes.append(Done(code=code, version=step.version, position=position, events=step.events))
    after = plan.after
    return outcomes, Known(after.id, after.dossier, after.version, position, answers)
