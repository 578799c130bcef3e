"""Which open dossiers would have another recomputed date if something were declared: known before it is published."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from domain.administration.administration import Administration
from domain.administration.calendars import CALENDARS
from domain.dossier.corrections import replay
from domain.dossier.dossier import Dossier
from domain.dossier.impact import Impact, Known, Totals, impacts
from projections.on_time.open_dossiers import count_open, open_dossiers
from service.reads import recorded
from service.streams import load

PAGE: Final = 500


def known_after(rules: Administration, at: datetime) -> Known:
    """Rules with something decided on them at ``at``, asked by the moment at which all of it is known."""
    decided = [each.decided_until for each in rules.entries.of(CALENDARS).values() if each.decided_until]
    return Known(rules=rules, at=max([at, *decided]))


def impact(
    connection: Connection[Any], now: Known, then: Known, totals: Totals, progress: Callable[[int, int], None]
) -> Iterator[Impact]:
    """The dossiers, read in pages; ``totals`` are right at the end, ``progress`` is told (done, all) by pages."""
    whole, done = count_open(connection), 0
    for page in open_dossiers(connection, PAGE):
        yield from impacts(_dossiers(connection, page), now, then, totals)
        done += len(page)
        progress(done, max(whole, done))


def _dossiers(connection: Connection[Any], ids: Sequence[UUID]) -> Iterator[Dossier]:
    for found in load(connection, ids, []):
        yield replay(each.event for each in recorded(*found))
