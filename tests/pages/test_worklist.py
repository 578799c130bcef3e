"""The worklist page: every count is the list it opens."""

import re

import pytest

from projections.worklists.worklist import WorkState
from tests.pages.client import Client
from tests.pages.collaborators import DOSSIERS
from tests.pages.reading import parse, words_of

UNIT = "H15.50.05.13"
PATH = f"/viec/{UNIT}"


def _codes(browser: Client, path: str) -> list[str]:
    """Every page of the list."""
    codes: list[str] = []
    while path:
        page = parse(browser.get(path).text)
        codes += [each.text_content() for each in page.xpath("//tbody//a[@class='code']")]
        path = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    return codes


@pytest.mark.parametrize("state", WorkState)
def test_every_count_is_the_length_of_the_list_it_opens(browser: Client, state: WorkState) -> None:
    links = parse(browser.get(PATH).text).xpath("//nav[@class='switch']/a")
    link = links[list(WorkState).index(state)]
    count = int(re.sub(r"\D", "", link.text_content().partition(":")[2]))
    codes = _codes(browser, link.get("href"))
    assert count == len(codes) == len(set(codes))


def test_all_that_is_open_is_there_and_nothing_else(browser: Client) -> None:
    open_here = [line.code for line in DOSSIERS if line.unit == UNIT and line.ended_at is None]
    assert open_here
    assert sorted(_codes(browser, PATH)) == sorted(open_here)


def test_it_leads_to_one_officers_and_back(browser: Client) -> None:
    link = parse(browser.get(PATH).text).xpath("//td//a[contains(@href, 'officer=')]/@href")[0]
    said = words_of(browser.get(link).text)
    assert "Cán bộ cb-0003" in said
    assert "chưa phân công" not in said
    assert "Xem cả đơn vị" in said


def test_figures_and_unit_lead_to_it(browser: Client) -> None:
    for path in (f"/dashboard?unit={UNIT}", f"/don-vi/{UNIT}"):
        assert parse(browser.get(path).text).xpath(f"//a[@href='{PATH}']")


def test_a_unit_that_is_not_there_has_no_worklist(browser: Client) -> None:
    assert browser.get("/viec/H77").status_code == 404
