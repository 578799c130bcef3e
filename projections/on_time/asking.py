"""How a question about on-time figures is put in SQL: by what it is cut, to what narrowed, and which sums serve."""

from typing import Final

from projections.on_time.report import Cut, ReportQuery
from projections.on_time.totals import MEASURES

WHOLE: Final = "all"
"""The key of the one row of an uncut report, and of every report's total."""

KEY: Final = {
    Cut.ALL: f"'{WHOLE}'",
    Cut.UNIT: "unit",
    Cut.PROCEDURE: "procedure",
    Cut.CHANNEL: "channel",
    Cut.DAY: "received_on::text",
    Cut.MONTH: "to_char(received_on, 'YYYY-MM')",
}
"""The key of a dossier's or cell's row in the report."""

_UNIT_OR_BELOW: Final = (
    "{0} >= %(unit)s AND {0} < %(unit)s || '/' AND ({0} = %(unit)s OR starts_with({0}, %(unit)s || '.'))"
)
_CONDITIONS: Final = {
    "unit": _UNIT_OR_BELOW.format("o.unit"),
    "procedure": "o.procedure = %(procedure)s",
    "channel": "o.channel = %(channel)s",
    "from_on": "o.received_on >= %(from_on)s",
    "to_on": "o.received_on <= %(to_on)s",
}
_MARGIN_CONDITIONS: Final = {
    "unit": _UNIT_OR_BELOW.format("key"),
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


def where(query: ReportQuery) -> str:
    """The conditions on a dossier or a cell ``o``, each with its AND."""
    return "".join(f" AND {_CONDITIONS[name]}" for name in _asked(query))


def summed(query: ReportQuery) -> str:
    """The sums by key: from one margin when everything asked lies in one dimension, else from the cells."""
    sums = ", ".join(f"sum({measure})::bigint AS {measure}" for measure in MEASURES)
    dimensions = {_DIMENSION[name] for name in _asked(query)}
    if query.by is not Cut.ALL:
        dimensions.add(_DIMENSION[query.by])
    if len(dimensions) > 1:
        return f"SELECT {KEY[query.by]} AS key, {sums} FROM on_time_cell o WHERE true{where(query)} GROUP BY 1"
    margin = dimensions.pop() if dimensions else "channel"
    conditions = "".join(f" AND {_MARGIN_CONDITIONS[name]}" for name in _asked(query))
    key = _MARGIN_KEY.get(query.by, "key")
    return f"SELECT {key} AS key, {sums} FROM on_time_margin WHERE cut = '{margin}'{conditions} GROUP BY 1"


def parameters_of(query: ReportQuery) -> dict[str, object]:
    """The values the conditions name."""
    return {name: getattr(query, name) for name in ("now", "as_of", *_CONDITIONS)}


def _asked(query: ReportQuery) -> tuple[str, ...]:
    return tuple(name for name in _CONDITIONS if getattr(query, name) is not None)
