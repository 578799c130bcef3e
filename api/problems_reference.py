"""The reference page of the API's problems, written from the code: ``python -m api.problems_reference``."""

from pathlib import Path
from typing import Final

from api import problems
from domain import errors
from domain.administration import refusals as administration
from domain.dossier import identity_refusals, refusals

PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "http-problems.md"
_BASES: Final = frozenset({errors.DossierError, errors.Refusal})
"""What others are derived from and nothing is answered as."""

_HEAD: Final = """# Problems that the API answers with

Written from the code by `python -m api.problems_reference`; a test fails when the two differ.

Whatever goes wrong is answered as `application/problem+json` (RFC 9457). `type` and `status` are stable: programs
decide by them. `title` and `detail` follow `Accept-Language` (Vietnamese unless English is preferred), `messages` has
both languages, `details` names what would mend the matter, `request_id` finds the request in the log. With 422,
`errors` lists each part that cannot be read. With 503, `Retry-After` says when to send the same request again.

| `type` | Status | In English | In Vietnamese |
| --- | --: | --- | --- |
"""


def kinds() -> frozenset[type[errors.DossierError]]:
    """Everything that can be answered instead of what was asked for."""
    modules = (errors, refusals, identity_refusals, administration, problems)
    defined = (value for module in modules for value in vars(module).values())
    found = (value for value in defined if isinstance(value, type) and issubclass(value, errors.DossierError))
    return frozenset(found) - _BASES


def render() -> str:
    """The page, in Markdown."""
    told = sorted((problems.problem_of(kind()) for kind in kinds()), key=lambda each: (each.status, each.type))
    rows = (
        f"| `{each.type}` | {each.status} | {each.messages['en'].title} | {each.messages['vi'].title} |\n"
        for each in told
    )
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
