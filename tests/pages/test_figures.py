"""The dashboard: every number is the length of the list behind it."""

import re
from datetime import datetime, time
from urllib.parse import parse_qs, urlsplit

import pytest

from api.pages.dashboard import BAR_LENGTH
from api.pages.parameters import DossiersAsked, FiguresAsked
from domain.codes import HO_CHI_MINH
from projections.on_time.report import Bucket, Counting, Cut
from tests.pages.client import Client
from tests.pages.collaborators import COLLABORATORS, NOW
from tests.pages.reading import parse, said_in, words_of

QUESTIONS = [
    "/dashboard",
    "/dashboard?counting=instant",
    "/dashboard?from=2026-09-01&to=2026-09-20",
    "/dashboard?as_of=2026-09-15&counting=instant&sort=rate",
    "/dashboard?unit=H15.50.05.13",
]


def _count(text: str) -> int:
    found = re.search(r"(\d+) (hồ sơ|dossier)", parse(text).xpath("//p[@class='count']")[0].text_content())
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_number_equals_the_list_behind_it(browser: Client, question: str) -> None:
    links = parse(browser.get(question).text).xpath("//a[contains(@class, 'number')]")
    assert len(links) > 8
    for link in links:
        assert _count(browser.get(link.get("href")).text) == int(link.text_content()), link.get("href")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_figure_with_corrected_facts_is_marked_and_leads_to_them(browser: Client, question: str) -> None:
    page = parse(browser.get(question).text)
    marks = page.xpath("//a[@class='mark']")
    assert ("Không có nội dung được đính chính nào" in said_in(page)) == (not marks) == ("unit=" in question)
    for mark in marks:
        listed = browser.get(mark.get("href")).text
        assert f"{_count(listed)} hồ sơ có nội dung được đính chính" in mark.get("aria-label")
        assert len(parse(listed).xpath("//tbody/tr/th/span")) == min(_count(listed), 50) > 0
    for figure in page.xpath("//a[contains(@class, 'number')][not(following-sibling::a)]"):
        assert _count(browser.get(figure.get("href") + "&corrected=true").text) == 0


def test_every_number_says_what_it_counts_and_of_whom(browser: Client) -> None:
    links = parse(browser.get("/dashboard").text).xpath("//tbody//a[contains(@class, 'number')]")
    labels = [link.get("aria-label") for link in links]
    assert len(set(labels)) == len(labels)
    assert labels[0].startswith("Tiếp nhận, Trung tâm Phục vụ hành chính công tỉnh: ")


def test_a_list_is_read_to_its_end_page_by_page(browser: Client) -> None:
    address: str | None = "/dashboard/dossiers?bucket=received"
    codes: list[str] = []
    while address:
        text = browser.get(address).text
        codes += parse(text).xpath("//tbody/tr/th/a/text()")
        address = next(iter(parse(text).xpath("//a[@rel='next']/@href")), None)
    assert len(codes) == len(set(codes)) == _count(browser.get("/dashboard/dossiers?bucket=received").text)


def test_a_list_is_that_of_the_moment_its_figure_was_made_for(browser: Client) -> None:
    links = parse(browser.get("/dashboard").text).xpath("//a[contains(@href, 'bucket=open-overdue')]/@href")
    assert parse_qs(urlsplit(links[0]).query)["now"] == [NOW.isoformat()]
    dated = parse(browser.get("/dashboard?as_of=2026-09-15").text).xpath("//a[contains(@href, 'bucket=open')]/@href")
    assert "now" not in parse_qs(urlsplit(dated[0]).query)


def test_the_table_is_ordered_as_asked(browser: Client) -> None:
    page = parse(browser.get("/dashboard?sort=rate&lang=en").text)
    rates = [float(rate.rstrip("%")) for rate in page.xpath("//tbody//span[@class='rate']/text()")]
    assert rates == sorted(rates)
    assert page.xpath("//th[@aria-sort='ascending']/a/text()") == ["On-time rate"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_bars_are_filled_exactly_and_have_a_text(browser: Client, question: str) -> None:
    bars = parse(browser.get(question).text).xpath("//*[local-name()='svg' and @role='img']")
    assert bars
    for bar in bars:
        parts = [rect for rect in bar if rect.get("class") != "bar-ground"]
        assert sum(int(rect.get("width")) for rect in parts) == BAR_LENGTH
        assert bar.get("aria-label")


def test_by_instant_there_is_no_same_day(browser: Client) -> None:
    said = words_of(browser.get("/dashboard?counting=instant").text)
    assert "Trong hạn" in said
    assert "Trước hạn" not in said


def test_the_question_becomes_the_report_that_is_asked_for() -> None:
    asked = FiguresAsked.model_validate(
        {"counting": "instant", "from": "2026-01-01", "to": "", "as_of": "2026-03-31", "unit": "H15"}
    )
    report = asked.report(NOW, COLLABORATORS.administration)
    assert (report.by, report.counting, report.unit) == (Cut.UNIT, Counting.INSTANT, "H15")
    assert report.to_on is None
    assert report.as_of == datetime.combine(report.as_of.date(), time.max, HO_CHI_MINH) if report.as_of else False
    assert asked.address("/dashboard", unit=None) == "/dashboard?counting=instant&from=2026-01-01&as_of=2026-03-31"


def test_a_list_asks_for_the_row_and_the_moment_of_its_figure() -> None:
    asked = DossiersAsked.model_validate({"bucket": "open-overdue", "key": "H15.11", "now": "2026-10-01T00:00:00Z"})
    query = asked.dossiers(NOW, COLLABORATORS.administration)
    assert (query.bucket, query.key, query.after) == (Bucket.OPEN_OVERDUE, "H15.11", None)
    assert query.report.now == datetime(2026, 10, 1, 7, 0, tzinfo=HO_CHI_MINH)


def test_nothing_in_the_period_is_said_plainly(browser: Client) -> None:
    said = words_of(browser.get("/dashboard?from=2020-01-01&to=2020-01-31").text)
    assert "Không có hồ sơ nào trong phạm vi đã chọn" in said
    assert "Chưa có hồ sơ giải quyết xong" in said
