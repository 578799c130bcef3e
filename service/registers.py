"""Registers as an administrator loads them: whose document there is, and its digest.

National registers are not connected; what is here was put here. Numbers are hashed as they are read, and stand nowhere
in the clear.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from psycopg import Connection

from domain.dossier.guards import digest
from domain.dossier.refusals import InvalidDigest
from domain.errors import Complaint
from domain.identity import Scheme, is_well_formed
from service.subject_key import SubjectKey

COLUMNS: Final = ("register", "scheme", "number", "document", "document_sha256", "issued_on", "valid_until")
MOST_FAULTS: Final = 100
CHUNK: Final = 1_000
_REQUIRED: Final = COLUMNS[:5]
_DAYS: Final = COLUMNS[5:]

_TABLE: Final = """
DROP TABLE IF EXISTS pg_temp.loaded_entry;
CREATE TEMPORARY TABLE loaded_entry (LIKE register_entry INCLUDING DEFAULTS);
"""
_COPY: Final = """
COPY loaded_entry (register, subject, document_sha256, document, issued_on, valid_until, key_id) FROM STDIN
"""
_SAVE: Final = """
INSERT INTO register_entry (register, subject, document_sha256, document, issued_on, valid_until, key_id)
SELECT DISTINCT ON (register, subject, document_sha256)
    register, subject, document_sha256, document, issued_on, valid_until, key_id
FROM loaded_entry ORDER BY register, subject, document_sha256, valid_until DESC NULLS FIRST
ON CONFLICT (register, subject, document_sha256) DO UPDATE SET document = excluded.document,
    issued_on = excluded.issued_on, valid_until = excluded.valid_until, key_id = excluded.key_id, loaded_at = now()
"""


class UnusableRegister(Complaint):
    """The file cannot be loaded, so nothing of it was; each line of the text names a row and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document that a register holds, and the number of whose it is."""

    register: str
    scheme: Scheme
    number: str
    document: str
    document_sha256: str
    issued_on: date | None
    valid_until: date | None


def load_register(
    connection: Connection[Any], file: Path, key: SubjectKey, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Load the whole file or nothing; how many rows it has. Loading it again changes nothing.

    ``progress`` is told how many rows were read. Rows are read twice: first to find all that is wrong.

    Raises:
        UnusableRegister: what is wrong with it. Numbers are not repeated.
    """
    _check(file)
    connection.execute(_TABLE)
    rows, entries = 0, _entries(file)
    while chunk := list(islice(entries, CHUNK)):
        with connection.cursor().copy(_COPY) as copy:
            for _, each in chunk:
                if not isinstance(each, Entry):
                    raise UnusableRegister(f"{file} was changed while it was read; load it again")
                subject = key.hash(each.scheme, each.number)
                dates = (each.issued_on, each.valid_until)
                copy.write_row((each.register, subject, each.document_sha256, each.document, *dates, key.id))
        rows += len(chunk)
        progress(rows)
    connection.execute(_SAVE)
    return rows


def registers(connection: Connection[Any]) -> Sequence[tuple[str, int]]:
    """Every register that something was loaded of, and how many documents it holds."""
    return connection.execute("SELECT register, count(*) FROM register_entry GROUP BY 1 ORDER BY 1").fetchall()


def _check(file: Path) -> None:
    wrong = (f"{file}, row {row}: {each}" for row, each in _entries(file) if isinstance(each, str))
    faults = list(islice(wrong, MOST_FAULTS + 1))
    if faults:
        more = ["…"] if len(faults) > MOST_FAULTS else []
        raise UnusableRegister("\n".join([*faults[:MOST_FAULTS], *more]))


def _entries(file: Path) -> Iterator[tuple[int, Entry | str]]:
    """Every row by its number, the header being row 1: an entry, or what is wrong with it."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened, strict=True)
            if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
                raise UnusableRegister(f"{file}: the header lacks {', '.join(missing)}; it is {','.join(COLUMNS)}")
            for number, row in enumerate(reader, start=2):
                yield number, _entry(row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnusableRegister(f"{file} cannot be read as CSV in UTF-8: {error}") from error


def _entry(row: Mapping[str, str | None]) -> Entry | str:
    values = {name: (row[name] or "").strip() for name in COLUMNS}
    if blank := [name for name in _REQUIRED if not values[name]]:
        return f"{', '.join(blank)} is blank"
    if values["scheme"] not in set(Scheme):
        return f"scheme is none of {', '.join(Scheme)}"
    scheme = Scheme(values["scheme"])
    if not is_well_formed(scheme, values["number"]):
        return f"number is not written as a {scheme.value}"
    try:
        digest(values["document_sha256"])
        issued_on, valid_until = (date.fromisoformat(values[name]) if values[name] else None for name in _DAYS)
    except InvalidDigest:
        return "document_sha256 is not 64 hexadecimal digits in lower case"
    except ValueError:
        return "issued_on and valid_until are written YYYY-MM-DD, or left blank"
    return Entry(
        register=values["register"],
        scheme=scheme,
        number=values["number"],
        document=values["document"],
        document_sha256=values["document_sha256"],
        issued_on=issued_on,
        valid_until=valid_until,
    )
