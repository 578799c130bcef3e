"""The promise to the applicant: the appointment given at acceptance, moved by waits and by extensions alone."""

from collections.abc import Iterable
from datetime import datetime

from domain.clock import due_at, moved_by
from domain.dossier.dossier import Dossier
from domain.dossier.refusals import AnswerBeforeRequest
from domain.ports import Rules
from domain.term import Pause, PauseReason, with_wait_ended


def promise_after_wait(dossier: Dossier, reason: PauseReason, until: datetime, rules: Rules) -> datetime | None:
    """The promise once the wait for ``reason`` has ended at ``until``; None when no clock ran or waited.

    Raises:
        AnswerBeforeRequest: the wait would end before it began.
    """
    wait = next((wait for wait in dossier.waits if wait.until is None and wait.reason is reason), None)
    if wait is None:
        return None
    if until < wait.since:
        raise AnswerBeforeRequest(requested_at=wait.since.isoformat())
    return standing_promise(dossier._replace(waits=with_wait_ended(dossier.waits, reason, until)), rules)


def standing_promise(dossier: Dossier, rules: Rules) -> datetime | None:
    """The promise as pinned facts and ended waits make it; None before acceptance and where no term was pinned.

    Waits before the clock started do not count, nor those before an extension, which was promised knowing them, nor
    what of a wait lies after the end of processing, such as a fee still due when the result was ready.
    """
    if dossier.accepted_at is None or dossier.term is None or dossier.calendar is None:
        return None
    working_time = rules.calendar(dossier.calendar.id).as_known(dossier.calendar.known_at)
    if dossier.extended_due_at is not None and dossier.extended_at is not None:
        waits = waits_within(dossier.extended_at, dossier.ended_at, dossier.waits)
        return moved_by(dossier.extended_due_at, dossier.term.unit, working_time, waits)
    waits = waits_within(dossier.accepted_at, dossier.ended_at, dossier.waits)
    return due_at(dossier.accepted_at, dossier.term, working_time, waits)


def waits_within(since: datetime, until: datetime | None, waits: Iterable[Pause]) -> tuple[Pause, ...]:
    """The parts of the ended waits that lie after ``since`` and, where given, before ``until``."""
    parts = (
        (max(wait.since, since), wait.until if until is None else min(wait.until, until), wait.reason)
        for wait in waits
        if wait.until is not None
    )
    return tuple(Pause(since=begun, until=ended, reason=reason) for begun, ended, reason in parts if begun < ended)
