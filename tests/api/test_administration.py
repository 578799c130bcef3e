"""The administration over HTTP: every kind has the same addresses, and says what its acts made."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from api.administration_examples import ADMINISTRATION_EXAMPLES
from api.bodies import entry_command_body
from domain.administration.kinds import KINDS
from tests.api.office import UNIT, Office

RULE = {"payment_waits": False, "source": "a decision", "confidence": "declared"}
OLDER = {"payment_waits": True, "source": "invented for tests", "confidence": "invented"}


def asked(office: Office, method: str, path: str, body: object = None, **headers: str) -> Any:
    async def ask() -> Any:
        async with office.client() as client:
            return await client.request(method, f"/api/v1{path}", json=body, headers=headers or None)

    return asyncio.run(ask())


def act(office: Office, path: str, body: Mapping[str, object], key: str = "k-1", version: str = "*") -> Any:
    return asked(office, "POST", path, body, **{"Idempotency-Key": key, "If-Match": version})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_is_listed_a_page_at_a_time(kind: Any) -> None:
    page = asked(Office(), "GET", f"/{kind.path}?limit=1").json()
    assert len(page["entries"]) <= 1
    assert page["count"] >= len(page["entries"])


def test_an_entry_is_made_read_and_its_history_told() -> None:
    office = Office()
    made = act(office, "/counting-rules/new-1/introduce", RULE, version='"0"')
    assert (made.status_code, made.json()["facts"]) == (200, ["counting-rule.introduced.v1"])
    entry = asked(office, "GET", "/counting-rules/new-1")
    assert (entry.headers["etag"], entry.json()["entry"]["payment_waits"]) == ('"1"', False)
    [fact] = asked(office, "GET", "/counting-rules/new-1/history").json()["facts"]
    assert (fact["actor"], fact["type"], fact["fact"]["source"]) == (
        "cb-0001", "counting-rule.introduced.v1", "a decision",
    )  # fmt: skip


def test_an_entry_is_told_as_it_was_known() -> None:
    office = Office()
    before = {"at": (office.now - timedelta(days=2)).isoformat()}
    act(office, "/counting-rules/new-1/introduce", RULE | before)
    day_before, day_after = (quote((office.now - timedelta(days=days)).isoformat()) for days in (3, 1))
    act(office, "/counting-rules/new-2/introduce", RULE, key="k-2")
    assert asked(office, "GET", f"/counting-rules/new-1?known_at={day_before}").status_code == 404
    assert asked(office, "GET", f"/counting-rules/new-1?known_at={day_after}").status_code == 200
    assert asked(office, "GET", f"/counting-rules?known_at={day_after}").json()["count"] == 2


def test_what_is_already_so_adds_nothing() -> None:
    office = Office()
    act(office, "/counting-rules/new-1/introduce", RULE)
    again = act(office, "/counting-rules/new-1/introduce", RULE, key="k-2")
    assert (again.status_code, again.json()["already"], again.json()["version"]) == (200, True, 1)


def test_refusals_are_problems() -> None:
    office = Office()
    taken = act(office, "/counting-rules/test-1/introduce", RULE)
    stale = act(office, "/counting-rules/test-1/introduce", OLDER, version='"7"')
    absent = asked(office, "GET", "/counting-rules/none")
    told = [(each.status_code, each.json()["type"]) for each in (taken, stale, absent)]
    assert told == [
        (409, "/problems/already-there"), (412, "/problems/entry-changed"), (404, "/problems/unknown-entry"),
    ]  # fmt: skip
    assert asked(office, "POST", "/counting-rules/x/introduce", RULE, **{"Idempotency-Key": "k"}).status_code == 428


def test_pages_follow_one_another() -> None:
    office = Office()
    for number in range(5):
        act(office, f"/counting-rules/r-{number}/introduce", RULE, key=f"k-{number}")
    keys: list[str] = []
    cursor = ""
    while True:
        page = asked(office, "GET", f"/counting-rules?limit=2{cursor}").json()
        keys += [entry["key"] for entry in page["entries"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert keys == sorted(keys)
    assert len(keys) == page["count"] == 6


def test_a_strange_cursor_is_told() -> None:
    assert asked(Office(), "GET", "/units?cursor=YWJ").json()["type"] == "/problems/unknown-cursor"


def test_what_the_process_keeps_for_itself_is_not_shown() -> None:
    entry = asked(Office(), "GET", "/calendars/vn").json()["entry"]
    assert not [name for name in entry if name.startswith("_")]
    assert UNIT.calendar == "vn"


ACTS = [(kind, act) for kind in KINDS for act in kind.acts]


@pytest.mark.parametrize(("kind", "act"), ACTS, ids=[f"{kind.name}-{act}" for kind, act in ACTS])
def test_every_act_has_an_example_that_can_be_read(kind: Any, act: str) -> None:
    command = kind.acts[act]
    body = entry_command_body(command, kind.key).model_validate(ADMINISTRATION_EXAMPLES[f"{kind.name}/{act}"])
    assert isinstance(body.value(at=body.at, **{kind.key: "1"}), command)


@pytest.mark.parametrize(("wanted", "found"), [("KHAI sinh", 1), ("khong he co", 0)])
def test_entries_are_searched_without_regard_to_diacritics(wanted: str, found: int) -> None:
    example = ADMINISTRATION_EXAMPLES["procedure/publish"]
    office = Office()
    procedure = {**example["procedure"], "code": "9.000777", "name_vi": "Đăng ký khai sinh lại"}
    assert act(office, "/procedures/9.000777/publish", {**example, "procedure": procedure}).status_code == 200
    page = asked(office, "GET", f"/procedures?q={quote(wanted)}+9.000777").json()
    assert (page["count"], [each["key"] for each in page["entries"]]) == (found, ["9.000777"] * found)


def test_a_search_goes_on_from_page_to_page() -> None:
    office, seen, cursor = Office(), list[str](), ""
    everything = [each["key"] for each in asked(office, "GET", "/units?limit=500").json()["entries"]]
    wanted = everything[0][:2].lower()
    while True:
        page = asked(office, "GET", f"/units?q={wanted}&limit=1{cursor}").json()
        seen += [each["key"] for each in page["entries"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={quote(page['next'])}"
    assert seen == [key for key in everything if wanted in key.lower()]
    assert len(seen) == page["count"]
