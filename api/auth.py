"""Who acts: the one dependency through which an actor reaches a command.

Until there is authentication the headers are believed, which is why the service then listens on loopback alone.
"""

import unicodedata
from typing import Annotated
from urllib.parse import unquote

from fastapi import Header

from domain.envelope import Actor

ACTOR_PATTERN = r"^[A-Za-z0-9._@:-]{1,64}$"
UNIT_PATTERN = r"^[0-9A-Z.]{1,40}$"

ActorId = Annotated[
    str, Header(alias="Motcua-Actor", pattern=ACTOR_PATTERN, description="The id of who acts, e.g. an officer's.")
]
ActorUnit = Annotated[
    str | None, Header(alias="Motcua-Unit", pattern=UNIT_PATTERN, description="The unit the actor acts for.")
]
Principal = Annotated[
    str | None,
    Header(
        alias="Motcua-On-Behalf-Of",
        pattern=ACTOR_PATTERN,
        description="The id of the one in whose place the actor acts.",
    ),
]
Delegation = Annotated[
    str | None,
    Header(
        alias="Motcua-Delegation",
        pattern=r"^[ -~]{1,300}$",
        description="The number of the delegation's instrument; percent-encoded UTF-8 where it is not ASCII.",
    ),
]


async def actor(
    motcua_actor: ActorId,
    motcua_unit: ActorUnit = None,
    motcua_on_behalf_of: Principal = None,
    motcua_delegation: Delegation = None,
) -> Actor:
    """The actor as the headers name him."""
    return Actor(
        id=motcua_actor,
        unit=motcua_unit or "",
        on_behalf_of=motcua_on_behalf_of,
        delegation=unicodedata.normalize("NFC", unquote(motcua_delegation)) if motcua_delegation else None,
    )
