"""One dossier's turn in a batch: what is known of it, and what its requests make of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import structlog

from domain.authority import authorised
from domain.codes import day_of_code, dossier_code, is_unit_code
from domain.dossier.commands import Correct, ImportHistory, Submit
from domain.dossier.corrections import replay
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier, evolve
from domain.dossier.events import WIRE_NAMES, Corrected, DossierEvent
from domain.dossier.recording import fresh_facts
from domain.envelope import Actor, Envelope, Provenance
from domain.errors import DossierError, InternalFault, KeyReused, Malformed, StaleVersion, UnknownDossier
from domain.ports import Request, Rules
from service.codec import decode_decided, encode
from service.streams import NewEvent, Numbered, Numbers, StoredRow

DOSSIERS: Final = UUID("6c1f2f0e-9f3e-5d0a-8f6b-0d9c7a4e1b52")
"""The namespace of dossier ids: the same submission key is the same dossier, on any machine, at any time."""

_log = structlog.get_logger(__name__)


NOTHING: Final = Dossier()
"""A dossier before its first event."""


def dossier_id_of(key: str) -> UUID:
    """The id of the dossier that was, or will be, submitted under this key."""
    return uuid5(DOSSIERS, key)


class Answer(NamedTuple):
    """What a command was answered, to be answered again when it is repeated.

    ``position`` is 0 while the batch that holds the command is still to be appended.
    """

    digest: str
    version: int
    position: int


NO_ANSWERS: Final[Mapping[str, Answer]] = MappingProxyType({})


class Known(NamedTuple):
    """What is known of a dossier. Only a fresh one carries its ``history`` and may be the ground of a refusal."""

    id: UUID
    dossier: Dossier = NOTHING
    version: int = 0
    position: int = 0
    answers: Mapping[str, Answer] = NO_ANSWERS
    history: tuple[DossierEvent, ...] | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether it was just read from the store."""
        return self.history is not None


def known_from(dossier_id: UUID, rows: Iterable[StoredRow]) -> Known:
    """A dossier as its stored history tells it; without rows, one that does not exist yet."""
    events: list[DossierEvent] = []
    answers: dict[str, Answer] = {}
    version = position = 0
    for _, version, topic, state, position in rows:
        event, command_id, digest = decode_decided(topic, state)
        events.append(event)
        answers[command_id] = Answer(digest, version, position)
    return Known(
        id=dossier_id,
        dossier=replay(events),
        version=version,
        position=position,
        answers=answers,
        history=tuple(events),
    )


class Step(NamedTuple):
    """What became of one request: refused, answered before, or events and the version after them."""

    request: Request
    version: int
    refusal: DossierError | None = None
    answer: Answer | None = None
    events: tuple[DossierEvent, ...] = ()


class Plan(NamedTuple):
    """What one dossier's requests make of it, if nobody else carries it on meanwhile.

    ``after`` lacks the last step where nobody will ask for it.
    ``certain`` is whether it may be answered: a cached state is good for nothing but new events.
    """

    known: Known
    after: Known
    steps: tuple[Step, ...]
    new: tuple[NewEvent, ...]
    certain: bool


