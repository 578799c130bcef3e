from dataclasses import replace

import pytest

from api.app import create_app
from tests.pages import statuses as some
from tests.pages.client import ORIGIN, Client
from tests.pages.collaborators import COLLABORATORS, Statuses
from tests.pages.reading import PAGES_TO_READ, parse, words_of


@pytest.mark.parametrize("page", [*PAGES_TO_READ, f"/tra-cuu/{some.IN_PROCESS}", f"/audit/{some.IN_PROCESS}"])
def test_every_page_runs_no_script_and_loads_nothing_from_elsewhere(browser: Client, page: str) -> None:
    answer = browser.get(page)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-language"] == "vi"
    addresses = parse(answer.text).xpath("//link/@href | //img/@src | //form/@action")
    assert all(address.startswith("/") and not address.startswith("//") for address in addresses)


def test_static_files_are_kept_for_ever_under_an_address_that_changes_with_them(browser: Client) -> None:
    page = parse(browser.get("/").text)
    for address in page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert browser.get("/static/motcua.000000000000.css").status_code == 404
    assert browser.get("/static/..%2Froutes.py").status_code == 404


def test_the_history_is_kept_by_no_cache(browser: Client) -> None:
    assert browser.get(f"/audit/{some.IN_PROCESS}").headers["cache-control"] == "no-store"


def test_head_is_answered_like_get_without_a_body(browser: Client) -> None:
    assert browser.head("/dashboard").status_code == 200


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/dashboard?counting=often", "Cách tính"),
        ("/dashboard?from=2026-02-30", "Ngày đầu"),
        ("/dashboard?to=9999-12-31", "Ngày cuối"),
        ("/dashboard?as_of=0001-01-01", "Thời điểm xem"),
        ("/dashboard?from=2026-10-02&to=2026-10-01", "Khoảng ngày"),
        ("/dashboard?unit=%00", "Đơn vị"),
        ("/dashboard/dossiers", "Loại số liệu"),
        ("/dashboard/dossiers?bucket=closed&now=2026-10-01T00:00:00", "Thời điểm tính quá hạn"),
        (f"/audit/{some.IN_PROCESS}?known_at=soon", "Thời điểm biết"),
        (f"/audit/{some.IN_PROCESS}?as_of=9999-12-31T23:59:59", "Thời điểm xem"),
    ],
)
def test_what_cannot_be_read_is_named_on_a_page(browser: Client, address: str, said: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 422
    assert said in words_of(answer.text)


def test_what_was_typed_is_not_repeated_by_the_error(browser: Client) -> None:
    assert "onerror" not in browser.get("/dashboard?counting=<img onerror=x>").text.split("<main", 1)[1]


def test_a_busy_service_says_so_and_when_to_come_back() -> None:
    answer = Client(create_app(replace(COLLABORATORS, lookup=Statuses(away=True)))).get(f"/tra-cuu/{some.IN_PROCESS}")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "Hệ thống đang bận" in words_of(answer.text)


@pytest.mark.parametrize("address", ["/tra-cuu/H15-261001-9999", "/audit/H15-261001-9999"])
def test_a_program_gets_the_applications_problem(program: Client, address: str) -> None:
    answer = program.get(address)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/unknown-dossier"


def test_an_unknown_address_has_a_page_too(browser: Client, program: Client) -> None:
    page = browser.get(f"{ORIGIN}//elsewhere.example/")
    assert page.status_code == 404
    assert "Không tìm thấy trang" in words_of(page.text)
    assert "elsewhere.example" not in page.text
    assert program.get("/nowhere").json()["status"] == 404
    assert browser.get("/api/v1/nowhere").json()["status"] == 404
