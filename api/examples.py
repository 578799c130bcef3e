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
    "request-payment": {
        "dues": {"fee": 8000, "charge": 2000},
        "officer": "cb-0003",
        "at": "2026-10-08T09:30:00+07:00",
    },
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
}
"""One typical body for each act, in an order in which one dossier can live through the first eighteen."""

_ROW: Final = {
    "received": 120,
    "closed": 100,
    "early": 72,
    "on_time": 5,
    "in_time": 77,
    "overdue": 23,
    "open": 20,
    "open_within": 17,
    "open_overdue": 3,
    "paused": 2,
}

ANSWERS: Final[Mapping[str, dict[str, Any]]] = {
    "submit": {
        "code": CODE,
        "version": 1,
        "position": "818357760000000001",
        "events": ["dossier.submitted.v1"],
        "already": False,
    },
    "act": {
        "code": CODE,
        "version": 8,
        "position": "818357768388608001",
        "events": ["dossier.appraised.v1"],
        "already": False,
    },
    "dossier": {
        "code": CODE,
        "version": 2,
        "position": "818357762097152001",
        "stage": "in-process",
        "finance": "nothing-due",
        "delivery": "not-ready",
        "waiting_for": [],
        "procedure": "2.000635",
        "unit": "H15.50.05.13",
        "components": ["application", "identity"],
        "missing": [],
        "amount_due": 0,
        "holder": {"step": "", "unit": "H15.50.05.13", "officer": ""},
        "appraiser": "",
        "eligible": False,
        "document_sha256": "",
        "submitted_at": "2026-10-08T08:00:00+07:00",
        "accepted_at": "2026-10-08T09:00:00+07:00",
        "ended_at": None,
        "clock": {
            "due_at": "2026-10-15T17:00:00+07:00",
            "extended_due_at": None,
            "recomputed_due_at": "2026-10-15T17:00:00+07:00",
            "term": {"amount": 5, "unit": "working-days"},
            "calendar": {"id": "vn", "known_at": "2026-10-08T09:00:00+07:00"},
            "counting": "example-1",
            "waits": [],
            "until": "2026-10-08T10:00:00+07:00",
            "intervals": [
                {
                    "since": "2026-10-08T09:00:00+07:00",
                    "until": "2026-10-08T10:00:00+07:00",
                    "counted": False,
                    "rule": "first-day-not-counted",
                    "days": 0,
                    "declaration": None,
                }
            ],
            "rules": [
                {
                    "rule": "first-day-not-counted",
                    "text": "The first day of a term in days is not counted.",
                    "source": "Civil Code 2015, article 147",
                    "confidence": "published-text",
                }
            ],
        },
        "acts": ["request-supplement", "hand-over", "appraise", "request-payment", "extend", "withdraw", "stop"],
    },
    "history": {
        "code": CODE,
        "version": 2,
        "events": [
            {
                "version": 2,
                "position": "818357762097152001",
                "type": "dossier.appraised.v1",
                "effective_at": "2026-10-08T14:00:00+07:00",
                "recorded_at": "2026-10-08T14:02:00+07:00",
                "actor": "cb-0003",
                "unit": "H15.50.05.13",
                "on_behalf_of": None,
                "delegation": None,
                "correlation_id": "4bf92f3577b34da6",
                "trace_id": None,
                "provenance": None,
                "event": {
                    "eligible": True,
                    "opinion": "Đủ điều kiện.",
                    "officer": "cb-0003",
                    "appraised_at": "2026-10-08T15:00:00+07:00",
                },
                "corrections": [
                    {
                        "field": "appraised_at",
                        "old_value": "2026-10-08T15:00:00+07:00",
                        "new_value": "2026-10-08T14:00:00+07:00",
                        "authority": "Phiếu đính chính 02",
                        "by_version": 3,
                    }
                ],
            }
        ],
        "next": None,
    },
    "on-time": {
        "by": "channel",
        "counting": "date",
        "rule": "example-1",
        "as_of": "2026-10-31T17:00:00+07:00",
        "position": "818357768388608001",
        "data": None,
        "rows": [{"key": "desk", **_ROW}],
        "total": {"key": "", **_ROW},
    },
    "on-time-dossiers": {
        "count": 1,
        "data": None,
        "dossiers": [
            {
                "code": CODE,
                "unit": "H15.50.05.13",
                "procedure": "2.000635",
                "channel": "desk",
                "received_at": "2026-10-08T08:00:00+07:00",
                "due_at": "2026-10-15T17:00:00+07:00",
                "ended_at": "2026-10-14T16:00:00+07:00",
                "paused": False,
            }
        ],
        "next": None,
    },
    "steps": {
        "code": CODE,
        "version": 3,
        "due_at": "2026-10-15T17:00:00+07:00",
        "as_of": "2026-10-12T09:00:00+07:00",
        "steps": [
            {
                "step": "receive",
                "unit": "H15.50.05.13",
                "officer": "cb-0002",
                "title": "",
                "since": "2026-10-08T09:00:00+07:00",
                "until": "2026-10-12T08:00:00+07:00",
                "quota": {"amount": 1, "unit": "working-days"},
                "due_at": "2026-10-09T17:00:00+07:00",
                "kept": "late",
                "by_seconds": 226800,
            }
        ],
    },
    "worklist": {
        "unit": "H15.50.05.13",
        "state": "late",
        "as_of": "2026-10-14T09:00:00+07:00",
        "count": 1,
        "counts": {"open": 3, "waiting": 1, "late": 1, "due_soon": 0},
        "position": "818357768388608001",
        "data": None,
        "dossiers": [
            {
                "code": CODE,
                "procedure": "2.000635",
                "unit": "H15.50.05.13",
                "officer": "cb-0003",
                "title": "Công chức tư pháp - hộ tịch",
                "step": "appraise",
                "since": "2026-10-08T14:00:00+07:00",
                "step_due_at": "2026-10-13T17:00:00+07:00",
                "due_at": "2026-10-15T17:00:00+07:00",
                "next_due_at": "2026-10-13T17:00:00+07:00",
                "waiting": False,
                "late": True,
            }
        ],
        "next": None,
    },
    "public": {
        "code": CODE,
        "procedure": "2.000635",
        "unit": "H15.50.05.13",
        "channel": "desk",
        "stage": "in-process",
        "national_status": 4,
        "waiting_for": None,
        "waiting_since": None,
        "missing": [],
        "submitted_at": "2026-10-08T08:00:00+07:00",
        "accepted_at": "2026-10-08T09:00:00+07:00",
        "due_at": "2026-10-15T17:00:00+07:00",
        "promises": [
            {
                "due_at": "2026-10-15T17:00:00+07:00",
                "since": "2026-10-08T09:00:00+07:00",
                "reason": "accepted",
            }
        ],
        "ended_at": None,
        "returned_at": None,
        "holder": {"step": "appraisal", "unit": "H15.50.05.13", "title": "Công chức tư pháp - hộ tịch"},
        "dues": {"fee": 0, "charge": 0, "state": "nothing-due"},
        "delivery": "not-ready",
        "timeline": [
            {
                "at": "2026-10-08T08:00:00+07:00",
                "kind": "dossier.submitted.v1",
                "unit": "H15.50.05.13",
                "title": None,
                "step": None,
                "corrected": False,
            }
        ],
        "imported": False,
        "version": 2,
        "position": "818357762097152001",
    },
}
"""One typical answer of each kind."""


def openapi_examples(body: dict[str, Any]) -> dict[str, Any]:
    """An example as OpenAPI names it."""
    return {"typical": {"summary": "A typical body", "value": body}}
