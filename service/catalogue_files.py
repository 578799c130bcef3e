"""The catalogue as files: CSV and XLSX for people, JSON for programs. What is written is read back as it was.

In a table a procedure is a row. Components and steps are lines in a cell, their parts separated by ``|``; a backslash
before ``|``, ``n`` or another backslash stands for the sign itself, a line break, and a backslash.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import msgspec
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from domain.administration.procedures import PublishProcedure
from domain.procedure import Component, DocumentForm, Procedure, Step
from domain.term import Term

COLUMNS: Final = (
    "code", "version", "effective_from", "decision", "name_vi", "name_en", "field_vi", "field_en", "level", "online",
    "responsible", "term_amount", "term_unit", "fee", "charge", "online_fee", "online_charge", "components", "steps",
    "result_vi", "result_en", "legal_basis", "links", "source", "confidence",
)  # fmt: skip
MAY_BE_EMPTY: Final = frozenset(
    {"decision", "responsible", "online_fee", "online_charge", "components", "steps", "result_vi", "result_en",
     "legal_basis", "links"}
)  # fmt: skip
FORMATS: Final = (".csv", ".xlsx", ".json")


class UnusableCatalogue(ValueError):
    """Nothing of the file was taken over; each line of the message names a file, a line and what is wrong there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A version of a procedure, from when on it is in force, and by which decision."""

    procedure: Procedure
    effective_from: date
    decision: str = ""

    def command(self, at: datetime) -> PublishProcedure:
        """The command that publishes it."""
        return PublishProcedure(
            code=self.procedure.code,
            procedure=self.procedure,
            effective_from=self.effective_from,
            decision=self.decision,
            at=at,
        )


def write_catalogue(file: Path, published: Iterable[Published]) -> int:
    """Write procedures in the format that the file's ending names; how many.

    Raises:
        UnusableCatalogue: the ending names none, or the file cannot be written.
    """
    _check_format(file)
    try:
        if file.suffix == ".json":
            written = [msgspec.to_builtins(each) for each in published]
            file.write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            return len(written)
        return _write_table(file, (_row(each) for each in published))
    except OSError as error:
        raise UnusableCatalogue(f"{file}: {error.strerror or error}") from error


def read_catalogue(file: Path) -> list[tuple[int, Published]]:
    """The procedures of a file, each with its line: of a table the row, of JSON the place in the list.

    Raises:
        UnusableCatalogue: something in it cannot be read; every bad line is named.
    """
    _check_format(file)
    try:
        rows = list(_json_items(file) if file.suffix == ".json" else _table_rows(file))
    except (OSError, UnicodeDecodeError, csv.Error, BadZipFile, InvalidFileException, KeyError) as error:
        raise UnusableCatalogue(f"{file}: it cannot be read: {error}") from error
    read, problems = list[tuple[int, Published]](), list[str]()
    for line, make in rows:
        try:
            read.append((line, make()))
        except (msgspec.ValidationError, ValueError) as error:
            problems.append(f"{file}, line {line}: {error}")
    if problems:
        raise UnusableCatalogue("\n".join(problems))
    return read


def _check_format(file: Path) -> None:
    if file.suffix not in FORMATS:
        raise UnusableCatalogue(f"{file}: the ending has to be one of {', '.join(FORMATS)}")


def _json_items(file: Path) -> Iterator[tuple[int, Callable[[], Published]]]:
    items = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(items, list):
        raise UnusableCatalogue(f"{file}: a catalogue is a list")
    for line, item in enumerate(items, start=1):
        yield line, partial(msgspec.convert, item, Published)


def _table_rows(file: Path) -> Iterator[tuple[int, Callable[[], Published]]]:
    rows = _csv_cells(file) if file.suffix == ".csv" else _xlsx_cells(file)
    _, heads = next(rows, (1, []))
    if missing := [column for column in COLUMNS if column not in heads and column not in MAY_BE_EMPTY]:
        raise UnusableCatalogue(f"{file}, line 1: columns are missing: {', '.join(missing)}")
    if unknown := [head for head in heads if head and head not in COLUMNS]:
        raise UnusableCatalogue(f"{file}, line 1: no such column: {', '.join(unknown)}")
    for line, cells in rows:
        if any(cells):
            yield line, partial(_published, dict(zip(heads, cells, strict=False)))


def _csv_cells(file: Path) -> Iterator[tuple[int, list[str]]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.reader(opened, strict=True)
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


def _write_table(file: Path, rows: Iterator[list[str]]) -> int:
    count = 0
    if file.suffix == ".csv":
        # Spreadsheets take a CSV for UTF-8 when it begins with this mark.
        with file.open("w", encoding="utf-8-sig", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(COLUMNS)
            for row in rows:
                writer.writerow(row)
                count += 1
        return count
    book = Workbook(write_only=True)
    sheet = book.create_sheet("procedures")
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([_text(sheet, cell) for cell in row])
        count += 1
    book.save(file)
    return count


def _text(sheet: Any, value: str) -> Any:  # noqa: ANN401 - the library's sheet and cell
    """A cell that is text, also where it begins like a formula."""
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _row(published: Published) -> list[str]:
    each = published.procedure
    online = each.online_dues
    cells: Mapping[str, object] = {
        "code": each.code, "version": each.version, "effective_from": published.effective_from.isoformat(),
        "decision": published.decision, "name_vi": each.name_vi, "name_en": each.name_en, "field_vi": each.field_vi,
        "field_en": each.field_en, "level": each.level, "online": each.online.value,
        "responsible": each.responsible.value if each.responsible else "", "term_amount": each.term.amount,
        "term_unit": each.term.unit.value, "fee": each.dues.fee, "charge": each.dues.charge,
        "online_fee": online.fee if online else "", "online_charge": online.charge if online else "",
        "components": _lines(map(_component_parts, each.components)), "steps": _lines(map(_step_parts, each.steps)),
        "result_vi": each.result_vi, "result_en": each.result_en,
        "legal_basis": _lines([it] for it in each.legal_basis),
        "links": _lines([it] for it in each.links), "source": each.source, "confidence": each.confidence,
    }  # fmt: skip
    return [str(cells[column]) for column in COLUMNS]


def _component_parts(component: Component) -> list[str]:
    need, forms = "required" if component.required else "optional", ",".join(component.forms)
    return [component.code, component.name_vi, component.name_en, need, forms, component.looked_up_in]


def _step_parts(step: Step) -> list[str]:
    quota = [str(step.quota.amount), step.quota.unit.value] if step.quota else []
    return [step.code, step.name_vi, step.name_en, step.role, *quota]


def _published(cells: Mapping[str, str]) -> Published:
    def cell(column: str) -> str:
        text = cells.get(column, "") or ""
        if not text and column not in MAY_BE_EMPTY:
            raise ValueError(f"{column} is empty")
        return text

    dues = {"fee": _number("fee", cell("fee")), "charge": _number("charge", cell("charge"))}
    online = (cell("online_fee"), cell("online_charge"))
    fields = {
        **{name: cell(name) for name in ("code", "version", "name_vi", "name_en", "field_vi", "field_en", "level")},
        **{name: cell(name) for name in ("online", "source", "confidence", "result_vi", "result_en")},
        "responsible": cell("responsible") or None,
        "term": {"amount": _number("term_amount", cell("term_amount")), "unit": cell("term_unit")},
        "dues": dues,
        "online_dues": {"fee": _number("online_fee", online[0] or "0"),
                        "charge": _number("online_charge", online[1] or "0")} if any(online) else None,
        "components": [_component(parts) for parts in _parts(cell("components"))],
        "steps": [_step(parts) for parts in _parts(cell("steps"))],
        "legal_basis": [parts[0] for parts in _parts(cell("legal_basis"))],
        "links": [parts[0] for parts in _parts(cell("links"))],
    }  # fmt: skip
    procedure = msgspec.convert(fields, Procedure)
    try:
        since = date.fromisoformat(cell("effective_from"))
    except ValueError as error:
        raise ValueError("effective_from is a day, written YYYY-MM-DD") from error
    return Published(procedure=procedure, effective_from=since, decision=cell("decision"))


def _number(column: str, text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{column} is a whole number, not {text!r}")
    return int(text)


def _component(parts: list[str]) -> dict[str, Any]:
    code, name_vi, name_en, need, forms, looked_up_in = _exactly(parts, 6, "a component")
    if need not in {"required", "optional"}:
        raise ValueError(f"component {code} is required or optional, not {need!r}")
    named = [form for form in forms.split(",") if form]
    if unknown := [form for form in named if form not in set(DocumentForm)]:
        raise ValueError(f"component {code}: no such form: {', '.join(unknown)}")
    return {"code": code, "name_vi": name_vi, "name_en": name_en, "required": need == "required", "forms": named,
            "looked_up_in": looked_up_in}  # fmt: skip


def _step(parts: list[str]) -> dict[str, Any]:
    with_quota = 6
    code, name_vi, name_en, role, *quota = parts if len(parts) == with_quota else _exactly(parts, 4, "a step")
    term = {"amount": _number("quota", quota[0]), "unit": quota[1]} if quota else None
    return {"code": code, "name_vi": name_vi, "name_en": name_en, "role": role,
            "quota": msgspec.convert(term, Term | None)}  # fmt: skip


def _exactly(parts: list[str], count: int, what: str) -> list[str]:
    if len(parts) != count:
        raise ValueError(f"{what} has {count} parts separated by |, not {len(parts)}: {' | '.join(parts)}")
    return parts


def _lines(lines: Iterable[Iterable[str]]) -> str:
    return "\n".join(" | ".join(_escaped(part) for part in parts) for parts in lines)


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")


def _parts(cell: str) -> list[list[str]]:
    return [_split(line) for line in cell.split("\n")] if cell else []


def _split(line: str) -> list[str]:
    """The parts of a line: between them stand a bar and, where written here, the blanks around it."""
    parts, part, letters = list[str](), "", iter(line)
    for letter in letters:
        if letter == "\\":
            following = next(letters, "")
            part += {"n": "\n"}.get(following, following)
        elif letter == "|":
            parts.append(part.removesuffix(" "))
            part = ""
        else:
            part += letter
    parts.append(part)
    return [parts[0], *(each.removeprefix(" ") for each in parts[1:])]
