"""An office small enough to hold in memory: the API's collaborators without a database, for tests of the edge alone.

Its door decides and evolves as the real one does, one command at a time; histories are lists.
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx
import msgspec
from fastapi import FastAPI

from api.answer_examples import ANSWERS
from api.app import create_app
from api.ports import Collaborators
from domain.administration.administration import Administration
from domain.agency import Unit, UnitKind
from domain.calendar import STANDARD_TIMETABLE, Calendar
from domain.codes import day_of_code, dossier_code
from domain.dossier.commands import Submit
from domain.dossier.corrections import replay
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier
from domain.dossier.events import DossierEvent, ReuseSource, Submitted
from domain.envelope import Envelope, Recorded
from domain.errors import KeyReused, StaleVersion, UnknownDossier
from domain.identity import Scheme
from domain.money import Dues
from domain.ports import CountingRule, Done, Request
from domain.procedure import Component, OnlineLevel, Procedure
from domain.reuse import Offer, ReuseBucket, ReuseFigures, ReuseLine, ReuseList, ReuseQuery, ReuseReport
from domain.term import Term, TermUnit
from projections.on_time.report import DossierLine, DossierList, DossierQuery, Figures, Report, ReportQuery, ReportRow
from projections.worklists.worklist import WorkCounts, WorkLine, Worklist, WorklistQuery
from tests.administrations import MemoryAdministering, administered

NOW = datetime(2026, 10, 9, 5, 0, tzinfo=UTC)
_INSTANTS = ("since", "step_due_at", "due_at", "next_due_at")
UNIT = Unit(
    code="H15.50.05.13",
    name_vi="Phường Mẫu",
    name_en="Sample Ward",
    kind=UnitKind.COMMUNE,
    parent=None,
    calendar="vn",
)
PROCEDURE = Procedure(
    code="2.000635",
    version="1",
    name_vi="Cấp bản sao trích lục hộ tịch",
    name_en="Copy of a civil-status extract",
    field_vi="Hộ tịch",
    field_en="Civil status",
    level="commune",
    online=OnlineLevel.FULL,
    term=Term(5, TermUnit.WORKING_DAYS),
    dues=Dues(fee=8_000),
    components=(
        Component(code="application", name_vi="Tờ khai", name_en="Application"),
        Component(code="identity", name_vi="Giấy tờ tùy thân", name_en="Identity document"),
    ),
    source="invented for tests",
    confidence="invented",
)
CALENDAR = Calendar(id="vn", timezone="Asia/Ho_Chi_Minh", timetable=STANDARD_TIMETABLE)
COUNTING = CountingRule(id="test-1", payment_waits=True, source="invented for tests", confidence="invented")


def one_unit() -> Administration:
    """An administration of one unit, one procedure, one calendar."""
    return administered([CALENDAR], [COUNTING], [UNIT], [PROCEDURE])


@dataclass
class Office:
    """Every port of the API over one dictionary. ``obstacles`` and ``fault`` are for what goes wrong.

    One that is ``apart`` has an application of its own, which has measured nothing yet.
    """

    now: datetime = NOW
    label: str | None = None
    apart: bool = False
    administering: MemoryAdministering = field(default_factory=lambda: MemoryAdministering(one_unit()))
    log: dict[str, list[Recorded]] = field(default_factory=dict)
    codes_by_key: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    obstacles: dict[str, str] = field(default_factory=dict)
    fault: Exception | None = None
    reached_position: int = 2**62
    asked: list[ReportQuery | DossierQuery | WorklistQuery] = field(default_factory=list)
    waited_for: str = ""
    looked_up: list[tuple[Scheme, str, str]] = field(default_factory=list)

    def empty(self) -> None:
        """As it was at first."""
        vars(self).update(vars(Office()))

    def clock(self) -> datetime:
        return self.now

    async def send(self, request: Request) -> Done:
        self.requests.append(request)
        if self.fault is not None:
            raise self.fault
        code = request.code or self._code_for(request)
        history = self.log.get(code, [])
        if request.code and not history:
            raise UnknownDossier
        if (done := self._repeated(request, code, history)) is not None:
            return done
        if request.expected_version not in {None, len(history)}:
            raise StaleVersion(current=str(len(history)), expected=str(request.expected_version))
        rules = self.administering.current()
        events = decide(self._coded(request, code), self._dossier(history), rules, _events(history))
        self.log[code] = [*history, *(self._recorded(request, code, event) for event in events)]
        self.log[code] = [replace(each, version=place) for place, each in enumerate(self.log[code], start=1)]
        self.codes_by_key[request.key] = code
        return Done(code=code, version=len(self.log[code]), position=self._position(), events=tuple(events))

    def _repeated(self, request: Request, code: str, history: Sequence[Recorded]) -> Done | None:
        same = [each for each in history if each.envelope.command_id == request.command_id]
        if not same:
            return None
        if same[0].envelope.command_digest != request.digest:
            raise KeyReused
        return Done(code=code, version=same[-1].version, position=same[-1].position, events=tuple(_events(same)))

    def _code_for(self, request: Request) -> str:
        assert isinstance(request.command, Submit)
        number = len(self.log) + 1
        unit = request.command.unit if request.command.unit == UNIT.code else "H15"
        return self.codes_by_key.get(request.key) or dossier_code(unit, day_of_code(self.now), number)

    def _coded(self, request: Request, code: str) -> Any:
        return replace(request.command, code=code) if isinstance(request.command, Submit) else request.command

    def _dossier(self, history: Sequence[Recorded]) -> Dossier:
        return replay(_events(history))

    def _recorded(self, request: Request, code: str, event: DossierEvent) -> Recorded:
        return Recorded(
            dossier_id=dossier_id(code),
            version=0,
            position=self._position() + 1,
            event=event,
            envelope=Envelope(
                recorded_at=self.now,
                actor=request.actor,
                command_id=request.command_id,
                command_digest=request.digest,
                correlation_id=request.correlation_id,
                trace_id=request.trace_id,
            ),
        )

    def _position(self) -> int:
        return 2**60 + sum(map(len, self.log.values()))

    async def status(self, code: str) -> bytes | None:
        history = self.log.get(code)
        return msgspec.json.encode(ANSWERS["public"] | {"code": code, "version": len(history)}) if history else None

    async def history(self, code: str) -> Sequence[Recorded] | None:
        if self.fault is not None:
            raise self.fault
        return self.log.get(code)

    async def on_time(self, query: ReportQuery) -> Report:
        self.asked.append(query)
        return Report(rows=(_row("desk"),), total=_row(""), query=query, rule=COUNTING.id, position=self._position())

    async def listed(self, query: DossierQuery) -> DossierList:
        self.asked.append(query)
        line = DossierLine(
            code="H15.50.05.13-261008-0001",
            unit=UNIT.code,
            procedure=PROCEDURE.code,
            channel="desk",
            received_at=self.now,
            due_at=None,
            ended_at=None,
            paused=False,
            corrected=False,
        )
        return DossierList(lines=(line,), count=1, next=None)

    async def worklist(self, query: WorklistQuery) -> Worklist:
        self.asked.append(query)
        line = WorkLine(**(ANSWERS["worklist"]["dossiers"][0] | dict.fromkeys(_INSTANTS, self.now)))
        counts = WorkCounts(open=2, waiting=1, late=1, due_soon=0)
        lines = (line,) if query.unit == UNIT.code else ()
        return Worklist(lines=lines, counts=counts, position=self._position(), next=None)

    async def reached(self, position: int, seconds: float, projection: str) -> bool:
        self.waited_for = projection
        return position <= self.reached_position and seconds > 0

    async def problems(self) -> Mapping[str, str]:
        return self.obstacles

    async def metrics(self) -> tuple[bytes, str]:
        return b"motcua_test 1\n", "text/plain; version=1.0.0; charset=utf-8"

    def collaborators(self) -> Collaborators:
        return Collaborators(
            commands=self,
            lookup=_Getter(self.status),
            histories=_Getter(self.history),
            statistics=_Figures(self),
            worklists=self,
            positions=self,
            health=self,
            administering=self.administering,
            subjects=_Subjects(self),
            clock=self.clock,
            label=self.label,
        )

    def client(self) -> httpx.AsyncClient:
        """A client of the application over this office, acting as one officer."""

        application = create_app(self.collaborators()) if self.apart else _application(self.label)

        async def asked(*called: Any) -> None:
            _ASKED.set(self)
            await application(*called)

        transport = httpx.ASGITransport(asked, raise_app_exceptions=False)
        headers = {"Motcua-Actor": "cb-0001", "Motcua-Unit": UNIT.code, "Accept-Language": "en"}
        return httpx.AsyncClient(transport=transport, base_url="http://office", headers=headers)


_ASKED: ContextVar[Office] = ContextVar("_ASKED")
"""The office that is being asked: all share one application, since it takes long to make."""


class _OfTheAsked:
    """A collaborator of the office that is being asked."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(getattr(_ASKED.get().collaborators(), self._name), attribute)


