"""What the pages' addresses may ask for. An empty field of a form is a question not asked."""

from dataclasses import replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Final, Self, TypeVar
from urllib.parse import urlencode

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from domain.administration.administration import Administration
from domain.codes import HO_CHI_MINH
from domain.procedure import OnlineLevel
from projections.on_time.report import Bucket, Counting, Cut, DossierQuery, ReportQuery, Structure
from projections.on_time.structure import placed
from projections.worklists.worklist import WorklistQuery, WorkState

_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199
PAGE_LENGTH: Final = 50

_Time = TypeVar("_Time", date, datetime)


class Sort(StrEnum):
    """What the table of units is ordered by."""

    UNIT = "unit"
    RATE = "rate"
    RECEIVED = "received"
    CLOSED = "closed"
    OVERDUE = "overdue"
    OPEN = "open"
    OPEN_OVERDUE = "open-overdue"


def _in_kept_years(value: _Time) -> _Time:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError("outside the years that are kept")
    return value


def _in_vietnam(value: datetime) -> datetime:
    """A time typed into a form has no offset: it is Vietnam's."""
    return value.replace(tzinfo=HO_CHI_MINH) if value.tzinfo is None else value


_Day = Annotated[date, AfterValidator(_in_kept_years)]
_Instant = Annotated[datetime, AfterValidator(_in_kept_years), AfterValidator(_in_vietnam)]
_Word = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Words = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Cursor = Annotated[str, Field(max_length=1024, pattern=r"^[\x21-\x7e]+$")]


class _Asked(BaseModel):
    """An address' question."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, fields: Any) -> Any:  # noqa: ANN401 - whatever the address held
        return {name: value for name, value in fields.items() if value != ""} if isinstance(fields, dict) else fields

    def address(self, path: str, **changes: object) -> str:
        """The address of ``path`` with this question, some of it changed; None takes a part out."""
        asked = self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | changes
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return f"{path}?{query}" if query else path


class FiguresAsked(_Asked):
    """Which figures: the period of reception, as of when, by which counting, for which unit and those below it."""

    counting: Counting = Counting.DATE
    from_on: _Day | None = Field(default=None, alias="from")
    to_on: _Day | None = Field(default=None, alias="to")
    as_of: _Day | None = None
    unit: _Word | None = None
    structure: Structure = Structure.THEN
    sort: Sort = Sort.UNIT

    @model_validator(mode="after")
    def _period_runs_forward(self) -> Self:
        if self.from_on and self.to_on and self.from_on > self.to_on:
            raise ValueError("period")
        return self

    def report(self, now: datetime, administration: Administration) -> ReportQuery:
        """The report by unit that is asked for; a day means its last moment in Vietnam."""
        query = ReportQuery(
            now=now,
            by=Cut.UNIT,
            counting=self.counting,
            from_on=self.from_on,
            to_on=self.to_on,
            as_of=datetime.combine(self.as_of, time.max, HO_CHI_MINH) if self.as_of else None,
            unit=self.unit,
            structure=self.structure,
        )
        return replace(query, places=placed(query, administration.entries))


class DossiersAsked(FiguresAsked):
    """Which figure's dossiers. ``now`` is the moment the figure was made for, so that the list is the figure's."""

    bucket: Bucket
    key: _Word | None = None
    corrected: bool = False
    after: _Cursor | None = None
    now: Annotated[AwareDatetime, AfterValidator(_in_kept_years)] | None = None

    def dossiers(self, now: datetime, administration: Administration) -> DossierQuery:
        """The page of the list that is asked for."""
        return DossierQuery(
            report=self.report(self.now or now, administration),
            bucket=self.bucket,
            key=self.key,
            after=self.after,
            limit=PAGE_LENGTH,
            corrected=self.corrected,
        )


class CatalogueAsked(_Asked):
    """Which procedures: every word of ``q`` in the code, a name or the field; ``field`` is its Vietnamese name."""

    q: _Words | None = None
    field: _Words | None = None
    level: _Word | None = None
    online: OnlineLevel | None = None
    after: _Word | None = None

    @property
    def filtered(self) -> bool:
        """Whether more is asked than words."""
        return self.field is not None or self.level is not None or self.online is not None


class WorkAsked(_Asked):
    """Which of the dossiers that a unit has in hand. ``now`` is the moment the page before was made for."""

    state: WorkState = WorkState.OPEN
    officer: _Word | None = None
    step: _Word | None = None
    after: _Cursor | None = None
    now: Annotated[AwareDatetime, AfterValidator(_in_kept_years)] | None = None

    def worklist(self, unit: str, now: datetime) -> WorklistQuery:
        """The page of the list that is asked for."""
        return WorklistQuery(
            unit=unit,
            as_of=self.now or now,
            officer=self.officer,
            step=self.step,
            state=self.state,
            after=self.after,
            limit=PAGE_LENGTH,
        )


class HistoryAsked(_Asked):
    """What had taken effect by ``as_of``, of what was known at ``known_at``."""

    as_of: _Instant | None = None
    known_at: _Instant | None = None
