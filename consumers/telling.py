"""What is logged of a message: where it is and which trace it belongs to, never what is in it."""

import traceback
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from structlog.contextvars import bound_contextvars

from consumers.cloud_events import trace_of
from consumers.messages import Message

_FRAMES: Final = 8


def concerning(consumer: str, message: Message) -> AbstractContextManager[None]:
    """Every line that is logged within says which message it is about."""
    place: dict[str, Any] = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
    trace_id = trace_of(message)
    return bound_contextvars(consumer=consumer, **place, **({} if trace_id is None else {"trace_id": trace_id}))


def fault(error: BaseException) -> dict[str, Any]:
    """An exception by its kind, its causes' kinds and where it was raised: what it says may quote the message."""
    kinds, frames = [], list[str]()
    cause: BaseException | None = error
    while cause is not None:
        kinds.append(type(cause).__name__)
        found = traceback.extract_tb(cause.__traceback__)[-_FRAMES:]
        frames += [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in found]
        cause = cause.__cause__
    return {"error": " < ".join(kinds), "where": frames}