class NumberMissing(Exception):
    """No number was reserved, since the dossier turned out to exist: it must be loaded."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides the requests of one dossier in turn.

    ``current`` is whether the rules are known to be those that hold now: a refusal may rest on no others.
    ``remembered`` is whether anybody will ask for the state after a plan; else the last step's is not worked out.
    """

    rules: Rules
    clock: Callable[[], datetime]
    current: bool = True
    remembered: bool = True

    def plan(self, requests: Sequence[Request], known: Known, numbers: Numbers) -> Plan:
        """Decide each request on what the ones before it made of the dossier.

        Raises:
            NumberMissing: the dossier exists after all and must be loaded.
        """
        after, steps, new = known, list[Step](), list[NewEvent]()
        certain = True
        for left, request in enumerate(requests, start=1 - len(requests)):
            step, states = self._step(request, after, numbers)
            steps.append(step)
            grounded = known.is_fresh and self.current
            certain = certain and (grounded or step.answer is not None or bool(step.events))
            if step.events:
                new += [
                    NewEvent(
                        dossier_id=known.id,
                        head=known.version,
                        version=after.version + number,
                        topic=WIRE_NAMES[type(event)],
                        state=state,
                    )
                    for number, (event, state) in enumerate(zip(step.events, states, strict=True), start=1)
                ]
                wanted = self.remembered or left < 0 or not known.version
                after = _after(after, step) if wanted else after
        return Plan(known, after, tuple(steps), tuple(new), certain)

    def _step(self, request: Request, known: Known, numbers: Numbers) -> tuple[Step, list[bytes]]:
        answer = known.answers.get(request.command_id)
        if answer is not None:
            if answer.digest != request.digest:
                return Step(request, answer.version, refusal=KeyReused()), []
            return Step(request, answer.version, answer=answer), []
        try:
            _check_version(request, known)
            request = _with_code(request, known, numbers)
            events = decide(request.command, known.dossier, self.rules, known.history or ())
            actor = authorised(request.command, known.dossier, self.rules, request.actor) if events else request.actor
            envelopes = self._envelopes(request, actor, known, len(events))
            states = [encode(event, envelope) for event, envelope in zip(events, envelopes, strict=True)]
        except NumberMissing:
            raise
        except DossierError as refusal:
            return Step(request, known.version, refusal=refusal), []
        except (TypeError, ValueError, OverflowError) as error:
            return Step(request, known.version, refusal=Malformed(reason=str(error))), []
        except Exception:  # noqa: BLE001 - a fault in one command must not touch the others of its batch
            _log.exception("command_failed", command=type(request.command).__name__, trace_id=request.trace_id)
            return Step(request, known.version, refusal=InternalFault()), []
        return Step(request, known.version + len(events), events=tuple(events)), states

    def _envelopes(self, request: Request, actor: Actor, known: Known, count: int) -> Iterable[Envelope]:
        origins: list[Provenance | None] = [None] * count
        if isinstance(request.command, ImportHistory):
            facts = fresh_facts(request.command, known.dossier)
            origins[: len(facts)] = [fact.provenance for fact in facts]
        recorded_at = self.clock()
        for provenance in origins:
            yield Envelope(
                recorded_at=recorded_at,
                actor=actor,
                command_id=request.command_id,
                command_digest=request.digest,
                correlation_id=request.correlation_id,
                trace_id=request.trace_id,
                provenance=provenance,
            )


def needs_number(request: Request) -> tuple[str, date] | None:
    """The unit and local day of a submission or import, whose dossier may have to be numbered; None for other acts."""
    match request.command:
        case Submit(unit=unit, at=at) | ImportHistory(unit=unit, at=at) if is_unit_code(unit) and at.tzinfo:
            return unit, day_of_code(at)
        case _:
            return None


def _check_version(request: Request, known: Known) -> None:
    if known.version == 0 and not request.key:
        raise UnknownDossier(code=request.code)
    if request.expected_version is not None and request.expected_version != known.version:
        raise StaleVersion(expected=str(request.expected_version), actual=str(known.version))


def _with_code(request: Request, known: Known, numbers: Numbers) -> Request:
    if known.version:
        return request
    wanted = needs_number(request)
    if wanted is None:
        return request
    unit, day = wanted
    number = numbers.take(Numbered(known.id, unit, day))
    if number is None:
        raise NumberMissing
    command = request.command
    if isinstance(command, Submit | ImportHistory):
        command = replace(command, code=dossier_code(unit, day, number))
    return replace(request, command=command)


def _after(known: Known, step: Step) -> Known:
    dossier = known.dossier
    if any(isinstance(event, Corrected) for event in step.events):
        dossier = replay([*(known.history or ()), *step.events])
    else:
        for event in step.events:
            dossier = evolve(dossier, event)
    return Known(
        known.id,
        dossier,
        step.version,
        known.position,
        {**known.answers, step.request.command_id: Answer(step.request.digest, step.version, 0)},
        (*known.history, *step.events) if known.history is not None else None,
    )


def needs_history(request: Request) -> bool:
    """Whether the request can only be decided on the whole history."""
    return isinstance(request.command, Correct)
