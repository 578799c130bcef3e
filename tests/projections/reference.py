"""On-time figures counted the slow way: from the events themselves, one dossier after the other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.dossier import events as e
from domain.dossier.corrections import corrected_history
from projections.on_time.report import Bucket, Counting, Cut, ReportQuery


@dataclass
class _Case:
    submitted: e.Submitted
    accepted: e.Accepted
    zone: ZoneInfo
    promises: list[tuple[datetime, datetime | None]]
    waits: list[tuple[datetime, datetime | None]]
    ended_at: datetime | None
    units: list[tuple[str, datetime | None]]

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def buckets(history: Sequence[e.DossierEvent], query: ReportQuery) -> tuple[str, set[Bucket]] | None:
    """The key of the report's row in which the dossier is counted, and the figures it counts in; None if in none."""
    case = _case(corrected_history(history))
    at = query.as_of
    if case is None or (at is not None and case.accepted.accepted_at > at) or not _asked_for(case, query):
        return None
    ended_at = case.ended_at if at is None or (case.ended_at is not None and case.ended_at <= at) else None
    due_at = [due for since, due in case.promises if at is None or since <= at][-1]
    if ended_at is not None:
        return _key(case, query), {Bucket.RECEIVED, Bucket.CLOSED, *_closed(case, query, ended_at, due_at)}
    waits = [
        (since, until)
        for since, until in case.waits
        if (until is None if at is None else since <= at and (until is None or at < until))
    ]
    return _key(case, query), {Bucket.RECEIVED, Bucket.OPEN, *_open(case, query, due_at, paused=bool(waits))}


def count(histories: Sequence[Sequence[e.DossierEvent]], query: ReportQuery) -> Mapping[str, Counter[Bucket]]:
    """How many dossiers count in each figure of each row."""
    figures: dict[str, Counter[Bucket]] = {}
    for history in histories:
        counted = buckets(history, query)
        if counted is not None:
            figures.setdefault(counted[0], Counter()).update(counted[1])
    return figures


def _closed(case: _Case, query: ReportQuery, ended_at: datetime, due_at: datetime | None) -> set[Bucket]:
    if query.counting is Counting.INSTANT:
        late = due_at is not None and ended_at > due_at
        return {Bucket.OVERDUE} if late else {Bucket.EARLY, Bucket.IN_TIME}
    if due_at is None or case.day(ended_at) == case.day(due_at):
        return {Bucket.ON_TIME, Bucket.IN_TIME}
    return {Bucket.OVERDUE} if case.day(ended_at) > case.day(due_at) else {Bucket.EARLY, Bucket.IN_TIME}


def _open(case: _Case, query: ReportQuery, due_at: datetime | None, *, paused: bool) -> set[Bucket]:
    now = query.as_of or query.now
    if paused:
        return {Bucket.PAUSED, Bucket.OPEN_WITHIN}
    if due_at is None:
        return {Bucket.OPEN_WITHIN}
    late = now > due_at if query.counting is Counting.INSTANT else case.day(now) > case.day(due_at)
    return {Bucket.OPEN_OVERDUE if late else Bucket.OPEN_WITHIN}


def _case(history: Sequence[e.DossierEvent]) -> _Case | None:
    submissions = [event for event in history if isinstance(event, e.Submitted)]
    acceptances = [event for event in history if isinstance(event, e.Accepted)]
    if not submissions or not acceptances:
        return None
    try:
        zone = ZoneInfo(acceptances[-1].timezone)
    except KeyError:
        zone = ZoneInfo("Asia/Ho_Chi_Minh")
    return _Case(
        submissions[-1], acceptances[-1], zone, _promises(history), _waits(history), _end(history), _units(history)
    )


def _promises(history: Sequence[e.DossierEvent]) -> list[tuple[datetime, datetime | None]]:
    promises: list[tuple[datetime, datetime | None]] = []
    for event in history:
        match event:
            case e.Accepted():
                promises.append((event.accepted_at, event.due_at))
            case e.Supplemented(due_at=datetime() as due_at, supplemented_at=since):
                promises.append((since, due_at))
            case e.Paid(due_at=datetime() as due_at, paid_at=since):
                promises.append((since, due_at))
            case e.PaymentWaived(due_at=datetime() as due_at, waived_at=since):
                promises.append((since, due_at))
            case e.DeadlineExtended():
                promises.append((event.extended_at, event.new_due_at))
            case e.Corrected(due_at=datetime() as due_at):
                since = promises.pop()[0] if promises else event.corrected_at
                promises.append((since, due_at))
            case _:
                pass
    return promises


def _waits(history: Sequence[e.DossierEvent]) -> list[tuple[datetime, datetime | None]]:
    waits: list[tuple[datetime, datetime | None]] = []
    since: dict[str, datetime] = {}
    for event in history:
        match event:
            case e.SupplementRequested():
                since.setdefault("supplement", event.requested_at)
            case e.PaymentRequested(clock_waits=True):
                since.setdefault("payment", event.requested_at)
            case e.Supplemented() if "supplement" in since:
                began = since.pop("supplement")
                waits.append((began, max(began, event.supplemented_at)))
            case e.Paid(paid_at=until) | e.PaymentWaived(waived_at=until) if "payment" in since:
                began = since.pop("payment")
                waits.append((began, max(began, until)))
            case _:
                pass
    return [*waits, *((began, None) for began in since.values())]


def _end(history: Sequence[e.DossierEvent]) -> datetime | None:
    for kinds in ((e.Sealed,), (e.ResultReturned,), (e.Refused, e.Stopped, e.Withdrawn)):
        for event in history:
            if isinstance(event, kinds):
                at: datetime = getattr(event, e.EFFECTIVE_FIELD[type(event)])
                return at
    return None


def _units(history: Sequence[e.DossierEvent]) -> list[tuple[str, datetime | None]]:
    """Each unit that had the dossier, with the instant until which it had it."""
    had: list[tuple[str, datetime | None]] = []
    for number, event in enumerate(history):
        match event:
            case e.Submitted():
                had = [*had[:-1], (event.unit, None)]
            case e.Succeeded() if had and had[-1][0] == event.from_unit and _end(history[:number]) is None:
                had = [*had[:-1], (event.from_unit, event.succeeded_at), (event.to_unit, None)]
            case _:
                pass
    return had


def _unit(case: _Case, query: ReportQuery) -> str:
    at = query.as_of
    return next(unit for unit, until in case.units if until is None or (at is not None and at < until))


def _key(case: _Case, query: ReportQuery) -> str:
    day = case.day(case.accepted.accepted_at)
    return {
        Cut.ALL: "all",
        Cut.UNIT: dict(query.places.counted_for).get(_unit(case, query), _unit(case, query)),
        Cut.PROCEDURE: case.submitted.procedure,
        Cut.CHANNEL: case.submitted.channel,
        Cut.DAY: day.isoformat(),
        Cut.MONTH: day.isoformat()[:7],
    }[query.by]


def _asked_for(case: _Case, query: ReportQuery) -> bool:
    day, unit = case.day(case.accepted.accepted_at), _unit(case, query)
    below = unit == query.unit or unit.startswith(f"{query.unit}.") or unit in query.places.within
    return (
        (query.unit is None or (below and unit not in query.places.outside))
        and query.procedure in {None, case.submitted.procedure}
        and query.channel in {None, case.submitted.channel}
        and (query.from_on is None or query.from_on <= day)
        and (query.to_on is None or day <= query.to_on)
    )
