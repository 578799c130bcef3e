"""The catalogue and the units, as the public reads them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.app import create_app
from domain.administration.building import build
from domain.administration.procedures import PublishProcedure, WithdrawProcedure
from domain.administration.unit_facts import ChangeUnit, MergeUnits
from domain.agency import Unit, UnitKind
from domain.money import Dues
from domain.procedure import DocumentForm, OnlineLevel, Procedure, Step
from domain.term import Term, TermUnit
from domain.text import found_in, without_diacritics
from tests.administrations import MemoryAdministering, administered
from tests.pages.administration import CALENDAR, COUNTING, PROCEDURES, UNITS
from tests.pages.client import Client
from tests.pages.collaborators import COLLABORATORS
from tests.pages.reading import parse, said_in, words_of

NOW = COLLABORATORS.clock()
TODAY = NOW.date()
BIRTH = PROCEDURES[0]
DAY = Term(1, TermUnit.WORKING_DAYS)
RICH = replace(
    BIRTH,
    version="2",
    term=Term(2, TermUnit.WORKING_DAYS),
    online_dues=Dues(charge=4000),
    responsible=UnitKind.COMMUNE,
    components=(
        replace(BIRTH.components[0], forms=(DocumentForm.ORIGINAL, DocumentForm.ELECTRONIC)),
        replace(BIRTH.components[1], required=False, looked_up_in="CSDL dân cư"),
    ),
    steps=(
        Step(code="receive", name_vi="Tiếp nhận", name_en="Reception", role="desk", quota=DAY),
        Step(code="sign", name_vi="Ký giấy", name_en="Signature", role="leader", quota=DAY),
    ),
    result_vi="Giấy khai sinh",
    result_en="Certificate of birth",
    legal_basis=("Luật Hộ tịch",),
    links=("1.013239",),
)
NEW = "H15.50.05.20"


def browse(*acts: object) -> Client:
    """The pages over an administration after these acts."""
    entries = administered([CALENDAR], [COUNTING], UNITS, PROCEDURES).entries
    administering = MemoryAdministering(build(acts, entries))
    return Client(create_app(replace(COLLABORATORS, administering=administering)))


def publish(procedure: Procedure = RICH, day: date = TODAY) -> PublishProcedure:
    return PublishProcedure(code=procedure.code, procedure=procedure, effective_from=day, decision="20/QĐ", at=NOW)


def merge() -> MergeUnits:
    unit = Unit(
        code=NEW, name_vi="Phường Hợp Nhất", name_en="Merged Ward", kind=UnitKind.COMMUNE, parent="H15", calendar="vn"
    )
    return MergeUnits(
        code=NEW, merged=("H15.50.05.13", "H15.50.05.14"), unit=unit, effective_from=TODAY, decision="60/NQ", at=NOW
    )


@pytest.mark.parametrize("wanted", ["khai sinh", "KHAI SINH", "đăng ký khai", "dang ky", "1.001193", "birth"])
def test_a_procedure_is_found_with_or_without_diacritics(wanted: str) -> None:
    said = words_of(browse().get("/thu-tuc", params={"q": wanted}).text)
    assert "Đăng ký khai sinh" in said
    assert "1 thủ tục" in said


def test_what_is_not_found_is_none_and_says_so() -> None:
    assert "0 thủ tục" in words_of(browse().get("/thu-tuc", params={"q": "không hề có"}).text)


def test_the_page_of_a_procedure_says_what_is_asked_for_in_plain_words() -> None:
    said = words_of(browse(publish()).get("/thu-tuc/1.001193").text)
    for words in (
        "2 ngày làm việc", "8.000 đồng", "4.000 đồng", "Toàn trình", "Xã, phường, đặc khu", "Giấy khai sinh",
        "Luật Hộ tịch", "Bản chính", "Bản điện tử", "Cơ quan tra cứu tại: CSDL dân cư", "Ký giấy",
        "Cấp giấy phép xây dựng", "Phiên bản 2, hiệu lực từ", "20/QĐ",
    ):  # fmt: skip
        assert words in said
    english = words_of(browse(publish()).get("/thu-tuc/1.001193?lang=en").text)
    assert "2 working days" in english
    assert "Certificate of birth" in english


def test_the_version_of_today_is_shown_and_one_to_come_is_announced() -> None:
    coming = browse(publish(day=TODAY + timedelta(days=30)))
    said = words_of(coming.get("/thu-tuc/1.001193").text)
    assert "5 ngày làm việc" in said
    assert "Phiên bản 2, hiệu lực từ" in said


def test_a_withdrawn_procedure_says_so_and_is_not_listed() -> None:
    gone = browse(WithdrawProcedure(code="1.001193", effective_from=TODAY, decision="21/QĐ", at=NOW))
    assert "hiện không có hiệu lực" in words_of(gone.get("/thu-tuc/1.001193").text)
    assert "Đăng ký khai sinh" not in words_of(gone.get("/thu-tuc").text)


def test_a_long_catalogue_comes_a_page_at_a_time() -> None:
    many = [publish(replace(BIRTH, code=f"9.{number:06d}", online=OnlineLevel.PARTIAL)) for number in range(120)]
    browser, seen, address = browse(*many), [], "/thu-tuc"
    while address:
        page = parse(browser.get(address).text)
        seen += page.xpath("//tbody//a/@href")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    assert len(seen) == len(set(seen)) == 122


def test_procedures_are_filtered_by_field_level_and_online_service_on_every_page() -> None:
    many = [
        publish(replace(BIRTH, code=f"9.{number:06d}", field_vi="Đất đai", field_en="Land", level="province",
                        online=OnlineLevel.PARTIAL if number % 2 else OnlineLevel.FULL))
        for number in range(120)
    ]  # fmt: skip
    browser, seen = browse(*many), []
    address = "/thu-tuc?q=khai&field=%C4%90%E1%BA%A5t+%C4%91ai&level=province&online=partial"
    while address:
        page = parse(browser.get(address).text)
        assert "60 thủ tục" in said_in(page)
        assert page.xpath("//option[@selected]/@value") == ["Đất đai", "province", "partial"]
        seen += page.xpath("//tbody//a/@href")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    assert seen == [f"/thu-tuc/9.{number:06d}" for number in range(1, 120, 2)]
    nothing = browser.get("/thu-tuc", params={"field": "Đất đai", "online": "information"}).text
    assert "Không có thủ tục nào như vậy" in words_of(nothing)
    assert browser.get("/thu-tuc", params={"online": "sometimes"}).status_code == 422


def test_units_stand_in_their_tree_and_lead_to_their_pages() -> None:
    page = parse(browse().get("/don-vi").text)
    assert len(page.xpath("//main//li//a")) == len(UNITS)
    said = words_of(browse().get("/don-vi/H15.50.05.13").text)
    for words in (
        "Ủy ban nhân dân phường Tân Lợi",
        "Tỉnh Cao Nguyên",
        "07:00–11:30, 13:30–17:00",
        "Nghỉ",
        "Thứ hai – Thứ sáu",
    ):
        assert words in said


def test_a_merged_unit_names_its_successor_and_that_its_predecessors() -> None:
    browser = browse(merge())
    old = words_of(browser.get("/don-vi/H15.50.05.13").text)
    assert "đã chấm dứt hoạt động" in old
    assert "Phường Hợp Nhất" in old
    assert "60/NQ" in old
    new = words_of(browser.get(f"/don-vi/{NEW}").text)
    assert "Ủy ban nhân dân phường Tân Lợi" in new
    assert f"Thành lập từ {TODAY:%d/%m/%Y} 60/NQ" in new
    assert len(parse(browser.get("/don-vi").text).xpath("//main//li//a")) == len(UNITS) - 1
    assert "1 đơn vị" in words_of(browser.get("/don-vi", params={"q": "tan loi"}).text)


def test_a_unit_to_come_says_so() -> None:
    coming = replace(merge(), effective_from=TODAY + timedelta(days=9))
    browser = browse(coming)
    assert "chưa hoạt động" in words_of(browser.get(f"/don-vi/{NEW}").text)
    still = words_of(browser.get("/don-vi/H15.50.05.13").text)
    assert "đã chấm dứt" not in still
    assert "Phường Hợp Nhất" in still


def test_a_renamed_unit_tells_its_names() -> None:
    renamed = replace(UNITS[2], name_vi="Sở Xây dựng và Giao thông")
    change = ChangeUnit(code="H15.11", unit=renamed, effective_from=TODAY, decision="7/QĐ", at=NOW)
    said = words_of(browse(change).get("/don-vi/H15.11").text)
    assert "Sở Xây dựng và Giao thông" in said
    assert "7/QĐ" in said


@pytest.mark.parametrize("path", ["/thu-tuc/9.999999", "/don-vi/H99"])
def test_what_is_not_there_is_404(path: str) -> None:
    assert browse().get(path).status_code == 404


def test_words_are_compared_without_diacritics() -> None:
    assert without_diacritics("Đăng Ký Ở Ấp") == "dang ky o ap"
    assert found_in("ky DANG", "Đăng ký")
    assert not found_in("ky xa", "Đăng ký")
