"""Takes over a whole event log through the one door, each case as one command.

A case is taken over whole or not at all, and facts already taken are passed over. So an import that was cut short is
resumed by running it again, and a log that has grown is brought up to date in the same way; nothing else is kept.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple, Self

from consumers.xes.errors import ImportProblem
from consumers.xes.event_facts import SOURCE_EVENT
from consumers.xes.mapping import Mapping
from consumers.xes.reader import Case, LogFile, MalformedLog, open_log
from consumers.xes.translate import Translator
from domain.dossier.commands import ImportHistory
from domain.dossier.events import HistoryImported, Submitted
from domain.envelope import Actor
from domain.errors import DossierError, TryLater
from domain.ports import Done, Door, Request

IMPORTER: Final = Actor(id="import")
"""Who acts when nobody says who runs the import."""

_BATCH_FACTS: Final = 2_000
_REFUSALS_NAMED: Final = 100
_PAUSES: Final = (0.2, 0.4, 0.8, 1.6, 3.2)


@dataclass(frozen=True, slots=True)
class RefusedCase:
    """A case that the rules did not let in, and why."""

    source_case: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come: ``position`` of ``total`` bytes of the stored file."""

    position: int
    total: int
    dossiers: int
    source_events: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import did. ``source_events = added + unchanged + refused``, all three counting events of the log.

    ``dossiers`` were found in the log, ``new_dossiers`` of them were unknown before. ``refusals`` names the first
    hundred of the ``refused_dossiers``.
    """

    source: str
    dossiers: int = 0
    new_dossiers: int = 0
    refused_dossiers: int = 0
    source_events: int = 0
    added: int = 0
    unchanged: int = 0
    refused: int = 0
    refusals: tuple[RefusedCase, ...] = ()


class ImportStopped(ImportProblem):
    """The import could not go on. What ``summary`` counts is taken over; run it again when the cause is mended."""

    def __init__(self, path: Path, reason: str, summary: Summary) -> None:
        self.path = path
        self.reason = reason
        self.summary = summary
        super().__init__(f"{path}: {reason}")


def import_log(
    path: Path,
    mapping: Mapping,
    door: Door,
    now: datetime,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    actor: Actor = IMPORTER,
    pause: Callable[[float], None] = time.sleep,
) -> Summary:
    """Take over the log at ``path``; ``now`` is when. ``pause`` waits some seconds when the door asks to try later.

    Raises:
        ImportStopped: the log cannot be read on, or the door stayed shut; whole cases before are taken over.
        UnopenedLog: there is no such file, or it may not be read.
    """
    translator = Translator(mapping)
    with open_log(path) as log, _Desk(door, Summary(mapping.source), pause) as desk:
        try:
            for case in log.cases():
                desk.add(translator.import_history(case, now), case, actor)
                if desk.facts >= _BATCH_FACTS:
                    desk.hand_in()
                    progress(_progress(log, desk.summary))
            desk.finish()
        except MalformedLog as fault:
            with suppress(_DoorShut):
                desk.finish()
            raise ImportStopped(path, str(fault), desk.summary) from fault
        except _DoorShut as shut:
            raise ImportStopped(path, str(shut), desk.summary) from shut
        progress(_progress(log, desk.summary))
        return desk.summary


def _progress(log: LogFile, summary: Summary) -> Progress:
    return Progress(log.position, log.total, summary.dossiers, summary.source_events)


def _request(command: ImportHistory, line: int, actor: Actor) -> Request:
    """The dossier is named by source and case. Each run has commands of its own: the keys of facts say what is new."""
    run = f"import {command.source} {command.at.isoformat()}"
    content = _digest("\0".join(fact.provenance.key for fact in command.facts))
    return Request(
        command=command,
        actor=actor,
        command_id=_digest("\0".join((run, command.source_case, str(line), content))),
        key=f"import:{command.source}:{command.source_case}",
        digest=content,
        correlation_id=run,
    )


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


class _DoorShut(Exception):
    pass


class _Waiting(NamedTuple):
    request: Request
    source_case: str
    line: int
    source_events: int


class _Desk:
    """Hands in one batch of cases while the next is being read, and counts what became of them."""

    def __init__(self, door: Door, summary: Summary, pause: Callable[[float], None]) -> None:
        self.summary = summary
        self.facts = 0
        self._door = door
        self._pause = pause
        self._next: list[_Waiting] = []
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")
        self._under_way: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown()

    def add(self, command: ImportHistory, case: Case, actor: Actor) -> None:
        request = _request(command, case.line, actor)
        self._next.append(_Waiting(request, command.source_case, case.line, len(case.events)))
        self.facts += len(command.facts)

    def hand_in(self) -> None:
        """The batch before is through, and the next one is under way.

        Raises:
            _DoorShut: the door has put off the batch before for good.
        """
        self._settle()
        if self._next:
            self._under_way = self._worker.submit(self._hand_in, self._next)
            self._next, self.facts = [], 0

    def finish(self) -> None:
        """Everything is through.

        Raises:
            _DoorShut: the door has put some of it off for good.
        """
        self.hand_in()
        self._settle()

    def _settle(self) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()

    def _hand_in(self, waiting: list[_Waiting]) -> None:
        for seconds in _PAUSES:
            waiting = self._put_off(waiting)
            if not waiting:
                return
            self._pause(seconds)
        raise _DoorShut(TryLater().message)

    def _put_off(self, waiting: list[_Waiting]) -> list[_Waiting]:
        outcomes = self._door.handle([each.request for each in waiting])
        put_off = []
        for each, outcome in zip(waiting, outcomes, strict=True):
            if isinstance(outcome, TryLater):
                put_off.append(each)
            elif isinstance(outcome, DossierError):
                self._count_refused(each, outcome)
            else:
                self._count(each, outcome)
        return put_off

    def _count(self, case: _Waiting, done: Done) -> None:
        summary = self.summary
        keys = [key for event in done.events if isinstance(event, HistoryImported) for key in event.keys]
        added = sum(key.startswith(SOURCE_EVENT) for key in keys)
        self.summary = replace(
            summary,
            dossiers=summary.dossiers + 1,
            new_dossiers=summary.new_dossiers + any(isinstance(event, Submitted) for event in done.events),
            source_events=summary.source_events + case.source_events,
            added=summary.added + added,
            unchanged=summary.unchanged + case.source_events - added,
        )

    def _count_refused(self, case: _Waiting, refusal: DossierError) -> None:
        summary = self.summary
        named = RefusedCase(case.source_case, case.line, refusal.message)
        self.summary = replace(
            summary,
            dossiers=summary.dossiers + 1,
            refused_dossiers=summary.refused_dossiers + 1,
            source_events=summary.source_events + case.source_events,
            refused=summary.refused + case.source_events,
            refusals=(*summary.refusals, named)[:_REFUSALS_NAMED],
        )
