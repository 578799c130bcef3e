"""What several commands ask in the same words."""

from datetime import datetime

import typer


def instant(given: str | None) -> datetime | None:
    """An instant, as RFC 3339 writes it.

    Raises:
        typer.BadParameter: it is none, or has no offset.
    """
    if given is None:
        return None
    try:
        read = datetime.fromisoformat(given)
    except ValueError as error:
        raise typer.BadParameter(f"{given!r} is not an instant; write 2026-03-31T17:00:00+07:00") from error
    if read.tzinfo is None:
        raise typer.BadParameter(f"{given!r} has no offset; write 2026-03-31T17:00:00+07:00")
    return read
