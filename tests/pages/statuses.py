"""Public statuses as the tracking projection writes them, one for each thing a page has to say."""

import json
from typing import Any

ATTACK = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'{{7*7}}"

IN_PROCESS = "H15.50.05.13-261001-0975"
SUPPLEMENT = "H15.50.05.13-261005-0012"
PAYMENT = "H15.50.05.13-261006-0101"
OVERDUE = "H15.11-260914-0003"
RETURNED = "H15.12-260921-0044"
SEALED_DUE = "H15.12-260922-0045"
REFUSED = "H15.11-260901-0007"
WITHDRAWN = "H15.11-260902-0008"
STOPPED = "H15.11-260902-0009"
RECEPTION_REFUSED = "H15.50.05.14-261009-0001"
SUBMITTED = "H15.50.05.14-261012-0002"
IMPORTED = "H99-101004-0001"
OLD_FORM = "000.00.19.H26-201120-0001"

NOBODY = {"step": None, "unit": None, "title": None}
UNIT = "H15.50.05.13"
DESK = "Công chức bộ phận một cửa"
JUDICIAL = "Công chức tư pháp – hộ tịch"
CHAIRMAN = "Phó Chủ tịch Ủy ban nhân dân"


def _at(text: str) -> str:
    return f"{text}:00+07:00"


def line(at: str, kind: str, unit: str | None = UNIT, title: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "at": _at(at),
        "kind": f"dossier.{kind}.v1",
        "unit": unit,
        "title": title,
        "step": None,
        "corrected": False,
    } | more


def promise(due_at: str, since: str, reason: str) -> dict[str, str]:
    return {"due_at": _at(due_at), "since": _at(since), "reason": reason}


def status(code: str, stage: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "procedure": "1.001193",
        "unit": UNIT,
        "channel": "national-portal",
        "stage": stage,
        "national_status": 4,
        "waiting_for": None,
        "waiting_since": None,
        "missing": [],
        "submitted_at": _at("2026-10-01T06:30"),
        "accepted_at": _at("2026-10-01T08:15"),
        "due_at": _at("2026-10-15T17:00"),
        "promises": [promise("2026-10-15T17:00", "2026-10-01T08:15", "accepted")],
        "ended_at": None,
        "returned_at": None,
        "holder": {"step": "appraise", "unit": UNIT, "title": JUDICIAL},
        "dues": {"fee": 0, "charge": 0, "state": "nothing-due"},
        "delivery": "not-ready",
        "timeline": START,
        "imported": False,
        "version": 3,
        "position": "1125899906842624",
    } | more


START = [
    line("2026-10-01T06:30", "submitted"),
    line("2026-10-01T08:15", "accepted", title=DESK),
    line("2026-10-01T08:40", "handed-over", title=JUDICIAL, step="appraise"),
]
_TO_RESULT = [
    *START,
    line("2026-10-05T10:00", "appraised", title=JUDICIAL),
    line("2026-10-05T14:00", "payment-requested", title=DESK),
    line("2026-10-05T16:20", "paid", unit=None),
    line("2026-10-06T09:00", "approved", title=CHAIRMAN),
    line("2026-10-06T09:10", "signed", title=CHAIRMAN),
    line("2026-10-06T10:00", "sealed", title="Văn thư"),
]

_ALL = [
    status(
        IN_PROCESS,
        "in-process",
        promises=[
            promise("2026-10-08T17:00", "2026-10-01T08:15", "accepted"),
            promise("2026-10-13T17:00", "2026-10-06T09:00", "supplement"),
            promise("2026-10-15T17:00", "2026-10-10T16:00", "extension"),
        ],
        timeline=[
            *START,
            line("2026-10-02T10:05", "supplement-requested", title=JUDICIAL),
            line("2026-10-06T09:00", "supplemented", unit=None, corrected=True),
            line("2026-10-10T16:00", "deadline-extended", title=CHAIRMAN),
        ],
    ),
    status(
        SUPPLEMENT,
        "in-process",
        waiting_for="supplement",
        waiting_since=_at("2026-10-07T15:10"),
        missing=["GCS", "KH"],
        timeline=[*START, line("2026-10-07T15:10", "supplement-requested", title=JUDICIAL)],
    ),
    status(
        PAYMENT,
        "approved",
        waiting_for="payment",
        waiting_since=_at("2026-10-09T15:10"),
        dues={"fee": 150000, "charge": 8000, "state": "due"},
    ),
    status(
        OVERDUE,
        "appraised",
        procedure="1.013239",
        unit="H15.11",
        channel="desk",
        due_at=_at("2026-10-09T17:00"),
        promises=[promise("2026-10-09T17:00", "2026-10-01T08:15", "accepted")],
        holder={"step": "approve", "unit": "H15.11", "title": "Phó Giám đốc Sở"},
    ),
    status(
        RETURNED,
        "returned",
        ended_at=_at("2026-10-06T10:00"),
        returned_at=_at("2026-10-07T08:00"),
        holder=NOBODY,
        dues={"fee": 0, "charge": 8000, "state": "paid"},
        delivery="returned",
        timeline=[*_TO_RESULT, line("2026-10-07T08:00", "result-returned", title=DESK)],
    ),
    status(
        SEALED_DUE,
        "sealed",
        ended_at=_at("2026-10-06T10:00"),
        dues={"fee": 0, "charge": 8000, "state": "due"},
        delivery="ready",
        timeline=_TO_RESULT,
    ),
    status(
        REFUSED,
        "refused",
        ended_at=_at("2026-10-07T10:00"),
        timeline=[*START, line("2026-10-05T10:00", "appraised"), line("2026-10-07T10:00", "refused", title=CHAIRMAN)],
    ),
    status(
        WITHDRAWN,
        "withdrawn",
        ended_at=_at("2026-10-07T10:00"),
        timeline=[
            *START,
            line("2026-10-05T10:00", "appraised"),
            line("2026-10-06T10:00", "approval-declined"),
            line("2026-10-07T10:00", "withdrawn", unit=None),
        ],
    ),
    status(
        STOPPED, "stopped", ended_at=_at("2026-10-07T10:00"), timeline=[*START, line("2026-10-07T10:00", "stopped")]
    ),
    status(
        RECEPTION_REFUSED,
        "reception-refused",
        accepted_at=None,
        due_at=None,
        promises=[],
        holder=NOBODY,
        timeline=[START[0], line("2026-10-01T08:15", "reception-refused", title=DESK)],
    ),
    status(SUBMITTED, "submitted", accepted_at=None, due_at=None, promises=[], holder=NOBODY, timeline=START[:1]),
    status(
        IMPORTED,
        "returned",
        procedure=ATTACK,
        unit="H99",
        channel=ATTACK,
        imported=True,
        ended_at=_at("2026-10-07T10:00"),
        holder={"step": ATTACK, "unit": ATTACK, "title": ATTACK},
        timeline=[
            START[0],
            line("2026-10-02T10:05", "step-recorded", unit=ATTACK, title=ATTACK, step=ATTACK),
            line("2026-10-03T10:05", "step-recorded", unit=None, step="T02 Check confirmation of receipt " + "x" * 120),
            line("2026-10-04T10:05", "history-imported", unit=None),
        ],
    ),
    status(OLD_FORM, "in-process"),
]

STATUSES = {each["code"]: json.dumps(each, ensure_ascii=False).encode() for each in _ALL}
