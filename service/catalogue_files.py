"""The catalogue as files: CSV and XLSX for people, JSON for programs. What is written is read back as it was.

Each format holds what is in force from which day on, withdrawals among it, as ``Listed`` says it.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import msgspec
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import InvalidFileException

from domain.errors import Complaint
from service.catalogue_rows import COLUMNS, MAY_BE_EMPTY, Listed, check, listed_from, plain, row_of

FORMATS: Final = (".csv", ".xlsx", ".json")
_LONGEST_CELL: Final = 32_767
"""In letters; what is longer, the format of XLSX cannot hold, and the library would cut off without a word."""


class UnusableCatalogue(Complaint, ValueError):
    """Nothing of the file was taken over; each line of the message names a file, a line and what is wrong there."""


def write_catalogue(file: Path, listed: Iterable[Listed]) -> int:
    """Write lines of the catalogue in the format that the file's ending names; how many.

    A file that is there already is replaced when all is written.

    Raises:
        UnusableCatalogue: the ending names none, the format cannot hold it, or the file cannot be written.
    """
    _check_format(file)
    lines = list(listed)
    beside = file.with_name(f".{file.name}.part")
    try:
        if file.suffix == ".json":
            written = json.dumps([msgspec.to_builtins(each) for each in lines], ensure_ascii=False, indent=2)
            beside.write_text(written + "\n", encoding="utf-8")
        elif file.suffix == ".csv":
            _write_csv(beside, map(row_of, lines))
        else:
            _write_xlsx(beside, [_sheet_row(file, row_of(each)) for each in lines])
        beside.replace(file)
    except OSError as error:
        raise UnusableCatalogue(f"{file}: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)
    return len(lines)


def read_catalogue(file: Path) -> list[tuple[int, Listed]]:
    """The lines of a file, each with its number: of a table the row, of JSON the place in the list.

    Raises:
        UnusableCatalogue: something in it cannot be read; every bad line is named.
    """
    _check_format(file)
    read, problems = list[tuple[int, Listed]](), list[str]()
    first_of: dict[tuple[str, date], int] = {}
    for line, make in _lines_of(file):
        try:
            each = check(make())
        except ValueError as error:
            problems.append(f"{file}, line {line}: {error}")
            continue
        first = first_of.setdefault((each.code, each.effective_from), line)
        if first != line:
            told = f"{each.code} from {each.effective_from} on is in line {first} already"
            problems.append(f"{file}, line {line}: {told}")
        read.append((line, each))
    if problems:
        raise UnusableCatalogue("\n".join(problems))
    return read


def _check_format(file: Path) -> None:
    if file.suffix not in FORMATS:
        raise UnusableCatalogue(f"{file}: the ending has to be one of {', '.join(FORMATS)}")


def _lines_of(file: Path) -> list[tuple[int, Callable[[], Listed]]]:
    try:
        return list(_json_items(file) if file.suffix == ".json" else _table_rows(file))
    except UnusableCatalogue:
        raise
    except UnicodeDecodeError as error:
        raise UnusableCatalogue(f"{file}: it cannot be read: it is not UTF-8; save as CSV UTF-8") from error
    # The XLSX library lets out whatever its XML, zip and number parsers raise, SyntaxError among it.
    except (OSError, ValueError, LookupError, SyntaxError, TypeError, RecursionError, csv.Error, BadZipFile,
            InvalidFileException) as error:  # fmt: skip
        raise UnusableCatalogue(f"{file}: it cannot be read: {error}") from error


def _json_items(file: Path) -> Iterator[tuple[int, Callable[[], Listed]]]:
    items = json.loads(file.read_text(encoding="utf-8-sig"))
    if not isinstance(items, list):
        raise UnusableCatalogue(f"{file}: a catalogue is a list")
    for line, item in enumerate(items, start=1):
        yield line, partial(_from_json, item)


def _from_json(item: object) -> Listed:
    return msgspec.convert(plain(item), Listed)


def _table_rows(file: Path) -> Iterator[tuple[int, Callable[[], Listed]]]:
    rows = _csv_cells(file) if file.suffix == ".csv" else _xlsx_cells(file)
    _, heads = next(rows, (1, []))
    if missing := [column for column in COLUMNS if column not in heads and column not in MAY_BE_EMPTY]:
        raise UnusableCatalogue(f"{file}, line 1: columns are missing: {', '.join(missing)}")
    if unknown := [head for head in heads if head and head not in COLUMNS]:
        raise UnusableCatalogue(f"{file}, line 1: no such column: {', '.join(unknown)}")
    if twice := sorted({head for head in heads if head and heads.count(head) > 1}):
        raise UnusableCatalogue(f"{file}, line 1: a column is there twice: {', '.join(twice)}")
    for line, cells in rows:
        if any(cells):
            yield line, partial(_from_row, heads, cells)


def _from_row(heads: Sequence[str], cells: Sequence[str]) -> Listed:
    if any(cells[len(heads) :]):
        raise ValueError(f"it has more cells than there are columns: {len(cells)} and {len(heads)}")
    return listed_from(dict(zip(heads, cells, strict=False)))


def _csv_cells(file: Path) -> Iterator[tuple[int, list[str]]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        heads = opened.readline()
        opened.seek(0)
        # Where decimals have a comma, as in Viet Nam, spreadsheets write lists with semicolons.
        delimiter = ";" if heads.count(";") > heads.count(",") else ","
        reader = csv.reader(opened, delimiter=delimiter, strict=True)
        line = 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1


def _xlsx_cells(file: Path) -> Iterator[tuple[int, list[str]]]:
    book = load_workbook(file, read_only=True, data_only=True)
    try:
        for line, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield line, [_cell(value) for value in row]
    finally:
        book.close()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _write_csv(file: Path, rows: Iterable[Sequence[str]]) -> None:
    # Spreadsheets take a CSV for UTF-8 when it begins with this mark.
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened).writerows([COLUMNS, *rows])


def _sheet_row(file: Path, row: list[str]) -> list[str]:
    for column, cell in zip(COLUMNS, row, strict=True):
        if len(cell) > _LONGEST_CELL or ILLEGAL_CHARACTERS_RE.search(cell):
            raise UnusableCatalogue(f"{file}: {column} of {row[0]} does not fit into a sheet; write .csv or .json")
    return row


def _write_xlsx(file: Path, rows: Iterable[Sequence[str]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("procedures")
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([_text(sheet, cell) for cell in row])
    book.save(file)


def _text(sheet: Any, value: str) -> Any:  # noqa: ANN401 - the library's sheet and cell
    """A cell that is text, also where it begins like a formula."""
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell
