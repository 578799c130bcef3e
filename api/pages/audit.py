"""A dossier's whole history for those who check it: what had taken effect, as it was known, and what followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from api.history import known_by
from api.pages.names import Names
from api.pages.readable import Pair, Reader
from api.pages.words import Words
from domain.dossier.corrections import corrected_history
from domain.dossier.dossier import Dossier, evolve
from domain.dossier.events import EFFECTIVE_FIELD, WIRE_NAMES, Corrected, effective_at
from domain.envelope import Envelope, Recorded

_SHOWN_AS_CORRECTION = frozenset({"version", "field", "old_value", "new_value"})


@dataclass(frozen=True, slots=True)
class Correction:
    """What event ``by`` says of a field of event ``of``; both are versions. The old value stays visible."""

    by: int
    of: int
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """An event as it was recorded. ``correction`` is what it corrects, ``corrected_by`` what was said of it later."""

    version: int
    position: str
    kind: str
    effective_at: datetime
    envelope: Envelope
    fields: tuple[Pair, ...]
    correction: Correction | None
    corrected_by: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """The events that meet the question, of how many, and the dossier they make."""

    events: tuple[AuditEvent, ...]
    total: int
    state: Dossier


def audit(
    history: Sequence[Recorded], as_of: datetime | None, known_at: datetime | None, names: Names, words: Words
) -> Audit:
    """What had taken effect by ``as_of`` as it was known at ``known_at``; None sets no limit.

    A correction that was known counts from the time of effect of what it corrects, whenever it was made.
    """
    known = known_by(known_at, history)
    as_corrected = corrected_history([each.event for each in known])
    in_effect = [
        (recorded, event)
        for recorded, event in zip(known, as_corrected, strict=True)
        if as_of is None or effective_at(event) <= as_of
    ]
    state = reduce(evolve, (event for _, event in in_effect), Dossier())
    reader = Reader(names, words, state.procedure)
    corrections = [_correction(each.version, each.event, reader) for each in known if isinstance(each.event, Corrected)]
    return Audit(
        events=tuple(_event(recorded, corrections, reader) for recorded, _ in in_effect),
        total=len(history),
        state=state,
    )


def _correction(version: int, event: Corrected, reader: Reader) -> Correction:
    return Correction(
        by=version,
        of=event.version,
        label=reader.label(event.field),
        old=reader.written(event.field, event.old_value),
        new=reader.written(event.field, event.new_value),
    )


def _event(recorded: Recorded, corrections: Sequence[Correction], reader: Reader) -> AuditEvent:
    kind = type(recorded.event)
    provenance = recorded.envelope.provenance
    shown_elsewhere = {EFFECTIVE_FIELD[kind]} | (_SHOWN_AS_CORRECTION if kind is Corrected else set())
    return AuditEvent(
        version=recorded.version,
        position=str(recorded.position),
        kind=WIRE_NAMES[kind],
        effective_at=effective_at(recorded.event),
        envelope=recorded.envelope,
        fields=reader.pairs(recorded.event, shown_elsewhere, provenance.inferred if provenance else ()),
        correction=next((each for each in corrections if each.by == recorded.version), None),
        corrected_by=tuple(each for each in corrections if each.of == recorded.version),
    )
