"""Look-up and tracking: what anyone may see."""

from dataclasses import replace

import pytest

from api.app import create_app
from tests.pages import statuses as some
from tests.pages.client import Client
from tests.pages.collaborators import COLLABORATORS, Statuses
from tests.pages.histories import PERSONAL_VALUES
from tests.pages.reading import PAGES_TO_READ, parse, words_of

TRACKING_PAGES = tuple(f"/tra-cuu/{code}" for code in some.STATUSES)
LANGUAGES = ("vi", "en")


def _in(page: str, language: str) -> str:
    return f"{page}{'&' if '?' in page else '?'}lang={language}"


def test_the_code_leads_to_its_page(browser: Client) -> None:
    answer = browser.get("/", params={"code": f" {some.IN_PROCESS.lower()} "})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/tra-cuu/{some.IN_PROCESS}"


def test_a_code_that_is_none_is_explained_beside_the_field(browser: Client) -> None:
    answer = browser.get("/", params={"code": "H15.50.05.13-261008-97"})
    field = parse(answer.text).get_element_by_id("code")
    assert answer.status_code == 422
    assert field.get("aria-invalid") == "true"
    assert field.get("value") == "H15.50.05.13-261008-97"
    assert "bốn đến bảy chữ số" in parse(answer.text).get_element_by_id("code-error").text_content()


def test_an_unknown_code_gets_a_kind_word_and_nothing_of_others(browser: Client) -> None:
    answer = browser.get("/tra-cuu/H15.50.05.13-261001-0976")
    assert answer.status_code == 404
    assert "Không có hồ sơ nào mang mã H15.50.05.13-261001-0976" in words_of(answer.text)
    assert not [code for code in some.STATUSES if code in answer.text]


def test_an_untidy_address_leads_to_the_tidy_one(browser: Client) -> None:
    answer = browser.get(f"/tra-cuu/{some.IN_PROCESS.lower()}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tra-cuu/{some.IN_PROCESS}")


def test_only_well_written_codes_are_looked_up() -> None:
    statuses = Statuses()
    browser = Client(create_app(replace(COLLABORATORS, lookup=statuses)))
    assert browser.get("/tra-cuu/' OR 1=1").status_code == 422
    assert browser.get(f"/tra-cuu/{some.OLD_FORM}").status_code == 200
    assert statuses.asked == [some.OLD_FORM]


def test_the_page_says_where_who_when_and_why(browser: Client) -> None:
    said = words_of(browser.get(f"/tra-cuu/{some.SUPPLEMENT}").text)
    for words in (
        "Hồ sơ đang chờ bạn bổ sung giấy tờ",
        "Ủy ban nhân dân phường Tân Lợi",
        "Công chức tư pháp – hộ tịch",
        "17:00, Thứ Năm 15/10/2026",
        "Giấy chứng sinh",
        "Giấy chứng nhận kết hôn của cha, mẹ",
        "Chờ từ 15:10, 07/10/2026",
    ):
        assert words in said


def test_old_promises_are_struck_through_with_why_they_moved(browser: Client) -> None:
    page = parse(browser.get(f"/tra-cuu/{some.IN_PROCESS}").text)
    promises = page.xpath("//ol[@class='promises']")[0]
    assert [old.text_content() for old in promises.iter("del")] == ["17:00, 08/10/2026", "17:00, 13/10/2026"]
    said = " ".join(promises.text_content().split())
    assert "dời vì thời gian chờ bổ sung giấy tờ" in said
    assert "gia hạn kèm văn bản xin lỗi" in said


def test_whoever_hands_the_result_over_is_answerable_until_it_is_returned(browser: Client) -> None:
    ready = words_of(browser.get(f"/tra-cuu/{some.SEALED_DUE}").text)
    returned = words_of(browser.get(f"/tra-cuu/{some.RETURNED}").text)
    assert "Bước: Thẩm định" in ready
    assert "Việc giải quyết đã kết thúc" not in ready
    assert "Việc giải quyết đã kết thúc" in returned


def test_dues_are_named_apart(browser: Client) -> None:
    said = words_of(browser.get(_in(f"/tra-cuu/{some.PAYMENT}", "en")).text)
    assert "Fee: 150,000 VND" in said
    assert "Charge: 8,000 VND" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [*PAGES_TO_READ, *TRACKING_PAGES])
def test_no_page_for_the_public_holds_a_personal_value_or_markup_of_data(
    browser: Client, page: str, language: str
) -> None:
    text = browser.get(_in(page, language)).text
    assert not [value for value in PERSONAL_VALUES if value in text]
    assert not parse(text).xpath(
        "//script | //img[not(@class='brand-mark')] | //@style | //@*[starts-with(name(), 'on')]"
    )


def test_a_hostile_step_name_is_shown_as_written(browser: Client) -> None:
    answer = browser.get(f"/tra-cuu/{some.IMPORTED}")
    assert some.ATTACK in words_of(answer.text)
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("language", "title"), [("vi", "Tra cứu hồ sơ · Một Cửa"), ("en", "Track a dossier · Một Cửa")]
)
def test_the_language_is_the_one_asked_for(browser: Client, language: str, title: str) -> None:
    page = parse(browser.get("/", params={"lang": language}).text)
    assert (page.get("lang"), page.findtext(".//title")) == (language, title)


def test_the_language_is_remembered(browser: Client) -> None:
    assert parse(browser.get("/").text).get("lang") == "vi"
    cookie = browser.get("/?lang=en").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert parse(browser.get("/dashboard").text).get("lang") == "en"
    assert parse(browser.get("/dashboard?lang=xx").text).get("lang") == "en"


def test_a_switch_of_language_keeps_the_question(browser: Client) -> None:
    page = parse(browser.get("/dashboard?counting=instant&unit=H15").text)
    assert page.xpath("//a[@hreflang='en']/@href") == ["?counting=instant&unit=H15&lang=en"]


@pytest.mark.parametrize("page", [*PAGES_TO_READ, f"/tra-cuu/{some.IN_PROCESS}", f"/audit/{some.IN_PROCESS}"])
def test_generated_data_is_said_to_be_so_on_every_page(browser: Client, page: str) -> None:
    banner = parse(browser.get(page).text).xpath("//aside[@class='banner']")[0].text_content()
    assert "Dữ liệu mẫu được tạo tự động — không phải hồ sơ thật" in banner
    assert "Generated sample data" in banner


def test_real_data_has_no_banner() -> None:
    browser = Client(create_app(replace(COLLABORATORS, label=None)))
    assert not parse(browser.get("/").text).xpath("//aside[@class='banner']")
