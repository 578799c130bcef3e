"""The administration around the dossiers: what it holds, how each of it came to be, and the acts that change it.

Every kind of thing that an administrator keeps has the same addresses, made from what the domain says of the kind.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Path, Query
from pydantic import Field
from starlette.responses import Response

from api.administration_examples import ADMINISTRATION_EXAMPLES
from api.bodies import CommandBody, entry_command_body
from api.commanding import (
    Circumstances,
    IfMatch,
    administer,
    circumstances,
    etag,
    expected_version,
)
from api.documentation import documented, problems
from api.examples import openapi_examples
from api.fields import Instant, NoParameters, Parameters
from api.ports import Collaborators
from api.presentation import json_response
from domain.administration.entries import Entries, Kind, RecordedFact
from domain.administration.kinds import FACT_NAMES, KINDS
from domain.administration.refusals import UnknownEntry
from domain.errors import UnknownCursor
from domain.text import found_in

MOST_ENTRIES: Final = 500

Key = Annotated[str, Path(min_length=1, max_length=200, description="By which the entry is known.")]


class KnownParameters(Parameters):
    """What was known when."""

    known_at: Instant | None = Field(default=None, description="As it had been recorded by then; by default now.")


class EntryParameters(KnownParameters):
    """A page of entries."""

    q: str | None = Field(
        default=None,
        max_length=200,
        description="Every word in the key, a name or the field; diacritics and case do not matter.",
    )
    cursor: str | None = Field(default=None, max_length=500, description="``next`` of the page before.")
    limit: int = Field(default=100, ge=1, le=MOST_ENTRIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry as it stands. ``version`` counts its facts, and is the ETag."""

    key: str
    version: int
    entry: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """A page of entries in the order of their keys; ``next`` is null on the last page."""

    entries: list[EntryView]
    count: int
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """One fact of an entry, with who recorded it and when."""

    version: int
    position: str
    type: str
    recorded_at: datetime
    actor: str
    unit: str
    correlation_id: str
    trace_id: str | None
    fact: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryHistory:
    """How an entry came to be as it is."""

    key: str
    facts: list[FactView]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAnswer:
    """The command holds. ``already``: it was already so and nothing was added."""

    key: str
    version: int
    position: str
    facts: list[str]
    already: bool


def router(collaborators: Collaborators) -> APIRouter:
    """The routes of every kind."""
    routes = APIRouter()
    for kind in KINDS:
        _add_reads(routes, kind, collaborators)
        for act, command in kind.acts.items():
            routes.add_api_route(
                f"/api/v1/{kind.path}/{{key}}/{act}",
                _act(act, kind, command, collaborators),
                methods=["POST"],
                operation_id=f"{kind.name}-{act}",
                tags=[kind.path],
                summary=(command.__doc__ or act).splitlines()[0],
                responses=documented(200, EntryAnswer, "ETag") | problems(400, 404, 409, 412, 413, 422, 428, 503),
            )
    return routes


def _add_reads(routes: APIRouter, kind: Kind[Any], collaborators: Collaborators) -> None:
    base = f"/api/v1/{kind.path}"
    name = kind.name.replace("-", " ")

    async def entries(parameters: Annotated[EntryParameters, Query()]) -> Response:
        return json_response(_page(kind, parameters, await _entries(parameters, collaborators)))

    async def entry(key: Key, parameters: Annotated[KnownParameters, Query()]) -> Response:
        held = await _entries(parameters, collaborators)
        if key not in held.of(kind):
            raise UnknownEntry(key=key)
        version = held.version(kind, key)
        view = EntryView(key=key, version=version, entry=held.of(kind)[key])
        return json_response(view, headers={"ETag": etag(version)})

    async def history(key: Key, _: NoParameters) -> Response:
        facts = await collaborators.administering.history(kind, key)
        if not facts:
            raise UnknownEntry(key=key)
        return json_response(EntryHistory(key=key, facts=[_fact(each) for each in facts]))

    reads: list[tuple[str, Any, str, str, type[Any]]] = [
        (base, entries, "", f"Every {name}", EntryPage),
        (f"{base}/{{key}}", entry, "-entry", f"A {name} as it stands", EntryView),
        (f"{base}/{{key}}/history", history, "-history", f"How a {name} came to be as it is", EntryHistory),
    ]
    for path, endpoint, suffix, summary, model in reads:
        routes.add_api_route(
            path,
            endpoint,
            methods=["GET"],
            operation_id=f"{kind.path}{suffix}",
            tags=[kind.path],
            summary=summary,
            responses=documented(200, model, *(["ETag"] if endpoint is entry else []))
            | problems(*([404] if suffix else []), 422, 503),
        )


async def _entries(parameters: KnownParameters, collaborators: Collaborators) -> Entries:
    if parameters.known_at is None:
        return collaborators.administration.entries
    return (await collaborators.administering.known_at(parameters.known_at)).entries


def _page(kind: Kind[Any], parameters: EntryParameters, held: Entries) -> EntryPage:
    after = "" if parameters.cursor is None else _key_in(parameters.cursor)
    entries, wanted = held.of(kind), parameters.q or ""
    found = sorted(key for key, entry in entries.items() if not wanted or found_in(wanted, key, *kind.words(entry)))
    keys = [key for key in found if key > after]
    shown = keys[: parameters.limit]
    return EntryPage(
        entries=[EntryView(key=key, version=held.version(kind, key), entry=entries[key]) for key in shown],
        count=len(found),
        next=urlsafe_b64encode(shown[-1].encode()).decode() if len(keys) > len(shown) else None,
    )


def _key_in(cursor: str) -> str:
    try:
        return urlsafe_b64decode(cursor.encode("ascii")).decode()
    except ValueError:
        raise UnknownCursor from None


def _fact(recorded: RecordedFact) -> FactView:
    envelope = recorded.envelope
    return FactView(
        version=recorded.version,
        position=str(recorded.position),
        type=FACT_NAMES[type(recorded.fact)],
        recorded_at=envelope.recorded_at,
        actor=envelope.actor.id,
        unit=envelope.actor.unit,
        correlation_id=envelope.correlation_id,
        trace_id=envelope.trace_id,
        fact=recorded.fact,
    )


def _act(
    act: str, kind: Kind[Any], command: type[object], collaborators: Collaborators
) -> Callable[..., Awaitable[Response]]:
    async def perform(
        key: Key,
        body: CommandBody,
        by: Annotated[Circumstances, Depends(circumstances)],
        if_match: IfMatch,
        _: NoParameters,
    ) -> Response:
        named = {kind.key: key}
        done = await administer(act, body, by, collaborators, named, expected_version=expected_version(if_match))
        answer = EntryAnswer(
            key=done.key,
            version=done.version,
            position=str(done.position),
            facts=[FACT_NAMES[type(fact)] for fact in done.facts],
            already=not done.facts,
        )
        return json_response(answer, headers={"ETag": etag(done.version)})

    example = openapi_examples(ADMINISTRATION_EXAMPLES[f"{kind.name}/{act}"])
    body_type = entry_command_body(command, kind.key)
    perform.__annotations__["body"] = Annotated[body_type, Body(openapi_examples=example)]
    return perform
