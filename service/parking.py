"""Kept messages as a person sees them, tries them again, or drops them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from consumers.consumer import Consumer
from consumers.handling import Handling
from consumers.ports import Entry, Kept, Standing
from domain.errors import Complaint
from service.inbox import LIVE, PostgresInbox, PostgresWork

_COLUMNS: Final = """
p.id, p.consumer, p.topic, p.partition, p.message_offset AS offset, p.key, p.value, p.header_names, p.header_values,
p.produced_at, p.standing, p.reason, p.reason_vi, p.reason_en, p.attempts, p.kept_at, p.next_try_at, p.ended_at,
p.ended_by, p.ended_why
"""
_LIST: Final = f"""
SELECT {_COLUMNS} FROM parked_message p
WHERE (%(ended)s OR {LIVE}) AND (%(consumer)s::text IS NULL OR p.consumer = %(consumer)s)
    AND (%(reason)s::text IS NULL OR p.reason = %(reason)s) AND p.id > %(after)s
ORDER BY p.id LIMIT %(limit)s
"""
_SHOW: Final = f"SELECT {_COLUMNS} FROM parked_message p WHERE id = %s"
_AHEAD: Final = f"""
SELECT min(id) FROM parked_message WHERE consumer = %s AND key = %s AND id < %s AND {LIVE}
"""
_DROP: Final = """
UPDATE parked_message SET standing = 'dropped', next_try_at = NULL, ended_at = %s, ended_by = %s, ended_why = %s
WHERE id = %s
"""
_PAGE: Final = 500


class CannotBeDone(Complaint):
    """The message is not one that this can be done with; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedMessage:
    """A kept message, with all that is known of it. ``standing`` is also settled or dropped, once it has ended."""

    id: int
    consumer: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    header_names: Sequence[str]
    header_values: Sequence[bytes]
    produced_at: datetime
    standing: str
    reason: str
    reason_vi: str
    reason_en: str
    attempts: int
    kept_at: datetime
    next_try_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    ended_why: str | None


@dataclass(frozen=True, slots=True)
class Released:
    """What came of trying a line again: how many were settled, and what the first of the others waits for."""

    settled: int
    kept: Kept | None
    behind: int


def parked(
    connection: Connection[Any], *, consumer: str | None = None, reason: str | None = None, ended: bool = False
) -> Iterator[ParkedMessage]:
    """Kept messages in the order in which they came, a page at a time."""
    after = 0
    while True:
        asked = {"consumer": consumer, "reason": reason, "ended": ended, "after": after, "limit": _PAGE}
        with connection.cursor(row_factory=class_row(ParkedMessage)) as cursor:
            page = cursor.execute(_LIST, asked).fetchall()
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].id


def one(connection: Connection[Any], number: int) -> ParkedMessage:
    """The kept message of this number.

    Raises:
        CannotBeDone: there is none.
    """
    with connection.cursor(row_factory=class_row(ParkedMessage)) as cursor:
        found = cursor.execute(_SHOW, (number,)).fetchone()
    if found is None:
        raise CannotBeDone(f"there is no parked message {number}; see: motcua parked list")
    return found


def retry(inbox: PostgresInbox, consumer: Consumer, number: int) -> Released:
    """Try a message again now, and what waits behind it.

    Raises:
        CannotBeDone: it has ended, or waits behind another.
        Away: the database does not answer.
    """
    with inbox.releasing() as work:
        message = _live(work, number)
        if message.standing == Standing.BEHIND:
            ahead = work.connection.execute(_AHEAD, (message.consumer, message.key, number)).fetchone()
            raise CannotBeDone(
                f"message {number} waits behind {ahead and ahead[0]}, which is of the same dossier: settle that first"
            )
        return _release(work, consumer, _line(work, message))


def drop(inbox: PostgresInbox, consumer: Consumer, number: int, *, by: str, why: str) -> Released:
    """Do without a message; it stays on record with who decided so and why. What waits behind it is tried.

    Raises:
        CannotBeDone: it has ended.
        Away: the database does not answer.
    """
    with inbox.releasing() as work:
        message = _live(work, number)
        work.connection.execute(_DROP, (work.now, by, why, number))
        line = _line(work, message)
        if not line or line[0].standing is not Standing.BEHIND:
            return Released(0, None, 0)
        return _release(work, consumer, line)


def _live(work: PostgresWork, number: int) -> ParkedMessage:
    message = one(work.connection, number)
    if message.ended_at is not None:
        raise CannotBeDone(f"message {number} was {message.standing} on {message.ended_at:%Y-%m-%d %H:%M}")
    return message


def _line(work: PostgresWork, message: ParkedMessage) -> list[Entry]:
    lines = work.lines([message.key]) if message.key else work.lines([], [message.id])
    return lines[0] if lines else []


def _release(work: PostgresWork, consumer: Consumer, line: Sequence[Entry]) -> Released:
    handling = Handling(consumer, work)
    handling.release([line])
    kept = next((each for each in handling.kept if each.standing is not Standing.BEHIND), None)
    return Released(len(handling.settled), kept, len(line) - len(handling.settled) - (kept is not None))
