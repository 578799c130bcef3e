"""Whatever goes wrong is a problem with a stable type, in two languages, and says nothing of the inside."""

import json
from typing import Any

import pytest

from api.edge import LARGEST_BODY
from api.examples import ACT_EXAMPLES
from api.problems import MEDIA_TYPE, problem_of, status_of
from domain.dossier import refusals
from domain.errors import DossierError, Refusal, TryLater
from tests.api.office import NOW, Office, minutes_ago
from tests.api.session import Session

CODE = "H15.50.05.13-261009-0001"
KEY = {"Idempotency-Key": "k"}
SUBMISSION = ACT_EXAMPLES["submit"]


def assert_problem(answer: Any, status: int, slug: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE), answer.text
    problem: dict[str, Any] = answer.json()
    assert (problem["type"], problem["status"]) == (f"/problems/{slug}", status)
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert set(problem["messages"]) == {"vi", "en"}
    return problem


@pytest.mark.parametrize("kind", [k for k in vars(refusals).values() if isinstance(k, type) and issubclass(k, Refusal)])
def test_every_refusal_is_a_conflict_in_both_languages(kind: type[DossierError]) -> None:
    problem = problem_of(kind())
    assert problem.status == 409
    assert problem.messages["vi"].title != problem.messages["en"].title
    assert problem.title == kind.vi


def test_a_refusal_names_the_rule_and_what_would_mend_it(session: Session) -> None:
    code = session.submit(components=[]).json()["code"]
    problem = assert_problem(session.act(code, "accept"), 409, "components-missing")
    assert problem["details"] == {"components": "application, identity"}
    assert problem["detail"].endswith("(components: application, identity)")


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [("vi", "vi"), ("en-GB,en;q=0.9", "en"), ("en;q=0.1, vi;q=0.2", "vi"), ("de", "vi"), ("", "vi"), ("en;q=x", "vi")],
)
def test_the_caller_chooses_the_language(session: Session, accept_language: str, language: str) -> None:
    answer = session.get(f"/api/v1/dossiers/{CODE}", headers={"Accept-Language": accept_language})
    problem = assert_problem(answer, 404, "unknown-dossier")
    assert answer.headers["content-language"] == language
    assert problem["title"] == problem["messages"][language]["title"]


@pytest.mark.parametrize(
    ("header", "status", "slug"),
    [
        ("Motcua-Actor", 400, "actor-required"),
        ("Idempotency-Key", 400, "idempotency-key-required"),
        ("If-Match", 428, "if-match-required"),
    ],
)
def test_a_command_without_its_headers(office: Office, header: str, status: int, slug: str) -> None:
    with Session(office) as session:
        session._client.headers.update(KEY | {"If-Match": "*"})
        del session._client.headers[header]
        answer = session.post(f"/api/v1/dossiers/{CODE}/accept", json={"officer": "cb-0001"})
    assert_problem(answer, status, slug)
    assert not office.requests


@pytest.mark.parametrize(
    "headers",
    [
        {"If-Match": "7"},
        {"If-Match": 'W/"7"'},
        {"If-Match": '"7", "8"'},
        {"Idempotency-Key": "a b"},
        {"Motcua-Actor": "a/b"},
    ],
)
def test_headers_that_cannot_be_read(session: Session, headers: dict[str, str]) -> None:
    answer = session.post(
        f"/api/v1/dossiers/{CODE}/accept", json={"officer": "cb-0001"}, headers=KEY | {"If-Match": "*"} | headers
    )
    problem = assert_problem(answer, 422, "invalid-request")
    assert problem["errors"][0]["where"] == f"header.{next(iter(headers))}"


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        ({"colour": "red"}, "body.colour", "extra_forbidden"),
        ({"code": CODE}, "body.code", "extra_forbidden"),
        ({"procedure": None}, "body.procedure", "string_type"),
        ({"procedure": " "}, "body.procedure", "blank"),
        ({"procedure": "x" * 201}, "body.procedure", "string_too_long"),
        ({"procedure": "a\u0000b"}, "body.procedure", "control_character"),
        ({"channel": "pigeon"}, "body.channel", "enum"),
        (
            {"components": [{"component": "c", "form": "paper", "sha256": "A"}]},
            "body.components.0.sha256",
            "string_pattern_mismatch",
        ),
        ({"components": [{"component": "c", "form": "paper"}] * 201}, "body.components", "too_long"),
        ({"at": "2026-10-08T08:00:00"}, "body.at", "rfc3339"),
        ({"at": "2026-10-08"}, "body.at", "rfc3339"),
        ({"at": 1_700_000_000}, "body.at", "rfc3339"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "body.at", "out_of_range"),
        ({"at": "2026-02-30T00:00:00Z"}, "body.at", "datetime_from_date_parsing"),
    ],
)
def test_a_body_that_cannot_be_read(session: Session, changes: dict[str, Any], where: str, code: str) -> None:
    problem = assert_problem(session.submit(**changes), 422, "invalid-request")
    (error,) = problem["errors"]
    assert (error["where"], error["code"]) == (where, code)
    assert error["message_vi"]
    assert error["message_en"]


