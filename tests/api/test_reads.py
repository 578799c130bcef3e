"""Reading: how a dossier stands, how it came to be so, what the public sees, and the figures."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from api.answer_examples import ANSWERS
from api.examples import ACT_EXAMPLES
from domain.dossier.events import Accepted
from projections.on_time.report import Bucket, Counting, Cut, DossierQuery, ReportQuery
from tests.api.office import NOW, Office
from tests.api.session import Session


def accepted(session: Session) -> str:
    code = session.submitted()
    session.act(code, "accept")
    return code


def test_a_dossier_says_how_it_stands(session: Session) -> None:
    code = accepted(session)
    answer = session.get(f"/api/v1/dossiers/{code}", params={"after": "5"})
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"2"', "no-store")
    state = answer.json()
    assert (state["stage"], state["finance"], state["delivery"]) == ("in-process", "nothing-due", "not-ready")
    assert state["position"] == str(2**60 + 2)
    assert state["acts"] == [
        "request-supplement",
        "hand-over",
        "appraise",
        "request-payment",
        "extend",
        "withdraw",
        "stop",
        "verify-identity",
        "represent",
        "correct",
        "record-step",
    ]


def test_the_clock_is_explained_without_gap(session: Session) -> None:
    clock = session.get(f"/api/v1/dossiers/{accepted(session)}").json()["clock"]
    assert clock["due_at"] == clock["recomputed_due_at"] == "2026-10-15T17:00:00+07:00"
    assert clock["intervals"][0]["since"] == "2026-10-08T09:00:00+07:00"
    assert clock["intervals"][-1]["until"] == clock["until"] == "2026-10-09T12:00:00+07:00"
    pairs = zip(clock["intervals"], clock["intervals"][1:], strict=False)
    assert all(before["until"] == after["since"] for before, after in pairs)
    assert {each["rule"] for each in clock["intervals"]} == {each["rule"] for each in clock["rules"]}
    assert all(each["source"] and each["confidence"] for each in clock["rules"])


def test_a_dossier_that_was_not_accepted_has_no_clock_to_explain(session: Session) -> None:
    clock = session.get(f"/api/v1/dossiers/{session.submitted()}").json()["clock"]
    assert (clock["due_at"], clock["intervals"], clock["rules"]) == (None, [], [])


def test_what_a_dossier_waits_for(session: Session) -> None:
    code = session.submitted()
    session.act(code, "request-supplement")
    session.act(code, "request-payment")
    state = session.get(f"/api/v1/dossiers/{code}").json()
    assert (state["waiting_for"], state["missing"], state["amount_due"]) == (
        ["supplement", "payment"],
        ["identity"],
        10_000,
    )


def history(session: Session, code: str, **parameters: Any) -> dict[str, Any]:
    answer = session.get(f"/api/v1/dossiers/{code}/history", params=parameters)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def test_history_has_both_times(session: Session) -> None:
    first, second = history(session, accepted(session))["events"]
    assert (first["type"], first["effective_at"]) == ("dossier.submitted.v1", "2026-10-08T08:00:00+07:00")
    assert (second["type"], second["recorded_at"]) == ("dossier.accepted.v1", "2026-10-09T12:00:00+07:00")
    assert second["event"]["accepted_at"] == second["effective_at"]
    assert (second["actor"], second["unit"], second["version"]) == ("cb-0001", "H15.50.05.13", 2)


def test_instants_are_local_to_the_dossier(session: Session, office: Office) -> None:
    code = accepted(session)
    submitted, event = office.log[code]
    assert isinstance(event.event, Accepted)
    there = {name: getattr(event.event, name) for name in event.event.__slots__} | {"timezone": "Europe/Amsterdam"}
    office.log[code] = [submitted, type(event)(**_slots(event) | {"event": Accepted(**there)})]
    assert history(session, code)["events"][0]["effective_at"] == "2026-10-08T03:00:00+02:00"
    assert session.get(f"/api/v1/dossiers/{code}").json()["submitted_at"] == "2026-10-08T03:00:00+02:00"


def _slots(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def test_as_of_is_about_effect_and_known_at_about_record(session: Session, office: Office) -> None:
    code = session.submitted()
    office.now = NOW + timedelta(days=1)
    session.act(code, "accept")
    assert len(history(session, code, as_of="2026-10-08T08:59:59+07:00")["events"]) == 1
    assert len(history(session, code, as_of="2026-10-08T09:00:00+07:00")["events"]) == 2
    assert len(history(session, code, known_at=NOW.isoformat())["events"]) == 1
    assert len(history(session, code, known_at=office.now.isoformat())["events"]) == 2
    assert history(session, code, known_at="2026-01-01T00:00:00Z") == {
        "code": code,
        "version": 0,
        "events": [],
        "next": None,
    }


def test_a_corrected_value_stands_beside_the_old_one_once_it_is_known(session: Session, office: Office) -> None:
    code = accepted(session)
    office.now = NOW + timedelta(days=1)
    earlier: dict[str, Any] = {"version": 2, "field": "accepted_at", "new_value": "2026-10-08T08:30:00+07:00"}
    assert session.act(code, "correct", **earlier).status_code == 200
    second = history(session, code)["events"][1]
    assert second["event"]["accepted_at"] == "2026-10-08T09:00:00+07:00"
    assert second["effective_at"] == "2026-10-08T08:30:00+07:00"
    assert second["corrections"] == [
        {
            "field": "accepted_at",
            "old_value": "2026-10-08T09:00:00+07:00",
            "new_value": "2026-10-08T08:30:00+07:00",
            "authority": ACT_EXAMPLES["correct"]["authority"],
            "by_version": 3,
        }
    ]
    assert len(history(session, code, as_of="2026-10-08T08:45:00+07:00")["events"]) == 2
    before = history(session, code, known_at=NOW.isoformat())["events"][1]
    assert (before["effective_at"], before["corrections"]) == ("2026-10-08T09:00:00+07:00", [])


def test_history_comes_in_pages(session: Session) -> None:
    code = accepted(session)
    session.act(code, "appraise")
    first = history(session, code, limit=2)
    second = history(session, code, limit=2, cursor=first["next"])
    assert [each["version"] for each in first["events"] + second["events"]] == [1, 2, 3]
    assert (first["version"], second["next"]) == (3, None)


def test_the_public_sees_the_bytes_of_the_projection(session: Session) -> None:
    code = session.submitted()
    answer = session.get(f"/api/v1/public/dossiers/{code}", params={"after": "7"})
    assert answer.content == msgspec.json.encode(ANSWERS["public"] | {"code": code, "version": 1})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=0, must-revalidate"
    again = session.get(f"/api/v1/public/dossiers/{code}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    session.act(code, "accept")
    changed = session.get(f"/api/v1/public/dossiers/{code}", headers={"If-None-Match": answer.headers["etag"]})
    assert changed.status_code == 200


def test_a_report_is_asked_for_as_it_is_written(session: Session, office: Office) -> None:
    answer = session.get(
        "/api/v1/statistics/on-time?by=channel&from=2026-01-01&to=2026-01-31&as_of=2026-02-01T00:00:00+07:00"
        "&counting=instant&unit=H15&procedure=2.000635&channel=e-mail"
    )
    assert office.asked == [
        ReportQuery(
            now=NOW,
            by=Cut.CHANNEL,
            counting=Counting.INSTANT,
            from_on=date(2026, 1, 1),
            to_on=date(2026, 1, 31),
            as_of=datetime.fromisoformat("2026-02-01T00:00:00+07:00"),
            unit="H15",
            procedure="2.000635",
            channel="e-mail",
        )
    ]
    report = answer.json()
    assert (report["by"], report["counting"], report["rule"]) == ("channel", "instant", "test-1")
    assert (report["as_of"], report["position"]) == ("2026-02-01T00:00:00+07:00", str(2**60))
    assert (report["rows"][0]["key"], report["total"]["open"]) == ("desk", 1)


def test_the_dossiers_behind_a_figure(session: Session, office: Office) -> None:
    page = session.get(
        "/api/v1/statistics/on-time/dossiers?by=unit&bucket=open-overdue&key=H15&cursor=x&limit=7"
    ).json()
    (query,) = office.asked
    assert query == DossierQuery(
        report=ReportQuery(now=NOW, by=Cut.UNIT), bucket=Bucket.OPEN_OVERDUE, key="H15", after="x", limit=7
    )
    assert (page["count"], page["next"], page["dossiers"][0]["received_at"]) == (1, None, "2026-10-09T12:00:00+07:00")


@pytest.mark.parametrize("label", ["generated", None])
def test_data_that_is_not_real_says_so(label: str | None) -> None:
    with Session(Office(label=label)) as session:
        for address in ("/livez", "/nowhere", "/api/v1/statistics/on-time"):
            assert session.get(address).headers.get("motcua-data") == label
        assert session.get("/api/v1/statistics/on-time").json()["data"] == label


def test_measurements_name_routes_and_nothing_else() -> None:
    with Session(Office(apart=True)) as session:
        code = session.submitted()
        session.get(f"/api/v1/dossiers/{code}")
        session.get(f"/api/v1/public/dossiers/{code}")
        session.get("/nowhere/0912345678")
        session._runner.run(session._client.request("BREW", "/livez"))
        answer = session.get("/metrics")
    for line in (
        'motcua_http_requests_total{method="GET",route="/api/v1/dossiers/{code}",status="200"} 1.0',
        'motcua_http_requests_total{method="GET",route="/api/v1/public/dossiers/{code}",status="200"} 1.0',
        'motcua_http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'motcua_http_requests_total{method="other",route="/livez",status="405"} 1.0',
        'motcua_http_request_seconds_count{method="POST",route="/api/v1/dossiers"} 1.0',
        "motcua_test 1",
    ):
        assert line in answer.text.splitlines()
    assert code not in answer.text
    assert "0912345678" not in answer.text
