"""From a request to a command and from its outcome to an answer: one way for every act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Header, Request
from starlette.responses import Response

from api.auth import actor
from api.bodies import CommandBody
from api.correlation import Correlation, correlation_of
from api.ports import Collaborators
from api.presentation import json_response
from api.problems import EffectiveInFuture
from domain.codes import HO_CHI_MINH
from domain.dossier.events import WIRE_NAMES
from domain.envelope import Actor
from domain.errors import Malformed
from domain.ports import AdministrationDone, AdministrationRequest, Done
from domain.ports import Request as DomainRequest

TOLERANCE: Final = timedelta(minutes=5)
"""Clocks of clients may be ahead of ours by so much."""

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,128}$",
        description="Names this command. Sent again with the same body it has no second effect; "
        "with another body it is refused. Keys of different actors are different keys.",
    ),
]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        pattern=r'^(\*|"[0-9]{1,18}")$',
        description="The version that the decision rests on, as the ETag gave it; * rests on none.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The command holds. ``already``: it was already so and nothing was added.

    ``version`` is the dossier's (and the ETag); reads that are given ``position`` as ``after`` will include this.
    """

    code: str
    version: int
    position: str
    events: list[str]
    already: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Who commands, under which key, and how to find the request again."""

    actor: Actor
    key: str
    correlation: Correlation


async def circumstances(
    request: Request, actor: Annotated[Actor, Depends(actor)], idempotency_key: IdempotencyKey
) -> Circumstances:
    """The circumstances of a command. A key counts within its actor, so that two clients' equal keys do not collide.

    An actor's id has no slash; so no two pairs of actor and key make the same text.
    """
    return Circumstances(actor=actor, key=f"{actor.id}/{idempotency_key}", correlation=correlation_of(request.scope))


async def carry_out(
    act: str,
    body: CommandBody,
    by: Circumstances,
    collaborators: Collaborators,
    *,
    code: str = "",
    expected_version: int | None = None,
) -> Done:
    """Send the command through the gateway.

    Raises:
        DossierError: why it was not carried out.
    """
    at = _effective(body, collaborators)
    return await collaborators.commands.send(
        DomainRequest(
            command=body.value(at=at),
            actor=by.actor,
            command_id=by.key,
            code=code,
            key="" if code else by.key,
            digest=body.digest(act),
            expected_version=expected_version,
            correlation_id=by.correlation.request_id,
            trace_id=by.correlation.trace_id,
        )
    )


async def administer(
    act: str,
    body: CommandBody,
    by: Circumstances,
    collaborators: Collaborators,
    named: Mapping[str, str],
    *,
    expected_version: int | None,
) -> AdministrationDone:
    """Send a command to the administration; ``named`` is the field that names the entry, and its value.

    Raises:
        DossierError: why it was not carried out.
    """
    at = _effective(body, collaborators)
    try:
        command = body.value(at=at, **named)
    except ValueError as error:
        raise Malformed(reason=str(error)) from error
    return await collaborators.administering.send(
        AdministrationRequest(
            command=command,
            actor=by.actor,
            command_id=by.key,
            digest=body.digest("/".join((act, *named.values()))),
            expected_version=expected_version,
            correlation_id=by.correlation.request_id,
            trace_id=by.correlation.trace_id,
        )
    )


def _effective(body: CommandBody, collaborators: Collaborators) -> datetime:
    now = collaborators.clock()
    at = (body.at or now).astimezone(HO_CHI_MINH)
    if at > now + TOLERANCE:
        raise EffectiveInFuture(at=at.isoformat())
    return at


def expected_version(if_match: str) -> int | None:
    """The version that ``If-Match`` names; None for any."""
    return None if if_match == "*" else int(if_match.strip('"'))


def etag(version: int) -> str:
    """A dossier's version as an entity tag."""
    return f'"{version}"'


def answered(done: Done, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a command."""
    answer = Answer(
        code=done.code,
        version=done.version,
        position=str(done.position),
        events=[WIRE_NAMES[type(event)] for event in done.events],
        already=not done.events,
    )
    return json_response(answer, status=status, headers={"ETag": etag(done.version)} | dict(headers or {}))
