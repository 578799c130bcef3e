"""Commands of a usual dossier, and the pasts they make. Each past continues the one it names."""

from dataclasses import replace
from datetime import date
from typing import Final

from domain.applicant import Personal
from domain.dossier import commands as c
from domain.dossier import events as e
from domain.dossier.commands import Command
from domain.dossier.events import DeliveryMethod, SupplementItem
from domain.envelope import Provenance
from domain.money import Dues
from tests.examples import ALICE, COMMUNE, FREE, MONDAY, SHA, UNIT, at, components, local
from tests.examples import SUBMIT as WITHOUT_CODE

CODE: Final = f"{COMMUNE}-260302-0001"
OTHER_SHA: Final = "cd" * 32
DUE_AT: Final = local("2026-03-10", "17:00")
"""Five working days after Monday 2 March, of which Wednesday 4 March is a holiday."""

SUBMIT: Final = replace(WITHOUT_CODE, code=CODE)
SUBMIT_FREE: Final = replace(SUBMIT, procedure=FREE)
ACCEPT: Final = c.Accept(officer="cb-01", at=at(hours=1))
REFUSE_RECEPTION: Final = c.RefuseReception(reason="Sai thẩm quyền", officer="cb-01", at=at(hours=1))
ASK: Final = c.RequestSupplement(
    items=(SupplementItem(component="UQ", note="bản chính"),),
    legal_basis="Điều 7",
    approver="cb-09",
    officer="cb-02",
    at=at(3),
)
ANSWER: Final = c.Supplement(components=components("UQ"), at=at(7))
HAND_OVER: Final = c.HandOver(
    step="Thẩm định", to_unit=COMMUNE, to_officer="cb-02", to_title="Công chức hộ tịch", at=at(hours=3)
)
APPRAISE: Final = c.Appraise(eligible=True, opinion="Đủ điều kiện", officer="cb-02", at=at(1))
APPRAISE_NEGATIVE: Final = replace(APPRAISE, eligible=False, opinion="Không đủ điều kiện")
APPROVE: Final = c.Approve(officer="cb-03", at=at(1, 1))
APPROVE_REFUSAL: Final = replace(APPROVE, reason="Không đủ điều kiện")
DECLINE: Final = c.Decline(reason="Thiếu căn cứ", officer="cb-03", at=at(1, 1))
SIGN: Final = c.Sign(signer="cb-03", document_sha256=SHA, certificate_serial="01AB", at=at(1, 2))
SEAL: Final = c.Seal(agency=COMMUNE, document_sha256=SHA, certificate_serial="02CD", officer="cb-01", at=at(1, 3))
RETURN: Final = c.ReturnResult(method=DeliveryMethod.DESK, officer="cb-01", recipient=ALICE, at=at(3))
ASK_DUES: Final = c.RequestPayment(dues=Dues(fee=3000, charge=5000), officer="cb-01", at=at(hours=2))
PAY: Final = c.Pay(amount=8000, channel="vnpay", provider_reference="VN1", receipt_number="BL1", at=at(hours=4))
OVERPAY: Final = c.RecordOverpayment(
    amount=8000, channel="vnpay", provider_reference="VN2", receipt_number="BL2", at=at(hours=5)
)
WAIVE: Final = c.WaivePayment(reason="Hộ nghèo", legal_basis="Điều 10", officer="cb-01", at=at(hours=4))
EXTEND: Final = c.Extend(new_due_at=local("2026-03-20", "17:00"), reason="Chờ xác minh", signer="cb-09", at=at(7))
HAND_TO_SUCCESSOR: Final = c.HandToSuccessor(from_unit=COMMUNE, to_unit=UNIT, at=at(4))
WITHDRAW: Final = c.Withdraw(reason="Không còn nhu cầu", at=at(1))
STOP: Final = c.Stop(reason="Quá hạn bổ sung", officer="cb-02", at=at(1))
RECORD_STEP: Final = c.RecordStep(name="T05", resource="Resource21", attributes=(("org:group", "EMPTY"),), at=at(1))
CORRECT: Final = c.Correct(
    version=2,
    field="accepted_at",
    new_value=at(1).isoformat(),
    authority="cb-09",
    reason="Ghi nhầm ngày",
    at=at(4),
)

