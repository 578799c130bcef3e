"""What the API and its pages need from the rest. The composition root supplies each; tests may supply others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from domain.administration.administration import Administration
from domain.administration.entries import Kind, RecordedFact
from domain.envelope import Recorded
from domain.identity import Scheme
from domain.ports import AdministrationDone, AdministrationRequest, Done, Request
from domain.reuse import Offer, ReuseBucket, ReuseList, ReuseQuery, ReuseReport
from projections.on_time.report import DossierList, DossierQuery, Report, ReportQuery
from projections.worklists.worklist import Worklist, WorklistQuery


class Commands(Protocol):
    """The command gateway: commands that wait together travel together."""

    async def send(self, request: Request) -> Done:
        """Carry the command out.

        Raises:
            DossierError: why not; nothing was changed.
        """
        ...


class Lookup(Protocol):
    """The public status by dossier code, as ready JSON. Look-ups that wait together are one query."""

    async def get(self, code: str) -> bytes | None:
        """The public status, or None when no dossier has this code."""
        ...


class Histories(Protocol):
    """Whole histories, straight from the event store: what was acknowledged is there."""

    async def get(self, code: str) -> Sequence[Recorded] | None:
        """The dossier's history in version order, or None when no dossier has this code."""
        ...


class Statistics(Protocol):
    """On-time figures, and the list behind each of them."""

    async def on_time(self, query: ReportQuery) -> Report:
        """The figures."""
        ...

    async def dossiers(self, query: DossierQuery) -> DossierList:
        """The dossiers that make one figure, a page at a time."""
        ...


class Worklists(Protocol):
    """What units and officers have in hand."""

    async def worklist(self, query: WorklistQuery) -> Worklist:
        """A page of a worklist, with its counts."""
        ...


class Positions(Protocol):
    """How far the projections have read."""

    async def reached(self, position: int, seconds: float, projection: str) -> bool:
        """Whether the projection reaches ``position`` within ``seconds``."""
        ...


class Health(Protocol):
    """Whether the service can do its work."""

    async def problems(self) -> Mapping[str, str]:
        """What stands in the way, by part; empty when ready."""
        ...

    async def metrics(self) -> tuple[bytes, str]:
        """The metrics in Prometheus' text format, and its content type."""
        ...


class Administering(Protocol):
    """The administration around the dossiers: how it stands, and the way to change it."""

    def current(self) -> Administration:
        """The administration as this process knows it: all that it wrote itself, others' within a second."""
        ...

    async def known_at(self, instant: datetime) -> Administration:
        """The administration as it had been recorded by an instant."""
        ...

    async def send(self, request: AdministrationRequest) -> AdministrationDone:
        """Carry the command out.

        Raises:
            DossierError: why not; nothing was changed.
        """
        ...

    async def history(self, kind: Kind[Any], key: str) -> Sequence[RecordedFact]:
        """Every fact of an entry, in order; none when there is no such entry."""
        ...


class Subjects(Protocol):
    """Whose dossiers these are, and what need not be asked of an applicant again.

    Each raises ``DossierError`` when it cannot be answered now.
    """

    async def look_up(self, scheme: Scheme, number: str, actor: str) -> Mapping[str, Sequence[str]]:
        """The codes of the dossiers in which a subject occurs, and as whom; that it was asked is kept."""
        ...

    async def offers(self, code: str, today: date) -> Sequence[Offer] | None:
        """What can be reused in a dossier; None when no dossier has this code."""
        ...

    async def report(self, query: ReuseQuery) -> ReuseReport:
        """The share not asked again."""
        ...

    async def dossiers(self, query: ReuseQuery, bucket: ReuseBucket, after: str, limit: int) -> ReuseList:
        """The dossiers behind a figure: at most ``limit`` with a code above ``after``."""
        ...


class Clock(Protocol):
    """The one clock of the edge."""

    def __call__(self) -> datetime:
        """The present instant, aware."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborators:
    """Everything the API is made of. ``label`` marks data that is not real, e.g. ``generated``."""

    commands: Commands
    lookup: Lookup
    histories: Histories
    statistics: Statistics
    worklists: Worklists
    positions: Positions
    health: Health
    administering: Administering
    subjects: Subjects
    clock: Clock
    label: str | None = None

    @property
    def administration(self) -> Administration:
        """The administration as it stands."""
        return self.administering.current()
