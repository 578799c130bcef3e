"""How a question about on-time figures is put in SQL: by what it is cut, to what narrowed, and which sums serve."""

from typing import Final

from psycopg.types.json import Jsonb

from projections.on_time.report import Cut, ReportQuery
from projections.on_time.totals import MEASURES

WHOLE: Final = "all"
"""The key of the one row of an uncut report, and of every report's total."""

_KEY: Final = {
    Cut.ALL: f"'{WHOLE}'",
    Cut.PROCEDURE: "procedure",
    Cut.CHANNEL: "channel",
    Cut.DAY: "received_on::text",
    Cut.MONTH: "to_char(received_on, 'YYYY-MM')",
}
_UNIT_OR_BELOW: Final = (
    "{0} >= %(unit)s AND {0} < %(unit)s || '/' AND ({0} = %(unit)s OR starts_with({0}, %(unit)s || '.'))"
)
_CONDITIONS: Final = {
    "unit": "",
    "procedure": "o.procedure = %(procedure)s",
    "channel": "o.channel = %(channel)s",
    "from_on": "o.received_on >= %(from_on)s",
    "to_on": "o.received_on <= %(to_on)s",
}
_MARGIN_CONDITIONS: Final = {
    "unit": "",
    "procedure": "key = %(procedure)s",
    "channel": "key = %(channel)s",
    "from_on": "key >= %(from_on)s::date::text",
    "to_on": "key <= %(to_on)s::date::text",
}
_MARGIN_KEY: Final = {Cut.ALL: f"'{WHOLE}'", Cut.MONTH: "left(key, 7)"}
_DIMENSION: Final = {
    "unit": "unit",
    "procedure": "procedure",
    "channel": "channel",
    "from_on": "day",
    "to_on": "day",
    Cut.DAY: "day",
    Cut.MONTH: "day",
}


def key(query: ReportQuery, unit: str = "unit") -> str:
    """The key of a dossier's or cell's row in the report; ``unit`` is the column of its unit."""
    if query.by is not Cut.UNIT:
        return _KEY[query.by]
    return f"coalesce(%(counted_for)s::jsonb ->> {unit}, {unit})" if query.places.counted_for else unit


def unit_column(query: ReportQuery) -> str:
    """The column of a dossier that says which unit had it at the report's end."""
    return "o.unit" if query.as_of is None else "u.unit_then"


def where(query: ReportQuery, unit: str = "o.unit") -> str:
    """The conditions on a dossier or a cell ``o``, each with its AND."""
    return "".join(f" AND {_CONDITIONS[name] or _unit_or_below(query, unit)}" for name in _asked(query))


def _unit_or_below(query: ReportQuery, column: str) -> str:
    """By codes, which indexes serve, and by what the structure says otherwise."""
    condition = _UNIT_OR_BELOW.format(column)
    if query.places.within:
        condition = f"({condition} OR {column} = ANY(%(within)s))"
    if query.places.outside:
        condition = f"{condition} AND {column} <> ALL(%(outside)s)"
    return condition


def summed(query: ReportQuery) -> str:
    """The sums by key: from one margin when everything asked lies in one dimension, else from the cells."""
    sums = ", ".join(f"sum({measure})::bigint AS {measure}" for measure in MEASURES)
    dimensions = {_DIMENSION[name] for name in _asked(query)}
    if query.by is not Cut.ALL:
        dimensions.add(_DIMENSION[query.by])
    if len(dimensions) > 1:
        return f"SELECT {key(query)} AS key, {sums} FROM on_time_cell o WHERE true{where(query)} GROUP BY 1"
    margin = dimensions.pop() if dimensions else "channel"
    conditions = "".join(f" AND {_MARGIN_CONDITIONS[name] or _unit_or_below(query, 'm.key')}" for name in _asked(query))
    of_margin = key(query, "m.key") if query.by is Cut.UNIT else _MARGIN_KEY.get(query.by, "key")
    return f"SELECT {of_margin} AS key, {sums} FROM on_time_margin m WHERE cut = '{margin}'{conditions} GROUP BY 1"


def parameters_of(query: ReportQuery) -> dict[str, object]:
    """The values the conditions name."""
    return {name: getattr(query, name) for name in ("now", "as_of", *_CONDITIONS)} | {
        "counted_for": Jsonb(dict(query.places.counted_for)),
        "within": list(query.places.within),
        "outside": list(query.places.outside),
    }


def _asked(query: ReportQuery) -> tuple[str, ...]:
    return tuple(name for name in _CONDITIONS if getattr(query, name) is not None)
