"""No act outside a window: random histories of posts, delegations, units and dossiers, judged again by a plain reading.

The plain reading knows nothing of how the rules find a ground: it goes through what was recorded, one by one.
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest

from domain.administration.administration import Administration
from domain.administration.building import build
from domain.administration.delegations import DELEGATIONS, GrantDelegation, RevokeDelegation
from domain.administration.entries import Entries
from domain.administration.officers import AssignPost, EndPost, Power
from domain.authority import POWERS, acting_officer, authorised
from domain.dossier import commands as c
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier, Stage, evolve
from domain.envelope import Actor, Envelope, Recorded
from domain.errors import Refusal
from service.acts_audit import Administrations, acts
from tests.administration.test_units import merge
from tests.administration.told import recorded
from tests.examples import BEGINNING, COMMUNE, FREE, LIFE, MONDAY, PROCEDURE, SHA, SUBMIT, UNIT

HISTORIES: Final = 10_000
OFFICERS: Final = ("a", "b", "d")
BASE: Final = build(BEGINNING).entries
NEW: Final = "H99.02.77"


@dataclass
class Story:
    """One administration and one dossier, in which anything is tried at any time."""

    chance: Random
    entries: Entries = BASE
    dossier: Dossier = field(default_factory=Dossier)
    now: datetime = MONDAY
    told: list[Any] = field(default_factory=list)
    facts: list[Any] = field(default_factory=list)
    history: list[Recorded] = field(default_factory=list)
    done: list[tuple[c.Command, Actor, str, str, int]] = field(default_factory=list)
    refused: int = 0
    merged: bool = False

    def administer(self, command: Any) -> None:
        with suppress(Refusal):
            made = recorded(self.entries, command, self.now)
            made = [each._replace(position=self.position() + 1 + number) for number, each in enumerate(made)]
            self.entries = self.entries.after(made)
            self.facts += made
            self.told += [each.fact for each in made]

    def position(self) -> int:
        return 1_000 + 10 * (len(self.facts) + len(self.history))

    def act(self, command: c.Command, actor: Actor) -> None:
        rules = Administration(self.entries)
        try:
            events = decide(command, self.dossier, rules)
            by = authorised(command, self.dossier, rules, actor) if events else actor
        except Refusal:
            self.refused += 1
            return
        if events and type(command) in POWERS:
            self.done.append((command, by, self.dossier.unit, self.dossier.holder.unit, len(self.told)))
        for event in events:
            position = self.position() + 5
            envelope = Envelope(recorded_at=self.now, actor=by, command_id="-")
            version = len(self.history) + 1
            self.history.append(
                Recorded(dossier_id=UUID(int=1), version=version, position=position, event=event, envelope=envelope)
            )
            self.dossier = evolve(self.dossier, event)

    def officer(self) -> str:
        return self.chance.choice(OFFICERS)

    def moment(self) -> datetime:
        return self.now + timedelta(hours=self.chance.randint(-30, 30))

    def change(self) -> None:
        """Something happens in the administration."""
        chance, at = self.chance, self.now
        powers = tuple(chance.sample(list(Power), chance.randint(1, 4)))
        unit = chance.choice((COMMUNE, COMMUNE, COMMUNE, UNIT, "H99", NEW))
        match chance.randrange(9):
            case 0 | 1 | 2:
                self.administer(AssignPost(id=self.officer(), post=chance.choice("xy"), unit=unit, title="-",
                    powers=powers, since=self.moment(), decision="-", at=at))  # fmt: skip
            case 3:
                self.administer(
                    EndPost(id=self.officer(), post=chance.choice("xy"), until=self.moment(), decision="-", at=at)
                )
            case 4 | 5 | 6:
                self.administer(self.grant(unit, powers))
            case 7:
                self.administer(
                    RevokeDelegation(number=f"n{chance.randrange(5)}", revoked_from=self.moment(), reason="-", at=at)
                )
            case 8 if not self.merged:
                self.administer(merge(COMMUNE, day=at.date()))
                self.merged = True

    def grant(self, unit: str, powers: tuple[Power, ...]) -> GrantDelegation:
        chance = self.chance
        given = [None, *(f"n{number}" for number in range(len(self.entries.of(DELEGATIONS))))]
        return GrantDelegation(
            number=f"n{len(self.entries.of(DELEGATIONS))}",
            from_officer=chance.choice("aab"),
            to_officer=self.officer(),
            unit=unit,
            powers=powers,
            procedures=chance.choice(((), (), (PROCEDURE,), (FREE,))),
            valid_from=self.now + timedelta(hours=chance.randint(-12, 6)),
            valid_until=self.now + timedelta(hours=chance.randint(-2, 40)),
            onward=chance.random() < 0.5,
            under=chance.choice(given) if chance.random() < 0.3 else None,
            at=self.now,
        )

    def work(self) -> None:
        """An officer tries something, at once or recorded late."""
        at = self.now - timedelta(hours=self.chance.choice((0, 0, 0, 7)))
        officer, cited = self.officer(), self.chance.choice((None, "n1"))
        given = list(self.entries.of(DELEGATIONS).values())
        if given and self.chance.random() < 0.6:
            granted = self.chance.choice(given).granted
            officer, cited = self.chance.choice((granted.to_officer, officer)), granted.number
        acts: dict[Stage, c.Command] = {
            Stage.IN_PROCESS: c.Appraise(eligible=True, opinion="-", officer=officer, at=at),
            Stage.APPRAISED: c.Approve(officer=officer, reason="-", at=at),
            Stage.APPROVED: c.Sign(signer=officer, document_sha256=SHA, certificate_serial="-", at=at),
            Stage.SIGNED: c.Seal(agency=COMMUNE, document_sha256=SHA, certificate_serial="-", officer=officer, at=at),
            Stage.REFUSED: c.Decline(reason="-", officer=officer, at=at),
        }
        any_act = self.chance.choice(list(acts.values()))
        tried = acts.get(self.dossier.stage, any_act) if self.chance.random() < 0.7 else any_act
        self.act(tried, Actor(id="clerk", delegation=cited))


def story(seed: int) -> Story:
    told = Story(Random(seed))  # noqa: S311 - to be told again
    for command in (SUBMIT, LIFE[0]):
        told.act(command, Actor(id="clerk"))
    told.administer(
        AssignPost(
            id="a", post="z", unit=COMMUNE, title="-", powers=tuple(Power), since=MONDAY, decision="-", at=MONDAY
        )
    )
    for _ in range(told.chance.randint(12, 30)):
        told.now += timedelta(hours=told.chance.randint(0, 8))
        told.change() if told.chance.random() < 0.4 else told.work()
    return told


def grounded(told: list[Any], command: c.Command, by: Actor, units: set[str]) -> bool:
    """A plain reading of what had been recorded: was there a post, or a chain of delegations down from one?"""
    power, at, officer = POWERS[type(command)], command.at, acting_officer(command)

    def post(who: str, where: set[str]) -> bool:
        for number, fact in enumerate(told):
            if type(fact).__name__ != "PostAssigned" or fact.id != who or fact.unit not in where:
                continue
            later = told[number + 1 :]
            again = [
                n
                for n, each in enumerate(later)
                if type(each).__name__ == "PostAssigned" and (each.id, each.post) == (who, fact.post)
            ]
            own = later[: again[0]] if again else later
            ends = [
                each.until
                for each in own
                if type(each).__name__ == "PostEnded" and (each.id, each.post) == (who, fact.post)
            ]
            if power in fact.powers and fact.since <= at and all(at < until for until in ends):
                return True
        return False

    def delegated(number: str | None, who: str) -> bool:
        for fact in told:
            if type(fact).__name__ != "DelegationGranted" or fact.number != number or fact.to_officer != who:
                continue
            revoked = [
                each.revoked_from
                for each in told
                if type(each).__name__ == "DelegationRevoked" and each.number == number
            ]
            inside = fact.valid_from <= at < fact.valid_until and all(at < since for since in revoked)
            about = power in fact.powers and fact.procedures in ((), (PROCEDURE,)) and fact.unit in units
            above = delegated(fact.under, fact.from_officer) if fact.under else post(fact.from_officer, {fact.unit})
            if inside and about and above:
                return True
        return False

    return delegated(by.delegation, officer) if by.delegation else post(officer, units)


@pytest.mark.slow
def test_no_act_is_outside_a_window_in_ten_thousand_histories() -> None:
    done = refused = delegated = 0
    for seed in range(HISTORIES):
        told = story(seed)
        refused += told.refused
        judged = list(acts(told.history, Administrations([*_base_facts(), *told.facts])))
        assert len(judged) == len(told.done)
        assert [act.refusal for act in judged if act.refusal] == [], f"seed {seed}"
        for command, by, unit, holder, known in told.done:
            units = {unit, holder, "H99", *([NEW] if told.merged else [])}
            assert grounded(told.told[:known], command, by, units), f"seed {seed}: {command} by {by}"
            done += 1
            delegated += by.delegation is not None
    print(f"{HISTORIES:,} histories: {done:,} acts with a ground, {delegated:,} of them delegated; {refused:,} refused")
    assert delegated > 1_000
    assert refused > done


def _base_facts() -> list[Any]:
    return BASE_FACTS


def _facts() -> list[Any]:
    entries, found = Entries(), []
    for command in BEGINNING:
        made = recorded(entries, command)
        entries = entries.after(made)
        found += [each._replace(position=1) for each in made]
    return found


BASE_FACTS: Final = _facts()


def test_the_plain_reading_finds_what_has_no_ground() -> None:
    """A check that could not fail would be none."""
    sign = c.Sign(signer="b", document_sha256=SHA, certificate_serial="-", at=MONDAY)
    assert not grounded([], sign, Actor(id="clerk"), {COMMUNE})
    assert not grounded([], sign, Actor(id="clerk", delegation="1"), {COMMUNE})
    told = Story(Random(1))  # noqa: S311 - to be told again
    told.act(SUBMIT, Actor(id="clerk"))
    told.act(LIFE[0], Actor(id="clerk"))
    told.act(LIFE[6], Actor(id="clerk"))
    post = AssignPost(
        id="a", post="z", unit=COMMUNE, title="-", powers=(Power.SIGN,), since=MONDAY, decision="-", at=MONDAY
    )
    told.administer(post)
    late = [replace(each, position=each.position + 1_000) for each in told.history]
    [act] = acts(late, Administrations([*BASE_FACTS, *told.facts]))
    assert act.refusal == "not-empowered"