@pytest.mark.parametrize("amount", ["8000", 8000.0, True, -1, 10**16])
def test_money_is_whole_dong(session: Session, amount: object) -> None:
    answer = session.act(session.submitted(), "pay", amount=amount)
    assert assert_problem(answer, 422, "invalid-request")["errors"][0]["where"] == "body.amount"


def test_values_of_a_refused_body_are_not_repeated(session: Session) -> None:
    answer = session.submit(personal={"full_name": "Nguyễn Văn Mẫu", "phone": 912})
    assert_problem(answer, 422, "invalid-request")
    assert "Mẫu" not in answer.text
    assert "912" not in answer.text


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"{", 422, "invalid-request"),
        (b"", 422, "invalid-request"),
        (b"[]", 422, "invalid-request"),
        (b'{"\\ud800": 1}', 422, "invalid-request"),
        (json.dumps(SUBMISSION | {"procedure": "\ud800"}).encode(), 422, "invalid-request"),
        (b'{"procedure": "\xff"}', 400, "bad-request"),
        (b"[" * 100_000, 400, "bad-request"),
        (b'{"at": ' + b"9" * 5_000 + b"}", 400, "bad-request"),
    ],
)
def test_a_body_that_is_no_json_object(session: Session, content: bytes, status: int, slug: str) -> None:
    headers = KEY | {"Content-Type": "application/json"}
    assert_problem(session.post("/api/v1/dossiers", content=content, headers=headers), status, slug)


