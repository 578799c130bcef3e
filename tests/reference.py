"""What the documentation states of the code, made from the code: ``python -m tests.reference`` writes it anew."""

import json
from pathlib import Path
from typing import Final

from api.app import create_app
from consumers.asyncapi import document
from consumers.events_reference import render
from consumers.schemas import data_schemas
from tests import administration_reference
from tests.api.office import Office
from tests.domain.act_table import tables
from tests.message_examples import message_examples

ROOT: Final = Path(__file__).parent.parent
OPENAPI: Final = ROOT / "docs/reference/openapi.json"
ASYNCAPI: Final = ROOT / "docs/reference/asyncapi.json"
EVENTS: Final = ROOT / "docs/reference/events.md"
SCHEMAS: Final = ROOT / "docs/reference/schemas"
ADMINISTRATION: Final = ROOT / "docs/reference/administration.md"
DOMAIN_README: Final = ROOT / "domain/dossier/README.md"
BEGIN: Final = "<!-- table: made by python -m tests.reference -->\n\n"
END: Final = "\n\n<!-- end of table -->"


def openapi() -> str:
    """The description of the API, as it is committed."""
    description = create_app(Office().collaborators()).openapi()
    return _written(description)


def message_references() -> dict[Path, str]:
    """What the documentation states of messages, by file."""
    schemas = {SCHEMAS / f"{name}.json": _written(schema) for name, schema in data_schemas().items()}
    examples = message_examples()
    return {ASYNCAPI: _written(document(examples)), EVENTS: render(examples), **schemas}


def domain_readme(text: str) -> str:
    """The domain's README with its tables as the rules make them."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + tables() + END + rest.partition(END)[2]


def _written(described: object) -> str:
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for path, text in {
        OPENAPI: openapi(),
        ADMINISTRATION: administration_reference.render(),
        **message_references(),
    }.items():
        path.write_text(text, encoding="utf-8")
    DOMAIN_README.write_text(domain_readme(DOMAIN_README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
