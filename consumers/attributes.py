"""The attributes of CloudEvents: those that ``dossier_events`` writes, and those that are read of others."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from domain.codes import CODE_PATTERN

_SPECVERSION: Final = Meta(description="The version of CloudEvents.", extra_json_schema={"const": "1.0"})
_CONTENT: Final = Meta(description="The form of `data`.")
_CODE: Final = Meta(pattern=CODE_PATTERN, description="The dossier's code.")
_KEY: Final = Meta(pattern=CODE_PATTERN, description="The message's key: the dossier's code.")
_SOURCE: Final = Meta(description="The installation that wrote it, as a URI reference.")
_TYPE: Final = Meta(description="What `data` holds: a name and its version.")
_VERSION: Final = Meta(ge=1, description="How many events the dossier had by then.")
_POSITION: Final = Meta(
    pattern=r"^[0-9]+$",
    description="The place in the log of all dossiers' events; it grows, with gaps. Text, since it exceeds what JSON "
    "numbers hold exactly.",
)


class EventAttributes(msgspec.Struct, kw_only=True):
    """A dossier's event. ``id`` is unique with ``source``: a message that was sent twice has the same."""

    specversion: Annotated[str, _SPECVERSION]
    id: Annotated[str, Meta(description="The same as `position`.")]
    source: Annotated[str, _SOURCE]
    type: Annotated[str, _TYPE]
    subject: Annotated[str, _CODE]
    time: Annotated[datetime, Meta(tz=True, description="When the event was recorded, RFC 3339 with an offset.")]
    datacontenttype: Annotated[Literal["application/json"], _CONTENT]
    partitionkey: Annotated[str, _KEY]
    dossierid: Annotated[UUID, Meta(description="The dossier's id, the same for all its events.")]
    dossierversion: Annotated[int, _VERSION]
    position: Annotated[str, _POSITION]
    traceparent: Annotated[
        str | msgspec.UnsetType,
        Meta(description="W3C trace context of the request that led to the event, where known."),
    ] = msgspec.UNSET


class StatusAttributes(msgspec.Struct, kw_only=True):
    """A dossier's public status. ``id`` is unique with ``source``: a message that was sent twice has the same."""

    specversion: Annotated[str, _SPECVERSION]
    id: Annotated[str, Meta(description="The dossier's code, `/`, and `dossierversion`.")]
    source: Annotated[str, _SOURCE]
    type: Annotated[str, _TYPE]
    subject: Annotated[str, _CODE]
    datacontenttype: Annotated[Literal["application/json"], _CONTENT]
    partitionkey: Annotated[str, _KEY]
    dossierversion: Annotated[int, _VERSION]
    position: Annotated[str, _POSITION]


class ReadAttributes(msgspec.Struct, frozen=True):
    """Another system's message. Further attributes may be there and are passed over."""

    specversion: Annotated[str, _SPECVERSION]
    id: Annotated[str, Meta(description="Of the sender's choice; kept as what the message's effects go back to.")]
    source: Annotated[str, Meta(description="Who sent it, as a URI reference.")]
    type: Annotated[str, _TYPE]
    time: Annotated[datetime | None, Meta(description="When it was sent, RFC 3339 with an offset.")] = None
    traceparent: Annotated[str | None, Meta(description="W3C trace context, unless a header has one.")] = None
