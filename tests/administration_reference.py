"""The reference page of the administration, made from what the domain says of each kind."""

import dataclasses
import json
from datetime import date, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from domain.administration.kinds import FACT_NAMES, KINDS

GOLDEN: Final = Path(__file__).parent / "golden" / "administration"
_HEAD: Final = """\
# The administration: kinds, acts and facts

Made from the code by `python -m tests.reference`. Every kind has the same addresses:

| | |
| --- | --- |
| `GET /api/v1/{kind}` | its entries, a page at a time; `known_at` asks as they had been recorded by then |
| `GET /api/v1/{kind}/{key}` | an entry as it stands; the ETag is its version |
| `GET /api/v1/{kind}/{key}/history` | every fact of it, with who recorded it and when |
| `POST /api/v1/{kind}/{key}/{act}` | an act, with `Idempotency-Key` and `If-Match` |

Facts are stored under the names below, which are never changed or taken away. `*_at` are instants, `*_on` and
`effective_from` days; when a fact was recorded, and by whom, is in its envelope.
"""


def render() -> str:
    """The page."""
    parts = [_HEAD]
    for kind in KINDS:
        parts.append(f"## `{kind.path}`, by `{kind.key}`\n")
        parts += [f"- **{act}**: {_first_line(command)}" for act, command in kind.acts.items()]
        for fact in kind.facts.values():
            parts.append(f"\n### `{FACT_NAMES[fact]}`\n\n{_first_line(fact)}\n\n| Field | Holds |\n| --- | --- |")
            hints = get_type_hints(fact)
            parts += [f"| `{field.name}` | {_told(hints[field.name])} |" for field in dataclasses.fields(fact)]
            example = json.loads((GOLDEN / f"{FACT_NAMES[fact]}.json").read_text(encoding="utf-8"))["event"]
            parts.append(f"\n```json\n{json.dumps(example, ensure_ascii=False)}\n```\n")
    return "\n".join(parts).replace("\n\n\n", "\n\n").rstrip() + "\n"


def _first_line(documented: type[Any]) -> str:
    return (documented.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")


def _told(hint: Any) -> str:
    names = {str: "text", int: "number", bool: "true or false", datetime: "instant", date: "day"}
    if get_origin(hint) in {Union, UnionType}:
        inner = [each for each in get_args(hint) if each is not NoneType]
        return f"{_told(inner[0])}, or null"
    if get_origin(hint) is tuple:
        return f"list of: {_told(get_args(hint)[0])}"
    return names.get(hint) or f"`{hint.__name__}`"
