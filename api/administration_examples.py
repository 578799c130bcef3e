"""Examples of acts of the administration, by kind and act. Names and numbers in them are invented."""

from collections.abc import Mapping
from typing import Any, Final

_AT: Final = {"at": "2026-10-08T08:00:00+07:00"}
_PERIODS: Final = [[420, 690], [810, 1020]]
_TIMETABLE: Final = {
    "periods": [_PERIODS] * 5 + [[], []],
    "source": "Quyết định 12/QĐ-UBND",
    "confidence": "declared",
}
_DECLARED: Final = {"decision": "Quyết định 16/QĐ-UBND", "declared_at": "2026-10-08T08:00:00+07:00", **_AT}
_PROCEDURE: Final = {
    "code": "1",
    "version": "2",
    "name_vi": "Đăng ký khai sinh",
    "name_en": "Registration of a birth",
    "field_vi": "Hộ tịch",
    "field_en": "Civil status",
    "level": "commune",
    "online": "full",
    "responsible": "commune",
    "term": {"amount": 2, "unit": "working-days"},
    "dues": {"fee": 0, "charge": 8000},
    "online_dues": {"fee": 0, "charge": 4000},
    "components": [
        {"code": "declaration", "name_vi": "Tờ khai", "name_en": "Declaration", "forms": ["original", "electronic"]}
    ],
    "steps": [
        {
            "code": "appraise",
            "name_vi": "Thẩm định",
            "name_en": "Appraisal",
            "role": "specialist",
            "quota": {"amount": 2, "unit": "working-days"},
        }
    ],
    "result_vi": "Giấy khai sinh",
    "result_en": "Certificate of birth",
    "legal_basis": ["Luật Hộ tịch"],
    "source": "Quyết định 20/QĐ-UBND",
    "confidence": "declared",
}


def _unit(code: str) -> dict[str, Any]:
    return {
        "code": code,
        "name_vi": "Ủy ban nhân dân phường Mới",
        "name_en": "People's Committee of New Ward",
        "kind": "commune",
        "parent": None,
        "calendar": "vn",
    }


_FROM: Final = {"effective_from": "2026-11-01", "decision": "Nghị quyết 60/NQ-HĐND", **_AT}
_ESCALATION: Final = {
    "amount": 8,
    "unit": "working-hours",
    "level": "unit",
    "source": "Quyết định 70/QĐ-UBND",
    "confidence": "declared",
    **_AT,
}

ADMINISTRATION_EXAMPLES: Final[Mapping[str, dict[str, Any]]] = {
    "calendar/open": {"timezone": "Asia/Ho_Chi_Minh", "timetable": _TIMETABLE, **_AT},
    "calendar/declare": {
        "days": ["2026-12-31"],
        "kind": "make-up-day",
        "periods": _PERIODS,
        "source": "Công báo",
        **_DECLARED,
    },
    "calendar/change-timetable": {"since": "2027-01-01", "timetable": _TIMETABLE, **_DECLARED},
    "calendar/revoke": {"revoked": "Quyết định 15/QĐ-UBND", **_DECLARED},
    "counting-rule/introduce": {
        "payment_waits": True,
        "source": "Quyết định 15/QĐ-UBND",
        "confidence": "declared",
        **_AT,
    },
    "unit/establish": {"unit": _unit("1"), **_FROM},
    "unit/change": {"unit": _unit("1"), **_FROM},
    "unit/end": {"successors": ["H15.50.05.14"], **_FROM},
    "unit/merge": {"merged": ["H15.50.05.14", "H15.50.05.15"], "unit": _unit("1"), **_FROM},
    "unit/split": {"into": [_unit("H15.50.05.16"), _unit("H15.50.05.17")], **_FROM},
    "procedure/draft": {"procedure": _PROCEDURE, **_AT},
    "procedure/publish": {"procedure": _PROCEDURE, **_FROM},
    "procedure/withdraw": _FROM,
    "officer/assign-post": {
        "post": "chairman",
        "unit": "H15.50.05.13",
        "title": "Chủ tịch",
        "powers": ["approve", "sign"],
        "since": "2026-10-01T00:00:00+07:00",
        "decision": "Quyết định 30/QĐ-UBND",
        **_AT,
    },
    "officer/end-post": {
        "post": "chairman",
        "until": "2026-12-01T00:00:00+07:00",
        "decision": "Quyết định 31/QĐ-UBND",
        **_AT,
    },
    "delegation/grant": {
        "from_officer": "cb-0001",
        "to_officer": "cb-0002",
        "unit": "H15.50.05.13",
        "powers": ["sign"],
        "procedures": ["1.001193"],
        "valid_from": "2026-10-09T00:00:00+07:00",
        "valid_until": "2026-10-17T00:00:00+07:00",
        "legal_basis": "Luật Tổ chức chính quyền địa phương",
        **_AT,
    },
    "closing/close": {"as_of": "2026-09-30T23:59:59+07:00", "decision": "Thông báo 40/TB-UBND", **_AT},
    "closing/publish": {
        "figures": [
            {
                "counting": "date",
                "unit": "H15.50.05.13",
                "received": 120,
                "early": 72,
                "on_time": 5,
                "overdue": 23,
                "open_within": 17,
                "open_overdue": 3,
            }
        ],
        "position": "818357768388608001",
        **_AT,
    },
    "escalation-rule/introduce": {"trigger": "overdue", **_ESCALATION},
    "escalation-rule/replace": _ESCALATION,
    "escalation-rule/switch-off": {"reason": "Chờ văn bản hướng dẫn", **_AT},
    "escalation-rule/switch-on": _AT,
    "escalation-rule/escalate-delegation": {
        "delegation": "05/UQ-UBND",
        "occasion_at": "2026-10-17T00:00:00+07:00",
        "at": "2026-10-14T17:00:01+07:00",
    },
    "delegation/revoke": {
        "revoked_from": "2026-10-12T00:00:00+07:00",
        "reason": "Người ủy quyền đã trở lại",
        **_AT,
    },
}
