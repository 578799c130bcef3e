"""What is asked of the index of subjects: whose dossiers these are, and what need not be asked of an applicant."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from api.problems import SubjectsUnavailable
from domain.codes import day_of_code
from domain.dossier.corrections import replay
from domain.dossier.events import ReuseSource, Sealed, Submitted
from domain.dossier.guards import procedure_asked
from domain.envelope import Recorded
from domain.identity import Scheme
from domain.ports import Rules
from domain.reuse import Offer, ReuseBucket, ReuseList, ReuseQuery, ReuseReport
from service import reusing
from service.reads import recorded
from service.streams import load
from service.subject_key import SubjectKey, SubjectKeyError
from service.subject_rows import Role, applicant_subjects
from service.subjects import Connect, catch_up, subject_key

T = TypeVar("T")

_log = structlog.get_logger(__name__)

MOST_FOUND: Final = 500
MOST_PARTS: Final = 20
"""What a question reads on of the log before it is answered; a longer backlog is left to whoever follows the log."""

_FOUND: Final = f"""
SELECT c.code, array_agg(DISTINCT i.role ORDER BY i.role) FROM subject_index AS i
JOIN dossier_code AS c ON c.dossier_id = i.dossier_id WHERE i.subject = %s
GROUP BY c.code ORDER BY c.code LIMIT {MOST_FOUND}
"""
_LOOKED_UP: Final = "INSERT INTO subject_lookup (actor, subject, found) VALUES (%s, %s, %s)"
_HELD: Final = """
SELECT register, document, document_sha256, issued_on FROM register_entry
WHERE subject = ANY(%s) AND register = ANY(%s) AND key_id = %s AND (valid_until IS NULL OR valid_until >= %s)
    AND (issued_on IS NULL OR issued_on <= %s)
ORDER BY register, issued_on DESC NULLS LAST, document_sha256
"""
_OTHERS: Final = """
SELECT DISTINCT dossier_id FROM subject_index
WHERE subject = ANY(%s) AND role = %s AND dossier_id <> %s ORDER BY dossier_id LIMIT %s
"""


def look_up(connection: Connection[Any], subject: bytes, actor: str) -> Mapping[str, Sequence[str]]:
    """The codes of the dossiers in which a subject occurs, and as whom. That it was asked for, and by whom, is kept."""
    found = dict(connection.execute(_FOUND, (subject,)).fetchall())
    connection.execute(_LOOKED_UP, (actor, subject, len(found)))
    return found


def offers(connection: Connection[Any], rules: Rules, key: SubjectKey, code: str, today: date) -> list[Offer] | None:
    """What can be reused in a dossier for its applicant; None when no dossier has this code."""
    found = load(connection, [], [code])
    if not found:
        return None
    history = recorded(*found[0])
    dossier = replay(each.event for each in history)
    subjects = applicant_subjects(history, key)
    if dossier.submitted_at is None or not subjects:
        return []
    procedure = procedure_asked(dossier, rules, dossier.submitted_at)
    wanted = {each.code: each.looked_up_in for each in procedure.components if each.code not in dossier.components}
    held = _held(connection, key, wanted, subjects, today)
    return [*held, *_results(connection, rules, wanted, subjects, history[0].dossier_id)]


def _held(
    connection: Connection[Any], key: SubjectKey, wanted: Mapping[str, str], subjects: Sequence[bytes], today: date
) -> list[Offer]:
    """What registers hold; ``wanted`` says in which each component is looked up."""
    registers = sorted({register for register in wanted.values() if register})
    rows = connection.execute(_HELD, (list(subjects), registers, key.id, today, today)).fetchall()
    return [
        Offer(
            component=component,
            source_kind=ReuseSource.REGISTER,
            source=register,
            document=document,
            document_sha256=document_sha256,
            since=issued_on,
        )
        for component, looked_up_in in wanted.items()
        for register, document, document_sha256, issued_on in rows
        if register == looked_up_in
    ]


def _results(
    connection: Connection[Any], rules: Rules, wanted: Mapping[str, str], subjects: Sequence[bytes], own: UUID
) -> list[Offer]:
    """What this installation signed for the same applicant, newest first."""
    ids = [row[0] for row in connection.execute(_OTHERS, (list(subjects), Role.APPLICANT.value, own, MOST_FOUND))]
    made = [_result(recorded(*each), rules, wanted) for each in load(connection, ids, [])]
    offered = [each for each in made if each is not None]
    return sorted(offered, key=lambda each: (each.since or date.min, each.source), reverse=True)


def _result(history: Sequence[Recorded], rules: Rules, wanted: Mapping[str, str]) -> Offer | None:
    """A component that the procedure says is found in another procedure's results names that procedure's code."""
    events = [each.event for each in history]
    submitted = next((each for each in events if isinstance(each, Submitted)), None)
    sealed = next((each for each in reversed(events) if isinstance(each, Sealed)), None)
    if submitted is None or sealed is None:
        return None
    procedure = rules.known_procedure(submitted.procedure)
    return Offer(
        component=next((code for code, where in wanted.items() if where == submitted.procedure), None),
        source_kind=ReuseSource.RESULT_STORE,
        source=submitted.code,
        document=(procedure.result_vi or procedure.name_vi) if procedure else submitted.procedure,
        document_sha256=sealed.document_sha256,
        since=day_of_code(sealed.sealed_at),
    )


class ThreadedSubjects:
    """The questions in threads, each with a connection of the pool; what was recorded before is in the answer."""

    def __init__(
        self, pool: ConnectionPool[Connection[Any]], connect: Connect, rules: Callable[[], Rules], file: Path
    ) -> None:
        """``file`` holds the key of the index."""
        self._pool = pool
        self._connect = connect
        self._rules = rules
        self._file = file

    async def look_up(self, scheme: Scheme, number: str, actor: str) -> Mapping[str, Sequence[str]]:
        """The codes of the dossiers in which a subject occurs, and as whom.

        Raises:
            SubjectsUnavailable: the key cannot be used, so nobody can be found.
        """
        return await self._run(lambda connection, key: look_up(connection, key.hash(scheme, number), actor))

    async def offers(self, code: str, today: date) -> Sequence[Offer] | None:
        """What can be reused in a dossier; None when no dossier has this code.

        Raises:
            SubjectsUnavailable: the key cannot be used.
        """
        return await self._run(lambda connection, key: offers(connection, self._rules(), key, code, today))

    async def report(self, query: ReuseQuery) -> ReuseReport:
        """The share not asked again.

        Raises:
            SubjectsUnavailable: the key cannot be used.
        """
        return await self._run(lambda connection, _: reusing.report(connection, self._rules(), query))

    async def dossiers(self, query: ReuseQuery, bucket: ReuseBucket, after: str, limit: int) -> ReuseList:
        """The dossiers behind a figure.

        Raises:
            SubjectsUnavailable: the key cannot be used.
        """
        return await self._run(
            lambda connection, _: reusing.dossiers(connection, self._rules(), query, bucket, after=after, limit=limit)
        )

    async def _run(self, ask: Callable[[Connection[Any], SubjectKey], T]) -> T:
        def work() -> T:
            with self._pool.connection() as connection:
                key = subject_key(connection, self._file)
                catch_up(self._connect, key, MOST_PARTS)
                return ask(connection, key)

        try:
            return await asyncio.to_thread(work)
        except SubjectKeyError as error:
            _log.warning("subjects_unavailable", reason=str(error))
            raise SubjectsUnavailable from error
