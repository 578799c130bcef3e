"""Takes over a whole event log through the one door, each case as one command.

A case is taken over whole or not at all, and facts already taken are passed over. So an import that was cut short is
resumed by running it again, and a log that has grown is brought up to date in the same way; nothing else is kept.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

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


class ImportStopped(Exception):
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
        OSError: the file cannot be opened or read.
    """
    translator = Translator(mapping)
    batch = _Batch(door, Summary(mapping.source), pause)
    with open_log(path) as log:
        try:
            for case in log.cases():
                batch.add(translator.import_history(case, now), case, actor)
                if batch.facts >= _BATCH_FACTS:
                    batch.hand_in()
                    progress(_progress(log, batch.summary))
            batch.hand_in()
        except MalformedLog as fault:
            with suppress(_DoorShut):
                batch.hand_in()
            raise ImportStopped(path, str(fault), batch.summary) from fault
        except _DoorShut as shut:
            raise ImportStopped(path, str(shut), batch.summary) from shut
        progress(_progress(log, batch.summary))
    return batch.summary


def _progress(log: LogFile, summary: Summary) -> Progress:
    return Progress(log.position, log.total, summary.dossiers, summary.source_events)


def _request(command: ImportHistory, line: int, actor: Actor) -> Request:
    """The dossier is named by source and case. The id of the command is new in every run: its keys say what is new."""
    run = f"import {command.source} {command.at.isoformat()}"
    content = "\0".join(fact.provenance.key for fact in command.facts)
    return Request(
        command=command,
        actor=actor,
        command_id=_digest(f"{run} line {line} case {command.source_case}"),
        key=f"import:{command.source}:{command.source_case}",
        digest=_digest(content),
        correlation_id=run,
    )


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


class _DoorShut(Exception):
    pass


class _Batch:
    """Cases on their way through the door, and the count of what became of them."""

    def __init__(self, door: Door, summary: Summary, pause: Callable[[float], None]) -> None:
        self.summary = summary
        self.facts = 0
        self._door = door
        self._pause = pause
        self._waiting: list[tuple[Request, Case]] = []

    def add(self, command: ImportHistory, case: Case, actor: Actor) -> None:
        self._waiting.append((_request(command, case.line, actor), case))
        self.facts += len(command.facts)

    def hand_in(self) -> None:
        """Everything that waits is taken over or refused; what the door puts off is handed in again, five times in all.

        Raises:
            _DoorShut: the door still puts it off.
        """
        for seconds in _PAUSES:
            if self._waiting:
                self._hand_in_once()
            if self._waiting:
                self._pause(seconds)
        if self._waiting:
            raise _DoorShut(TryLater().message)

    def _hand_in_once(self) -> None:
        outcomes = self._door.handle([request for request, _ in self._waiting])
        put_off = []
        for (request, case), outcome in zip(self._waiting, outcomes, strict=True):
            if isinstance(outcome, TryLater):
                put_off.append((request, case))
            elif isinstance(outcome, DossierError):
                self._count_refused(case, request, outcome)
            else:
                self._count(case, outcome)
        self._waiting, self.facts = put_off, 0

    def _count(self, case: Case, done: Done) -> None:
        summary, found = self.summary, len(case.events)
        keys = [key for event in done.events if isinstance(event, HistoryImported) for key in event.keys]
        added = sum(key.startswith(SOURCE_EVENT) for key in keys)
        self.summary = replace(
            summary,
            dossiers=summary.dossiers + 1,
            new_dossiers=summary.new_dossiers + any(isinstance(event, Submitted) for event in done.events),
            source_events=summary.source_events + found,
            added=summary.added + added,
            unchanged=summary.unchanged + found - added,
        )

    def _count_refused(self, case: Case, request: Request, refusal: DossierError) -> None:
        summary, found = self.summary, len(case.events)
        named = RefusedCase(request.key.split(":", 2)[2], case.line, refusal.message)
        self.summary = replace(
            summary,
            dossiers=summary.dossiers + 1,
            refused_dossiers=summary.refused_dossiers + 1,
            source_events=summary.source_events + found,
            refused=summary.refused + found,
            refusals=(*summary.refusals, named)[:_REFUSALS_NAMED],
        )
