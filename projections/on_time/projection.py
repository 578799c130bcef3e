"""``on_time``: were promises kept, and are they being kept."""

from pathlib import Path
from typing import Final

from projections.on_time.fold import OnTimeRow, apply, read_row, record
from projections.on_time.totals import CELLS, MARGINS, contributions
from projections.projection import Column, Projection

_TYPES: Final = {
    "dossier_id": "uuid",
    "version": "integer",
    "received_at": "timestamptz",
    "received_on": "date",
    "promise_since": "timestamptz[]",
    "promise_due": "timestamptz[]",
    "due_at": "timestamptz",
    "due_on": "date",
    "late_from": "timestamptz",
    "pause_since": "timestamptz[]",
    "pause_until": "timestamptz[]",
    "supplement_since": "timestamptz",
    "payment_since": "timestamptz",
    "ended_at": "timestamptz",
    "ended_on": "date",
    "corrected": "boolean",
    "earlier_units": "text[]",
    "earlier_until": "timestamptz[]",
}

ON_TIME: Final[Projection[OnTimeRow]] = Projection(
    name="on_time",
    apply=apply,
    columns=tuple(Column(name, _TYPES.get(name, "text")) for name in OnTimeRow.__struct_fields__),
    record=record,
    row=read_row,
    folder=Path(__file__).parent,
    totals=(CELLS, MARGINS),
    contributions=contributions,
)
