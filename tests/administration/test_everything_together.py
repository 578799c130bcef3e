"""Catalogue, units, posts, delegations and dossiers in one, any of them changing at any time, against paper.

The paper is what a careful clerk would keep: lists of what was decided, read from the top. It shares no code with the
domain. Every command is expected to be carried out exactly when the paper says so, and what a dossier was accepted by
stays with it whatever is decided afterwards.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.administration.administration import Administration
from domain.administration.building import build
from domain.administration.delegations import GrantDelegation, RevokeDelegation
from domain.administration.entries import Entries, RecordedFact
from domain.administration.kinds import KINDS
from domain.administration.officers import AssignPost, EndPost, Power
from domain.administration.procedures import PublishProcedure, WithdrawProcedure
from domain.administration.unit_facts import EndUnit, EstablishUnit, MergeUnits
from domain.agency import Unit, UnitKind
from domain.authority import POWERS, acting_officer, authorised
from domain.could_act import could_act
from domain.dossier import commands as c
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier, evolve
from domain.dossier.events import Accepted, DeliveryMethod
from domain.envelope import Actor, Envelope, Recorded
from domain.errors import Refusal
from domain.money import Dues
from domain.term import Term, TermUnit
from service.acts_audit import Administrations, acts
from tests.administration.test_windows import BASE_FACTS, grounded
from tests.administration.told import recorded
from tests.examples import BEGINNING, COMMUNE, MONDAY, PROCEDURE, SHA, SUBMIT, UNIT, procedure

OFFICERS: Final = st.sampled_from(["a", "b", "d"])
NEW: Final = ("H99.04.10", "H99.04.11", "H99.04.12")
UNITS: Final = st.sampled_from([UNIT, COMMUNE, COMMUNE, *NEW])
DAYS: Final = st.integers(-2, 4)
HOURS: Final = st.integers(-24, 48)
POWERS_GIVEN: Final = st.sets(st.sampled_from(list(Power)), min_size=1).map(lambda found: tuple(sorted(found)))
CITED: Final = st.one_of(st.none(), st.integers(0, 5).map("n{}".format))
DOSSIERS: Final = 3
WHICH: Final = st.integers(0, DOSSIERS - 1)

NEXT: Final = {"in-process": "appraised", "appraised": "approved", "approved": "signed", "signed": "sealed"}
IN_PROCESS: Final = set(NEXT)


@dataclass
class PaperUnit:
    """A unit on paper: there from its first day on, until the day it ended."""

    parent: str | None
    since: date = date.min
    ended: date | None = None
    successors: tuple[str, ...] = ()

    def there(self, day: date) -> bool:
        return self.since <= day and (self.ended is None or day < self.ended)


@dataclass(eq=False)
class PaperDossier:
    """A dossier on paper, and what it was accepted by; ``acted`` are the acts on it that needed a power."""

    unit: str
    holder: str
    submitted: date
    stage: str = "submitted"
    appraiser: str = ""
    version: str = ""
    due_at: datetime | None = None
    dossier: Dossier = field(default_factory=Dossier)
    history: list[Recorded] = field(default_factory=list)
    acted: list[tuple[c.Command, Dossier, Administration]] = field(default_factory=list)


Versioned = TypeVar("Versioned", str, str | None)


def _decided_last(versions: list[tuple[date, Versioned]], day: date) -> Versioned:
    """Of those for the latest day that has come, the one that was decided last."""
    latest = max(begins for begins, _ in versions if begins <= day)
    return [version for begins, version in versions if begins == latest][-1]


class Office(RuleBasedStateMachine):
    """One province: what is decided in it, and the dossiers that are dealt with meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.entries = build(BEGINNING).entries
        self.now = MONDAY
        self.facts: list[RecordedFact] = []
        self.in_force: list[tuple[date, str | None]] = [(date.min, "1")]
        self.units = {"H99": PaperUnit(None), UNIT: PaperUnit("H99"), COMMUNE: PaperUnit("H99")}
        self.dossiers: list[PaperDossier] = []
        self.tally: Counter[str] = Counter()

    # What the paper says.

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def told(self) -> list[Any]:
        return [each.fact for each in self.facts]

    def version_on(self, day: date) -> str | None:
        return _decided_last(self.in_force, day)

    def last_version_until(self, day: date) -> str:
        """In force on the day, or last before: what is withdrawn still counts for what was handed in."""
        return _decided_last([(begins, version) for begins, version in self.in_force if version], day)

    def there(self, code: str, day: date) -> bool:
        return code in self.units and self.units[code].there(day)

    def answers_for(self, code: str, day: date) -> set[str]:
        unit = self.units[code]
        if unit.ended is None or day < unit.ended:
            return {code}
        return set().union(*(self.answers_for(each, day) for each in unit.successors))

    def whose_posts_count(self, paper: PaperDossier) -> set[str]:
        found: set[str] = set()
        left = [paper.unit, paper.holder]
        while left:
            code = left.pop()
            if code in found:
                continue
            found.add(code)
            left += self.answers_for(code, self.today)
            if parent := self.units[code].parent:
                left.append(parent)
        return found

    def has_ground(self, command: c.Command, paper: PaperDossier, cited: str | None) -> bool:
        kept = {fact.unit for fact in self.told if type(fact).__name__ == "PostAssigned"}
        if not kept & {paper.unit, paper.holder}:
            return True
        return grounded(self.told, command, Actor(id="-", delegation=cited), self.whose_posts_count(paper))

    # How commands are given.

    def position(self) -> int:
        return 1_000 + len(self.facts) + sum(len(each.history) for each in self.dossiers)

    def administer(self, command: Any) -> bool:
        """Whether anything came of it."""
        try:
            made = recorded(self.entries, command, self.now)
        except Refusal:
            return False
        first = self.position() + 1
        made = [each._replace(position=first) for each in made]
        self.entries = self.entries.after(made)
        self.facts += made
        return bool(made)

    def give(self, paper: PaperDossier, command: c.Command, *, expected: bool, cited: str | None = None) -> bool:
        """Give a command; it must be carried out exactly when expected, and else nothing may come of it."""
        rules = Administration(self.entries)
        actor = Actor(id="clerk", delegation=cited)
        events, by, refusal = [], actor, None
        try:
            events = decide(command, paper.dossier, rules)
            by = authorised(command, paper.dossier, rules, actor) if events else actor
        except Refusal as found:
            events, refusal = [], found
            self.tally["refused"] += 1
        assert bool(events) == expected, refusal or f"{command} made {events}"
        if events and type(command) in POWERS:
            paper.acted.append((command, paper.dossier, rules))
            self.tally["delegated" if by.delegation else "by post"] += 1
        position = self.position()
        for number, event in enumerate(events, start=1):
            envelope = Envelope(recorded_at=self.now, actor=by, command_id="-")
            paper.history.append(
                Recorded(
                    dossier_id=UUID(int=self.dossiers.index(paper)),
                    version=len(paper.history) + 1,
                    position=position + number,
                    event=event,
                    envelope=envelope,
                )
            )
            paper.dossier = evolve(paper.dossier, event)
        return bool(events)

    # What happens in the administration.

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(days=DAYS, amount=st.integers(1, 9))
    def publish(self, days: int, amount: int) -> None:
        begins, version = self._day(days), str(len(self.in_force) + 1)
        published = procedure(PROCEDURE, Term(amount, TermUnit.WORKING_DAYS), Dues(fee=0, charge=8000))
        described = PublishProcedure(
            code=PROCEDURE,
            procedure=replace(published, version=version),
            effective_from=begins,
            decision="-",
            at=self.now,
        )
        assert self.administer(described)
        self.in_force.append((begins, version))

    @rule(days=DAYS)
    def withdraw(self, days: int) -> None:
        begins = self._day(days)
        was = self.version_on(begins)
        assert self.administer(WithdrawProcedure(code=PROCEDURE, effective_from=begins, decision="-", at=self.now)) == (
            was is not None
        )
        if was is not None:
            self.in_force.append((begins, None))

    @rule(code=st.sampled_from(NEW), days=DAYS)
    def establish(self, code: str, days: int) -> None:
        begins = self._day(days)
        described = Unit(code=code, name_vi="Xã mới", name_en="New", kind=UnitKind.COMMUNE, parent="H99", calendar="vn")
        command = EstablishUnit(code=code, unit=described, effective_from=begins, decision="-", at=self.now)
        assert self.administer(command) == (code not in self.units)
        self.units.setdefault(code, PaperUnit("H99", since=begins))

    @rule(merged=UNITS, into=UNITS, days=DAYS)
    def merge(self, merged: str, into: str, days: int) -> None:
        self._end(merged, into, days, MergeUnits(code=into, merged=(merged,), effective_from=self._day(days),
            decision="-", at=self.now))  # fmt: skip

    @rule(ended=UNITS, into=UNITS, days=DAYS)
    def end(self, ended: str, into: str, days: int) -> None:
        self._end(ended, into, days, EndUnit(code=ended, successors=(into,), effective_from=self._day(days),
            decision="-", at=self.now))  # fmt: skip

    def _day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def _end(self, ended: str, into: str, days: int, command: Any) -> None:
        day = self._day(days)
        can = ended != into and all(self.there(each, day) and self.units[each].ended is None for each in (ended, into))
        assert self.administer(command) == can, command
        if can:
            self.units[ended].ended, self.units[ended].successors = day, (into,)

    @rule(officer=OFFICERS, post=st.sampled_from("xy"), unit=UNITS, powers=POWERS_GIVEN, hours=HOURS)
    def assign(self, officer: str, post: str, unit: str, powers: tuple[Power, ...], hours: int) -> None:
        since = self.now + timedelta(hours=hours)
        self.administer(
            AssignPost(
                id=officer, post=post, unit=unit, title="-", powers=powers, since=since, decision="-", at=self.now
            )
        )

    @rule(officer=OFFICERS, post=st.sampled_from("xy"), hours=HOURS)
    def end_post(self, officer: str, post: str, hours: int) -> None:
        until = self.now + timedelta(hours=hours)
        self.administer(EndPost(id=officer, post=post, until=until, decision="-", at=self.now))

    @rule(
        number=st.integers(0, 5),
        between=st.tuples(OFFICERS, OFFICERS),
        unit=UNITS,
        powers=POWERS_GIVEN,
        hours=st.tuples(st.integers(-12, 6), st.integers(1, 60)),
        onward=st.booleans(),
        under=CITED,
    )
    def grant(  # noqa: PLR0917 - drawn
        self,
        number: int,
        between: tuple[str, str],
        unit: str,
        powers: tuple[Power, ...],
        hours: tuple[int, int],
        onward: bool,  # noqa: FBT001
        under: str | None,
    ) -> None:
        self.administer(
            GrantDelegation(
                number=f"n{number}",
                from_officer=between[0],
                to_officer=between[1],
                unit=unit,
                powers=powers,
                valid_from=self.now + timedelta(hours=hours[0]),
                valid_until=self.now + timedelta(hours=hours[1]),
                onward=onward,
                under=under,
                at=self.now,
            )
        )

    @rule(number=st.integers(0, 5), hours=HOURS)
    def revoke(self, number: int, hours: int) -> None:
        since = self.now + timedelta(hours=hours)
        self.administer(RevokeDelegation(number=f"n{number}", revoked_from=since, reason="-", at=self.now))

    # What happens to dossiers.

    @initialize(known=st.booleans())
    def begin(self, known: bool) -> None:  # noqa: FBT001 - drawn
        """A dossier in process; in most provinces it is known who holds which post."""
        self.submit(COMMUNE)
        self.accept(0)
        if known:
            self.assign("a", "z", COMMUNE, tuple(Power), 0)
            self.assign("b", "z", COMMUNE, (Power.APPROVE, Power.SIGN), 0)

    @precondition(lambda self: len(self.dossiers) < DOSSIERS)
    @rule(unit=UNITS)
    def submit(self, unit: str) -> None:
        paper = PaperDossier(unit, unit, self.today)
        can = self.version_on(self.today) is not None and self.there(unit, self.today)
        self.dossiers.append(paper)
        command = c.Submit(
            procedure=PROCEDURE, unit=unit, channel=SUBMIT.channel, applicant_kind=SUBMIT.applicant_kind,
            applicant_reference="-", components=SUBMIT.components, at=self.now,
        )  # fmt: skip
        if not self.give(paper, command, expected=can):
            self.dossiers.pop()

    @rule(which=WHICH)
    def accept(self, which: int) -> None:
        paper = self.chosen(which)
        can = paper.stage == "submitted"
        if self.give(paper, c.Accept(officer="clerk", at=self.now), expected=can):
            paper.version = self.version_on(self.today) or self.last_version_until(paper.submitted)
            paper.stage = "in-process"
            accepted = next(each.event for each in paper.history if isinstance(each.event, Accepted))
            assert accepted.procedure_version == paper.version
            paper.due_at = accepted.due_at

    @rule(which=WHICH, unit=UNITS, officer=OFFICERS)
    def hand_over(self, which: int, unit: str, officer: str) -> None:
        paper = self.chosen(which)
        can = paper.stage in IN_PROCESS and self.there(unit, self.today)
        step = f"bước {len(paper.history)}"
        command = c.HandOver(step=step, to_unit=unit, to_officer=officer, to_title="-", at=self.now)
        if self.give(paper, command, expected=can):
            paper.holder = unit

    @rule(which=WHICH)
    def hand_to_who_answers(self, which: int) -> None:
        """All that has to be handed over, as the command that hands over a whole unit's dossiers does it."""
        paper = self.chosen(which)
        for ended in {paper.unit, paper.holder}:
            self.hand_to_successor(which, ended, min(self.answers_for(ended, self.today)))

    @rule(which=WHICH, ended=UNITS, into=UNITS)
    def hand_to_successor(self, which: int, ended: str, into: str) -> None:
        paper = self.chosen(which)
        mine = {paper.unit, paper.holder}
        open_or_ready = paper.stage in IN_PROCESS | {"submitted", "sealed"}
        gone = ended in self.units and not self.there(ended, self.today) and self.units[ended].since <= self.today
        can = ended in mine and open_or_ready and gone and into in self.answers_for(ended, self.today)
        if self.give(paper, c.HandToSuccessor(from_unit=ended, to_unit=into, at=self.now), expected=can):
            paper.unit = into if paper.unit == ended else paper.unit
            paper.holder = into if paper.holder == ended else paper.holder
            self.tally["handed to a successor"] += 1

    @rule(which=WHICH, lot=st.integers(0, 9))
    def go_on(self, which: int, lot: int) -> None:
        """What comes next, by one of those who could."""
        paper = self.chosen(which)
        if paper.stage == "sealed":
            self.return_result(which)
        elif paper.stage in NEXT:
            power = {"in-process": Power.APPRAISE, "appraised": Power.APPROVE, "approved": Power.SIGN}
            could = could_act(paper.dossier, power.get(paper.stage, Power.SEAL), Administration(self.entries), self.now)
            found = [(each.officer, each.delegation) for each in could] or [("a", None)]
            self.act(which, *found[lot % len(found)], None)

    @rule(which=WHICH, officer=OFFICERS, cited=CITED, other=st.sampled_from([None, *NEXT]))
    def act(self, which: int, officer: str, cited: str | None, other: str | None) -> None:
        """The act that comes next, or any other."""
        paper = self.chosen(which)
        at = self.now
        commands: dict[str, c.Command] = {
            "in-process": c.Appraise(eligible=True, opinion="-", officer=officer, at=at),
            "appraised": c.Approve(officer=officer, reason="-", at=at),
            "approved": c.Sign(signer=officer, document_sha256=SHA, certificate_serial="-", at=at),
            "signed": c.Seal(agency=COMMUNE, document_sha256=SHA, certificate_serial="-", officer=officer, at=at),
        }
        of = other or (paper.stage if paper.stage in NEXT else "in-process")
        command = commands[of]
        again = of == "in-process" and paper.stage == "appraised" and paper.appraiser != officer
        in_turn = (paper.stage == of or again) and not (of == "appraised" and paper.appraiser == officer)
        can = in_turn and self.has_ground(command, paper, cited)
        if self.give(paper, command, expected=can, cited=cited):
            paper.stage = NEXT[of]
            if of == "in-process":
                paper.appraiser = officer

    @rule(which=WHICH)
    def return_result(self, which: int) -> None:
        paper = self.chosen(which)
        command = c.ReturnResult(method=DeliveryMethod.DESK, officer="clerk", at=self.now)
        if self.give(paper, command, expected=paper.stage == "sealed"):
            paper.stage = "returned"

    def chosen(self, which: int) -> PaperDossier:
        return self.dossiers[which % len(self.dossiers)]

    # What holds at any time.

    @invariant()
    def dossiers_stand_where_the_paper_says(self) -> None:
        for paper in self.dossiers:
            stood = paper.dossier
            assert (stood.stage.value, stood.unit, stood.holder.unit) == (paper.stage, paper.unit, paper.holder)

    @invariant()
    def what_a_dossier_was_accepted_by_stays_with_it(self) -> None:
        rules = Administration(self.entries)
        for paper in self.dossiers:
            assert (paper.dossier.procedure_version, paper.dossier.due_at) == (paper.version, paper.due_at)
            if paper.version:
                pinned = rules.procedure_version(PROCEDURE, paper.version)
                assert pinned is not None
                assert pinned.term == paper.dossier.term

    @invariant()
    def somebody_answers_for_every_dossier(self) -> None:
        rules = Administration(self.entries)
        for paper in self.dossiers:
            for code in (paper.unit, paper.holder):
                assert set(rules.successors(code, self.now)) == self.answers_for(code, self.today)

    def teardown(self) -> None:
        """Read again from what was recorded: the same administration, and every act with its ground."""
        replayed = Entries().after([*BASE_FACTS, *self.facts])
        for kind in KINDS:
            assert replayed.of(kind) == self.entries.of(kind)
        administrations = Administrations([*BASE_FACTS, *self.facts])
        for paper in self.dossiers:
            judged = list(acts(paper.history, administrations))
            assert [each.refusal for each in judged if each.refusal] == []
            assert len(judged) == len(paper.acted)
            for command, before, rules in paper.acted:
                kept = any(rules.keeps_posts(each) for each in (before.unit, before.holder.unit))
                could = {each.officer for each in could_act(before, POWERS[type(command)], rules, command.at)}
                assert not kept or acting_officer(command) in could


