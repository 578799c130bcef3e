"""A fact's fields as readable pairs, in a language. Values that identify a human being are masked."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from api.pages.names import Names
from api.pages.words import Words
from domain.applicant import ApplicantKind, Personal
from domain.calendar import CalendarVersion
from domain.dossier.events import (
    AuthorityKind,
    ComponentGiven,
    DeliveryMethod,
    DossierEvent,
    ReuseSource,
    SupplementItem,
    VerificationMethod,
)
from domain.identity import Scheme
from domain.money import Dues
from domain.term import Term

MASK: Final = "••••"
MASKED_FIELDS: Final = frozenset({"applicant_reference"})
"""Fields outside the personal sub-objects that may tell who the applicant is."""

_SECTIONS: Final[Mapping[type[StrEnum], str]] = {
    DeliveryMethod: "method",
    ApplicantKind: "applicant_kind",
    Scheme: "scheme",
    VerificationMethod: "verification_method",
    AuthorityKind: "authority_kind",
    ReuseSource: "reuse_source",
}
"""Where the words of each kind of value stand."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A field's label and its value, one or more lines."""

    label: str
    values: tuple[str, ...]
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the facts of a dossier aloud in one language. ``procedure`` is the code of what it is about."""

    names: Names
    words: Words
    procedure: str

    def pairs(
        self, event: DossierEvent, leave_out: Collection[str] = (), inferred: Collection[str] = ()
    ) -> tuple[Pair, ...]:
        """The fields that hold something, in their order, without those in ``leave_out``."""
        read = (
            Pair(self.label(field.name), self._values(field.name, getattr(event, field.name)), field.name in inferred)
            for field in fields(event)
            if field.name not in leave_out
        )
        return tuple(pair for pair in read if pair.values)

    def label(self, field: str) -> str:
        """What a field is called."""
        return self.words(f"field.{field}")

    def written(self, field: str, text: str) -> str:
        """A value as corrections write it, readable: times in Vietnam's, names with their codes."""
        if not text:
            return self.words("audit.no_value")
        if field.endswith("_at"):
            return self._instant_or_text(text)
        return self._word(field, text)

    def _values(self, field: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - any field of any fact
        if value is None or value == "":
            return ()
        if field in MASKED_FIELDS:
            return (MASK,)
        if isinstance(value, Personal):
            return self._masked(value)
        if isinstance(value, tuple):
            return tuple(self._item(field, each) for each in value)
        if isinstance(value, Dues):
            return tuple(
                f"{self.words(f'tracking.{name}')}: {self.words.money(getattr(value, name))}"
                for name in ("fee", "charge")
            )
        return (self._value(field, value),)

    def _masked(self, personal: Personal) -> tuple[str, ...]:
        return tuple(f"{self.label(each.name)}: {MASK}" for each in fields(personal) if getattr(personal, each.name))

    def _item(self, field: str, item: object) -> str:
        match item:
            case ComponentGiven():
                name = self.names.component(self.procedure, item.component)
                return f"{name} — {self.words(f'form.{item.form.value}')}"
            case SupplementItem():
                name = self.names.component(self.procedure, item.component)
                return f"{name} — {item.note}" if item.note else name
            case (name, value):
                return f"{name}: {value}"
            case _:
                return self._word(field, str(item))

    def _value(self, field: str, value: object) -> str:  # noqa: PLR0911 - one arm per kind of value
        match value:
            case bool():
                return self.words("audit.yes" if value else "audit.no")
            case datetime():
                return self.words.instant(value, "moment")
            case Term():
                return self.words(f"term.{value.unit.value}", amount=value.amount)
            case CalendarVersion():
                return self.words("audit.pinned", id=value.id, at=self.words.instant(value.known_at))
            case StrEnum() if section := _SECTIONS.get(type(value)):
                return self.words(f"{section}.{value.value}")
            case int():
                return self.words.money(value) if field == "amount" else str(value)
            case _:
                return self._word(field, str(value))

    def _word(self, field: str, text: str) -> str:
        readers: Mapping[str, Callable[[str], str]] = {
            "unit": self.names.unit_and_code,
            "from_unit": self.names.unit_and_code,
            "to_unit": self.names.unit_and_code,
            "agency": self.names.unit_and_code,
            "procedure": lambda code: f"{self.names.procedure(code)} ({code})",
            "channel": lambda word: self.words.term_of("channel", word),
            "stage": lambda word: self.words.term_of("stage", word),
            "finance": lambda word: self.words.term_of("finance", word),
            "step": lambda word: self.words.term_of("step", word),
            "field": self.label,
            "component": lambda code: self.names.component(self.procedure, code),
            "doubts": lambda doubt: self.words.term_of("doubt", doubt),
        }
        return readers.get(field, str)(text)

    def _instant_or_text(self, text: str) -> str:
        try:
            return self.words.instant(datetime.fromisoformat(text), "moment")
        except ValueError:
            return text
