"""What an applicant can ask for, as an effective-dated rule."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.agency import UnitKind
from domain.money import Dues
from domain.term import Term

PORTALS: Final = frozenset({"provincial-portal", "national-portal"})
"""The channels whose dossiers are handed in online."""


class OnlineLevel(StrEnum):
    """Full (toàn trình), partial (một phần), or information only."""

    FULL = "full"
    PARTIAL = "partial"
    INFORMATION = "information"


class DocumentForm(StrEnum):
    """How a document may be handed in: the original, a copy, or an electronic one."""

    ORIGINAL = "original"
    COPY = "copy"
    ELECTRONIC = "electronic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A document of the dossier (thành phần hồ sơ).

    ``forms`` are those in which it is taken, any where none is named. ``looked_up_in`` is the register in which it is
    looked up instead of being asked for, empty where it cannot be.
    """

    code: str
    name_vi: str
    name_en: str
    required: bool = True
    forms: tuple[DocumentForm, ...] = ()
    looked_up_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of processing, and the role whose it is. ``quota`` is its part of the term."""

    code: str
    name_vi: str
    name_en: str
    role: str
    quota: Term | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One version of an administrative procedure (thủ tục hành chính). ``confidence`` says how sure its facts are.

    ``responsible`` is the kind of unit that decides. ``online_dues`` are what is due through a portal, where that
    differs. ``result_*`` name what the applicant gets; ``links`` are the codes of procedures done together with this
    one (liên thông). The quotas of ``steps`` sum to the term.

    Raises:
        ValueError: a code of a component or a step is given twice, or quotas do not sum to the term.
    """

    code: str
    version: str
    name_vi: str
    name_en: str
    field_vi: str
    field_en: str
    level: str
    online: OnlineLevel
    term: Term
    dues: Dues
    components: tuple[Component, ...]
    source: str
    confidence: str
    responsible: UnitKind | None = None
    online_dues: Dues | None = None
    steps: tuple[Step, ...] = ()
    result_vi: str = ""
    result_en: str = ""
    legal_basis: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for what, codes in (
            ("component", [component.code for component in self.components]),
            ("step", [step.code for step in self.steps]),
        ):
            if twice := sorted({code for code in codes if codes.count(code) > 1}):
                raise ValueError(f"{self.code} names {what} {', '.join(twice)} twice")
        self._check_quotas()

    def _check_quotas(self) -> None:
        quotas = [step.quota for step in self.steps if step.quota is not None]
        if not quotas:
            return
        if len(quotas) < len(self.steps) or any(quota.unit is not self.term.unit for quota in quotas):
            raise ValueError(f"{self.code}: every step has a quota in {self.term.unit.value}, or none has")
        if (total := sum(quota.amount for quota in quotas)) != self.term.amount:
            raise ValueError(f"{self.code}: the quotas of its steps sum to {total}, its term is {self.term.amount}")

    def missing(self, given: frozenset[str]) -> tuple[str, ...]:
        """The codes of required components that are not among ``given``."""
        return tuple(c.code for c in self.components if c.required and c.code not in given)

    def dues_for(self, channel: str) -> Dues:
        """What is due for a dossier that came through a channel."""
        return self.online_dues if self.online_dues is not None and channel in PORTALS else self.dues

    def step(self, code: str) -> Step | None:
        """The step of this code."""
        return next((step for step in self.steps if step.code == code), None)