@cache
def _application(label: str | None) -> FastAPI:
    ports = {each.name: _OfTheAsked(each.name) for each in fields(Collaborators)}
    of_the_asked: dict[str, Any] = {**ports, "clock": lambda: _ASKED.get().now, "label": label}
    return create_app(Collaborators(**of_the_asked))


class _Getter:
    def __init__(self, get: Any) -> None:
        self.get = get


class _Subjects:
    """What was asked is kept; applicants are found by the number that they submitted."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def look_up(self, scheme: Scheme, number: str, actor: str) -> dict[str, list[str]]:
        self.office.looked_up.append((scheme, number, actor))
        if self.office.fault is not None:
            raise self.office.fault
        return {
            code: ["applicant"]
            for code, history in self.office.log.items()
            if isinstance(submitted := history[0].event, Submitted)
            and submitted.personal is not None
            and submitted.personal.personal_number == number
        }

    async def offers(self, code: str, today: date) -> list[Offer] | None:
        if code not in self.office.log:
            return None
        return [
            Offer(
                component="identity",
                source_kind=ReuseSource.REGISTER,
                source="CSDL dân cư",
                document="Thẻ căn cước",
                document_sha256="ab" * 32,
                since=today,
            )
        ]

    async def report(self, query: ReuseQuery) -> ReuseReport:
        row = ReuseFigures(key=PROCEDURE.code, dossiers=4, required=8, reused=1, looked_up=1, unmeasured=0)
        return ReuseReport(query=query, rows=(row,), total=replace(row, key="all"), position=2**60)

    async def dossiers(self, query: ReuseQuery, bucket: ReuseBucket, after: str, limit: int) -> ReuseList:
        lines = tuple(
            ReuseLine(
                code=code,
                unit=UNIT.code,
                procedure=PROCEDURE.code,
                accepted_on=query.since,
                reused=("identity",) if bucket is ReuseBucket.NOT_ASKED else (),
                looked_up=(),
                asked=("application",),
            )
            for code in sorted(self.office.log)
            if code > after
        )
        more = len(lines) > limit
        return ReuseList(count=len(self.office.log), lines=lines[:limit], next=lines[limit - 1].code if more else None)


class _Figures:
    def __init__(self, office: Office) -> None:
        self.on_time = office.on_time
        self.dossiers = office.listed


def dossier_id(code: str) -> UUID:
    return uuid5(NAMESPACE_URL, code)


def minutes_ago(minutes: int) -> str:
    return (NOW - timedelta(minutes=minutes)).isoformat()


def _events(history: Sequence[Recorded]) -> list[DossierEvent]:
    return [each.event for each in history]


def _row(key: str) -> ReportRow:
    none = dict.fromkeys((each.name for each in fields(Figures)), 0)
    return ReportRow(key=key, **none | {"received": 1, "open": 1, "open_within": 1}, corrected=Figures(**none))
