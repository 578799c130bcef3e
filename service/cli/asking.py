"""What several commands ask in the same words."""

from datetime import datetime

import typer


def instant(given: str, option: str) -> datetime:
    """An instant, as RFC 3339 writes it, that was given with an option.

    Raises:
        typer.BadParameter: it is none, or has no offset.
    """
    try:
        read = datetime.fromisoformat(given)
    except ValueError as error:
        why = f"{given!r} is not an instant of RFC 3339; write 2026-03-31T17:00:00+07:00"
        raise typer.BadParameter(why, param_hint=option) from error
    if read.tzinfo is None:
        raise typer.BadParameter(f"{given!r} has no offset; write 2026-03-31T17:00:00+07:00", param_hint=option)
    return read
