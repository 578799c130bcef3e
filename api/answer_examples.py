"""Examples of answers, by operation. Codes, names and numbers in them are invented."""

from collections.abc import Mapping
from typing import Any, Final

from api.examples import CODE

_FIGURES: Final = {
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
_ROW: Final = _FIGURES | {"corrected": {**dict.fromkeys(_FIGURES, 0), "received": 1, "closed": 1, "overdue": 1}}

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
        "structure": "then",
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
                "corrected": False,
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
    "could-act": {
        "code": CODE,
        "power": "sign",
        "at": "2026-10-12T12:00:00+07:00",
        "officers": [
            {"officer": "cb-0160", "unit": "H15.50.05.13", "title": "Phó Chủ tịch", "delegation": None},
            {"officer": "cb-0159", "unit": "H15.50.05.13", "title": "", "delegation": "05/UQ-UBND"},
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