def test_what_is_decided_and_what_is_done_agree_with_paper() -> None:
    run_state_machine_as_test(Office, settings=settings(max_examples=150, stateful_step_count=60, deadline=None))


def test_the_paper_follows_each_kind_of_act_to_the_end() -> None:
    """Drawn at random, the rarer kinds may not happen at all: here each does, held against the same paper."""
    office = Office()
    office.begin(known=True)
    office.grant(0, ("b", "d"), COMMUNE, (Power.APPROVE,), (0, 60), onward=False, under=None)
    office.act(0, "a", None, None)
    office.act(0, "d", None, None)
    office.act(0, "d", "n0", None)
    office.act(0, "b", None, None)
    office.establish(NEW[0], 0)
    office.merge(COMMUNE, NEW[0], 1)
    office.time_passes(24)
    office.hand_to_who_answers(0)
    office.act(0, "a", None, None)
    office.return_result(0)
    for holds in (
        office.dossiers_stand_where_the_paper_says,
        office.what_a_dossier_was_accepted_by_stays_with_it,
        office.somebody_answers_for_every_dossier,
    ):
        holds()
    office.teardown()
    assert office.dossiers[0].stage == "returned"
    assert office.tally == {"by post": 3, "delegated": 1, "handed to a successor": 1, "refused": 1}
