"""Sending the generated lives through the one door, as officers would, and again without effect."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from domain.errors import Complaint, DossierError
from domain.ports import Door, Request
from service.demo.administration import demo_administration
from service.demo.life import SEED, Life, lives
from service.demo.walk import Step

LABEL: Final = "generated"
"""What a database with these dossiers is labelled."""

DOSSIERS: Final = 2000
BATCH: Final = 200
_START_FILE: Final = "demo-began-at"


class DemoInterruptedError(Complaint):
    """A generated command was not carried out; what was done stays, and starting again goes on from there."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What was sent: the lives up to ``now``, and the codes that their dossiers got, by number."""

    lives: Sequence[Life]
    codes: Mapping[int, str]
    now: datetime


@dataclass(frozen=True, slots=True)
class _Planned:
    number: int
    index: int
    step: Step

    def request(self, seed: int, code: str) -> Request:
        return Request(
            command=self.step.command,
            actor=self.step.actor,
            command_id=f"demo-{seed}-{self.number}-{self.index}",
            code=code,
            key="" if self.index else f"demo/{seed}/{self.number}",
            digest=sha256(msgspec.json.encode(self.step.command)).hexdigest(),
            correlation_id=f"demo-{seed}-{self.number}",
        )


def began_at(folder: Path, now: datetime) -> datetime:
    """When the demo in this data folder, which exists, began: ``now`` the first time, and the same ever after.

    The dossiers are those of the 90 days before that moment, so that starting again finds the same ones.
    """
    file = folder / _START_FILE
    try:
        return datetime.fromisoformat(file.read_text(encoding="ascii"))
    except FileNotFoundError:
        written = file.with_suffix(".new")
        written.write_text(now.isoformat(), encoding="ascii")
        written.replace(file)
        return now


def run_demo(
    door: Door,
    now: datetime,
    progress: Callable[[int, int], None],
    dossiers: int = DOSSIERS,
    seed: int = SEED,
) -> Generated:
    """Send the lives of ``dossiers`` dossiers through the door, in order of time; ``progress`` is told (done, all).

    Every command has an id of its own, so that a run that was stopped goes on, and a finished one adds nothing, if it
    is given the same ``now`` (see ``began_at``).

    Raises:
        DemoInterruptedError: a command was not carried out.
    """
    told = list(lives(demo_administration(), now, dossiers, seed))
    planned = [_Planned(life.number, index, step) for life in told for index, step in enumerate(life.steps)]
    planned.sort(key=lambda each: (each.step.command.at, each.number, each.index))
    codes: dict[int, str] = {}
    done = 0
    for batch in _batches(planned, codes):
        outcomes = door.handle([each.request(seed, codes.get(each.number, "")) for each in batch])
        for each, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, DossierError):
                raise DemoInterruptedError(
                    f"dossier {each.number}, {type(each.step.command).__name__}: {outcome.message}"
                ) from outcome
            codes[each.number] = outcome.code
        done += len(batch)
        progress(done, len(planned))
    return Generated(told, codes, now)


def _batches(planned: Sequence[_Planned], codes: dict[int, str]) -> Iterator[list[_Planned]]:
    """Steps in order of time; those of a dossier whose code is not known yet wait for the next batch."""
    queue = deque(planned)
    while queue:
        batch: list[_Planned] = []
        postponed: list[_Planned] = []
        while queue and len(batch) < BATCH:
            each = queue.popleft()
            (batch if each.index == 0 or each.number in codes else postponed).append(each)
        queue.extendleft(reversed(postponed))
        yield batch
