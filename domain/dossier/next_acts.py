"""What may be done with a dossier next, found by asking the rules themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from domain.applicant import Personal
from domain.codes import day_of_code
from domain.dossier import commands
from domain.dossier.commands import Command
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier
from domain.dossier.escalating import occasion, watched
from domain.dossier.events import (
    AuthorityKind,
    ComponentForm,
    ComponentGiven,
    DeliveryMethod,
    ReuseSource,
    SupplementItem,
    VerificationMethod,
)
from domain.dossier.guards import procedure_of
from domain.dossier.steps import following, pinned_procedure
from domain.errors import Refusal
from domain.money import Dues
from domain.ports import Rules

Typical: TypeAlias = Callable[[Dossier, datetime], Command]

_SAID: Final = "-"
_ANOTHER: Final = "another"
_DIGEST: Final = "0" * 64
_ANOTHER_DOSSIER: Final = "H00-000101-0001"


def next_acts(dossier: Dossier, rules: Rules) -> tuple[str, ...]:
    """The acts that would change the dossier now, by their names in ``ACTS`` and in their order.

    Each is tried as an officer who has not acted on the dossier would do it, with what the dossier itself asks for:
    the exact amount, the signed document, the items to supplement. Nothing can be listed that the rules refuse to him.
    """
    if dossier.submitted_at is None:
        return ()
    at = latest(dossier)
    acts = (act for act, typical in typical_acts(rules).items() if changes(typical(dossier, at), dossier, rules))
    return (*acts, *ALWAYS)


def changes(command: Command, dossier: Dossier, rules: Rules) -> bool:
    """Whether the rules allow the command and it is not already so."""
    try:
        return bool(decide(command, dossier, rules))
    except Refusal:
        return False


def latest(dossier: Dossier) -> datetime:
    """The last time the dossier knows of, so that no act is tried before what it answers."""
    waits = (instant for wait in dossier.waits for instant in (wait.since, wait.until))
    known = (dossier.submitted_at, dossier.accepted_at, dossier.extended_at, dossier.ended_at, *waits)
    return max(instant for instant in known if instant is not None)


def _given(components: frozenset[str]) -> tuple[ComponentGiven, ...]:
    return tuple(ComponentGiven(component=code, form=ComponentForm.PAPER) for code in sorted(components))


def _hand_over(rules: Rules) -> Typical:
    """To the next step of the pinned procedure or, where it has none, to one of another name."""

    def typical(dossier: Dossier, at: datetime) -> Command:
        procedure = pinned_procedure(dossier, rules)
        step = dossier.holder.step + _ANOTHER
        if procedure is not None and procedure.steps:
            step = following(procedure, dossier.holder.step)[-1]
        return commands.HandOver(step=step, to_unit=dossier.unit, to_officer=_ANOTHER, to_title=_SAID, at=at)

    return typical


def _extend(dossier: Dossier, at: datetime) -> Command:
    later = (dossier.due_at or at) + timedelta(days=1)
    return commands.Extend(new_due_at=later, reason=_SAID, signer=_ANOTHER, at=at)


def _document(dossier: Dossier) -> str:
    return dossier.document_sha256 or _DIGEST


def _sign(dossier: Dossier, at: datetime) -> Command:
    return commands.Sign(signer=_ANOTHER, document_sha256=_document(dossier), certificate_serial=_SAID, at=at)


def _seal(dossier: Dossier, at: datetime) -> Command:
    return commands.Seal(
        agency=dossier.unit,
        document_sha256=_document(dossier),
        certificate_serial=_SAID,
        officer=_ANOTHER,
        at=at,
    )


def _request_supplement(rules: Rules) -> Typical:
    def typical(dossier: Dossier, at: datetime) -> Command:
        procedure = procedure_of(dossier, rules, at)
        asked = procedure.components[:1] if procedure else ()
        return commands.RequestSupplement(
            items=tuple(SupplementItem(component=component.code) for component in asked),
            legal_basis=_SAID,
            approver=_ANOTHER,
            officer=_ANOTHER,
            at=at,
        )

    return typical


def _hand_to_successor(rules: Rules) -> Typical:
    def typical(dossier: Dossier, at: datetime) -> Command:
        units = (dossier.unit, dossier.holder.unit)
        ended = next((unit for unit in units if rules.ended_by(unit, at) is not None), dossier.unit)
        successor = next(iter(rules.successors(ended, at)), _ANOTHER)
        return commands.HandToSuccessor(from_unit=ended, to_unit=successor, at=at)

    return typical


def _request_payment(rules: Rules) -> Typical:
    """What the procedure states for the dossier's channel or, where it states nothing, any amount."""

    def typical(dossier: Dossier, at: datetime) -> Command:
        procedure = procedure_of(dossier, rules, at)
        stated = procedure.dues_for(dossier.channel) if procedure else Dues()
        return commands.RequestPayment(dues=stated if stated.total else Dues(fee=1), officer=_ANOTHER, at=at)

    return typical


