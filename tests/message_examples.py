"""A message of every type, made of what is fixed elsewhere as the service would make it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from api.answer_examples import ANSWERS
from consumers.dossier_events import STATUS_TYPE, StoredEvent, event_message, headers, status_message, traceparent
from consumers.messages import Outgoing
from consumers.payment_notices import NOTICE_TYPE
from domain.dossier.events import EVENT_TYPES

GOLDEN_EVENTS: Final = Path(__file__).parent / "golden" / "events"
SOURCE: Final = "urn:uuid:5c1f5f4e-3a0e-4f57-9d0b-6f3f3f1f7a10"
CODE: Final = "H15.50.05.13-261008-0975"
_POSITION: Final = 818357762097152001
_TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"

NOTICE: Final = {
    "provider": "vnpay",
    "provider_reference": "TT-20261009-118",
    "dossier_code": CODE,
    "amount": 75000,
    "paid_at": "2026-10-09T10:12:30+07:00",
    "status": "succeeded",
    "receipt_number": "BL-0118",
}


def message_examples() -> dict[str, Outgoing]:
    """The messages by wire name."""
    return {**dict(_events()), STATUS_TYPE: _status(), NOTICE_TYPE: _notice()}


def stored_event(name: str, state: bytes, version: int = 2) -> StoredEvent:
    """An event as the log of the examples holds it."""
    return StoredEvent(UUID(int=0x2B5A_0000_4000_8000_0000_0000_0000_0001), CODE, version, _POSITION, name, state)


def golden_state(name: str) -> bytes:
    """The golden event as the log holds it: without blanks."""
    return msgspec.json.format((GOLDEN_EVENTS / f"{name}.json").read_bytes(), indent=-1)


def _events() -> Iterator[tuple[str, Outgoing]]:
    for name in EVENT_TYPES:
        yield name, event_message(stored_event(name, golden_state(name)), SOURCE)


def _status() -> Outgoing:
    status = ANSWERS["public"]
    return status_message(status["code"], msgspec.json.encode(status), SOURCE)


def _notice() -> Outgoing:
    traced = traceparent(_TRACE, 1)
    attributes = {
        "specversion": "1.0",
        "id": "TT-20261009-118/succeeded",
        "source": "urn:vnpay:notices",
        "type": NOTICE_TYPE,
        "time": "2026-10-09T10:12:31+07:00",
        "traceparent": traced,
    }
    return Outgoing(CODE.encode(), msgspec.json.encode({**attributes, "data": NOTICE}), headers(traced))
