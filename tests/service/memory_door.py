"""A door on dictionaries: the real decisions, and no database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from domain.codes import day_of_code, dossier_code
from domain.dossier.commands import Submit
from domain.dossier.corrections import replay
from domain.dossier.decisions import decide
from domain.dossier.events import DossierEvent
from domain.errors import DossierError, KeyReused
from domain.ports import Done, Outcome, Request, Rules


@dataclass
class MemoryDoor:
    """Each command id takes effect once; a second one with another content is refused."""

    rules: Rules
    histories: dict[str, list[DossierEvent]] = field(default_factory=dict)
    batches: int = 0
    fails_after: int | None = None
    _codes: dict[str, str] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)
    _numbers: Counter[str] = field(default_factory=Counter)

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        if self.batches == self.fails_after:
            raise ConnectionError("the door was shut")
        self.batches += 1
        return [self._handle(request) for request in batch]

    def _handle(self, request: Request) -> Outcome:
        code = request.code or self._code(request)
        history = self.histories.setdefault(code, [])
        if (digest := self._digests.get(request.command_id)) is not None:
            return Done(code=code, version=len(history), position=0) if digest == request.digest else KeyReused()
        command = request.command
        if isinstance(command, Submit):
            command = replace(command, code=code)
        try:
            events = decide(command, replay(history), self.rules, history)
        except DossierError as refusal:
            return refusal
        self._digests[request.command_id] = request.digest
        history += events
        return Done(code=code, version=len(history), position=0, events=tuple(events))

    def _code(self, request: Request) -> str:
        if request.key not in self._codes:
            assert isinstance(request.command, Submit)
            day = day_of_code(request.command.at)
            prefix = f"{request.command.unit}-{day}"
            self._numbers[prefix] += 1
            self._codes[request.key] = dossier_code(request.command.unit, day, self._numbers[prefix])
        return self._codes[request.key]
