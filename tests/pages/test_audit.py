"""The whole history, with both times, as of any moment and as known at any moment."""

from lxml import html

from domain.dossier.events import EVENT_TYPES
from tests.pages import statuses as some
from tests.pages.client import Client
from tests.pages.histories import HISTORIES, PERSONAL_VALUES
from tests.pages.reading import parse, said_in, words_of

AUDIT = f"/audit/{some.IN_PROCESS}"


def _events(text: str) -> list[html.HtmlElement]:
    return list(parse(text).xpath("//ol[@class='events']/li"))


def _state(text: str) -> str:
    return said_in(parse(text).xpath("//section[@aria-labelledby='state']")[0])


def test_every_event_is_there_with_both_times_actor_and_trace(browser: Client) -> None:
    events = _events(browser.get(AUDIT).text)
    assert len(events) == len(HISTORIES[some.IN_PROCESS])
    first = said_in(events[0])
    for words in (
        "Nộp hồ sơ",
        "06:30:00, 01/10/2026",
        "06:32:07, 01/10/2026",
        "cb-0123",
        "Thay mặt cb-0200",
        "12/UQ-2026",
        "dossier.submitted.v1",
        "0198-0001",
        str((1 << 60) + 1),
    ):
        assert words in first


def test_fields_are_readable(browser: Client) -> None:
    said = words_of(browser.get(f"{AUDIT}?lang=en").text)
    for words in (
        "Term 5 working days",
        "Charge: 8,000 VND",
        "Amount 8,000 VND",
        "Eligible Yes",
        "Medical certificate of birth — Bản sao chưa rõ số",
        "People’s Committee of Tân Lợi Ward (H15.50.05.13)",
    ):
        assert words in said


def test_personal_values_are_masked_in_both_languages(browser: Client) -> None:
    for language in ("vi", "en"):
        text = browser.get(f"{AUDIT}?lang={language}").text
        assert not [value for value in PERSONAL_VALUES if value in text]
    assert "Personal values are masked (••••)" in text
    assert "Full name: ••••" in words_of(text)


def test_a_correction_shows_old_and_new_at_both_events(browser: Client) -> None:
    events = _events(browser.get(AUDIT).text)
    for event, other in ((events[4], "#event-13"), (events[12], "#event-5")):
        assert [old.text_content() for old in event.iter("del")] == ["09:00:00, 06/10/2026"]
        assert [new.text_content() for new in event.iter("ins")] == ["16:00:00, 05/10/2026"]
        assert event.xpath(".//p[@class='change']/a/@href") == [other]


def test_as_of_leaves_out_what_had_not_taken_effect(browser: Client) -> None:
    text = browser.get(AUDIT, params={"as_of": "2026-10-05T12:00"}).text
    assert len(_events(text)) == 4
    assert "Chờ bổ sung giấy tờ, từ 10:05, 02/10/2026" in _state(text)


def test_a_known_correction_moves_an_event_in_effect_and_an_unknown_one_does_not(browser: Client) -> None:
    asked = {"as_of": "2026-10-05T17:00"}
    assert len(_events(browser.get(AUDIT, params=asked).text)) == 5
    before = browser.get(AUDIT, params=asked | {"known_at": "2026-10-08T00:00"}).text
    assert len(_events(before)) == 4
    assert not parse(before).xpath("//del")


def test_known_at_goes_by_when_it_was_recorded(browser: Client) -> None:
    assert len(_events(browser.get(AUDIT, params={"known_at": "2026-10-01T06:32:06"}).text)) == 0
    assert len(_events(browser.get(AUDIT, params={"known_at": "2026-10-01T06:32:07"}).text)) == 1


def test_the_controls_keep_what_was_asked_in_vietnams_time(browser: Client) -> None:
    page = parse(browser.get(AUDIT, params={"as_of": "2026-10-05T05:00:00Z"}).text)
    assert page.get_element_by_id("as-of").get("value") == "2026-10-05T12:00:00"


def test_nothing_yet_is_said_plainly(browser: Client) -> None:
    said = words_of(browser.get(AUDIT, params={"as_of": "2026-09-01T00:00"}).text)
    assert "Đến thời điểm đó chưa có sự kiện nào" in said
    assert "Chưa nộp" in said


def test_where_an_imported_fact_was_read_and_what_was_inferred_is_shown(browser: Client) -> None:
    answer = browser.get(f"/audit/{some.IMPORTED}")
    first = said_in(_events(answer.text)[0])
    assert "wabo, hồ sơ gốc case-1, bản ghi 1" in first
    assert "Internet suy ra khi nhập" in first
    assert "<script" not in answer.text
    assert some.ATTACK in words_of(answer.text)


def test_a_history_of_every_kind_of_event_can_be_shown() -> None:
    shown = {type(recorded.event) for history in HISTORIES.values() for recorded in history}
    assert shown <= set(EVENT_TYPES.values())
    assert len(shown) > 12


def test_an_unknown_dossier_has_no_history(browser: Client) -> None:
    assert browser.get("/audit/H15-261001-9999").status_code == 404
