"""Generated histories for measurements: about nine events a dossier, through the usual ways and some unusual ones."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from psycopg import Connection

from domain.applicant import ApplicantKind, Personal
from domain.calendar import CalendarVersion
from domain.codes import HO_CHI_MINH, dossier_code
from domain.dossier import events as e
from domain.envelope import Actor, Envelope
from domain.money import Dues
from domain.term import Term, TermUnit
from service.codec import encode

UNITS: Final = tuple(f"H15.{n:02d}" for n in range(1, 21)) + tuple(f"H15.50.{n:02d}" for n in range(1, 86))
PROCEDURES: Final = tuple(f"2.{n:06d}" for n in range(600, 640))
CHANNELS: Final = tuple(e.Channel)
FIRST_DAY: Final = datetime(2026, 7, 1, 8, tzinfo=HO_CHI_MINH)
DIGEST: Final = "0" * 64
_WIRE_NAME: Final = {kind: name for name, kind in e.EVENT_TYPES.items()}


def write_histories(connection: Connection[Any], dossiers: int, seed: int = 1, first: int = 0) -> int:
    """Put that many dossiers' events in the log, interleaved as they happened day by day; how many events."""
    return write(connection, _interleaved(Random(seed), dossiers, first))


def write(connection: Connection[Any], happened: Iterable[tuple[UUID, int, e.DossierEvent]]) -> int:
    """Put events in the log: of which dossier, its version after it, and the event. How many events."""
    codes: list[tuple[str, UUID]] = []
    row = connection.execute("SELECT coalesce(max(notification_id), 0) FROM stored_events").fetchone()
    position = row[0] if row else 0
    written = 0
    with connection.cursor().copy(
        "COPY stored_events (originator_id, originator_version, topic, state, notification_id) FROM STDIN"
    ) as copy:
        for dossier_id, version, event in happened:
            position += 1
            written += 1
            if isinstance(event, e.Submitted):
                codes.append((event.code, dossier_id))
            envelope = Envelope(
                recorded_at=FIRST_DAY, actor=Actor(id="cb-0123", unit="H15.50"), command_id=f"{dossier_id}/{version}"
            )
            copy.write_row((dossier_id, version, _WIRE_NAME[type(event)], encode(event, envelope).decode(), position))
    with connection.cursor().copy("COPY dossier_code (code, dossier_id) FROM STDIN") as copy:
        for named in codes:
            copy.write_row(named)
    return written


def _interleaved(random: Random, dossiers: int, first: int) -> Iterator[tuple[UUID, int, e.DossierEvent]]:
    """A few hundred dossiers are under way at a time, and each moves in turn."""
    under_way: list[tuple[UUID, int, Iterator[e.DossierEvent]]] = []
    number = first
    while number < first + dossiers or under_way:
        if number < first + dossiers and len(under_way) < 300:  # noqa: PLR2004
            under_way.append((uuid5(NAMESPACE_URL, str(number)), 0, iter(history(random, number))))
            number += 1
            if len(under_way) < 300:  # noqa: PLR2004
                continue
        place = random.randrange(len(under_way))
        dossier_id, version, events = under_way[place]
        event = next(events, None)
        if event is None:
            under_way[place] = under_way[-1]
            under_way.pop()
            continue
        under_way[place] = (dossier_id, version + 1, events)
        yield dossier_id, version + 1, event


def history(random: Random, number: int) -> list[e.DossierEvent]:
    """One dossier's life."""
    unit, at = random.choice(UNITS), FIRST_DAY + timedelta(minutes=number % 130_000)
    due_at = at + timedelta(days=random.choice((3, 5, 10, 20)))
    code = dossier_code(unit, at.date(), number % 9_999_999 + 1)
    personal = Personal(full_name=f"Nguyễn Văn {number}", personal_number=f"{number:012d}", phone="0912345678")
    events: list[e.DossierEvent] = [
        e.Submitted(
            code=code,
            procedure=random.choice(PROCEDURES),
            unit=unit,
            channel=random.choice(CHANNELS),
            applicant_kind=ApplicantKind.PERSON,
            applicant_reference=f"{number:012d}",
            components=(e.ComponentGiven(component="TK", form=e.ComponentForm.DIGITAL),),
            submitted_at=at,
            personal=personal,
        )
    ]
    if random.random() < 0.05:  # noqa: PLR2004
        return [*events, e.ReceptionRefused(reason="Sai thẩm quyền", officer="cb-0001", refused_at=at)]
    return [*events, accepted(code, at, due_at), *_processing(random, unit, at, due_at)]


def accepted(code: str, at: datetime, due_at: datetime) -> e.Accepted:
    """The acceptance of a dossier."""
    return e.Accepted(
        receipt_code=f"{code}/TN",
        procedure_version="1",
        calendar=CalendarVersion(id="vn", known_at=at),
        counting="c1",
        term=Term(5, TermUnit.WORKING_DAYS),
        timezone="Asia/Ho_Chi_Minh",
        due_at=due_at,
        officer="cb-0001",
        accepted_at=at,
    )


def _processing(random: Random, unit: str, at: datetime, due_at: datetime) -> Iterator[e.DossierEvent]:
    def later() -> datetime:
        nonlocal at
        at += timedelta(hours=random.expovariate(1 / 16))
        return at

    yield _handed_over("Thẩm định", unit, later())
    if random.random() < 0.2:  # noqa: PLR2004
        item = e.SupplementItem(component="BS", note="Thiếu chữ ký")
        yield e.SupplementRequested(
            items=(item,), stage="in-process", legal_basis="", approver="cb-2", officer="cb-1", requested_at=later()
        )
        if random.random() < 0.1:  # noqa: PLR2004
            return
        due_at += timedelta(days=1)
        yield e.Supplemented(components=(), due_at=due_at, supplemented_at=later())
    if random.random() < 0.3:  # noqa: PLR2004
        yield e.PaymentRequested(dues=Dues(fee=50_000), clock_waits=True, officer="cb-1", requested_at=later())
        yield e.Paid(
            amount=50_000, channel="napas", provider_reference="p", receipt_number="r", due_at=due_at, paid_at=later()
        )
    yield e.Appraised(eligible=True, opinion="Đủ điều kiện", officer="cb-1", appraised_at=later())
    yield _handed_over("Phê duyệt", unit, later())
    if random.random() < 0.1:  # noqa: PLR2004
        return
    yield e.Approved(officer="cb-2", approved_at=later())
    yield e.Signed(signer="cb-2", document_sha256=DIGEST, certificate_serial="1", signed_at=later())
    sealed_at = later()
    yield e.Sealed(agency=unit, document_sha256=DIGEST, certificate_serial="2", officer="cb-3", sealed_at=sealed_at)
    yield e.ResultReturned(method=e.DeliveryMethod.DESK, officer="cb-3", returned_at=later())


def _handed_over(step: str, unit: str, at: datetime) -> e.HandedOver:
    return e.HandedOver(
        step=step,
        from_unit=unit,
        from_officer="cb-0",
        to_unit=unit,
        to_officer="cb-1",
        to_title="Chuyên viên",
        quota=None,
        handed_over_at=at,
    )
