"""For officers: whose dossiers these are, what can be reused, and the share not asked again."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from api.examples import ACT_EXAMPLES
from api.problems import SubjectsUnavailable
from domain.administration.officers import AssignPost, EndPost, Power
from domain.envelope import Actor
from domain.identity import Scheme
from domain.ports import AdministrationRequest
from tests.api.office import NOW, UNIT, Office
from tests.api.session import Session

PERSONAL: Final = ACT_EXAMPLES["submit"]["personal"]
NUMBER: Final = PERSONAL["personal_number"]
QUESTION: Final = {"scheme": "personal-number", "number": NUMBER}
PERIOD: Final = {"since": "2026-10-01", "until": "2026-10-31"}
LOOKUP: Final = "/api/v1/subjects/lookup"


def test_a_number_is_answered_with_codes_and_public_statuses(session: Session, office: Office) -> None:
    code = session.submitted()
    answer = session.post(LOOKUP, json=QUESTION)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["count"], told["dossiers"][0]["code"], told["dossiers"][0]["roles"]) == (1, code, ["applicant"])
    assert answer.headers["cache-control"] == "no-store"
    assert not any(value in answer.text for value in PERSONAL.values())
    assert office.looked_up == [(Scheme.PERSONAL_NUMBER, NUMBER, "cb-0001")]


def test_a_number_that_no_dossier_has_is_answered_with_none(session: Session) -> None:
    answer = session.post(LOOKUP, json={"scheme": "tax-code", "number": "0314409058-002"})
    assert (answer.status_code, answer.json()) == (200, {"count": 0, "data": None, "dossiers": []})


@pytest.mark.parametrize(
    "question", [{"scheme": "personal-number", "number": "1234567"}, {"scheme": "tax-code", "number": "x" * 10}]
)
def test_a_number_that_is_none_is_not_looked_up_nor_repeated(
    session: Session, office: Office, question: dict[str, str]
) -> None:
    answer = session.post(LOOKUP, json=question)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/not-a-number")
    assert question["number"] not in answer.text
    assert office.looked_up == []


def test_a_number_never_stands_in_an_address(session: Session) -> None:
    paths = session.get("/api/v1/openapi.json").json()["paths"]
    [operations] = [each for path, each in paths.items() if "subjects" in path]
    assert set(operations) == {"post"}
    assert {each["in"] for each in operations["post"].get("parameters", [])} <= {"header"}


POST: Final = AssignPost(
    id="cb-0001",
    post="desk",
    unit=UNIT.code,
    title="Công chức một cửa",
    powers=(Power.APPRAISE,),
    since=NOW - timedelta(days=30),
    decision="1/QĐ",
    at=NOW - timedelta(days=30),
)
ENDED: Final = EndPost(
    id="cb-0001", post="desk", until=NOW - timedelta(days=1), decision="2/QĐ", at=NOW - timedelta(days=1)
)


@pytest.mark.parametrize(
    ("commands", "status"), [((POST,), 200), ((replace(POST, id="cb-0002"),), 403), ((POST, ENDED), 403)]
)
def test_once_officers_are_kept_only_who_holds_a_post_now_may_ask(
    commands: tuple[AssignPost | EndPost, ...], status: int
) -> None:
    office = Office()
    for number, command in enumerate(commands):
        request = AdministrationRequest(command=command, actor=Actor(id="qt-01"), command_id=f"post/{number}")
        asyncio.run(office.administering.send(request))
    with Session(office) as session:
        assert session.post(LOOKUP, json=QUESTION).status_code == status
        offers = session.get("/api/v1/dossiers/H15.50.05.13-261009-0001/reusable")
    assert offers.status_code == (404 if status == 200 else 403)


def test_without_the_key_it_is_answered_later(session: Session, office: Office) -> None:
    office.fault = SubjectsUnavailable()
    answer = session.post(LOOKUP, json=QUESTION)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/subjects-unavailable")
    assert answer.headers["retry-after"]


def test_what_can_be_reused_in_a_dossier(session: Session) -> None:
    code = session.submitted()
    told = session.get(f"/api/v1/dossiers/{code}/reusable").json()
    assert told == {
        "code": code,
        "data": None,
        "offers": [
            {
                "component": "identity",
                "source_kind": "register",
                "source": "CSDL dân cư",
                "document": "Thẻ căn cước",
                "document_sha256": "ab" * 32,
                "since": "2026-10-09",
            }
        ],
    }
    assert session.get("/api/v1/dossiers/H15.50.05.13-261009-9999/reusable").status_code == 404


def test_the_share_not_asked_again(session: Session) -> None:
    told = session.get("/api/v1/statistics/reuse", params=PERIOD).json()
    assert (told["rule"], told["position"]) == ("not-asked-again-1", str(2**60))
    assert told["total"] == {
        "key": "all",
        "dossiers": 4,
        "required": 8,
        "reused": 1,
        "looked_up": 1,
        "asked": 6,
        "share": 0.25,
        "unmeasured": 0,
    }


def test_the_list_behind_it_is_read_page_by_page(session: Session) -> None:
    codes = sorted([session.submitted(), session.submitted(), session.submitted()])
    asked = {**PERIOD, "bucket": "asked", "limit": "2"}
    first = session.get("/api/v1/statistics/reuse/dossiers", params=asked).json()
    second = session.get("/api/v1/statistics/reuse/dossiers", params={**asked, "cursor": first["next"]}).json()
    found = [line["code"] for page in (first, second) for line in page["dossiers"]]
    assert (found, second["next"], first["count"]) == (codes, None, 3)


@pytest.mark.parametrize(
    "parameters",
    [
        {"since": "2026-10-31", "until": "2026-10-01", "bucket": "asked"},
        PERIOD,
        {**PERIOD, "bucket": "asked", "cursor": "x"},
        {**PERIOD, "bucket": "asked", "weather": "fine"},
    ],
)
def test_a_question_that_cannot_be_read_is_refused(session: Session, parameters: dict[str, str]) -> None:
    assert session.get("/api/v1/statistics/reuse/dossiers", params=parameters).status_code == 422
