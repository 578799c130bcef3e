"""What an applicant can ask for, as an effective-dated rule."""

from dataclasses import dataclass
from enum import StrEnum

from domain.money import Dues
from domain.term import Term


class OnlineLevel(StrEnum):
    """Full (toàn trình), partial (một phần), or information only."""

    FULL = "full"
    PARTIAL = "partial"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A document of the dossier (thành phần hồ sơ)."""

    code: str
    name_vi: str
    name_en: str
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One version of an administrative procedure (thủ tục hành chính). ``confidence`` says how sure its facts are."""

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

    def missing(self, given: frozenset[str]) -> tuple[str, ...]:
        """The codes of required components that are not among ``given``."""
        return tuple(c.code for c in self.components if c.required and c.code not in given)
