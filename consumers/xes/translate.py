"""A case of a log, read by a mapping, as the command that takes over its history."""

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import TypeAlias
from zoneinfo import ZoneInfo

from consumers.xes import case_facts
from consumers.xes.event_facts import EventReader
from consumers.xes.mapping import Mapping
from consumers.xes.reader import Case, MalformedLog
from consumers.xes.values import Text, Values
from domain.dossier.commands import ImportedFact, ImportHistory
from domain.dossier.events import DossierEvent
from domain.envelope import Provenance

_Keyed: TypeAlias = tuple[str, DossierEvent, tuple[str, ...]]


class Translator:
    """Reads cases by one mapping, each on its own."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._zone = ZoneInfo(mapping.timezone)
        self._events = EventReader(mapping, self._zone)

    def import_history(self, case: Case, now: datetime) -> ImportHistory:
        """The command that takes over the case at ``now``.

        Order: handed in, accepted, then by effective time; at the same time in the log's order, the end last. Every
        event of the log is one fact, whose provenance key begins with ``event:``.

        Raises:
            MalformedLog: the case lacks what the mapping says it has, or holds a value that cannot be read.
        """
        mapping = self._mapping
        values = Values(case.attributes, case.line, self._zone)
        case_id = values.attributes.get(mapping.case.id)
        if not case_id:
            raise MalformedLog(case.line, f"the case has no {mapping.case.id}, which names it")
        unit = case_facts.unit_of(values, mapping)
        facts = [
            ImportedFact(
                event=event,
                provenance=Provenance(source=mapping.source, source_case=case_id, key=key, inferred=inferred),
            )
            for key, event, inferred in self._facts(case, values, unit)
        ]
        return ImportHistory(
            unit=mapping.case.code_unit or unit.value,
            source=mapping.source,
            source_case=case_id,
            facts=tuple(facts),
            at=now,
        )

    def _facts(self, case: Case, values: Values, unit: Text) -> Iterator[_Keyed]:
        """What follows the end of a case changes nothing about its dossier any more: it is kept, as steps."""
        mapping, reader = self._mapping, self._events
        officer = values.text(mapping.responsible, "[responsible]").value if mapping.responsible else ""
        events = sorted(reader.events(case), key=attrgetter("at"))
        handed_in = case_facts.submitted_at(values, mapping, events[0].at if events else None)
        yield "case:submitted", *case_facts.submitted(values, mapping, unit, handed_in)
        if accepted := case_facts.accepted(values, mapping, officer, handed_in):
            yield "case:accepted", *accepted
        end = case_facts.ended(values, mapping, officer)
        ended = False
        for source in events:
            if end and source.at > end[0]:
                yield "case:ended", *end[1:]
                end, ended = None, True
            kind = None if ended else reader.kind(source.name)
            yield source.key, *(reader.read(source, kind) if kind else reader.step(source))
            ended = ended or (kind is not None and kind.ends)
        if end:
            yield "case:ended", *end[1:]
