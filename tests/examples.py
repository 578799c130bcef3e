"""A small administration and the commands of a usual dossier, for tests of any layer."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from domain.administration.administration import Administration
from domain.administration.building import build
from domain.agency import Unit, UnitKind
from domain.applicant import ApplicantKind, Personal
from domain.calendar import STANDARD_TIMETABLE, Calendar, Declaration, DeclarationKind
from domain.codes import HO_CHI_MINH
from domain.dossier import commands as c
from domain.dossier.events import Channel, ComponentForm, ComponentGiven, DeliveryMethod, SupplementItem
from domain.escalation import Consequence, EscalationRule, Level, Trigger
from domain.money import Dues
from domain.ports import CountingRule
from domain.procedure import Component, OnlineLevel, Procedure
from domain.term import Term, TermUnit
from tests.administrations import beginning

UNIT: Final = "H99.01"
COMMUNE: Final = "H99.02.15"
PROCEDURE: Final = "2.000635"
FREE: Final = "1.000001"
SHA: Final = "ab" * 32


def local(day: str, clock: str = "08:00") -> datetime:
    """An instant in Hà Nội: ``local("2026-03-02", "08:00")``."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), HO_CHI_MINH)


MONDAY: Final = local("2026-03-02")


def at(days: float = 0, hours: float = 0) -> datetime:
    """So long after Monday 2 March 2026, 08:00."""
    return MONDAY + timedelta(days=days, hours=hours)


def procedure(code: str, term: Term, dues: Dues) -> Procedure:
    """A procedure with one required and one optional component."""
    return Procedure(
        code=code,
        version="1",
        name_vi="Cấp bản sao trích lục hộ tịch",
        name_en="Copy of a civil status extract",
        field_vi="Hộ tịch",
        field_en="Civil status",
        level="commune",
        online=OnlineLevel.FULL,
        term=term,
        dues=dues,
        components=(
            Component(code="TK", name_vi="Tờ khai", name_en="Declaration"),
            Component(code="CC", name_vi="Căn cước", name_en="Identity card"),
            Component(code="UQ", name_vi="Giấy ủy quyền", name_en="Power of attorney", required=False),
        ),
        source="test",
        confidence="test",
    )


VN: Final = Calendar(
    id="vn",
    timezone="Asia/Ho_Chi_Minh",
    timetable=STANDARD_TIMETABLE,
    declarations=(
        Declaration(
            day=date(2026, 3, 4),
            periods=(),
            kind=DeclarationKind.HOLIDAY,
            known_at=datetime(2025, 12, 1, tzinfo=UTC),
            decision="01/QĐ",
            source="test",
            confidence="test",
        ),
    ),
)


_UNITS: Final = tuple(
    Unit(code=code, name_vi="Đơn vị", name_en="Unit", kind=kind, parent=parent, calendar="vn")
    for code, kind, parent in (
        ("H99", UnitKind.PROVINCE, None),
        (UNIT, UnitKind.DEPARTMENT, "H99"),
        (COMMUNE, UnitKind.COMMUNE, "H99"),
    )
)
_PROCEDURES: Final = (
    procedure(FREE, Term(4, TermUnit.WORKING_HOURS), Dues()),
    procedure(PROCEDURE, Term(5, TermUnit.WORKING_DAYS), Dues(fee=0, charge=8000)),
)


def _rule(
    trigger: Trigger, amount: int, unit: TermUnit, level: Level, consequence: Consequence = Consequence.TELL_ONLY
) -> EscalationRule:
    return EscalationRule(
        id=trigger.value,
        version=1,
        trigger=trigger,
        amount=amount,
        unit=unit,
        level=level,
        consequence=consequence,
        source="test",
        confidence="test",
    )


ESCALATION: Final = (
    _rule(Trigger.DUE_SOON, 8, TermUnit.WORKING_HOURS, Level.OFFICER),
    _rule(Trigger.OVERDUE, 0, TermUnit.WORKING_HOURS, Level.UNIT),
    _rule(Trigger.APOLOGY_OWED, 4, TermUnit.WORKING_HOURS, Level.ABOVE),
    _rule(Trigger.PAYMENT_EXPIRED, 5, TermUnit.WORKING_DAYS, Level.OFFICER),
    _rule(Trigger.SUPPLEMENT_UNANSWERED, 10, TermUnit.CALENDAR_DAYS, Level.UNIT, Consequence.STOP),
    _rule(Trigger.DELEGATION_ENDING, 1, TermUnit.WORKING_DAYS, Level.UNIT),
)


def _beginning(*, payment_waits: bool = True, calendars: Iterable[Calendar] = (VN,)) -> list[Any]:
    """The commands that make the administration of tests."""
    counting = CountingRule(id="test", payment_waits=payment_waits, source="test", confidence="test")
    return beginning(calendars, [counting], _UNITS, _PROCEDURES, ESCALATION)


class TestRules(Administration):
    """An administration of a province, two units and two procedures, with one holiday."""

    __test__ = False

    def __init__(self, *, payment_waits: bool = True, calendars: Iterable[Calendar] = (VN,)) -> None:
        super().__init__(build(_beginning(payment_waits=payment_waits, calendars=calendars)).entries)


RULES: Final = TestRules()
BEGINNING: Final = tuple(_beginning())
"""The commands that make these rules."""


def components(*codes: str) -> tuple[ComponentGiven, ...]:
    return tuple(ComponentGiven(component=code, form=ComponentForm.PAPER) for code in codes)


ALICE: Final = Personal(
    full_name="Nguyễn Thị Ánh Tuyết",
    personal_number="999301004567",
    phone="0999 123 456",
    email="anh.tuyet@example.vn",
    address="12 ngõ Hàng Bột, phường Giả Định",
)

SUBMIT: Final = c.Submit(
    procedure=PROCEDURE,
    unit=COMMUNE,
    channel=Channel.DESK,
    applicant_kind=ApplicantKind.PERSON,
    applicant_reference="ND-000123",
    components=components("TK", "CC"),
    personal=ALICE,
    at=MONDAY,
)

LIFE: Final[tuple[c.Command, ...]] = (
    c.Accept(officer="cb-01", at=at(hours=1)),
    c.RequestPayment(dues=Dues(charge=8000), officer="cb-01", at=at(hours=2)),
    c.HandOver(step="Thẩm định", to_unit=COMMUNE, to_officer="cb-02", to_title="Công chức hộ tịch", at=at(hours=3)),
    c.RequestSupplement(
        items=(SupplementItem(component="UQ", note="bản chính"),),
        legal_basis="Điều 7",
        approver="cb-09",
        officer="cb-02",
        at=at(1),
    ),
    c.Supplement(components=components("UQ"), at=at(2)),
    c.Pay(amount=8000, channel="vnpay", provider_reference="VN1", receipt_number="BL1", at=at(2, 1)),
    c.Appraise(eligible=True, opinion="Đủ điều kiện", officer="cb-02", at=at(2, 2)),
    c.Approve(officer="cb-03", at=at(2, 3)),
    c.Sign(signer="cb-03", document_sha256=SHA, certificate_serial="01AB", at=at(2, 4)),
    c.Seal(agency=COMMUNE, document_sha256=SHA, certificate_serial="02CD", officer="cb-01", at=at(2, 5)),
    c.ReturnResult(method=DeliveryMethod.DESK, officer="cb-01", recipient=ALICE, at=at(3)),
)
"""Everything that follows the submission in a usual life."""
