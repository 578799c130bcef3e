"""``worklists``: what each unit and officer has in hand, by what is due next."""

from pathlib import Path
from typing import Final

from projections.projection import Column, Projection
from projections.worklists.fold import WorkRow, apply, read_row, record

_TYPES: Final = {
    "dossier_id": "uuid",
    "version": "integer",
    "since": "timestamptz",
    "step_due_at": "timestamptz",
    "due_at": "timestamptz",
    "next_due_at": "timestamptz",
    "supplement_since": "timestamptz",
    "payment_since": "timestamptz",
    "ended_at": "timestamptz",
}

WORKLISTS: Final[Projection[WorkRow]] = Projection(
    name="worklists",
    apply=apply,
    columns=tuple(Column(name, _TYPES.get(name, "text")) for name in WorkRow.__struct_fields__),
    record=record,
    row=read_row,
    folder=Path(__file__).parent,
)
