"""Given a past, when a command comes, then these facts, a refusal, or nothing: the rules' tests in the rules' words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.dossier.commands import Command
from domain.dossier.corrections import replay
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier
from domain.dossier.events import DossierEvent
from domain.errors import Refusal
from domain.ports import Rules
from tests.examples import RULES

Step: TypeAlias = Command | DossierEvent


@dataclass(frozen=True)
class Answer:
    """What the rules answered: facts, none, or a refusal."""

    past: tuple[DossierEvent, ...]
    made: tuple[DossierEvent, ...] = ()
    refusal: Refusal | None = None

    def then(self, *events: DossierEvent) -> "Answer":
        """Exactly these facts are made, in this order."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        assert self.made == events
        return self

    def refused(self, kind: type[Refusal], **details: str) -> None:
        """It is forbidden for this reason, and the refusal names these details."""
        assert self.refusal is not None, f"not refused, but {self.made}"
        assert type(self.refusal) is kind, f"refused by {self.refusal!r}"
        assert self.refusal.details == details

    def stays_quiet(self) -> None:
        """It is already so."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        assert self.made == ()

    def promises(self, due_at: datetime | None) -> "Answer":
        """Facts are made, and this is the promise that stands after them."""
        assert self.made, f"no facts; refused: {self.refusal!r}"
        assert self.dossier.due_at == due_at
        return self

    @property
    def history(self) -> tuple[DossierEvent, ...]:
        return (*self.past, *self.made)

    @property
    def dossier(self) -> Dossier:
        return replay(self.history)


@dataclass(frozen=True)
class Given:
    """A dossier with a past, in an administration."""

    history: tuple[DossierEvent, ...]
    rules: Rules

    @property
    def dossier(self) -> Dossier:
        return replay(self.history)

    def when(self, command: Command) -> Answer:
        """The command is decided on the past, corrections carried out."""
        try:
            made = decide(command, self.dossier, self.rules, self.history)
        except Refusal as refusal:
            return Answer(self.history, refusal=refusal)
        return Answer(self.history, tuple(made))


def given(*past: Step, rules: Rules = RULES) -> Given:
    """A dossier to which this happened: facts as they are, commands as they are decided. None may be refused."""
    history: tuple[DossierEvent, ...] = ()
    for step in past:
        history = (*history, *_facts(step, history, rules))
    return Given(history, rules)


def _facts(step: Step, history: Sequence[DossierEvent], rules: Rules) -> Sequence[DossierEvent]:
    if isinstance(step, Command):
        return decide(step, replay(history), rules, history)
    return (step,)
