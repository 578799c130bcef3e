"""Cursors of lists: where a page ended, in letters that mean nothing to whoever passes them on."""

import base64
import binascii

from domain.errors import UnknownCursor


def cursor_at(place: str) -> str:
    """The cursor of a place in a list."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_in(cursor: str) -> str:
    """The place that a cursor was made of.

    Raises:
        UnknownCursor: it was made of none.
    """
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise UnknownCursor from error
