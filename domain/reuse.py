"""What need not be asked of an applicant: offers for one dossier, and the share not asked again over many.

The share's definition, as ``RULE`` names it. Denominator: the required components, by the procedure's version that was
pinned, of the dossiers accepted in a period of local days. Numerator: those of them that were, at acceptance, recorded
as reused, or given in the form looked-up. A dossier whose version of the procedure the catalogue does not have is
counted apart and in neither.

Source: the target of 80 % not asked again is stated in the field's descriptions; how it is counted was not found in a
published text, so this definition is ours and can be replaced under another name.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.dossier.events import ReuseSource

RULE: Final = "not-asked-again-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A document that can be taken instead of asking for it, in the words of the act ``reuse-component``.

    ``component`` is null where an officer has to judge for which component a result can serve. ``since`` is the local
    day from which there is the document; ``document`` says what it is.
    """

    component: str | None
    source_kind: ReuseSource
    source: str
    document: str
    document_sha256: str
    since: date | None


class ReuseBucket(StrEnum):
    """Which dossiers are listed: with components not asked for, with components asked for, or not measurable."""

    NOT_ASKED = "not-asked"
    ASKED = "asked"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseQuery:
    """Dossiers accepted from one local day to another, both inclusive; ``unit`` is this unit and those below it."""

    since: date
    until: date
    unit: str | None = None
    procedure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseFigures:
    """``required = reused + looked_up + asked``, in components. ``unmeasured`` counts dossiers, beside ``dossiers``."""

    key: str
    dossiers: int
    required: int
    reused: int
    looked_up: int
    unmeasured: int

    @property
    def asked(self) -> int:
        """Components that the applicant had to give."""
        return self.required - self.reused - self.looked_up

    @property
    def share(self) -> float | None:
        """The part that was not asked for, 0 to 1; none of nothing."""
        return None if self.required == 0 else (self.reused + self.looked_up) / self.required


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseReport:
    """The figures by procedure and in all. ``position`` is how far the log had been read."""

    query: ReuseQuery
    rows: tuple[ReuseFigures, ...]
    total: ReuseFigures
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseLine:
    """A dossier behind a figure, with its required components: each is in one of the three."""

    code: str
    unit: str
    procedure: str
    accepted_on: date
    reused: tuple[str, ...]
    looked_up: tuple[str, ...]
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseList:
    """A page of the list. ``count`` is all dossiers behind the figure; ``next`` is null on the last page."""

    count: int
    lines: tuple[ReuseLine, ...]
    next: str | None