def _pay(dossier: Dossier, at: datetime) -> Command:
    return commands.Pay(
        amount=dossier.amount_due, channel=_SAID, provider_reference=_ANOTHER, receipt_number=_SAID, at=at
    )


def _record_overpayment(dossier: Dossier, at: datetime) -> Command:
    """A payment that is none of those known: its reference is longer than theirs."""
    known = "".join(payment.provider_reference for payment in (*dossier.overpayments, dossier.settled_by) if payment)
    return commands.RecordOverpayment(
        amount=1, channel=_SAID, provider_reference=known + _ANOTHER, receipt_number=_SAID, at=at
    )


def _escalate(rules: Rules) -> Typical:
    """By the first rule that is met; where none is, by one that nobody knows."""

    def typical(dossier: Dossier, at: datetime) -> Command:
        seen = watched(dossier)
        asked = ((rule.id, occasion(rule.trigger, seen)) for rule in rules.escalation_rules())
        possible = (commands.Escalate(rule=rule, occasion_at=told, at=at) for rule, told in asked if told is not None)
        unknown = commands.Escalate(rule=_SAID, occasion_at=at, at=at)
        return next((command for command in possible if changes(command, dossier, rules)), unknown)

    return typical


def _verify_identity(_: Dossier, at: datetime) -> Command:
    return commands.VerifyIdentity(method=VerificationMethod.IN_PERSON, level=1, officer=_ANOTHER, at=at)


def _represent(dossier: Dossier, at: datetime) -> Command:
    """By an instrument that is not the one cited: its number is longer."""
    known = dossier.representation.number if dossier.representation else ""
    return commands.Represent(
        representative=Personal(full_name=_SAID),
        authority=AuthorityKind.POWER_OF_ATTORNEY,
        number=known + _ANOTHER,
        authorised_on=day_of_code(at),
        officer=_ANOTHER,
        at=at,
    )


def _reuse_component(rules: Rules) -> Typical:
    """The first component that is not there yet, from the result store."""

    def typical(dossier: Dossier, at: datetime) -> Command:
        procedure = procedure_of(dossier, rules, at)
        codes = [component.code for component in procedure.components] if procedure else []
        return commands.ReuseComponent(
            component=next((code for code in codes if code not in dossier.components), _SAID),
            source_kind=ReuseSource.RESULT_STORE,
            source=_ANOTHER_DOSSIER,
            document_sha256=_DIGEST,
            officer=_ANOTHER,
            at=at,
        )

    return typical


def typical_acts(rules: Rules) -> dict[str, Typical]:
    """Each act as it is typically done; what a supplement can be asked for, the rules say."""
    return {
        "accept": lambda _, at: commands.Accept(officer=_ANOTHER, at=at),
        "refuse-reception": lambda _, at: commands.RefuseReception(reason=_SAID, officer=_ANOTHER, at=at),
        "request-supplement": _request_supplement(rules),
        "supplement": lambda dossier, at: commands.Supplement(components=_given(dossier.supplement_items), at=at),
        "hand-over": _hand_over(rules),
        "appraise": lambda _, at: commands.Appraise(eligible=True, opinion=_SAID, officer=_ANOTHER, at=at),
        "approve": lambda _, at: commands.Approve(officer=_ANOTHER, reason=_SAID, at=at),
        "decline": lambda _, at: commands.Decline(reason=_SAID, officer=_ANOTHER, at=at),
        "request-payment": _request_payment(rules),
        "pay": _pay,
        "record-overpayment": _record_overpayment,
        "waive-payment": lambda _, at: commands.WaivePayment(reason=_SAID, legal_basis=_SAID, officer=_ANOTHER, at=at),
        "sign": _sign,
        "seal": _seal,
        "return": lambda _, at: commands.ReturnResult(method=DeliveryMethod.DESK, officer=_ANOTHER, at=at),
        "extend": _extend,
        "hand-to-successor": _hand_to_successor(rules),
        "withdraw": lambda _, at: commands.Withdraw(reason=_SAID, at=at),
        "stop": lambda _, at: commands.Stop(reason=_SAID, officer=_ANOTHER, at=at),
        "verify-identity": _verify_identity,
        "represent": _represent,
        "reuse-component": _reuse_component(rules),
        "escalate": _escalate(rules),
    }


ALWAYS: Final = ("correct", "record-step")
"""A wrong fact can be put right, and an outside system's step kept, in every stage; what is refused depends on them."""
