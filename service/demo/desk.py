"""What happens at the one-stop desk: submission, reception, supplements, payment, return and correction."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from random import Random

from domain.applicant import ApplicantKind
from domain.codes import day_of_code
from domain.dossier import commands as c
from domain.dossier.dossier import Stage
from domain.dossier.events import (
    Accepted,
    AuthorityKind,
    Channel,
    ComponentForm,
    ComponentGiven,
    DeliveryMethod,
    ReuseSource,
    SupplementItem,
    VerificationMethod,
)
from domain.procedure import Component
from service.demo import words
from service.demo.mix import Payment, Reception
from service.demo.people import applicant
from service.demo.walk import ONLINE, WORKING_DAY, Step, Walk

_PATIENCE = 20 * WORKING_DAY
"""Working minutes an agency waits for an applicant before it stops."""


def received(walk: Walk) -> Iterator[Step]:
    """The dossier is handed in, and accepted, completed first, or refused."""
    required = [component for component in walk.case.procedure.components if component.required]
    lacking = [required[-1]] if walk.plan.reception is Reception.INCOMPLETE else []
    yield _submission(walk, lacking)
    if walk.plan.channel in ONLINE:
        walk.pass_minutes(20, 300)
    else:
        walk.pass_minutes(3, 25)
    if walk.plan.reception is Reception.REFUSED:
        reason = walk.word(words.NOT_RECEIVED)
        yield walk.by(walk.desk, c.RefuseReception(reason=reason, officer=walk.desk.id, at=walk.at))
        return
    yield from _identified(walk)
    yield from _reused(walk)
    if lacking:
        yield from supplemented(walk, lacking, words.MISSING)
    if walk.dossier.stage is Stage.SUBMITTED and not walk.dossier.waiting_for_supplement:
        yield walk.by(walk.desk, c.Accept(officer=walk.desk.id, at=walk.at))


def _found_in_register(walk: Walk) -> Component | None:
    """What one in five applicants is not asked for, where the procedure names a register for it."""
    looked_up = [each for each in walk.case.procedure.components if each.looked_up_in]
    return looked_up[0] if looked_up and walk.case.number % 5 == 0 else None


def _reused(walk: Walk) -> Iterator[Step]:
    """It is taken from there."""
    found = _found_in_register(walk)
    if found is None or found.code in walk.dossier.components:
        return
    command = c.ReuseComponent(
        component=found.code,
        source_kind=ReuseSource.REGISTER,
        source=found.looked_up_in,
        document_sha256=sha256(f"generated/{walk.case.number}".encode()).hexdigest(),
        officer=walk.desk.id,
        at=walk.at,
    )
    yield walk.by(walk.desk, command)


def _identified(walk: Walk) -> Iterator[Step]:
    """Who was hired to hand it in cites his contract; the applicant's identity is verified as the channel allows."""
    online, officer = walk.plan.channel in ONLINE, walk.desk.id
    if walk.plan.channel is Channel.HIRED:
        others = Random(f"representative/{walk.case.number}")  # apart, so that the rest of the life stays as it was
        command = c.Represent(
            representative=applicant(others, walk.case.number, ApplicantKind.PERSON, walk.case.unit.name_vi).personal,
            authority=AuthorityKind.HIRED,
            number=f"HĐDV-{walk.case.number:06d}",
            authorised_on=day_of_code(walk.at),
            officer=officer,
            at=walk.at,
        )
        yield walk.by(walk.desk, command)
    if online or walk.plan.channel is Channel.DESK:
        method = VerificationMethod.VNEID if online else VerificationMethod.IN_PERSON
        verification = c.VerifyIdentity(method=method, level=2, officer=officer, at=walk.at)
        yield walk.by(walk.desk, verification)


def _submission(walk: Walk, lacking: list[Component]) -> Step:
    given = tuple(
        _given(walk, component)
        for component in walk.case.procedure.components
        if component not in lacking and (component.required or walk.chance.random() < 0.5)
    )
    found = _found_in_register(walk)
    command = c.Submit(
        procedure=walk.case.procedure.code,
        unit=walk.case.unit.code,
        channel=walk.plan.channel,
        applicant_kind=walk.case.applicant.kind,
        applicant_reference=walk.case.applicant.reference,
        components=tuple(each for each in given if found is None or each.component != found.code),
        personal=walk.case.applicant.personal,
        at=walk.at,
    )
    return walk.by_applicant(command) if walk.plan.channel in ONLINE else walk.by(walk.desk, command)


def _given(walk: Walk, component: Component) -> ComponentGiven:
    if component.code == "identity" and walk.chance.random() < 0.6:
        return ComponentGiven(component=component.code, form=ComponentForm.LOOKED_UP)
    if walk.plan.channel not in ONLINE and walk.chance.random() < 0.4:
        return ComponentGiven(component=component.code, form=ComponentForm.PAPER)
    form = ComponentForm.DIGITAL if walk.plan.channel in ONLINE else ComponentForm.DIGITISED
    return ComponentGiven(component=component.code, form=form, sha256=f"{walk.chance.getrandbits(256):064x}")