ESCALATE: Final = c.Escalate(rule="overdue", occasion_at=DUE_AT, at=at(20))
VERIFY: Final = c.VerifyIdentity(method=e.VerificationMethod.VNEID, level=2, officer="cb-01", personal=ALICE, at=at())
REPRESENT: Final = c.Represent(
    representative=Personal(full_name="Trần Văn Thay", personal_number="999085004321"),
    authority=e.AuthorityKind.POWER_OF_ATTORNEY,
    number="UQ-15/2026",
    authorised_on=date(2026, 3, 1),
    officer="cb-01",
    at=at(),
)
REUSE: Final = c.ReuseComponent(
    component="UQ",
    source_kind=e.ReuseSource.RESULT_STORE,
    source=f"{COMMUNE}-260105-0007",
    document_sha256=OTHER_SHA,
    officer="cb-01",
    at=at(hours=0.5),
)

SUBMITTED: Final[tuple[Command, ...]] = (SUBMIT,)
RECEPTION_REFUSED: Final = (*SUBMITTED, REFUSE_RECEPTION)
IN_PROCESS: Final = (*SUBMITTED, ACCEPT)
WAITING: Final = (*IN_PROCESS, ASK)
APPRAISED: Final = (*IN_PROCESS, APPRAISE)
APPRAISED_NEGATIVE: Final = (*IN_PROCESS, APPRAISE_NEGATIVE)
APPROVED: Final = (*APPRAISED, APPROVE)
SIGNED: Final = (*APPROVED, SIGN)
SEALED: Final = (*SIGNED, SEAL)
RETURNED: Final = (*SEALED, RETURN)
REFUSED: Final = (*APPRAISED_NEGATIVE, APPROVE_REFUSAL)
WITHDRAWN: Final = (*IN_PROCESS, WITHDRAW)
STOPPED: Final = (*IN_PROCESS, STOP)
DUES_ASKED: Final = (*IN_PROCESS, ASK_DUES)
PAID: Final = (*DUES_ASKED, PAY)
OVERPAID: Final = (*PAID, OVERPAY)
WAIVED: Final = (*DUES_ASKED, WAIVE)

ENDED: Final = {
    "reception-refused": RECEPTION_REFUSED,
    "sealed": SEALED,
    "returned": RETURNED,
    "refused": REFUSED,
    "withdrawn": WITHDRAWN,
    "stopped": STOPPED,
}
"""Every past after which processing has ended, by the stage it ended in."""


def fact(event: e.DossierEvent, key: str) -> c.ImportedFact:
    """A fact that an outside system keeps under this key."""
    return c.ImportedFact(event=event, provenance=Provenance(source="OUT", source_case="7", key=key))


OUTSIDE_SUBMITTED: Final = e.Submitted(
    code="",
    procedure="outside",
    unit="outside",
    channel="Internet",
    applicant_kind=SUBMIT.applicant_kind,
    applicant_reference="",
    components=(),
    submitted_at=MONDAY,
)
OUTSIDE_ACCEPTED: Final = e.Accepted(
    receipt_code="",
    procedure_version="",
    calendar=None,
    counting="test",
    term=None,
    timezone="Europe/Amsterdam",
    due_at=at(30),
    officer="",
    accepted_at=at(1),
)
IMPORT: Final = c.ImportHistory(
    code=CODE,
    unit=COMMUNE,
    source="OUT",
    source_case="7",
    facts=(fact(OUTSIDE_SUBMITTED, "case:submitted"), fact(OUTSIDE_ACCEPTED, "case:accepted")),
    at=at(100),
)
