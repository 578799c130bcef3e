"""At the desk: submission, acceptance, and what is asked of the applicant."""

from domain.clock import due_at
from domain.dossier import refusals as no
from domain.dossier.commands import Accept, RefuseReception, RequestSupplement, Submit, Supplement
from domain.dossier.dossier import Dossier, Stage
from domain.dossier.events import Accepted, DossierEvent, ReceptionRefused, Submitted, Supplemented, SupplementRequested
from domain.dossier.guards import known_components, not_waiting, procedure_asked, reason_given, still_open, unit_there
from domain.dossier.identifying import authority_cited, number_well_formed
from domain.dossier.promise import promise_after_wait, waits_within
from domain.dossier.steps import first_step_opened, with_step
from domain.identity import scheme_of
from domain.ports import Rules
from domain.term import PauseReason


def submit(command: Submit, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """A dossier is handed in once, for a procedure in force, at a unit that exists."""
    if dossier.stage is not Stage.NEW:
        if (dossier.procedure, dossier.unit) != (command.procedure, command.unit):
            raise no.AlreadySubmitted(code=dossier.code)
        return []
    procedure = rules.procedure(command.procedure, command.at)
    if procedure is None:
        raise no.UnknownProcedure(procedure=command.procedure)
    unit_there(command.unit, command.at, rules)
    known_components({given.component for given in command.components}, procedure)
    number_well_formed(scheme_of(command.applicant_kind), command.personal)
    return [
        Submitted(
            code=command.code,
            procedure=command.procedure,
            unit=command.unit,
            channel=command.channel,
            applicant_kind=command.applicant_kind,
            applicant_reference=command.applicant_reference,
            components=command.components,
            personal=command.personal,
            submitted_at=command.at,
        )
    ]


def accept(command: Accept, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """Received when the required components are in; procedure, calendar and counting versions are pinned then.

    A reception that is recorded late is followed by what was waited for meanwhile.

    Source: handbook section 4: a dossier pins at acceptance the versions it will be judged by.
    """
    if dossier.accepted_at is not None:
        return []
    still_open(dossier)
    not_waiting(dossier)
    procedure = procedure_asked(dossier, rules, command.at)
    unit = rules.unit(dossier.unit)
    if unit is None:
        raise no.UnknownUnit(unit=dossier.unit)
    if missing := procedure.missing(dossier.components):
        raise no.ComponentsMissing(components=", ".join(missing))
    authority_cited(dossier)
    calendar = rules.calendar_of(unit)
    pinned = calendar.version_at(command.at)
    waited = waits_within(command.at, None, dossier.waits)
    accepted = Accepted(
        receipt_code=f"{dossier.code}/TN",
        procedure_version=procedure.version,
        calendar=pinned,
        counting=rules.counting().id,
        term=procedure.term,
        timezone=calendar.timezone,
        due_at=due_at(command.at, procedure.term, calendar.as_known(pinned.known_at), waited),
        officer=command.officer,
        accepted_at=command.at,
    )
    return [accepted, *first_step_opened(accepted, dossier, rules)]


def refuse_reception(command: RefuseReception, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """Reception is refused before acceptance, with the reason in writing."""
    if dossier.stage is Stage.RECEPTION_REFUSED:
        return []
    if dossier.accepted_at is not None:
        raise no.AlreadyAccepted
    still_open(dossier)
    reason_given(command.reason)
    return [ReceptionRefused(reason=command.reason, officer=command.officer, refused_at=command.at)]


def request_supplement(command: RequestSupplement, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """The applicant is asked once, completely, in writing; while he is waited for, no second request is made."""
    still_open(dossier)
    if not command.items:
        raise no.NothingAsked
    if dossier.waiting_for_supplement:
        if dossier.supplement_items == {item.component for item in command.items}:
            return []
        raise no.WaitingForSupplement
    # What is asked for is shown to the public, so it is named by the procedure's own codes, never in free words.
    known_components({item.component for item in command.items}, procedure_asked(dossier, rules, command.at))
    return [
        SupplementRequested(
            items=command.items,
            stage=dossier.stage.value,
            legal_basis=command.legal_basis,
            approver=command.approver,
            officer=command.officer,
            requested_at=command.at,
        )
    ]


def supplement(command: Supplement, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """What was asked for arrives whole, and the promise moves by the wait."""
    still_open(dossier)
    given = {component.component for component in command.components}
    if not dossier.waiting_for_supplement:
        if given and given <= dossier.components:
            return []
        raise no.NothingToSupplement
    if missing := sorted(dossier.supplement_items - given):
        raise no.SupplementIncomplete(components=", ".join(missing))
    known_components(given, procedure_asked(dossier, rules, command.at))
    due_at = promise_after_wait(dossier, PauseReason.SUPPLEMENT, command.at, rules)
    answer = Supplemented(components=command.components, due_at=due_at, supplemented_at=command.at)
    return with_step(answer, dossier, rules)
