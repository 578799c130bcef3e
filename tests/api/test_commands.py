"""Submitting and acting: what goes in, what comes back, and what happens once only."""

from datetime import timedelta
from itertools import islice

import pytest

from api.bodies import command_body
from api.examples import ACT_EXAMPLES
from domain.dossier.commands import ACTS, Submit
from domain.dossier.events import Submitted
from domain.envelope import Actor
from tests.api.office import NOW, Office
from tests.api.session import Session

LIFE = list(islice(ACT_EXAMPLES, 1, 18))
ASIDE = [act for act in ACT_EXAMPLES if act not in {"submit", *LIFE}]


def test_every_act_has_an_example_and_an_address(session: Session) -> None:
    paths = session.get("/api/v1/openapi.json").json()["paths"]
    assert set(ACT_EXAMPLES) == {"submit", *ACTS}
    assert {path.rpartition("/")[2] for path in paths if path.startswith("/api/v1/dossiers/{code}/")} == {
        "history",
        "steps",
        "reusable",
        "could-act",
        *ACTS,
    }


def test_one_dossier_lives_through_the_examples(session: Session) -> None:
    answer = session.submit()
    code = answer.json()["code"]
    for act in LIFE:
        answer = session.act(code, act, if_match=answer.headers["etag"])
        assert answer.status_code == 200, answer.text
        assert answer.json()["events"]
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    assert session.get(f"/api/v1/dossiers/{code}").json()["stage"] == "returned"


@pytest.mark.parametrize("act", ASIDE)
def test_the_other_examples_are_understood(session: Session, act: str) -> None:
    answer = session.act(session.submitted(), act)
    assert answer.status_code in {200, 409}, answer.text


def test_a_submission_says_where_the_dossier_is(session: Session) -> None:
    answer = session.submit()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/dossiers/{answer.json()['code']}"
    assert answer.json() == {
        "code": "H15.50.05.13-261009-0001",
        "version": 1,
        "position": str(2**60 + 1),
        "events": ["dossier.submitted.v1"],
        "already": False,
    }


def test_what_is_already_so_adds_nothing(session: Session) -> None:
    code = session.submitted()
    session.act(code, "accept")
    answer = session.act(code, "accept")
    assert (answer.json()["events"], answer.json()["already"], answer.json()["version"]) == ([], True, 2)


def test_the_same_submission_is_the_same_dossier(session: Session) -> None:
    first, second = (session.submit(headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert first.json()["code"] == second.json()["code"]
    assert len(session.office.log) == 1


def test_the_same_act_sent_twice_without_a_time_is_one(session: Session, office: Office) -> None:
    code = session.submitted()
    first = session.act(code, "accept", key="once", at=None)
    office.now += timedelta(minutes=1)
    second = session.act(code, "accept", key="once", at=None)
    assert (second.status_code, second.json()) == (200, first.json())


def test_a_key_used_for_another_command_is_refused(session: Session) -> None:
    code = session.submitted()
    session.act(code, "accept", key="once")
    answer = session.act(code, "accept", key="once", officer="cb-0009")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/key-reused")


def test_equal_keys_of_two_actors_are_two_keys(session: Session) -> None:
    codes = {
        session.submit(headers={"Idempotency-Key": "k", "Motcua-Actor": actor}).json()["code"]
        for actor in ("cb-0001", "cb-0002")
    }
    assert len(codes) == 2


def test_the_door_learns_who_commands_and_how_to_find_the_request(session: Session, office: Office) -> None:
    answer = session.submit(
        headers={
            "Idempotency-Key": "once",
            "Motcua-Actor": "cb-0007",
            "Motcua-Unit": "H15.50",
            "Motcua-On-Behalf-Of": "cb-0001",
            "Motcua-Delegation": "12%2FQ%C4%90-UBND",
            "X-Request-Id": "asked-1",
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        }
    )
    (request,) = office.requests
    assert request.actor == Actor(id="cb-0007", unit="H15.50", on_behalf_of="cb-0001", delegation="12/QĐ-UBND")
    assert request.key == request.command_id == "cb-0007/once"
    assert request.correlation_id == answer.headers["x-request-id"] == "asked-1"
    assert request.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("traceparent", ["00-00000000000000000000000000000000-00f067aa0ba902b7-01", "ff-x", ""])
def test_an_unreadable_trace_is_no_trace(session: Session, office: Office, traceparent: str) -> None:
    answer = session.submit(headers={"traceparent": traceparent, "X-Request-Id": "x" * 65})
    assert office.requests[0].trace_id is None
    assert len(answer.headers["x-request-id"]) == 32


def test_an_act_rests_on_the_version_it_names(session: Session, office: Office) -> None:
    code = session.submitted()
    assert session.act(code, "accept", if_match='"7"').json()["type"] == "/problems/stale-version"
    assert session.act(code, "accept", if_match='"1"').status_code == 200
    assert session.act(code, "appraise", if_match="*").status_code == 200
    assert [request.expected_version for request in office.requests] == [None, 7, 1, None]


def test_text_arrives_composed(session: Session, office: Office) -> None:
    session.submit(applicant_reference="Nguyễn")
    command = office.requests[0].command
    assert isinstance(command, Submit)
    assert command.applicant_reference == "Nguyễn"


def test_an_act_takes_effect_now_unless_it_says_when(session: Session, office: Office) -> None:
    code = session.submit(at=None).json()["code"]
    submitted = office.log[code][0].event
    assert isinstance(submitted, Submitted)
    assert submitted.submitted_at == NOW
    assert submitted.submitted_at.isoformat() == "2026-10-09T12:00:00+07:00"


def test_bodies_say_the_same_under_any_order_of_fields() -> None:
    body = command_body(ACTS["accept"])
    one = body.model_validate({"officer": "a", "at": "2026-10-08T09:00:00Z"})
    two = body.model_validate({"at": "2026-10-08T09:00:00Z", "officer": "a"})
    assert one.digest("accept") == two.digest("accept") != one.digest("seal")
