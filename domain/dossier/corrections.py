"""Corrections: the wrong fact stays in the history, and everything computed from it is computed anew."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import reduce
from typing import Any, Final

from domain.dossier.dossier import Dossier, evolve
from domain.dossier.events import (
    EFFECTIVE_FIELD,
    Corrected,
    DeadlineExtended,
    DossierEvent,
    HistoryImported,
    StepOpened,
    StepRescheduled,
    Submitted,
)
from domain.dossier.refusals import NotCorrectable, UnreadableValue


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("no offset")
    return instant


Readers = Mapping[str, Callable[[str], Any]]

CORRECTABLE: Final[Mapping[type[DossierEvent], Readers]] = {
    kind: {field: _instant}
    for kind, field in EFFECTIVE_FIELD.items()
    if kind not in {Corrected, HistoryImported, StepOpened, StepRescheduled}
} | {
    Submitted: {"submitted_at": _instant, "channel": str, "procedure": str, "unit": str},
    DeadlineExtended: {"extended_at": _instant, "new_due_at": _instant},
}
"""What may be corrected, and how the new value is read: effective times, and what statistics are cut by.

A step's times follow from its acceptance or hand-over: those are corrected.
"""


def written(value: object) -> str:
    """A value as a correction writes it: times in RFC 3339, the rest as text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def corrected_event(event: DossierEvent, field: str, new_value: str) -> DossierEvent:
    """The event as it would have been.

    Raises:
        NotCorrectable: this field of this event is not open to correction.
        UnreadableValue: the value is not one of the field's kind.
    """
    readers = CORRECTABLE.get(type(event), {})
    if field not in readers:
        raise NotCorrectable(event=type(event).__name__, field=field)
    try:
        value = readers[field](new_value)
    except ValueError as error:
        raise UnreadableValue(value=new_value) from error
    corrected: DossierEvent = replace(event, **{field: value})
    return corrected


def corrected_history(history: Sequence[DossierEvent]) -> list[DossierEvent]:
    """The history with every correction carried out on the event it names; the corrections themselves stay.

    Total: a correction that names nothing before it that it can correct is left as it is, since history is never
    refused.
    """
    events = list(history)
    for earlier, correction in enumerate(history):
        if isinstance(correction, Corrected) and 1 <= correction.version <= earlier:
            target = events[correction.version - 1]
            try:
                events[correction.version - 1] = corrected_event(target, correction.field, correction.new_value)
            except (NotCorrectable, UnreadableValue):
                continue
    return events


def replay(history: Iterable[DossierEvent]) -> Dossier:
    """The dossier after its whole history, corrections carried out."""
    events = list(history)
    if any(isinstance(event, Corrected) for event in events):
        events = corrected_history(events)
    return reduce(evolve, events, Dossier())


def current_value(event: DossierEvent, field: str) -> str:
    """The field's value as a correction writes it.

    Raises:
        NotCorrectable: the event has no such field.
    """
    if field not in {each.name for each in fields(event)}:
        raise NotCorrectable(event=type(event).__name__, field=field)
    return written(getattr(event, field))
