"""Who could have signed on a day, over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from domain.administration.building import build
from domain.administration.delegations import GrantDelegation
from domain.administration.officers import AssignPost, Power
from tests.api.office import UNIT, Office
from tests.api.session import Session

BEGUN = datetime(2026, 10, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 10, 8, 17, tzinfo=UTC)


def staffed(office: Office) -> None:
    post = AssignPost(
        id="cb-0160", post="1", unit=UNIT.code, title="Phó Chủ tịch", powers=(Power.SIGN,), since=BEGUN, decision="-",
        at=BEGUN,
    )  # fmt: skip
    grant = GrantDelegation(
        number="05/UQ", from_officer="cb-0160", to_officer="cb-0159", unit=UNIT.code, powers=(Power.SIGN,),
        procedures=(), valid_from=BEGUN, valid_until=UNTIL, legal_basis="-", at=BEGUN,
    )  # fmt: skip
    office.administering.administration = build([post, grant], office.administering.current().entries)


@pytest.fixture
def staffed_session() -> Iterator[Session]:
    office = Office()
    staffed(office)
    with Session(office) as session:
        yield session


def test_who_could_have_signed_by_post_or_delegation(staffed_session: Session) -> None:
    """The delegation ends with the eighth; on the thirtieth of September nobody had a post."""
    session = staffed_session
    code = session.submitted()
    address = f"/api/v1/dossiers/{code}/could-act"
    answer = session.get(address, params={"on": "2026-10-08"}).json()
    assert (answer["power"], answer["at"]) == ("sign", "2026-10-08T12:00:00+07:00")
    assert [(each["officer"], each["title"], each["delegation"]) for each in answer["officers"]] == [
        ("cb-0160", "Phó Chủ tịch", None),
        ("cb-0159", "", "05/UQ"),
    ]
    after = session.get(address, params={"on": "2026-10-09"}).json()["officers"]
    assert [each["officer"] for each in after] == ["cb-0160"]
    assert session.get(address, params={"on": "2026-09-30"}).json()["officers"] == []
    assert session.get(address, params={"on": "2026-10-08", "power": "seal"}).json()["officers"] == []


def test_what_cannot_be_asked_is_a_problem(session: Session) -> None:
    code = session.submitted()
    for address, status in (
        ("/api/v1/dossiers/H15.50.05.13-261008-9999/could-act?on=2026-10-08", 404),
        (f"/api/v1/dossiers/{code}/could-act", 422),
        (f"/api/v1/dossiers/{code}/could-act?on=2026-10-08&power=fly", 422),
        (f"/api/v1/dossiers/{code}/could-act?on=2026-10-08&until=x", 422),
    ):
        answer = session.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
