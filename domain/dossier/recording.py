"""What is taken over from outside, and what is put right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.dossier import refusals as no
from domain.dossier.commands import Correct, ImportedFact, ImportHistory, RecordStep
from domain.dossier.corrections import corrected_event, corrected_history, current_value, replay
from domain.dossier.dossier import Dossier, Stage
from domain.dossier.events import Channel, Corrected, DossierEvent, HistoryImported, StepRecorded, Submitted
from domain.dossier.guards import reason_given
from domain.dossier.promise import standing_promise
from domain.dossier.steps import rescheduled
from domain.ports import Rules


def correct(command: Correct, dossier: Dossier, rules: Rules, history: Sequence[DossierEvent]) -> list[DossierEvent]:
    """A wrong fact is corrected by a new one that names it; what follows from it is recomputed, nothing is erased."""
    if dossier.submitted_at is None:
        raise no.NotSubmitted
    if not 1 <= command.version <= len(history):
        raise no.NoSuchEvent(version=str(command.version))
    reason_given(command.reason)
    reason_given(command.authority)
    target = corrected_history(history)[command.version - 1]
    old_value = current_value(target, command.field)
    if corrected_event(target, command.field, command.new_value) == target:
        return []
    if not dossier.imported_keys:
        _in_our_own_words(command, rules)
    correction = Corrected(
        version=command.version,
        field=command.field,
        old_value=old_value,
        new_value=command.new_value,
        authority=command.authority,
        reason=command.reason,
        due_at=None,
        corrected_at=command.at,
    )
    correction = _with_promise(correction, history, rules)
    return [correction, *rescheduled(replay([*history, correction]), rules, command.at)]


def record_step(command: RecordStep, _dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """An outside system's step is kept under its own name, whatever the stage; facts that arrive late are normal."""
    return [
        StepRecorded(
            name=command.name, resource=command.resource, attributes=command.attributes, occurred_at=command.at
        )
    ]


def import_history(command: ImportHistory, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """Facts of an outside system are taken over as they are, each once. What happened there is not refused here."""
    if dossier.stage is not Stage.NEW and not dossier.imported_keys:
        raise no.NotImported(source=command.source, case=command.source_case)
    fresh = fresh_facts(command, dossier)
    if not fresh:
        return []
    taken = HistoryImported(
        source=command.source,
        source_case=command.source_case,
        keys=tuple(fact.provenance.key for fact in fresh),
        imported_at=command.at,
    )
    return [*(_coded(fact.event, command.code) for fact in fresh), taken]


def fresh_facts(command: ImportHistory, dossier: Dossier) -> list[ImportedFact]:
    """The facts of the command that were not taken over before, each key once, in their order."""
    fresh: dict[str, ImportedFact] = {}
    for fact in command.facts:
        if fact.provenance.key not in dossier.imported_keys:
            fresh.setdefault(fact.provenance.key, fact)
    return list(fresh.values())


def _coded(event: DossierEvent, code: str) -> DossierEvent:
    return replace(event, code=code) if isinstance(event, Submitted) else event


def _in_our_own_words(command: Correct, rules: Rules) -> None:
    """What statistics are cut by is named as at submission; only an imported dossier keeps its source's words."""
    value = command.new_value
    if command.field == "unit" and rules.unit(value) is None:
        raise no.UnknownUnit(unit=value)
    if command.field == "procedure" and rules.known_procedure(value) is None:
        raise no.UnknownProcedure(procedure=value)
    if command.field == "channel" and value not in set(Channel):
        raise no.UnreadableValue(value=value)


def _with_promise(correction: Corrected, history: Sequence[DossierEvent], rules: Rules) -> Corrected:
    """A promise moves only if what it rests on was corrected."""
    before, after = (_computed_promise(replay(facts), rules) for facts in (history, [*history, correction]))
    return correction if after in {None, before} else replace(correction, due_at=after)


def _computed_promise(dossier: Dossier, rules: Rules) -> datetime | None:
    """Where an imported history gives no term to compute with, an extension still promised its own date."""
    return standing_promise(dossier, rules) or dossier.extended_due_at
