"""Who the applicant is, who acts for him, and what need not be asked of him since it is known already."""

from datetime import datetime
from typing import Final

from domain.applicant import Personal
from domain.codes import day_of_code, is_dossier_code
from domain.dossier import refusals as no
from domain.dossier.commands import Represent, ReuseComponent, VerifyIdentity
from domain.dossier.dossier import OPEN_STAGES, Dossier, Stage
from domain.dossier.events import Channel, ComponentReused, DossierEvent, IdentityVerified, Represented, ReuseSource
from domain.dossier.guards import digest, known_components, not_waiting, procedure_asked, still_open
from domain.dossier.identified import Representation, Reuse, Verification
from domain.dossier.identity_refusals import (
    AuthorisedLater,
    AuthorityNotCited,
    ComponentGivenAlready,
    InvalidAgencyId,
    InvalidTaxCode,
    NoSuchLevel,
    NotAnotherDossier,
    NotItsRegister,
    RepresentativeUnnamed,
)
from domain.errors import Refusal
from domain.identity import RULES_VERSION, Scheme, doubts, is_well_formed, scheme_of
from domain.ports import Rules
from domain.procedure import Procedure

LEVELS: Final = range(1, 4)
"""From 1, the number as it was stated, to 3, the person compared with a register. What each means is the unit's to say;
no published scale was read."""

_MALFORMED: Final[dict[Scheme, type[Refusal]]] = {
    Scheme.PERSONAL_NUMBER: no.InvalidPersonalNumber,
    Scheme.TAX_CODE: InvalidTaxCode,
    Scheme.AGENCY_ID: InvalidAgencyId,
}


def number_well_formed(scheme: Scheme, personal: Personal | None) -> None:
    """A number, where one is given, is written as its scheme writes one."""
    if personal and personal.personal_number and not is_well_formed(scheme, personal.personal_number):
        raise _MALFORMED[scheme]


def authority_cited(dossier: Dossier) -> None:
    """Who was hired to hand a dossier in acts by an instrument, and that is cited before it is received."""
    if dossier.channel == Channel.HIRED and dossier.representation is None:
        raise AuthorityNotCited


def verify_identity(command: VerifyIdentity, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """An identity is verified by the scheme of its kind of applicant; what looks mistyped is recorded, not refused.

    It may be verified again, more strongly or at another visit, as long as the dossier is in hand.
    """
    verification = Verification(command.method, command.level, command.officer, command.at)
    if dossier.identity == verification:
        return []
    _in_hand(dossier)
    if command.level not in LEVELS:
        raise NoSuchLevel(level=str(command.level))
    scheme = scheme_of(dossier.applicant_kind)
    number_well_formed(scheme, command.personal)
    return [
        IdentityVerified(
            scheme=scheme,
            method=command.method,
            level=command.level,
            doubts=_doubts(scheme, command.personal, command.at),
            rule=RULES_VERSION,
            personal=command.personal,
            officer=command.officer,
            verified_at=command.at,
        )
    ]


def represent(command: Represent, dossier: Dossier, _: Rules) -> list[DossierEvent]:
    """Whoever acts for the applicant is named, and cites the instrument by which he does, given before he acts."""
    representation = Representation(command.authority, command.number, command.authorised_on)
    if dossier.representation == representation:
        return []
    _in_hand(dossier)
    if not command.representative.full_name.strip():
        raise RepresentativeUnnamed
    number_well_formed(Scheme.PERSONAL_NUMBER, command.representative)
    if not command.number.strip():
        raise AuthorityNotCited
    if command.authorised_on > day_of_code(command.at):
        raise AuthorisedLater(authorised_on=command.authorised_on.isoformat())
    return [
        Represented(
            representative=command.representative,
            authority=command.authority,
            number=command.number,
            authorised_on=command.authorised_on,
            officer=command.officer,
            represented_at=command.at,
        )
    ]


def reuse_component(command: ReuseComponent, dossier: Dossier, rules: Rules) -> list[DossierEvent]:
    """What a register or the result store holds is not asked for; the component counts as given.

    Source: handbook section 2: information that a database or the result store already holds is looked up.
    """
    reuse = Reuse(command.component, command.source_kind, command.source, command.document_sha256)
    if reuse in dossier.reused:
        return []
    still_open(dossier)
    not_waiting(dossier)
    procedure = procedure_asked(dossier, rules, command.at)
    known_components({command.component}, procedure)
    if command.component in dossier.components:
        raise ComponentGivenAlready(component=command.component)
    digest(command.document_sha256)
    _source_fits(command, dossier, procedure)
    return [
        ComponentReused(
            component=command.component,
            source_kind=command.source_kind,
            source=command.source,
            document_sha256=command.document_sha256,
            officer=command.officer,
            reused_at=command.at,
        )
    ]


def _source_fits(command: ReuseComponent, dossier: Dossier, procedure: Procedure) -> None:
    """A register is the one that the procedure names for the component; a result is another dossier's."""
    if command.source_kind is ReuseSource.RESULT_STORE:
        if not is_dossier_code(command.source) or command.source == dossier.code:
            raise NotAnotherDossier(source=command.source)
        return
    registers = {each.looked_up_in for each in procedure.components if each.code == command.component}
    if command.source not in registers or not command.source:
        raise NotItsRegister(register=command.source, named=", ".join(filter(None, registers)) or "-")


def _in_hand(dossier: Dossier) -> None:
    """Open, or ready to be handed over."""
    if dossier.stage not in OPEN_STAGES | {Stage.SEALED}:
        raise no.ProcessingEnded(stage=dossier.stage.value)


def _doubts(scheme: Scheme, personal: Personal | None, at: datetime) -> tuple[str, ...]:
    if personal is None or not personal.personal_number:
        return ()
    return tuple(doubt.value for doubt in doubts(scheme, personal.personal_number, day_of_code(at)))
