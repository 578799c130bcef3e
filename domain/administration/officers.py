"""Officers, and the posts they hold in units over time. An officer is known by an id, never by a name."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

from domain.administration.entries import Entries, Kind
from domain.administration.refusals import (
    AlreadyThere,
    EndsBeforeItBegins,
    NoPowers,
    UnitNotInForce,
    UnknownEntry,
    UnknownPost,
)
from domain.administration.units import UNITS
from domain.codes import day_of_code


class Power(StrEnum):
    """What a post, or a delegation, allows on a dossier: to appraise, approve (or decline), sign, or seal."""

    APPRAISE = "appraise"
    APPROVE = "approve"
    SIGN = "sign"
    SEAL = "seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignPost:
    """Assign a post in a unit to an officer. ``post`` names it among his own."""

    id: str
    post: str
    unit: str
    title: str
    powers: tuple[Power, ...]
    since: datetime
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPost:
    """End an officer's post; from ``until`` on it allows nothing."""

    id: str
    post: str
    until: datetime
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAssigned:
    """An officer was assigned a post (bổ nhiệm, phân công), which he holds from ``since`` on."""

    id: str
    post: str
    unit: str
    title: str
    powers: tuple[Power, ...]
    since: datetime
    decision: str
    assigned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEnded:
    """An officer's post ended (thôi giữ chức vụ): from ``until`` on he does not hold it."""

    id: str
    post: str
    until: datetime
    decision: str
    ended_at: datetime


OfficerCommand: TypeAlias = AssignPost | EndPost
OfficerFact: TypeAlias = PostAssigned | PostEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post that an officer holds in a unit, from ``since`` (inclusive) to ``until`` (exclusive)."""

    post: str
    unit: str
    title: str
    powers: frozenset[Power]
    since: datetime
    until: datetime | None = None

    def held(self, at: datetime) -> bool:
        """Whether it is held at an instant."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An officer (cán bộ, công chức) with all his posts, past ones too."""

    id: str
    posts: tuple[Post, ...] = ()

    def post(self, power: Power, units: Collection[str], at: datetime) -> Post | None:
        """A post in one of the units that allows it at an instant; in the order of the units."""
        for unit in units:
            for post in self.posts:
                if post.unit == unit and power in post.powers and post.held(at):
                    return post
        return None


def evolve(entry: Officer | None, fact: OfficerFact, _: datetime) -> Officer:
    """The officer after a fact."""
    entry = entry or Officer(id=fact.id)
    match fact:
        case PostAssigned():
            post = Post(
                post=fact.post, unit=fact.unit, title=fact.title, powers=frozenset(fact.powers), since=fact.since
            )
            return replace(entry, posts=(*entry.posts, post))
        case PostEnded():
            posts = tuple(
                replace(post, until=fact.until) if post.post == fact.post and post.until is None else post
                for post in entry.posts
            )
            return replace(entry, posts=posts)
        case _:
            assert_never(fact)


def decide(command: OfficerCommand, entries: Entries) -> list[OfficerFact]:
    """A post is held in a unit that is there, and ends once; the same name may be held again afterwards.

    Raises:
        Refusal: what is wrong with it.
    """
    officer = entries.of(OFFICERS).get(command.id)
    mine = [post for post in officer.posts if post.post == command.post] if officer else []
    match command:
        case AssignPost():
            return _assigned(command, mine, entries)
        case EndPost():
            return _ended(command, mine)
        case _:
            assert_never(command)


def _assigned(command: AssignPost, mine: list[Post], entries: Entries) -> list[OfficerFact]:
    same = (command.unit, command.title, frozenset(command.powers), command.since)
    if any((post.unit, post.title, post.powers, post.since) == same for post in mine):
        return []
    if any(post.until is None or command.since < post.until for post in mine):
        raise AlreadyThere(officer=command.id, post=command.post)
    if not command.powers:
        raise NoPowers(officer=command.id, post=command.post)
    kept = entries.of(UNITS).get(command.unit)
    if kept is None:
        raise UnknownEntry(unit=command.unit)
    if kept.on(day_of_code(command.since)) is None:
        raise UnitNotInForce(unit=command.unit, day=day_of_code(command.since).isoformat())
    return [
        PostAssigned(
            id=command.id,
            post=command.post,
            unit=command.unit,
            title=command.title,
            powers=command.powers,
            since=command.since,
            decision=command.decision,
            assigned_at=command.at,
        )
    ]


def _ended(command: EndPost, mine: list[Post]) -> list[OfficerFact]:
    if not mine:
        raise UnknownPost(officer=command.id, post=command.post)
    last = mine[-1]
    if last.until is not None:
        if last.until == command.until:
            return []
        raise UnknownPost(officer=command.id, post=command.post)
    if command.until <= last.since:
        raise EndsBeforeItBegins(since=last.since.isoformat())
    return [
        PostEnded(
            id=command.id,
            post=command.post,
            until=command.until,
            decision=command.decision,
            ended_at=command.at,
        )
    ]


OFFICERS: Final[Kind[Officer]] = Kind(
    name="officer",
    path="officers",
    key="id",
    facts={"officer.post-assigned.v1": PostAssigned, "officer.post-ended.v1": PostEnded},
    acts={"assign-post": AssignPost, "end-post": EndPost},
    evolve=evolve,
    decide=decide,
)
