"""By what a request can be found again: its own id, and the trace it belongs to (W3C Trace Context)."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

_SCOPE_KEY: Final = "motcua.correlation"
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT: Final = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Correlation:
    """``request_id`` is the caller's own when he gave one; ``trace_id`` is None outside a trace."""

    request_id: str
    trace_id: str | None


def correlate(scope: Scope) -> Correlation:
    """Read the headers once and keep the answer with the request. Unreadable ones are as good as absent."""
    request_id, trace_id = _read(scope["headers"])
    correlation = Correlation(request_id or secrets.token_hex(16), trace_id)
    scope[_SCOPE_KEY] = correlation
    return correlation


def correlation_of(scope: Scope) -> Correlation:
    """What ``correlate`` found."""
    correlation: Correlation = scope[_SCOPE_KEY]
    return correlation


def _read(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, str | None]:
    request_id, trace_id = "", None
    for name, value in headers:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            request_id = value.decode("ascii")
        elif name == b"traceparent" and (match := _TRACEPARENT.fullmatch(value)):
            trace_id = match[1].decode("ascii")
    return request_id, trace_id
