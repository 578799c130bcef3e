"""Hypothesis strategies for everything the log can hold, derived from the types themselves."""

import types
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, Union, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from domain.dossier.events import EVENT_TYPES, DossierEvent
from domain.envelope import Envelope
from domain.money import Dues
from domain.term import Term

_BIGINT: Final = 2**63 - 1
_LEAST: Final[dict[type, int]] = {Dues: 0, Term: 1}

INSTANTS: Final[SearchStrategy[datetime]] = st.datetimes(
    min_value=datetime(1980, 1, 1),  # noqa: DTZ001 # the strategy adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 # the strategy adds the zone
    timezones=st.one_of(
        st.just(UTC),
        st.just(ZoneInfo("Asia/Ho_Chi_Minh")),
        st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    ),
)


def events() -> SearchStrategy[DossierEvent]:
    """Any event, with any values its type admits."""
    return st.one_of(*(event_of(kind) for kind in EVENT_TYPES.values()))


def event_of(kind: type[DossierEvent]) -> SearchStrategy[DossierEvent]:
    return _instances(kind)


def envelopes() -> SearchStrategy[Envelope]:
    return _instances(Envelope)


def _instances(kind: type[Any]) -> SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: _values(hints[field.name], _LEAST.get(kind)) for field in fields(kind)})


def _values(hint: Any, least: int | None) -> SearchStrategy[Any]:
    parts = get_args(hint)
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of(*(_values(part, least) for part in parts))
    if get_origin(hint) is tuple:
        return _tuples(parts)
    if is_dataclass(hint):
        return _instances(cast("type[Any]", hint))
    if hint is int:
        return st.integers(-_BIGINT if least is None else least, _BIGINT)
    return INSTANTS if hint is datetime else st.from_type(hint)


def _tuples(parts: tuple[Any, ...]) -> SearchStrategy[Any]:
    if parts[-1] is Ellipsis:
        return st.lists(_values(parts[0], None), max_size=3).map(tuple)
    return st.tuples(*(_values(part, None) for part in parts))