def supplemented(walk: Walk, asked: list[Component], note: str) -> Iterator[Step]:
    """The applicant is asked, and answers, or does not until the agency stops."""
    officer = walk.specialist if walk.dossier.accepted_at else walk.desk
    request = c.RequestSupplement(
        items=tuple(SupplementItem(component=component.code, note=note) for component in asked),
        legal_basis=words.LEGAL_BASIS,
        approver=walk.case.staff.head.id,
        officer=officer.id,
        at=walk.at,
    )
    yield walk.by(officer, request)
    if walk.plan.unanswered:
        yield _stopped(walk, words.NOT_ANSWERED)
        return
    walk.pass_days(0.1, 6)
    yield walk.by_applicant(c.Supplement(components=tuple(_given(walk, each) for each in asked), at=walk.at))
    walk.pass_until_open()


def paid(walk: Walk) -> Iterator[Step]:
    """What is due is asked for and paid or remitted, or stays unpaid until the agency stops."""
    if walk.case.procedure.dues_for(walk.plan.channel).total == 0:
        return
    yield _payment_request(walk)
    if walk.plan.payment is Payment.NEVER:
        yield _stopped(walk, words.NOT_PAID)
    elif walk.plan.payment is Payment.WAIVED:
        walk.pass_minutes(10, 60)
        reason = walk.word(words.WAIVED)
        waiver = c.WaivePayment(reason=reason, legal_basis=words.LEGAL_BASIS, officer=walk.desk.id, at=walk.at)
        yield walk.by(walk.desk, waiver)
    else:
        if walk.plan.channel in ONLINE:
            walk.pass_days(0.01, 1.2)
        else:
            walk.pass_minutes(2, 12)
        yield walk.by_applicant(_payment(walk))
        walk.pass_until_open()


def _payment_request(walk: Walk) -> Step:
    walk.pass_until_open()
    request = c.RequestPayment(dues=walk.case.procedure.dues_for(walk.plan.channel), officer=walk.desk.id, at=walk.at)
    return walk.by(walk.desk, request)


def _payment(walk: Walk) -> c.Pay:
    number = walk.case.number
    return c.Pay(
        amount=walk.dossier.amount_due,
        channel=walk.word(words.PAYMENT_CHANNELS),
        provider_reference=f"MP-{number:07d}",
        receipt_number=f"BL-{number:07d}",
        at=walk.at,
    )


def _stopped(walk: Walk, reason: str) -> Step:
    walk.pass_minutes(_PATIENCE, 1.5 * _PATIENCE)
    return walk.by(walk.desk, c.Stop(reason=reason, officer=walk.desk.id, at=walk.at))


def collected(walk: Walk) -> Iterator[Step]:
    """The result is handed over once it is paid for; some are never called for."""
    pays_now = walk.plan.payment is Payment.AT_RETURN and walk.case.procedure.dues_for(walk.plan.channel).total > 0
    if pays_now:
        yield _payment_request(walk)
    if not walk.plan.collected:
        return
    if walk.plan.channel is Channel.POST:
        method = DeliveryMethod.POST
        walk.pass_minutes(60, 2 * WORKING_DAY)
    elif walk.plan.channel in ONLINE and walk.chance.random() < 0.65:
        method = DeliveryMethod.ONLINE
        walk.pass_minutes(2, 45)
    else:
        method = DeliveryMethod.DESK
        walk.pass_minutes(20, 5 * WORKING_DAY)
    if pays_now:
        yield walk.by_applicant(_payment(walk))
        walk.pass_until_open()
    recipient = walk.case.applicant.personal if method is DeliveryMethod.DESK else None
    command = c.ReturnResult(method=method, officer=walk.desk.id, recipient=recipient, at=walk.at)
    yield walk.by(walk.desk, command)


def overpaid(walk: Walk) -> Iterator[Step]:
    """What was paid a second time is found later and recorded for refund."""
    walk.pass_minutes(30, 2 * WORKING_DAY)
    number = walk.case.number
    command = c.RecordOverpayment(
        amount=walk.dossier.amount_due,
        channel=walk.word(words.PAYMENT_CHANNELS),
        provider_reference=f"MP-{number:07d}-2",
        receipt_number=f"BL-{number:07d}-2",
        at=walk.at,
    )
    yield walk.by(walk.desk, command)


def corrected(walk: Walk) -> Iterator[Step]:
    """What the desk recorded wrongly is put right under the head's authority."""
    walk.pass_minutes(30, 2 * WORKING_DAY)
    if walk.plan.channel is Channel.DESK:
        version = next(number for number, event in enumerate(walk.history, 1) if isinstance(event, Accepted))
        field, new_value = "accepted_at", (walk.case.submitted_at + timedelta(minutes=2)).isoformat()
    else:
        version, field, new_value = 1, "channel", Channel.DESK.value
    command = c.Correct(
        version=version,
        field=field,
        new_value=new_value,
        authority=words.CORRECTION_AUTHORITY,
        reason=walk.word(words.CORRECTION),
        at=walk.at,
    )
    yield walk.by(walk.case.staff.head, command)
