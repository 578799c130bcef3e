"""``watch``: what is left lying, as escalation rules look at it.

Apart from ``worklists``: that shows who has what in hand, this has to agree with decisions to the microsecond, so the
domain folds it; and it keeps what was told, which no list shows.
"""

from pathlib import Path
from typing import Final

from projections.projection import Column, Projection
from projections.watch.fold import WatchRow, apply, read_row, record

_TYPES: Final = {
    "dossier_id": "uuid",
    "version": "integer",
    "open": "boolean",
    **{name: "timestamptz" for name in WatchRow.__struct_fields__ if name.endswith(("_at", "_since"))},
}

WATCH: Final[Projection[WatchRow]] = Projection(
    name="watch",
    apply=apply,
    columns=tuple(Column(name, _TYPES.get(name, "text")) for name in WatchRow.__struct_fields__),
    record=record,
    row=read_row,
    folder=Path(__file__).parent,
)