def test_a_body_larger_than_a_megabyte_is_not_read(session: Session) -> None:
    async def in_pieces() -> Any:
        for _ in range(3):
            yield b" " * (LARGEST_BODY // 2)

    headers = KEY | {"Content-Type": "application/json"}
    for content in (b" " * (LARGEST_BODY + 1), in_pieces()):
        assert_problem(session.post("/api/v1/dossiers", content=content, headers=headers), 413, "body-too-large")


def test_an_act_of_the_near_future_is_a_clock_that_is_ahead_and_a_later_one_is_a_problem(session: Session) -> None:
    assert session.submit(at=minutes_ago(-5)).status_code == 201
    assert_problem(session.submit(at=minutes_ago(-6)), 422, "effective-in-future")


@pytest.mark.parametrize(
    ("method", "address", "status", "slug"),
    [
        ("GET", "/api/v1/nothing", 404, "no-such-resource"),
        ("GET", "/api/v1/dossiers", 405, "method-not-allowed"),
        ("POST", f"/api/v1/dossiers/{CODE}/praise", 404, "no-such-resource"),
        ("POST", f"/api/v1/public/dossiers/{CODE}", 405, "method-not-allowed"),
        ("GET", f"/api/v1/dossiers/{CODE}", 404, "unknown-dossier"),
        ("GET", f"/api/v1/dossiers/{CODE}/history", 404, "unknown-dossier"),
        ("GET", f"/api/v1/public/dossiers/{CODE}", 404, "unknown-dossier"),
        ("GET", "/api/v1/dossiers/0912345678", 422, "invalid-request"),
        ("GET", "/api/v1/dossiers/0912345678/history", 422, "invalid-request"),
        ("GET", "/api/v1/public/dossiers/0912345678", 422, "invalid-request"),
        ("GET", f"/api/v1/dossiers/{CODE}?as_off=x", 422, "invalid-request"),
        ("GET", f"/api/v1/dossiers/{CODE}/history?limit=0", 422, "invalid-request"),
        ("GET", f"/api/v1/dossiers/{CODE}/history?cursor=%C3%A9", 422, "unknown-cursor"),
        ("GET", f"/api/v1/public/dossiers/{CODE}?full_name=x", 422, "invalid-request"),
        ("GET", f"/api/v1/public/dossiers/{CODE}?after=-1", 422, "invalid-request"),
        ("GET", "/api/v1/statistics/on-time?by=colour", 422, "invalid-request"),
        ("GET", "/api/v1/statistics/on-time?from_on=2026-01-01", 422, "invalid-request"),
        ("GET", "/api/v1/statistics/on-time?from=2026-02-01&to=2026-01-31", 422, "invalid-request"),
        ("GET", "/api/v1/statistics/on-time?from=0", 422, "invalid-request"),
        ("GET", "/api/v1/statistics/on-time?as_of=2026-01-01", 422, "invalid-request"),
        ("GET", "/api/v1/statistics/on-time/dossiers", 422, "invalid-request"),
    ],
)
def test_addresses_that_lead_nowhere(session: Session, method: str, address: str, status: int, slug: str) -> None:
    answer = session._runner.run(session._client.request(method, address, headers=KEY))
    assert_problem(answer, status, slug)
    assert status != 405 or answer.headers["allow"]


@pytest.mark.parametrize(
    "address",
    [
        f"/api/v1/public/dossiers/{CODE}?after=9",
        "/api/v1/statistics/on-time?after=9",
        "/api/v1/statistics/on-time/dossiers?after=9&bucket=open",
    ],
)
def test_a_read_that_cannot_catch_up_says_when_to_ask_again(session: Session, office: Office, address: str) -> None:
    office.reached_position = 8
    answer = session.get(address)
    assert_problem(answer, 503, "projections-behind")
    assert answer.headers["retry-after"] == "1"


def test_a_browser_that_is_lost_gets_a_page_and_a_program_a_problem(session: Session) -> None:
    browser = {"Accept": "text/html"}
    assert session.get("/nowhere", headers=browser).headers["content-type"].startswith("text/html")
    assert_problem(session.get("/nowhere"), 404, "no-such-resource")
    assert_problem(session.get("/api/v1/nowhere", headers=browser), 404, "no-such-resource")


def test_a_busy_service_says_when_to_ask_again(session: Session, office: Office) -> None:
    office.fault = TryLater()
    answer = session.submit()
    assert_problem(answer, 503, "try-later")
    assert answer.headers["retry-after"] == "1"


def test_what_was_not_foreseen_shows_nothing_of_the_inside(session: Session, office: Office) -> None:
    office.fault = RuntimeError("password of the database")
    answer = session.submit()
    assert_problem(answer, 500, "unexpected")
    assert "password" not in answer.text


def test_not_ready_names_the_part_in_the_way(session: Session, office: Office) -> None:
    assert session.get("/readyz").json() == {"status": "ready"}
    office.obstacles = {"database": "no connection"}
    problem = assert_problem(session.get("/readyz"), 503, "not-ready")
    assert problem["details"] == {"database": "no connection"}
    assert session.get("/livez").json() == {"status": "alive"}


def test_a_dossier_of_today_cannot_be_accepted_before_it_was_submitted(session: Session) -> None:
    code = session.submit(at=NOW.isoformat()).json()["code"]
    assert_problem(session.act(code, "accept", at=minutes_ago(1)), 409, "before-submission")


def test_the_nearest_class_decides_the_status() -> None:
    class Away(TryLater):
        """Away."""

    assert status_of(Away) == 503
    assert status_of(DossierError) == 500
