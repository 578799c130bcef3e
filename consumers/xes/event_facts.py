"""What the events of a case become: each exactly one fact, a step under its own name unless the mapping knows more."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from itertools import chain
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from consumers.xes.activities import KINDS, Fallback, Kind
from consumers.xes.mapping import Activity, Mapping
from consumers.xes.reader import Attributes, Case, MalformedLog
from consumers.xes.values import Values
from domain.dossier.events import EFFECTIVE_FIELD, DossierEvent, StepRecorded

SOURCE_EVENT: Final = "event:"
"""How provenance keys of a log's events begin; facts read from the case's own attributes begin with ``case:``."""

_KEY_BYTES: Final = 8


class SourceFact(NamedTuple):
    """An event of the log on its way to be a fact. ``key`` tells it from every other of its case, in any export."""

    at: datetime
    key: str
    name: str
    resource: str
    values: Values
    local_time: bool

    def inferred(self, event: DossierEvent) -> tuple[str, ...]:
        """The effective time, if its offset followed from the mapping's time zone."""
        return (EFFECTIVE_FIELD[type(event)],) if self.local_time else ()


class EventReader:
    """Reads the events of cases by one mapping."""

    def __init__(self, mapping: Mapping, zone: ZoneInfo) -> None:
        self._mapping = mapping
        self._zone = zone
        table = mapping.event
        self._name, self._time, self._resource = table.name, table.time, table.resource
        self._taken = frozenset({table.name, table.time, table.resource, *table.leave_out})
        self._activities: dict[str, Activity | None] = {}

    def events(self, case: Case) -> Iterator[SourceFact]:
        """The events of the case in the log's order.

        Raises:
            MalformedLog: one has no name, or no time that can be read.
        """
        seen: dict[str, int] = {}
        for source in case.events:
            values = Values(source.attributes, source.line, self._zone)
            name = values.attributes.get(self._name)
            time = values.instant(self._time)
            if not name or time is None:
                raise MalformedLog(source.line, f"the event has no {self._time if name else self._name}")
            key = content_key(source.attributes)
            seen[key] = occurrence = seen.get(key, 0) + 1
            if occurrence > 1:
                key = f"{key}:{occurrence}"
            resource = values.attributes.get(self._resource, "")
            yield SourceFact(time.at, key, name, resource, values, time.inferred)

    def kind(self, name: str) -> Kind | None:
        """What activities of this name are, if they are more than a step."""
        activity = self._activity(name)
        return KINDS.get(activity.event) if activity else None

    def step(self, source: SourceFact) -> tuple[DossierEvent, tuple[str, ...]]:
        """The event under its own name, with every attribute that has no field of its own."""
        taken = self._taken
        others = tuple([pair for pair in source.values.pairs if pair[0] not in taken])
        event = StepRecorded(name=source.name, resource=source.resource, attributes=others, occurred_at=source.at)
        return event, source.inferred(event)

    def read(self, source: SourceFact, kind: Kind) -> tuple[DossierEvent, tuple[str, ...]]:
        """The event as the fact the mapping reads it as.

        Raises:
            MalformedLog: a field cannot be filled, or not with the words it admits.
        """
        activity = self._activity(source.name)
        sources = activity.fields if activity else {}
        given = {Fallback.NAME: source.name, Fallback.RESOURCE: source.resource}
        fields, inferred = {}, list(kind.never_read)
        for name, field in kind.fields.items():
            if name in sources:
                text = source.values.text(sources[name], f"{name} of {source.name!r}")
                if field.words and not field.words.admits(text.value):
                    reason = f"{name} of {source.name!r} is {text.value!r}; it {field.words.rule}"
                    raise MalformedLog(source.values.line, reason)
                fields[name], guessed = text
            else:
                fields[name] = given.get(field.fallback, "")
                guessed = not fields[name]
            if guessed:
                inferred.append(name)
        event = kind.make(source.at, fields)
        return event, (*inferred, *source.inferred(event))

    def _activity(self, name: str) -> Activity | None:
        if name not in self._activities:
            rules = self._mapping.activity
            self._activities[name] = next((activity for activity in rules if activity.covers(name)), None)
        return self._activities[name]


def content_key(attributes: Attributes) -> str:
    """A key made of all that the event says, in whatever order. NUL cannot stand in XML, so it separates."""
    content = "\0".join(chain.from_iterable(sorted(attributes))).encode()
    return SOURCE_EVENT + blake2b(content, digest_size=_KEY_BYTES).hexdigest()
