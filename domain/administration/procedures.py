"""The catalogue of procedures: drafted, published in versions, each in force from a day on, and withdrawn.

A version that was published is never changed; a dossier keeps the one that it was accepted under.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, TypeAlias, assert_never

from domain.administration.entries import Entries, Kind
from domain.administration.refusals import CodeDiffers, NothingToWithdraw, VersionTaken
from domain.codes import day_of_code
from domain.procedure import Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftProcedure:
    """Draft a version of a procedure; until it is published, a new draft takes its place."""

    code: str
    procedure: Procedure
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishProcedure:
    """Publish a version of a procedure, in force from ``effective_from`` on."""

    code: str
    procedure: Procedure
    effective_from: date
    decision: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawProcedure:
    """Withdraw a procedure from ``effective_from`` on."""

    code: str
    effective_from: date
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureDrafted:
    """A version of a procedure was drafted (dự thảo). Nobody is judged by it."""

    code: str
    procedure: Procedure
    drafted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedurePublished:
    """A version of a procedure was published (công bố), in force from ``effective_from`` on."""

    code: str
    procedure: Procedure
    effective_from: date
    decision: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureWithdrawn:
    """A procedure was withdrawn (bãi bỏ) from ``effective_from`` on. What was accepted before goes on."""

    code: str
    effective_from: date
    decision: str
    withdrawn_at: datetime


ProcedureCommand: TypeAlias = DraftProcedure | PublishProcedure | WithdrawProcedure
ProcedureFact: TypeAlias = ProcedureDrafted | ProcedurePublished | ProcedureWithdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From a day on this version is in force, or none is."""

    effective_from: date
    procedure: Procedure | None
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogued:
    """A procedure: its draft, and what is in force from which day on, in the order of the days."""

    code: str
    draft: Procedure | None = None
    spans: tuple[Span, ...] = ()

    def on(self, day: date) -> Procedure | None:
        """The version in force on a day: what was decided last for the latest day that has come."""
        for span in reversed(self.spans):
            if span.effective_from <= day:
                return span.procedure
        return None

    def last_until(self, day: date) -> Procedure | None:
        """The version in force on a day or, where none is, the one that was in force last before."""
        begun = (span.procedure for span in reversed(self.spans) if span.effective_from <= day)
        return next((procedure for procedure in begun if procedure), None)

    def version(self, version: str) -> Procedure | None:
        """The published version of this name."""
        published = (span.procedure for span in self.spans if span.procedure)
        return next((each for each in published if each.version == version), None)

    @property
    def timeline(self) -> tuple[Span, ...]:
        """What is in force from which day on: each day once, each span unlike the one before, the first a version.

        What was decided and overtaken on the same day was never in force, so it is not part of it.
        """
        by_day = {span.effective_from: span for span in self.spans}
        before: Procedure | None = None
        told: list[Span] = []
        for span in by_day.values():
            if span.procedure != before:
                told.append(span)
            before = span.procedure
        return tuple(told)

    @property
    def latest(self) -> Procedure | None:
        """The version that is, or will be, in force last; of a withdrawn procedure the last that was."""
        return next((span.procedure for span in reversed(self.spans) if span.procedure), None)


def evolve(entry: Catalogued | None, fact: ProcedureFact, _: datetime) -> Catalogued:
    """The catalogue's entry after a fact."""
    entry = entry or Catalogued(code=fact.code)
    match fact:
        case ProcedureDrafted():
            return replace(entry, draft=fact.procedure)
        case ProcedurePublished():
            draft = None if entry.draft and entry.draft.version == fact.procedure.version else entry.draft
            span = Span(effective_from=fact.effective_from, procedure=fact.procedure, decision=fact.decision)
            return replace(entry, draft=draft, spans=_with(entry.spans, span))
        case ProcedureWithdrawn():
            span = Span(effective_from=fact.effective_from, procedure=None, decision=fact.decision)
            return replace(entry, spans=_with(entry.spans, span))
        case _:
            assert_never(fact)


def _with(spans: tuple[Span, ...], span: Span) -> tuple[Span, ...]:
    """Of two for the same day the later decision counts, so it comes behind."""
    return tuple(sorted((*spans, span), key=lambda each: each.effective_from))


def decide(command: ProcedureCommand, entries: Entries) -> list[ProcedureFact]:
    """A version is published once and never changed; what is not in force cannot be withdrawn.

    Raises:
        CodeDiffers: the procedure bears another code than its entry.
        VersionTaken: the version was published with another content.
        NothingToWithdraw: no version is in force on that day.
    """
    entry = entries.of(PROCEDURES).get(command.code) or Catalogued(code=command.code)
    match command:
        case DraftProcedure():
            _check(command.code, command.procedure)
            if entry.version(command.procedure.version):
                raise VersionTaken(procedure=command.code, version=command.procedure.version)
            if entry.draft == command.procedure:
                return []
            return [ProcedureDrafted(code=command.code, procedure=command.procedure, drafted_at=command.at)]
        case PublishProcedure():
            _check(command.code, command.procedure)
            return _published(command, entry)
        case WithdrawProcedure():
            if entry.on(command.effective_from) is None:
                if any(
                    span.procedure is None and span.effective_from == command.effective_from for span in entry.spans
                ):
                    return []
                raise NothingToWithdraw(procedure=command.code, day=command.effective_from.isoformat())
            return [
                ProcedureWithdrawn(
                    code=command.code,
                    effective_from=command.effective_from,
                    decision=command.decision,
                    withdrawn_at=command.at,
                )
            ]
        case _:
            assert_never(command)


def _published(command: PublishProcedure, entry: Catalogued) -> list[ProcedureFact]:
    known = entry.version(command.procedure.version)
    if known is not None and known != command.procedure:
        raise VersionTaken(procedure=command.code, version=command.procedure.version)
    if entry.on(command.effective_from) == command.procedure:
        return []
    return [
        ProcedurePublished(
            code=command.code,
            procedure=command.procedure,
            effective_from=command.effective_from,
            decision=command.decision,
            published_at=command.at,
        )
    ]


def _check(code: str, procedure: Procedure) -> None:
    if procedure.code != code:
        raise CodeDiffers(code=code, named=procedure.code)


def _words(entry: Catalogued) -> tuple[str, ...]:
    each = entry.latest or entry.draft
    return (each.name_vi, each.name_en, each.field_vi, each.field_en) if each else ()


PROCEDURES: Final[Kind[Catalogued]] = Kind(
    name="procedure",
    path="procedures",
    key="code",
    facts={
        "procedure.drafted.v1": ProcedureDrafted,
        "procedure.published.v1": ProcedurePublished,
        "procedure.withdrawn.v1": ProcedureWithdrawn,
    },
    acts={"draft": DraftProcedure, "publish": PublishProcedure, "withdraw": WithdrawProcedure},
    evolve=evolve,
    decide=decide,
    words=_words,
)


def procedure_at(entries: Entries, code: str, at: datetime) -> Procedure | None:
    """The version in force at an instant, by the local day."""
    entry = entries.of(PROCEDURES).get(code)
    return entry.on(day_of_code(at)) if entry else None


def procedure_version(entries: Entries, code: str, version: str) -> Procedure | None:
    """A version of a procedure, whether or not it is in force."""
    entry = entries.of(PROCEDURES).get(code)
    return entry.version(version) if entry and version else None


def procedures_at(entries: Entries, at: datetime) -> Iterator[Procedure]:
    """Every procedure in force at an instant, in the order of its code."""
    day = day_of_code(at)
    for _, entry in sorted(entries.of(PROCEDURES).items()):
        if procedure := entry.on(day):
            yield procedure
