"""What happens between acceptance and result: hand-overs, appraisal, apology, approval, signature and seal."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from domain.clock import due_at
from domain.dossier import commands as c
from domain.envelope import Actor
from domain.term import Term, TermUnit
from service.demo import words
from service.demo.administration import DELEGATED_FIELD, delegation_number
from service.demo.desk import collected, supplemented
from service.demo.mix import Ending
from service.demo.province import Officer
from service.demo.walk import Step, Walk


def processed(walk: Walk) -> Iterator[Step]:
    """From the desk to the result, or to the end that comes before it."""
    walk.advance(0.05)
    yield _handed_over(walk, walk.desk, walk.specialist, words.APPRAISAL)
    if walk.plan.ending in {Ending.WITHDRAWN, Ending.STOPPED}:
        walk.advance(0.5)
        yield _ended(walk)
        return
    yield from _examined(walk)
    if walk.dossier.waiting_for_supplement or not walk.dossier.is_open:
        return
    if walk.plan.apology:
        yield _apology(walk)
    yield from _appraised(walk)
    yield from _approved(walk)
    if walk.plan.ending is Ending.RESULT:
        yield from _signed_and_sealed(walk)
        yield from collected(walk)


def _handed_over(walk: Walk, giver: Officer, taker: Officer, step: str, share: float = 0.5) -> Step:
    hours = max(1, round(walk.minutes_left() * share / 60))
    command = c.HandOver(
        step=step,
        to_unit=taker.unit,
        to_officer=taker.id,
        to_title=taker.title,
        quota=Term(hours, TermUnit.WORKING_HOURS),
        at=walk.at,
    )
    return walk.by(giver, command)


def _ended(walk: Walk) -> Step:
    if walk.plan.ending is Ending.WITHDRAWN:
        return walk.by_applicant(c.Withdraw(reason=walk.word(words.WITHDRAWN), at=walk.at))
    head = walk.case.staff.head
    return walk.by(head, c.Stop(reason=walk.word(words.STOPPED), officer=head.id, at=walk.at))


def _examined(walk: Walk) -> Iterator[Step]:
    """The specialist asks another unit, and the applicant, for what he needs."""
    if walk.case.consulted is not None:
        walk.advance(0.15)
        yield _handed_over(walk, walk.specialist, walk.case.consulted, words.CONSULTATION, 0.3)
        walk.advance(0.25)
        yield _handed_over(walk, walk.case.consulted, walk.specialist, words.APPRAISAL)
    for _ in range(walk.plan.supplements):
        walk.advance(0.25)
        asked = walk.chance.choice(walk.case.procedure.components)
        yield from supplemented(walk, [asked], walk.word(words.TO_SUPPLEMENT))
        if walk.plan.unanswered:
            return


def _apology(walk: Walk) -> Step:
    """Shortly before the promise the agency sees that it will not keep it."""
    walk.advance_to_last_hours()
    promised = walk.dossier.due_at
    if promised is None:
        raise ValueError("an apology needs a promise")
    days = Term(walk.chance.randint(2, 6), TermUnit.WORKING_DAYS)
    leader = walk.case.staff.leader
    command = c.Extend(
        new_due_at=due_at(promised, days, walk.working_time),
        reason=walk.word(words.APOLOGY),
        signer=leader.id,
        at=walk.at,
    )
    return walk.by(leader, command)


def _appraised(walk: Walk) -> Iterator[Step]:
    if walk.plan.apology:
        walk.aim_anew()
    eligible = walk.plan.ending is Ending.RESULT
    opinion = walk.word(words.ELIGIBLE if eligible else words.NOT_ELIGIBLE)
    leader = walk.case.staff.leader
    for declined in [True, False] if walk.plan.declined else [False]:
        walk.advance(0.45)
        appraisal = c.Appraise(eligible=eligible, opinion=opinion, officer=walk.specialist.id, at=walk.at)
        yield walk.by(walk.specialist, appraisal)
        walk.advance(0.1)
        yield _handed_over(walk, walk.specialist, leader, words.APPROVAL)
        if declined:
            walk.advance(0.2)
            yield walk.by(leader, c.Decline(reason=walk.word(words.DECLINED), officer=leader.id, at=walk.at))
            yield _handed_over(walk, leader, walk.specialist, words.APPRAISAL)


def _approved(walk: Walk) -> Iterator[Step]:
    refused = walk.plan.ending is Ending.REFUSAL
    walk.advance(1 if refused else 0.4)
    leader = walk.case.staff.leader
    reason = walk.word(words.NOT_ELIGIBLE) if refused else ""
    yield walk.by(leader, c.Approve(officer=leader.id, reason=reason, at=walk.at))


def _signed_and_sealed(walk: Walk) -> Iterator[Step]:
    document = sha256(f"generated result {walk.case.number}".encode()).hexdigest()
    staff = walk.case.staff
    delegated = walk.case.procedure.field_en == DELEGATED_FIELD
    signer = staff.head if delegated else staff.leader
    walk.advance(0.5)
    signature = c.Sign(signer=signer.id, document_sha256=document, certificate_serial=f"MP-{signer.id}", at=walk.at)
    step = walk.by(signer, signature)
    if delegated:
        actor = Actor(
            id=signer.id,
            unit=signer.unit,
            on_behalf_of=staff.leader.id,
            delegation=delegation_number(walk.case.unit.code),
        )
        step = replace(step, actor=actor)
    yield step
    walk.advance(0.4)
    yield _handed_over(walk, signer, walk.desk, words.SEAL)
    walk.advance(1)
    seal = c.Seal(
        agency=walk.case.unit.code,
        document_sha256=document,
        certificate_serial=f"MP-{walk.case.unit.code}",
        officer=walk.desk.id,
        at=walk.at,
    )
    yield walk.by(walk.desk, seal)
