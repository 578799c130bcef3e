"""Requests made from the API's own description, valid and invalid: every answer is one the description declares."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig

from api.app import OPENAPI_URL, create_app
from domain.codes import is_dossier_code
from domain.envelope import Recorded
from tests.api.office import Office
from tests.api.session import Session

CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 7,
        "generation": {"deterministic": True, "max-examples": 8, "database": "none"},
        "checks": {
            "missing_required_header": {"expected-statuses": ["400", "422", "428"]},
            "positive_data_acceptance": {"expected-statuses": ["2xx", "403", "404", "409", "412", "422", "503"]},
            "negative_data_rejection": {"expected-statuses": ["400", "404", "405", "413", "422", "428"]},
        },
    }
)
OFFICE = Office()
schema = schemathesis.openapi.from_asgi(OPENAPI_URL, create_app(OFFICE.collaborators()), config=CONFIG)


@schema.parametrize()
def test_every_answer_is_declared(case: schemathesis.Case[Any]) -> None:
    """Where the made-up code could be a dossier's, it is one's that waits to be decided on, at any version."""
    if is_dossier_code(str(case.path_parameters.get("code", ""))):
        OFFICE.log = dict(_accepted())
        case.path_parameters["code"] = next(iter(OFFICE.log))
        if str(case.headers.get("If-Match", "")).startswith('"'):
            case.headers["If-Match"] = "*"
    case.call_and_validate()


@cache
def _accepted() -> Mapping[str, list[Recorded]]:
    with Session(Office()) as session:
        session.act(session.submitted(), "accept")
        return session.office.log
