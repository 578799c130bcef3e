"""A line of the catalogue in words that fit into cells, and back.

In a table a procedure is a row. Components and steps are lines in a cell, their parts separated by ``|``; a backslash
before ``|``, ``n`` or another backslash stands for the sign itself, a line break, and a backslash.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from domain.administration.administration import Administration
from domain.administration.procedures import PROCEDURES, PublishProcedure, WithdrawProcedure
from domain.procedure import Component, DocumentForm, Procedure, Step
from service.rule_files import PROCEDURE_CODE, Confidence

COLUMNS: Final = (
    "code", "version", "effective_from", "status", "decision", "name_vi", "name_en", "field_vi", "field_en", "level",
    "online", "responsible", "term_amount", "term_unit", "fee", "charge", "online_fee", "online_charge", "components",
    "steps", "result_vi", "result_en", "legal_basis", "links", "source", "confidence",
)  # fmt: skip
MAY_BE_EMPTY: Final = frozenset(
    {"status", "decision", "responsible", "online_fee", "online_charge", "components", "steps", "result_vi",
     "result_en", "legal_basis", "links"}
)  # fmt: skip
_CODE: Final = re.compile(PROCEDURE_CODE)
_LINE_BREAKS: Final = frozenset("\n\r\t")
_STEP_PARTS: Final = (4, 6)
_SAME: Final = (
    "version", "name_vi", "name_en", "field_vi", "field_en", "level", "result_vi", "result_en", "source", "confidence",
)  # fmt: skip


class Status(StrEnum):
    """What a row says: a version is published, or the procedure is withdrawn."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """From a day on a version of a procedure is in force or, where ``procedure`` is None, the procedure is withdrawn.

    ``procedure`` has no default: nobody withdraws by leaving something out.
    """

    code: str
    effective_from: date
    procedure: Procedure | None
    decision: str = ""

    def command(self, at: datetime) -> PublishProcedure | WithdrawProcedure:
        """The command that makes it so."""
        if self.procedure is None:
            return WithdrawProcedure(code=self.code, effective_from=self.effective_from, decision=self.decision, at=at)
        return PublishProcedure(
            code=self.code, procedure=self.procedure, effective_from=self.effective_from, decision=self.decision, at=at
        )


def exported(administration: Administration) -> list[Listed]:
    """What is in force from which day on, in the order of codes and days; read in again, it changes nothing."""
    return [
        Listed(code=code, procedure=span.procedure, effective_from=span.effective_from, decision=span.decision)
        for code, entry in sorted(administration.entries.of(PROCEDURES).items())
        for span in entry.timeline
    ]


def check(listed: Listed) -> Listed:
    """What a file must not bring in: codes that are none, texts that say nothing, an unknown confidence.

    Raises:
        ValueError: what is wrong.
    """
    if not _CODE.fullmatch(listed.code):
        raise ValueError(f"code is written like 1.001193, not {listed.code!r}; in a sheet it has to be text")
    each = listed.procedure
    if each is None:
        return listed
    for name, text in _texts_of(each):
        if not text.strip():
            raise ValueError(f"{name} is empty")
    if each.confidence not in set(Confidence):
        raise ValueError(f"confidence is one of {', '.join(Confidence)}, not {each.confidence!r}")
    return listed


def _texts_of(each: Procedure) -> Iterable[tuple[str, str]]:
    for name in ("version", "name_vi", "name_en", "field_vi", "field_en", "level", "source"):
        yield name, getattr(each, name)
    for what, items in (("components", each.components), ("steps", each.steps)):
        for item in items:
            yield from ((f"{what}.{name}", getattr(item, name)) for name in ("code", "name_vi", "name_en"))
    for what, texts in (("legal_basis", each.legal_basis), ("links", each.links)):
        yield from ((what, text) for text in texts)


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Texts in NFC, so that equal words are equal bytes.

    Raises:
        ValueError: one of them has a control character.
    """
    if isinstance(value, dict):
        return {plain(name): plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, str):
        return value
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in _LINE_BREAKS for letter in value):
        raise ValueError("a text has a control character")
    return unicodedata.normalize("NFC", value)


def row_of(listed: Listed) -> list[str]:
    """The row, in the order of the columns."""
    cells: Mapping[str, object] = {
        "code": listed.code, "effective_from": listed.effective_from.isoformat(), "decision": listed.decision,
        "status": (Status.PUBLISHED if listed.procedure else Status.WITHDRAWN).value,
        **(_cells(listed.procedure) if listed.procedure else {}),
    }  # fmt: skip
    return [str(cells.get(column, "")) for column in COLUMNS]


