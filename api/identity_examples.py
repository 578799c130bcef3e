"""Typical bodies of a submission, and of the acts about who somebody is and what is not asked of him."""

from typing import Any, Final

SUBMIT: Final[dict[str, Any]] = {
    "procedure": "2.000635",
    "unit": "H15.50.05.13",
    "channel": "desk",
    "applicant_kind": "person",
    "applicant_reference": "applicant-0001",
    "components": [{"component": "application", "form": "paper"}, {"component": "identity", "form": "looked-up"}],
    "personal": {"full_name": "Nguyễn Văn Mẫu", "personal_number": "999301000001"},
    "at": "2026-10-08T08:00:00+07:00",
}
VERIFY_IDENTITY: Final[dict[str, Any]] = {
    "method": "in-person",
    "level": 2,
    "officer": "cb-0001",
    "personal": {"full_name": "Nguyễn Văn Mẫu", "personal_number": "999301000001"},
    "at": "2026-10-08T08:05:00+07:00",
}

REPRESENT: Final[dict[str, Any]] = {
    "representative": {"full_name": "Trần Thị Thay", "personal_number": "999185000002"},
    "authority": "power-of-attorney",
    "number": "UQ-15/2026",
    "authorised_on": "2026-10-07",
    "officer": "cb-0001",
    "at": "2026-10-08T08:06:00+07:00",
}

REUSE_COMPONENT: Final[dict[str, Any]] = {
    "component": "identity",
    "source_kind": "result-store",
    "source": "H15.50.05.13-260902-0007",
    "document_sha256": "03d66dd08835c1ca3f128cceacd1f31ac94163096b20f445ae84285bc0832d72",
    "officer": "cb-0001",
    "at": "2026-10-08T08:30:00+07:00",
}
