"""The control slip and the worklists over HTTP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from projections.worklists.worklist import WorklistQuery, WorkState
from tests.api.office import NOW, UNIT, Office
from tests.api.session import Session


def test_the_slip_has_every_hand_the_dossier_went_through(session: Session) -> None:
    """The example hand-over has a quota, so its line says how it stands."""
    code = session.submitted()
    session.act(code, "accept")
    assert session.act(code, "hand-over", quota={"amount": 1, "unit": "working-hours"}).status_code == 200
    answer = session.get(f"/api/v1/dossiers/{code}/steps")
    assert answer.headers["etag"] == '"3"'
    slip = answer.json()
    assert (slip["due_at"], slip["as_of"]) == ("2026-10-15T17:00:00+07:00", "2026-10-09T12:00:00+07:00")
    first, second = slip["steps"]
    assert (first["officer"], first["kept"], first["by_seconds"]) == ("cb-0001", "no-quota", None)
    assert first["until"] == second["since"]
    assert (second["kept"], second["until"]) == ("late", None)
    late = datetime.fromisoformat(slip["as_of"]) - datetime.fromisoformat(second["due_at"])
    assert second["by_seconds"] == late.total_seconds() > 0


def test_a_dossier_that_is_not_there_has_no_slip(session: Session) -> None:
    assert session.get("/api/v1/dossiers/H15.50.05.13-261008-9999/steps").status_code == 404


def test_a_worklist_is_asked_for_by_every_filter(session: Session, office: Office) -> None:
    answer = session.get(
        f"/api/v1/worklists/{UNIT.code}",
        params={
            "officer": "cb-0003", "step": "appraise", "procedure": "2.000635", "state": "due-soon",
            "as_of": "2026-10-14T09:00:00+07:00", "soon_hours": "48", "limit": "7", "cursor": "YQ", "after": "5",
        },
    )  # fmt: skip
    assert answer.status_code == 200
    assert office.asked[-1] == WorklistQuery(
        unit=UNIT.code,
        as_of=datetime(2026, 10, 14, 2, tzinfo=UTC),
        officer="cb-0003",
        step="appraise",
        procedure="2.000635",
        state=WorkState.DUE_SOON,
        soon=timedelta(hours=48),
        after="YQ",
        limit=7,
    )
    assert office.waited_for == "worklists"
    page = answer.json()
    assert (page["count"], page["counts"]) == (0, {"open": 2, "waiting": 1, "late": 1, "due_soon": 0})


def test_without_more_it_is_all_that_is_in_hand_now(session: Session, office: Office) -> None:
    page = session.get(f"/api/v1/worklists/{UNIT.code}").json()
    assert office.asked[-1] == replace(WorklistQuery(unit=UNIT.code, as_of=NOW), after=None)
    assert (page["count"], page["dossiers"][0]["since"]) == (2, "2026-10-09T12:00:00+07:00")


def test_a_unit_that_nobody_knows_is_not_an_empty_list(session: Session) -> None:
    assert session.get("/api/v1/worklists/H77").status_code == 404


@pytest.mark.parametrize("wrong", ["state=overdue", "soon_hours=0", "limit=501", "as_of=2026-10-14", "unit=H15"])
def test_what_cannot_be_read_is_refused(session: Session, wrong: str) -> None:
    assert session.get(f"/api/v1/worklists/{UNIT.code}?{wrong}").status_code == 422
