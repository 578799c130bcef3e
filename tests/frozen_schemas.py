"""Schemas as they were published: ``python -m tests.frozen_schemas`` keeps a copy of what is new.

A copy is never edited. What was extended since has a further copy, ``<name>~2.json``, and has to suit those who go by
any of them.
"""

import json
import sys
from itertools import count, takewhile
from pathlib import Path
from typing import Any, Final

from consumers.message_types import ATTRIBUTES, CARRIED
from consumers.schemas import data_schemas, schemas
from tests.schema_compatibility import incompatibilities

FOLDER: Final = Path(__file__).parent / "golden" / "schemas"


def published() -> dict[str, dict[str, Any]]:
    """Every schema that others go by: of messages' attributes and of their data."""
    attributes, _ = schemas({kind.__name__: kind for kind in ATTRIBUTES.values()}, "#/$defs/{name}")
    return attributes | data_schemas()


def copies(name: str) -> list[Path]:
    """The copies of a schema, oldest first."""
    return list(takewhile(Path.exists, (_copy(name, number) for number in count(1))))


def broken(name: str, schema: dict[str, Any]) -> list[str]:
    """What breaks for whoever goes by one of the copies."""
    (ours,) = (topic.ours for topic in CARRIED if name in {ATTRIBUTES[topic].__name__, *CARRIED[topic]})
    return [
        f"{copy.stem}: {each}" for copy in copies(name) for each in incompatibilities(_read(copy), schema, ours=ours)
    ]


def is_kept(name: str, schema: dict[str, Any]) -> bool:
    """Whether the newest copy says the same; words do not count."""
    newest = [_read(copy) for copy in copies(name)[-1:]]
    return any(
        not incompatibilities(copy, schema, ours=True) and not incompatibilities(schema, copy, ours=True)
        for copy in newest
    )


def main() -> int:
    """Keep what is new, unless something breaks."""
    complaints = [each for name, schema in published().items() for each in broken(name, schema)]
    if complaints:
        print("\n".join(complaints), file=sys.stderr)
        return 1
    for name, schema in published().items():
        if not is_kept(name, schema):
            text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
            _copy(name, len(copies(name)) + 1).write_text(text, encoding="utf-8")
    return 0


def _copy(name: str, number: int) -> Path:
    return FOLDER / (f"{name}.json" if number == 1 else f"{name}~{number}.json")


def _read(copy: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(copy.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main())
