"""The pages in a real Chromium: accessible, within the screen, usable by keyboard, without a script of their own."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from api.app import create_app
from api.pages.parameters import PAGE_LENGTH
from domain.administration.building import build
from service.demo.catalogue import sample_catalogue
from tests.administrations import MemoryAdministering, administered
from tests.pages import statuses as some
from tests.pages.administration import CALENDAR, COUNTING, PROCEDURES, UNITS
from tests.pages.collaborators import COLLABORATORS
from tests.pages.served import chromium, served

pytestmark = pytest.mark.browser

WIDTHS = [ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)]
TRACKED = (
    some.SUBMITTED,
    some.IN_PROCESS,
    some.SUPPLEMENT,
    some.PAYMENT,
    some.OVERDUE,
    some.RETURNED,
    some.REFUSED,
    some.IMPORTED,
)
PAGES = (
    "/",
    "/?code=H15-26",
    "/tra-cuu/H15-261001-9999",
    *(f"/tra-cuu/{code}" for code in TRACKED),
    "/dashboard",
    "/dashboard?counting=instant&unit=H15&from=2026-09-01&sort=rate",
    "/dashboard?from=2020-01-01&to=2020-01-02",
    "/dashboard?counting=x",
    "/dashboard/dossiers?bucket=received",
    "/dashboard/dossiers?bucket=received&after=250",
    "/thu-tuc",
    "/thu-tuc?q=khai+sinh",
    "/thu-tuc?level=commune&online=full",
    "/thu-tuc?q=khong+he+co",
    "/thu-tuc/1.001193",
    "/thu-tuc/9.999999",
    "/don-vi",
    "/don-vi?q=so+xay",
    "/don-vi/H15.50.05.13",
    "/viec/H15.50.05.13",
    "/viec/H15.50.05.13?state=late",
    "/don-vi/H15.50.05.20",
    f"/audit/{some.IN_PROCESS}",
    f"/audit/{some.IN_PROCESS}?as_of=2026-10-05T17:00",
    f"/audit/{some.IMPORTED}",
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def origin(app: FastAPI) -> Iterator[str]:
    with served(app) as origin:
        yield origin


@pytest.fixture(params=WIDTHS, ids=["phone", "desktop"])
def context(engine: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    context = engine.new_context(viewport=request.param, locale="vi-VN", timezone_id="America/New_York")
    yield context
    context.close()


def _open(context: BrowserContext, address: str, language: str = "vi") -> Page:
    page = context.new_page()
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    return page


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_breaks_a_rule_of_accessibility_or_leaves_the_screen(
    engine: Browser, origin: str, path: str, language: str
) -> None:
    context = engine.new_context(viewport=WIDTHS[0])
    page = _open(context, f"{origin}{path}", language)
    for size in WIDTHS:
        page.set_viewport_size(size)
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.evaluate("window.innerWidth")
        outside = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(e => e.getClientRects().length"
            " && !e.closest('.visually-hidden') && e.getBoundingClientRect().right > innerWidth + 0.5).length"
        )
        assert outside == 0, size
    context.close()


def test_a_dossier_is_found_by_keyboard_alone(context: BrowserContext, origin: str) -> None:
    page = _open(context, origin)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "code"
    page.keyboard.type(some.IN_PROCESS.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tra-cuu/{some.IN_PROCESS}")
    assert page.locator("h1").text_content() == "Hồ sơ đang được thẩm định"


def test_what_has_the_focus_is_seen_to_have_it(context: BrowserContext, origin: str) -> None:
    page = _open(context, f"{origin}/dashboard")
    for _ in range(30):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")


def test_a_number_opens_its_dossiers(context: BrowserContext, origin: str) -> None:
    page = _open(context, f"{origin}/dashboard")
    number = page.locator(".card-late .number").first
    count = number.text_content()
    number.click()
    assert page.locator(".count").text_content() == f"{count} hồ sơ"


def test_pages_obey_their_own_policy_and_ask_only_this_server(context: BrowserContext, origin: str) -> None:
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", f"/tra-cuu/{some.IMPORTED}", "/dashboard", f"/audit/{some.IMPORTED}"):
        page.goto(f"{origin}{path}")
    assert complaints == []
    assert all(address.startswith(origin) for address in asked)


def test_times_are_vietnams_wherever_the_reader_is(context: BrowserContext, origin: str) -> None:
    page = _open(context, f"{origin}/audit/{some.IN_PROCESS}")
    page.locator("#as-of").fill("2026-10-05T12:00")
    page.locator(".filter-actions button").click()
    assert page.locator(".events > li").count() == 4
    assert page.locator("#as-of").input_value().startswith("2026-10-05T12:00")


def test_the_tracking_page_is_printed_without_what_only_a_screen_needs(context: BrowserContext, origin: str) -> None:
    page = _open(context, f"{origin}/tra-cuu/{some.IN_PROCESS}")
    page.emulate_media(media="print")
    assert not page.locator(".site-nav").is_visible()
    assert not page.locator(".languages").is_visible()
    assert page.locator(".timeline").is_visible()
    assert page.locator(".banner").is_visible()


def test_pages_work_with_scripts_switched_off(engine: Browser, origin: str) -> None:
    context = engine.new_context(java_script_enabled=False)
    page = _open(context, f"{origin}/dashboard")
    page.locator(".filter-box summary").click()
    page.locator("#unit").select_option("H15.11")
    page.locator(".filter-actions button").click()
    assert page.locator("#totals").text_content() == "Sở Xây dựng"
    context.close()


def test_a_catalogue_with_names_as_long_as_real_ones_stays_within_the_screen(engine: Browser) -> None:
    entries = administered([CALENDAR], [COUNTING], UNITS, PROCEDURES).entries
    rules = build([each.command(COLLABORATORS.clock()) for each in sample_catalogue()], entries)
    app = create_app(replace(COLLABORATORS, administering=MemoryAdministering(rules)))
    with served(app) as origin:
        context = engine.new_context()
        for language in ("vi", "en"):
            page = _open(context, f"{origin}/thu-tuc?q=giay+phep", language)
            for width in (360, 800, 1024, 1280):
                page.set_viewport_size(ViewportSize(width=width, height=800))
                assert page.locator("tbody tr").count() == PAGE_LENGTH
                right = "document.querySelector('{}').getBoundingClientRect().right"
                assert page.evaluate(right.format("table")) <= page.evaluate(right.format(".look-up")) + 0.5
                assert page.evaluate("document.documentElement.scrollWidth") <= width
        context.close()


def test_a_procedure_is_found_with_scripts_switched_off(engine: Browser, origin: str) -> None:
    context = engine.new_context(java_script_enabled=False)
    page = _open(context, f"{origin}/thu-tuc")
    page.locator("#q").fill("khai sinh")
    page.locator("details summary").click()
    page.locator("#level").select_option("commune")
    page.locator(".filter-actions button").click()
    page.locator("tbody a").first.click()
    assert page.locator("h1").text_content() == "Đăng ký khai sinh"
    context.close()
