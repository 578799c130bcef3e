"""What a dossier adds to the on-time totals."""

from typing import Final

from projections.on_time.fold import OnTimeRow
from projections.on_time.judging import SUMS_OF_CELLS
from projections.projection import Column, Contributions, Measures, Totals

MEASURES: Final = ("received", "early", "on_time", "overdue", "late", "paused")
"""Ended dossiers are early, on time or overdue by date; ``late`` are those overdue by instant."""

CELLS: Final = Totals(
    table="on_time_cell",
    keys=(
        Column("unit", "text"),
        Column("procedure", "text"),
        Column("channel", "text"),
        Column("received_on", "date"),
    ),
    measures=MEASURES,
    from_rows=SUMS_OF_CELLS,
)

_SUMS: Final = ", ".join(f"sum({measure})::bigint AS {measure}" for measure in MEASURES)
_CUTS: Final = {"unit": "unit", "procedure": "procedure", "channel": "channel", "day": "received_on::text"}

MARGINS: Final = Totals(
    table="on_time_margin",
    keys=(Column("cut", "text"), Column("key", "text")),
    measures=MEASURES,
    from_rows=f"WITH cells AS ({SUMS_OF_CELLS}) "
    + " UNION ALL ".join(
        f"SELECT '{cut}' AS cut, {column} AS key, {_SUMS} FROM cells GROUP BY 2" for cut, column in _CUTS.items()
    ),
)


def contributions(row: OnTimeRow) -> Contributions:
    """Nothing before acceptance, which alone makes a dossier one that counts."""
    if row.received_on is None:
        return {}
    measures = _measures(row)
    return {
        CELLS.table: (((row.unit, row.procedure, row.channel, row.received_on), measures),),
        MARGINS.table: (
            (("unit", row.unit), measures),
            (("procedure", row.procedure), measures),
            (("channel", row.channel), measures),
            (("day", row.received_on.isoformat()), measures),
        ),
    }


def _measures(row: OnTimeRow) -> Measures:
    if row.ended_at is None or row.ended_on is None:
        return (1, 0, 0, 0, 0, int(row.waits))
    if row.due_at is None or row.due_on is None:
        return (1, 0, 1, 0, 0, 0)
    early, overdue = row.ended_on < row.due_on, row.ended_on > row.due_on
    return (1, int(early), int(not early and not overdue), int(overdue), int(row.ended_at > row.due_at), 0)
