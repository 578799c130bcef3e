"""Structured logs on standard error: readable on a terminal, JSON lines everywhere else, no personal values."""

import logging
import sys
from dataclasses import fields
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from domain.applicant import WITHHELD, Personal, withheld

_PERSONAL_KEYS: Final = frozenset(field.name for field in fields(Personal))


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send the logs of this process, its libraries' too, to ``stream`` (standard error unless given)."""
    target = sys.stderr if stream is None else stream
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=_rendering(terminal=target.isatty()))
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # Kafka's client tells of every connection as of an event worth knowing, and among its details are the password and
    # all that messages say.
    logging.getLogger("kafka").setLevel(logging.INFO if level == "debug" else logging.WARNING)
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def without_personal_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Whatever was handed to a log call, no applicant can be recognised from what is written."""
    return {key: _withheld(key, value) for key, value in event.items()}


def _withheld(key: object, value: Any) -> Any:  # noqa: ANN401 # anything can be logged
    if key in _PERSONAL_KEYS or isinstance(value, Personal):
        return WITHHELD
    if isinstance(value, dict):
        return {name: _withheld(name, part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_withheld(None, part) for part in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return withheld(str(value))


def _rendering(*, terminal: bool) -> list[Processor]:
    """Tracebacks become text before values are withheld, since messages of exceptions can hold them."""
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        without_personal_values,
        renderer,
    ]
