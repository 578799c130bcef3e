"""The ports, in process: what the pages read, without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from api.ports import Collaborators
from domain.codes import HO_CHI_MINH, dossier_code
from domain.envelope import Recorded
from domain.errors import TryLater
from domain.identity import Scheme
from domain.ports import Done, Request
from domain.reuse import Offer, ReuseBucket, ReuseList, ReuseQuery, ReuseReport
from projections.on_time.report import (
    Bucket,
    Counting,
    DossierLine,
    DossierList,
    DossierQuery,
    Figures,
    Report,
    ReportQuery,
    ReportRow,
)
from projections.worklists.worklist import WorkCounts, WorkLine, Worklist, WorklistQuery, WorkState
from tests.administrations import MemoryAdministering
from tests.pages.administration import UNITS, SmallAdministration
from tests.pages.histories import HISTORIES
from tests.pages.statuses import STATUSES

NOW = datetime(2026, 10, 12, 9, 0, tzinfo=HO_CHI_MINH)


class NoCommands:
    """Pages only read."""

    async def send(self, request: Request) -> Done:
        raise AssertionError(request)


@dataclass
class Statuses:
    """Statuses by code; each asked code is kept."""

    asked: list[str] = field(default_factory=list)
    away: bool = False

    async def get(self, code: str) -> bytes | None:
        if self.away:
            raise TryLater
        self.asked.append(code)
        return STATUSES.get(code)


class Histories:
    async def get(self, code: str) -> Sequence[Recorded] | None:
        return HISTORIES.get(code)


def _sample(number: int) -> DossierLine:
    """The ``number``-th of many dossiers, spread over units, dates and fates."""
    unit = UNITS[1 + number * 5 // 7 % (len(UNITS) - 1)].code
    received_at = NOW - timedelta(days=60 - number % 60, hours=number % 7)
    due_at = received_at + timedelta(days=9)
    lasted = timedelta(days=(number * 5) % 12, hours=number % 5)
    ended_at = received_at + lasted if number % 4 and received_at + lasted < NOW else None
    return DossierLine(
        code=dossier_code(unit, received_at.date(), number + 1),
        unit=unit,
        procedure="1.001193" if number % 3 else "1.013239",
        channel="desk" if number % 2 else "national-portal",
        received_at=received_at,
        due_at=due_at,
        ended_at=ended_at,
        paused=ended_at is None and number % 8 == 0,
        corrected=number % 50 == 1,
    )


DOSSIERS = tuple(_sample(number) for number in range(260))


def _belongs(line: DossierLine, bucket: Bucket, query: ReportQuery) -> bool:
    now = query.as_of or query.now
    due_at = line.due_at or now
    if line.ended_at is None or line.ended_at > now:
        overdue = due_at < now and not line.paused
        return bucket in {
            Bucket.RECEIVED,
            Bucket.OPEN,
            Bucket.OPEN_OVERDUE if overdue else Bucket.OPEN_WITHIN,
            Bucket.PAUSED if line.paused else Bucket.OPEN,
        }
    if query.counting is Counting.INSTANT:
        fate = {Bucket.OVERDUE} if line.ended_at > due_at else {Bucket.EARLY, Bucket.IN_TIME}
    else:
        days = (line.ended_at.date() - due_at.date()).days
        fate = {Bucket.OVERDUE} if days > 0 else {Bucket.IN_TIME, Bucket.ON_TIME if days == 0 else Bucket.EARLY}
    return bucket in {Bucket.RECEIVED, Bucket.CLOSED} | fate


def _selected(query: ReportQuery) -> list[DossierLine]:
    return [
        line
        for line in DOSSIERS
        if (query.unit is None or f"{line.unit}.".startswith(f"{query.unit}."))
        and (query.from_on is None or line.received_at.date() >= query.from_on)
        and (query.to_on is None or line.received_at.date() <= query.to_on)
        and (query.as_of is None or line.received_at <= query.as_of)
    ]


def _row(key: str, lines: Sequence[DossierLine], query: ReportQuery) -> ReportRow:
    corrected = _counts([line for line in lines if line.corrected], query)
    return ReportRow(key=key, **_counts(lines, query), corrected=Figures(**corrected))


def _counts(lines: Sequence[DossierLine], query: ReportQuery) -> dict[str, int]:
    return {bucket.value.replace("-", "_"): sum(_belongs(line, bucket, query) for line in lines) for bucket in Bucket}


class Statistics:
    """Figures counted from a list, and the list behind each."""

    async def on_time(self, query: ReportQuery) -> Report:
        lines = _selected(query)
        keys = sorted({line.unit for line in lines})
        return Report(
            rows=tuple(_row(key, [line for line in lines if line.unit == key], query) for key in keys),
            total=_row("", lines, query),
            query=query,
            rule="report-ii.06/1",
            position=1 << 60,
        )

    async def dossiers(self, query: DossierQuery) -> DossierList:
        lines = [
            line
            for line in _selected(query.report)
            if _belongs(line, query.bucket, query.report)
            and query.key in {None, line.unit}
            and (line.corrected or not query.corrected)
        ]
        start = int(query.after or 0)
        stop = start + query.limit
        return DossierList(
            lines=tuple(lines[start:stop]), count=len(lines), next=str(stop) if stop < len(lines) else None
        )


class Worklists:
    """The open ones of the same dossiers, in the hands of the unit they came to."""

    async def worklist(self, query: WorklistQuery) -> Worklist:
        lines = [_in_hand(line, query.as_of) for line in DOSSIERS if line.unit == query.unit and line.ended_at is None]
        chosen = [line for line in lines if query.officer in {None, line.officer} and query.step in {None, line.step}]
        chosen.sort(key=lambda line: (line.next_due_at or NOW, line.code))
        listed = {state: [line for line in chosen if _is(line, state, query.as_of + query.soon)] for state in WorkState}
        start = int(query.after or 0)
        stop = start + query.limit
        more = stop < len(listed[query.state])
        return Worklist(
            lines=tuple(listed[query.state][start:stop]),
            counts=WorkCounts(**{state.value.replace("-", "_"): len(found) for state, found in listed.items()}),
            position=1 << 60,
            next=str(stop) if more else None,
        )


def _in_hand(line: DossierLine, as_of: datetime) -> WorkLine:
    due_at = line.due_at or as_of
    return WorkLine(
        code=line.code,
        procedure=line.procedure,
        unit=line.unit,
        officer="cb-0003" if line.channel == "desk" else "",
        title="Công chức tư pháp - hộ tịch" if line.channel == "desk" else "",
        step="Thẩm định",
        since=line.received_at,
        step_due_at=None,
        due_at=line.due_at,
        next_due_at=line.due_at,
        waiting=line.paused,
        late=not line.paused and due_at < as_of,
    )


def _is(line: WorkLine, state: WorkState, soon: datetime) -> bool:
    due = line.next_due_at or soon
    return {
        WorkState.OPEN: True,
        WorkState.WAITING: line.waiting,
        WorkState.LATE: line.late,
        WorkState.DUE_SOON: not line.waiting and not line.late and due <= soon,
    }[state]


class Positions:
    async def reached(self, position: int, seconds: float, projection: str) -> bool:
        return position >= 0 and seconds >= 0 and projection != ""


class Health:
    async def problems(self) -> Mapping[str, str]:
        return {}

    async def metrics(self) -> tuple[bytes, str]:
        return b"", "text/plain"


class NoSubjects:
    """No page asks for them."""

    async def look_up(self, scheme: Scheme, number: str, actor: str) -> dict[str, list[str]]:
        raise NotImplementedError

    async def offers(self, code: str, today: date) -> list[Offer] | None:
        raise NotImplementedError

    async def report(self, query: ReuseQuery) -> ReuseReport:
        raise NotImplementedError

    async def dossiers(self, query: ReuseQuery, bucket: ReuseBucket, after: str, limit: int) -> ReuseList:
        raise NotImplementedError


COLLABORATORS = Collaborators(
    commands=NoCommands(),
    lookup=Statuses(),
    histories=Histories(),
    statistics=Statistics(),
    worklists=Worklists(),
    positions=Positions(),
    health=Health(),
    administering=MemoryAdministering(SmallAdministration()),
    subjects=NoSubjects(),
    clock=lambda: NOW,
    label="generated",
)
