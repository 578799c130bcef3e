"""Small event logs, and a door that decides in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from consumers.xes.mapping import Mapping, parse_mapping
from domain.dossier.commands import ImportedFact, ImportHistory
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier, evolve
from domain.errors import DossierError
from domain.ports import Done, Outcome, Request
from tests.examples import RULES

NOW: Final = datetime(2026, 10, 8, 3, 0, tzinfo=UTC)

PLAIN: Final = """
source = "example"
timezone = "Europe/Amsterdam"
unit.default = "G92.01"
procedure.default = "PERMIT"
channel = { attribute = "channel", default = "unknown" }
submitted = { attribute = "start", first_event = true }
end.attribute = "end"
due.attribute = "due"
"""


def mapping(text: str = "") -> Mapping:
    return parse_mapping(PLAIN + text, "example.toml")


def event(name: str = "Register", at: str = "2024-03-04T09:00:00+01:00", **more: str) -> dict[str, str]:
    return {"concept:name": name, "time:timestamp": at, **more}


def trace(case_id: str, *events: dict[str, str], **attributes: str) -> str:
    own = {"concept:name": case_id, "start": "2024-03-04T08:00:00+01:00", **attributes}
    inner = "\n".join(f"<event>\n{_attributes(each)}\n</event>" for each in events)
    return f"<trace>\n{_attributes(own)}\n{inner}\n</trace>"


def log(*traces: str) -> str:
    return "<?xml version='1.0' encoding='UTF-8'?>\n<log>\n" + "\n".join(traces) + "\n</log>"


def _attributes(pairs: dict[str, str]) -> str:
    return "\n".join(f"<string key={quoteattr(key)} value={quoteattr(value)}/>" for key, value in pairs.items())


@dataclass
class Kept:
    dossier: Dossier = field(default_factory=Dossier)
    facts: list[ImportedFact] = field(default_factory=list)

    @property
    def source_events(self) -> list[str]:
        return [fact.provenance.key for fact in self.facts if fact.provenance.key.startswith("event:")]


class MemoryDoor:
    """Decides and evolves as the service does, and keeps the facts of each dossier."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.batches: list[int] = []

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        self.batches.append(len(batch))
        return [self._one(request) for request in batch]

    def _one(self, request: Request) -> Outcome:
        kept = self.kept.get(request.key, Kept())
        command = request.command
        assert isinstance(command, ImportHistory)
        command = replace(command, code=f"{command.unit}-261008-{len(self.kept) + 1:04d}")
        taken = kept.dossier.imported_keys
        try:
            events = decide(command, kept.dossier, RULES)
        except DossierError as refusal:
            return refusal
        for each in events:
            kept.dossier = evolve(kept.dossier, each)
        kept.facts += [fact for fact in command.facts if fact.provenance.key not in taken]
        self.kept[request.key] = kept
        return Done(code=kept.dossier.code, version=len(kept.facts), position=0, events=tuple(events))

    @property
    def dossiers(self) -> list[Dossier]:
        return [kept.dossier for kept in self.kept.values()]

    def snapshot(self) -> dict[str, Any]:
        return {key: (kept.dossier, tuple(kept.facts)) for key, kept in self.kept.items()}
