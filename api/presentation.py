"""How values of the domain look in JSON: instants local to the dossier, positions as text."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response

from domain.codes import HO_CHI_MINH
from domain.dossier.events import Accepted
from domain.envelope import Recorded
from domain.ports import Rules


def json_response(
    value: object, *, zone: ZoneInfo | None = HO_CHI_MINH, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A value as JSON that nobody keeps: it may concern a person and is soon out of date.

    Instants are written with the offset of ``zone``; without one, with their own.
    """
    return Response(
        msgspec.json.encode(value if zone is None else in_zone(value, zone)),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"} | dict(headers or {}),
    )


def in_zone(value: object, zone: ZoneInfo) -> Any:  # noqa: ANN401 - JSON
    """The value as plain dicts and lists, every instant with the offset of ``zone``; what is private is left out."""
    return _moved(msgspec.to_builtins(value, builtin_types=(datetime,)), zone)


def _moved(value: Any, zone: ZoneInfo) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if isinstance(value, dict):
        return {key: _moved(item, zone) for key, item in value.items() if not str(key).startswith("_")}
    if isinstance(value, list | tuple):
        return [_moved(item, zone) for item in value]
    return value


def zone_of(history: Sequence[Recorded]) -> ZoneInfo:
    """The zone whose days count for a dossier: the one pinned at acceptance, before that the country's."""
    accepted = next((each.event for each in history if isinstance(each.event, Accepted)), None)
    return ZoneInfo(accepted.timezone) if accepted is not None else HO_CHI_MINH


def zone_of_unit(unit: str, rules: Rules) -> ZoneInfo:
    """The zone of a unit's calendar; the country's for units that are not known."""
    known = rules.unit(unit)
    return ZoneInfo(rules.calendar(known.calendar).timezone) if known is not None else HO_CHI_MINH
