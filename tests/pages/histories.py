"""Histories as the event store holds them: one of a dossier's whole life, one imported."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.applicant import ApplicantKind, Personal
from domain.calendar import CalendarVersion
from domain.codes import HO_CHI_MINH
from domain.dossier.events import (
    Accepted,
    Appraised,
    Approved,
    ComponentForm,
    ComponentGiven,
    Corrected,
    DeliveryMethod,
    DossierEvent,
    HandedOver,
    HistoryImported,
    Paid,
    PaymentRequested,
    ResultReturned,
    Sealed,
    Signed,
    StepRecorded,
    Submitted,
    Supplemented,
    SupplementItem,
    SupplementRequested,
    effective_at,
)
from domain.envelope import Actor, Envelope, Provenance, Recorded
from domain.money import Dues
from domain.term import Term, TermUnit
from tests.pages.statuses import ATTACK, IMPORTED, IN_PROCESS

UNIT = "H15.50.05.13"
DOSSIER = UUID("0b1d5f4e-7a4f-5d0c-9d9c-2f6f6a1f0c11")
PERSONAL = Personal(
    full_name="Nguyễn Thị Thử Nghiệm",
    personal_number="001099012345",
    phone="0912345678",
    email="thu.nghiem@example.vn",
    address="12 Đường Thử",
)
RECIPIENT = Personal(full_name="Trần Văn Nhận", personal_number="001088054321")
APPLICANT_REFERENCE = "ref-5c2a77"
PERSONAL_VALUES = (*PERSONAL.values(), *RECIPIENT.values(), APPLICANT_REFERENCE)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=HO_CHI_MINH)


def _given(component: str) -> ComponentGiven:
    return ComponentGiven(component=component, form=ComponentForm.DIGITISED, sha256="ab" * 32)


_LIFE: list[DossierEvent] = [
    Submitted(
        code=IN_PROCESS,
        procedure="1.001193",
        unit=UNIT,
        channel="national-portal",
        applicant_kind=ApplicantKind.PERSON,
        applicant_reference=APPLICANT_REFERENCE,
        components=(_given("TK"),),
        submitted_at=at(1, 6, 30),
        personal=PERSONAL,
    ),
    Accepted(
        receipt_code=f"{IN_PROCESS}/TN",
        procedure_version="1",
        calendar=CalendarVersion(id="vn", known_at=at(1, 8, 15)),
        counting="nd118-2025",
        term=Term(5, TermUnit.WORKING_DAYS),
        timezone="Asia/Ho_Chi_Minh",
        due_at=at(8, 17),
        officer="cb-0001",
        accepted_at=at(1, 8, 15),
    ),
    HandedOver(
        step="appraise",
        from_unit=UNIT,
        from_officer="cb-0001",
        to_unit=UNIT,
        to_officer="cb-0123",
        to_title="Công chức tư pháp – hộ tịch",
        quota=Term(16, TermUnit.WORKING_HOURS),
        handed_over_at=at(1, 8, 40),
    ),
    SupplementRequested(
        items=(SupplementItem(component="GCS", note="Bản sao chưa rõ số"), SupplementItem(component="KH")),
        stage="in-process",
        legal_basis="Phiếu yêu cầu bổ sung",
        approver="cb-0200",
        officer="cb-0123",
        requested_at=at(2, 10, 5),
    ),
    Supplemented(components=(_given("GCS"), _given("KH")), due_at=at(13, 17), supplemented_at=at(6, 9)),
    Appraised(eligible=True, opinion=f"Đủ điều kiện {ATTACK}", officer="cb-0123", appraised_at=at(7, 9)),
    PaymentRequested(dues=Dues(fee=0, charge=8000), clock_waits=True, officer="cb-0001", requested_at=at(7, 10)),
    Paid(
        amount=8000,
        channel="platform",
        provider_reference="TX-88",
        receipt_number="BL-12",
        due_at=at(13, 17),
        paid_at=at(7, 11),
    ),
    Approved(officer="cb-0200", approved_at=at(7, 14)),
    Signed(signer="cb-0200", document_sha256="cd" * 32, certificate_serial="5401AF", signed_at=at(7, 14, 5)),
    Sealed(agency=UNIT, document_sha256="cd" * 32, certificate_serial="5402AF", officer="cb-0300", sealed_at=at(7, 15)),
    ResultReturned(method=DeliveryMethod.DESK, officer="cb-0001", returned_at=at(8, 8), recipient=RECIPIENT),
    Corrected(
        version=5,
        field="supplemented_at",
        old_value=at(6, 9).isoformat(),
        new_value=at(5, 16).isoformat(),
        authority="Biên bản 12/BB",
        reason="Ghi nhầm ngày",
        due_at=at(12, 17),
        corrected_at=at(9, 9),
    ),
]

_IMPORTED: list[DossierEvent] = [
    Submitted(
        code=IMPORTED,
        procedure=ATTACK,
        unit="H99",
        channel="Internet",
        applicant_kind=ApplicantKind.PERSON,
        applicant_reference="",
        components=(),
        submitted_at=at(1, 6, 30),
    ),
    StepRecorded(name=ATTACK, resource="Resource21", attributes=(("lifecycle", ATTACK),), occurred_at=at(2, 10)),
    HistoryImported(source="wabo", source_case="case-1", keys=("1", "2"), imported_at=at(10, 10)),
]


def _recorded(version: int, event: DossierEvent, provenance: Provenance | None) -> Recorded:
    return Recorded(
        dossier_id=DOSSIER,
        version=version,
        position=(1 << 60) + version,
        event=event,
        envelope=Envelope(
            recorded_at=effective_at(event) + timedelta(minutes=2, seconds=7),
            actor=Actor(id="cb-0123", unit=UNIT, on_behalf_of="cb-0200", delegation="12/UQ-2026"),
            command_id=f"0198-{version:04d}",
            correlation_id="corr-1",
            provenance=provenance,
        ),
    )


def _history(events: Sequence[DossierEvent], *, imported: bool = False) -> tuple[Recorded, ...]:
    return tuple(
        _recorded(
            number,
            event,
            Provenance(source="wabo", source_case="case-1", key=str(number), inferred=("channel",))
            if imported
            else None,
        )
        for number, event in enumerate(events, 1)
    )


HISTORIES = {IN_PROCESS: _history(_LIFE), IMPORTED: _history(_IMPORTED, imported=True)}
