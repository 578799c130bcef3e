"""``tracking``: what the public may see of a dossier."""

from pathlib import Path
from typing import Final

from projections.projection import Column, Projection
from projections.tracking.fold import TrackingRow, apply, read_row, record

TRACKING: Final[Projection[TrackingRow]] = Projection(
    name="tracking",
    apply=apply,
    columns=(
        Column("dossier_id", "uuid"),
        Column("code", "text"),
        Column("supplement_since", "text"),
        Column("payment_since", "text"),
        Column("body", "bytea"),
    ),
    record=record,
    row=read_row,
    folder=Path(__file__).parent,
)
