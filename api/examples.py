"""Examples for the description of the API. Persons and numbers in them are invented; a test plays the acts in turn."""

from collections.abc import Mapping
from typing import Any, Final

from api.identity_examples import REPRESENT, REUSE_COMPONENT, SUBMIT, VERIFY_IDENTITY

CODE: Final = "H15.50.05.13-261008-0001"
DOCUMENT: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

ACT_EXAMPLES: Final[Mapping[str, dict[str, Any]]] = {
    "submit": SUBMIT,
    "verify-identity": VERIFY_IDENTITY,
    "represent": REPRESENT,
    "request-supplement": {
        "items": [{"component": "identity", "note": "Bản chụp mờ, đề nghị nộp lại."}],
        "legal_basis": "theo quy định của thủ tục",
        "approver": "cb-0002",
        "officer": "cb-0001",
        "at": "2026-10-08T08:10:00+07:00",
    },
    "supplement": {
        "components": [{"component": "identity", "form": "digitised", "sha256": DOCUMENT}],
        "at": "2026-10-08T08:40:00+07:00",
    },
    "accept": {"officer": "cb-0001", "at": "2026-10-08T09:00:00+07:00"},
    "hand-over": {
        "step": "appraisal",
        "to_unit": "H15.50.05.13",
        "to_officer": "cb-0003",
        "to_title": "Công chức tư pháp - hộ tịch",
        "quota": {"amount": 8, "unit": "working-hours"},
        "at": "2026-10-08T09:05:00+07:00",
    },
    "request-payment": {"dues": {"fee": 8000, "charge": 2000}, "officer": "cb-0003", "at": "2026-10-08T09:30:00+07:00"},
    "pay": {
        "amount": 10000,
        "channel": "payment-platform",
        "provider_reference": "TT-0001",
        "receipt_number": "BL-0001",
        "at": "2026-10-08T10:00:00+07:00",
    },
    "record-overpayment": {
        "amount": 10000,
        "channel": "payment-platform",
        "provider_reference": "TT-0002",
        "receipt_number": "BL-0002",
        "at": "2026-10-08T10:05:00+07:00",
    },
    "appraise": {
        "eligible": True,
        "opinion": "Đủ điều kiện.",
        "officer": "cb-0003",
        "at": "2026-10-08T14:00:00+07:00",
    },
    "extend": {
        "new_due_at": "2026-10-30T17:00:00+07:00",
        "reason": "Phải xác minh thêm.",
        "signer": "cb-0005",
        "at": "2026-10-08T16:00:00+07:00",
    },
    "approve": {"officer": "cb-0004", "at": "2026-10-09T08:30:00+07:00"},
    "sign": {
        "signer": "cb-0005",
        "document_sha256": DOCUMENT,
        "certificate_serial": "54010101",
        "at": "2026-10-09T09:00:00+07:00",
    },
    "seal": {
        "agency": "H15.50.05.13",
        "document_sha256": DOCUMENT,
        "certificate_serial": "54010102",
        "officer": "cb-0006",
        "at": "2026-10-09T09:10:00+07:00",
    },
    "return": {"method": "desk", "officer": "cb-0001", "at": "2026-10-09T10:00:00+07:00"},
    "correct": {
        "version": 1,
        "field": "channel",
        "new_value": "post",
        "authority": "Phiếu đính chính 01",
        "reason": "Hồ sơ đến qua bưu chính.",
        "at": "2026-10-09T10:30:00+07:00",
    },
    "record-step": {
        "name": "Chuyển kho lưu trữ",
        "resource": "kho-01",
        "attributes": [["kệ", "A3"]],
        "at": "2026-10-09T11:00:00+07:00",
    },
    "reuse-component": REUSE_COMPONENT,
    "decline": {
        "reason": "Thiếu trích dẫn căn cứ trong dự thảo.",
        "officer": "cb-0004",
        "at": "2026-10-08T15:00:00+07:00",
    },
    "refuse-reception": {
        "reason": "Không thuộc thẩm quyền giải quyết.",
        "officer": "cb-0001",
        "at": "2026-10-08T08:20:00+07:00",
    },
    "waive-payment": {
        "reason": "Người nộp thuộc hộ nghèo.",
        "legal_basis": "theo nghị quyết của hội đồng nhân dân tỉnh",
        "officer": "cb-0001",
        "at": "2026-10-08T09:40:00+07:00",
    },
    "withdraw": {"reason": "Người nộp rút hồ sơ.", "at": "2026-10-08T11:00:00+07:00"},
    "stop": {"reason": "Người nộp không bổ sung hồ sơ.", "officer": "cb-0001", "at": "2026-10-08T11:00:00+07:00"},
    "escalate": {"rule": "overdue", "occasion_at": "2026-10-08T17:00:00+07:00", "at": "2026-10-08T17:00:01+07:00"},
    "hand-to-successor": {
        "from_unit": "H15.50.05.13",
        "to_unit": "H15.50.05.20",
        "at": "2026-10-08T16:30:00+07:00",
    },
}
"""One typical body for each act, in an order in which one dossier can live through the first eighteen."""


def openapi_examples(body: dict[str, Any]) -> dict[str, Any]:
    """An example as OpenAPI names it."""
    return {"typical": {"summary": "A typical body", "value": body}}