def _cells(each: Procedure) -> dict[str, object]:
    online = each.online_dues
    return {
        **{name: getattr(each, name) for name in _SAME},
        "online": each.online.value, "responsible": each.responsible.value if each.responsible else "",
        "term_amount": each.term.amount, "term_unit": each.term.unit.value,
        "fee": each.dues.fee, "charge": each.dues.charge,
        "online_fee": online.fee if online else "", "online_charge": online.charge if online else "",
        "components": _lines(map(_component_parts, each.components)), "steps": _lines(map(_step_parts, each.steps)),
        "legal_basis": _lines([it] for it in each.legal_basis), "links": _lines([it] for it in each.links),
    }  # fmt: skip


def _component_parts(component: Component) -> list[str]:
    need, forms = "required" if component.required else "optional", ",".join(component.forms)
    return [component.code, component.name_vi, component.name_en, need, forms, component.looked_up_in]


def _step_parts(step: Step) -> list[str]:
    quota = [str(step.quota.amount), step.quota.unit.value] if step.quota else []
    return [step.code, step.name_vi, step.name_en, step.role, *quota]


def listed_from(cells: Mapping[str, str]) -> Listed:
    """What a row says, its cells by column.

    Raises:
        ValueError: a cell is empty or says nothing that is meant; the column is named.
    """

    def cell(column: str) -> str:
        text: str = plain(cells.get(column, "") or "")
        if not text and column not in MAY_BE_EMPTY:
            raise ValueError(f"{column} is empty")
        return text

    try:
        since = date.fromisoformat(cell("effective_from"))
    except ValueError as error:
        raise ValueError("effective_from is a day, written YYYY-MM-DD") from error
    status = cell("status") or Status.PUBLISHED
    if status not in set(Status):
        raise ValueError(f"status is {' or '.join(Status)}, not {status!r}")
    procedure = None if status == Status.WITHDRAWN else _procedure({column: cell(column) for column in COLUMNS})
    return Listed(code=cell("code"), effective_from=since, procedure=procedure, decision=cell("decision"))


def _procedure(cells: Mapping[str, str]) -> Procedure:
    online = (cells["online_fee"], cells["online_charge"])
    fields = {
        **{name: cells[name] for name in ("code", "online", *_SAME)},
        "responsible": cells["responsible"] or None,
        "term": {"amount": _number("term_amount", cells["term_amount"]), "unit": cells["term_unit"]},
        "dues": {"fee": _number("fee", cells["fee"]), "charge": _number("charge", cells["charge"])},
        "online_dues": {"fee": _number("online_fee", online[0] or "0"),
                        "charge": _number("online_charge", online[1] or "0")} if any(online) else None,
        "components": [_component(parts) for parts in _parts(cells["components"])],
        "steps": [_step(parts) for parts in _parts(cells["steps"])],
        "legal_basis": [parts[0] for parts in _parts(cells["legal_basis"])],
        "links": [parts[0] for parts in _parts(cells["links"])],
    }  # fmt: skip
    return msgspec.convert(fields, Procedure)


def _number(column: str, text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{column} is a whole number, not {text!r}")
    return int(text)


def _component(parts: list[str]) -> dict[str, Any]:
    code, name_vi, name_en, need, forms, looked_up_in = _counted(parts, (6,), "a component")
    if need not in {"required", "optional"}:
        raise ValueError(f"component {code} is required or optional, not {need!r}")
    named = [form for form in forms.split(",") if form]
    if unknown := [form for form in named if form not in set(DocumentForm)]:
        raise ValueError(f"component {code}: no such form: {', '.join(unknown)}")
    return {"code": code, "name_vi": name_vi, "name_en": name_en, "required": need == "required", "forms": named,
            "looked_up_in": looked_up_in}  # fmt: skip


def _step(parts: list[str]) -> dict[str, Any]:
    code, name_vi, name_en, role, *more = _counted(parts, _STEP_PARTS, "a step")
    amount, unit = more or ("", "")
    quota = {"amount": _number("quota", amount), "unit": unit} if amount or unit else None
    return {"code": code, "name_vi": name_vi, "name_en": name_en, "role": role, "quota": quota}


def _counted(parts: list[str], counts: tuple[int, ...], what: str) -> list[str]:
    if len(parts) not in counts:
        allowed = " or ".join(map(str, counts))
        raise ValueError(f"{what} has {allowed} parts separated by |, not {len(parts)}: {' | '.join(parts)}")
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
