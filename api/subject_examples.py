"""Typical answers about subjects and what is not asked of them again."""

from collections.abc import Mapping
from typing import Any, Final

from api.examples import CODE, DOCUMENT

_REUSED: Final = {
    "key": "2.000635",
    "dossiers": 40,
    "required": 80,
    "reused": 16,
    "looked_up": 24,
    "asked": 40,
    "share": 0.5,
    "unmeasured": 0,
}

SUBJECT_ANSWERS: Final[Mapping[str, dict[str, Any]]] = {
    "subject-lookup": {
        "count": 1,
        "data": None,
        "dossiers": [
            {
                "code": CODE,
                "roles": ["applicant"],
                "procedure": "2.000635",
                "unit": "H15.50.05.13",
                "stage": "in-process",
                "national_status": 4,
                "submitted_at": "2026-10-08T08:00:00+07:00",
                "due_at": "2026-10-15T17:00:00+07:00",
            }
        ],
    },
    "reusable": {
        "code": CODE,
        "data": None,
        "offers": [
            {
                "component": "identity",
                "source_kind": "register",
                "source": "Cơ sở dữ liệu quốc gia về dân cư",
                "document": "Thẻ căn cước",
                "document_sha256": DOCUMENT,
                "since": "2021-05-04",
            }
        ],
    },
    "reuse": {
        "rule": "not-asked-again-1",
        "since": "2026-10-01",
        "until": "2026-10-31",
        "position": "818357768388608001",
        "data": None,
        "rows": [_REUSED],
        "total": {**_REUSED, "key": "all"},
    },
    "reuse-dossiers": {
        "count": 1,
        "data": None,
        "dossiers": [
            {
                "code": CODE,
                "unit": "H15.50.05.13",
                "procedure": "2.000635",
                "accepted_on": "2026-10-08",
                "reused": ["identity"],
                "looked_up": [],
                "asked": ["application"],
            }
        ],
        "next": None,
    },
}
