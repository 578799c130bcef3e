"""The description of the API: committed, with examples that are true, and kept by the application."""

from typing import Any

import msgspec
import pytest
from pydantic import TypeAdapter

from api.answer_examples import ANSWERS
from api.commanding import Answer
from api.history import HistoryPage
from api.reuse import ReusePage, ReuseShare
from api.state import DossierView
from api.statistics import DossierPage, OnTimeReport
from api.subject_examples import SUBJECT_ANSWERS
from api.subjects import Offers, SubjectDossiers
from projections.tracking.status import PublicStatus
from tests.api.session import Session
from tests.reference import OPENAPI, openapi


def test_the_committed_description_is_that_of_the_application() -> None:
    assert OPENAPI.read_text(encoding="utf-8") == openapi(), "python -m tests.reference writes it anew"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("submit", Answer),
        ("act", Answer),
        ("dossier", DossierView),
        ("history", HistoryPage),
        ("on-time", OnTimeReport),
        ("on-time-dossiers", DossierPage),
        ("subject-lookup", SubjectDossiers),
        ("reusable", Offers),
        ("reuse", ReuseShare),
        ("reuse-dossiers", ReusePage),
    ],
)
def test_examples_of_answers_are_such_answers(name: str, model: type[Any]) -> None:
    assert TypeAdapter(model).validate_python({**ANSWERS, **SUBJECT_ANSWERS}[name])


def test_the_example_of_the_public_status_is_what_the_projection_writes() -> None:
    status = msgspec.convert(ANSWERS["public"], PublicStatus)
    assert msgspec.json.decode(msgspec.json.encode(status)) == ANSWERS["public"]


QUESTIONS = {"subject-lookup"}
"""What is posted only so that it stands in no address, and changes nothing that rules could refuse."""


def test_every_operation_tells_its_problems(session: Session) -> None:
    description = session.get("/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation["responses"]["500"]["$ref"].startswith("#/components/responses/"), path
            if method == "post":
                may_be_refused = set() if operation["operationId"] in QUESTIONS else {"409"}
                assert {"400", "413", "422", "503"} | may_be_refused <= set(operation["responses"])
                assert operation["requestBody"]["content"]["application/json"]["examples"]


def test_references_lead_somewhere(session: Session) -> None:
    description = session.get("/api/v1/openapi.json").json()
    references = set(_references(description))
    assert references
    for reference in references:
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in description["components"][kind]


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [each for value in part.values() for each in _references(value)]
    return [each for value in part for each in _references(value)] if isinstance(part, list) else []
