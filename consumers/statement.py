"""A bank's or payment platform's statement, read line by line in memory that stays flat.

Statements name payers in columns of their own. Only the columns asked for are kept, and no complaint repeats what is
written, since in a line that lost a comma a name may stand in any column.
"""

import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

from domain.codes import is_dossier_code
from domain.errors import Complaint

COLUMNS: Final = ("provider", "provider_reference", "dossier_code", "amount", "paid_at")
LONGEST_LINE: Final = 1 << 16
"""Bytes of a line of the file."""

LONGEST_TEXT: Final = 200
"""Characters of a provider or a reference."""

_DONG: Final = re.compile(r"[0-9]{1,15}")
_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class StatementProblem(Complaint):
    """The statement has to be mended first; the message says where and what."""

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        """``line`` is the line of the file, None where it is not about one."""
        super().__init__(f"{path}: {reason}" if line is None else f"{path}, line {line}: {reason}")


class StatementLine(NamedTuple):
    """One payment of the statement; ``amount`` in đồng, ``paid_at`` as it is written.

    ``number`` is the line of the file on which it begins. ``dossier_code`` is None where something else is written.
    """

    number: int
    provider: str
    provider_reference: str
    dossier_code: str | None
    amount: int
    paid_at: str


class Statement:
    """An open statement. ``position`` of ``total`` bytes have been read so far; a pipe has no total but 0."""

    def __init__(self, path: Path, stored: io.BufferedReader) -> None:
        """``stored`` is the file at ``path``, which complaints name."""
        self.position = 0
        self.total = os.fstat(stored.fileno()).st_size
        self._path = path
        self._stored = stored

    def lines(self) -> Iterator[StatementLine]:
        """The payments in the statement's order.

        Raises:
            StatementProblem: it is not UTF-8 or CSV, lacks a column, or a value is not what its column is for.
        """
        rows = csv.reader(self._texts(), strict=True)
        begins = 1
        try:
            header = [name.strip() for name in next(rows, [])]
            places = _places(header)
            begins = rows.line_num + 1
            for row in rows:
                if row:
                    yield _line(begins, row, len(header), places)
                begins = rows.line_num + 1
        except csv.Error as fault:
            raise StatementProblem(self._path, begins, f"this is not CSV ({fault})") from fault
        except _Unfit as fault:
            raise StatementProblem(self._path, begins, str(fault)) from fault

    def _texts(self) -> Iterator[str]:
        for number in count(1):
            raw = self._stored.readline(LONGEST_LINE + 1)
            if not raw:
                return
            self.position += len(raw)
            if len(raw) > LONGEST_LINE:
                raise StatementProblem(self._path, number, f"the line is longer than {LONGEST_LINE} bytes")
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as fault:
                raise StatementProblem(self._path, number, "the line is not UTF-8; save the file as UTF-8") from fault


@contextmanager
def open_statement(path: Path) -> Iterator[Statement]:
    """The statement at ``path``.

    Raises:
        StatementProblem: there is no such file, or it may not be read.
    """
    try:
        opened = path.open("rb")
    except OSError as fault:
        raise StatementProblem(path, None, f"cannot be opened: {fault.strerror}") from fault
    with opened as stored:
        yield Statement(path, stored)


class _Unfit(ValueError):
    """Why a line cannot be taken."""


def _places(header: Sequence[str]) -> list[int]:
    if lacking := [name for name in COLUMNS if name not in header]:
        raise _Unfit(f"the header lacks {', '.join(lacking)}; it names the columns, separated by commas")
    if doubled := [name for name in COLUMNS if header.count(name) > 1]:
        raise _Unfit(f"the header names {', '.join(doubled)} more than once")
    return [header.index(name) for name in COLUMNS]


def _line(number: int, row: Sequence[str], width: int, places: Sequence[int]) -> StatementLine:
    if len(row) != width:
        raise _Unfit(f"there are {len(row)} values where the header names {width} columns")
    provider, reference, code, amount, paid_at = (row[place].strip() for place in places)
    return StatementLine(
        number=number,
        provider=_name("provider", provider),
        provider_reference=_name("provider_reference", reference),
        dossier_code=code if is_dossier_code(code) else None,
        amount=_dong(amount),
        paid_at=_instant(paid_at),
    )


def _name(column: str, text: str) -> str:
    """Composed as text arrives elsewhere, so that equal words are equal."""
    if not text:
        raise _Unfit(f"{column} is empty")
    if len(text) > LONGEST_TEXT:
        raise _Unfit(f"{column} is longer than {LONGEST_TEXT} characters")
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise _Unfit(f"{column} holds a control character")
    return unicodedata.normalize("NFC", text)


def _dong(text: str) -> int:
    amount = int(text) if _DONG.fullmatch(text) else 0
    if amount == 0:
        raise _Unfit("amount is not a whole number of đồng above 0; write it in digits alone")
    return amount


def _instant(text: str) -> str:
    """Checked, and kept as it is written."""
    try:
        datetime.fromisoformat(text if _RFC3339.fullmatch(text) else "")
    except ValueError as fault:
        raise _Unfit("paid_at is not a time with its offset; write 2026-10-08T10:00:00+07:00") from fault
    return text
