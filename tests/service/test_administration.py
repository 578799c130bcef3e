import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from domain.administration.refusals import AlreadyThere
from domain.agency import Unit, UnitKind
from domain.calendar import Calendar, DeclarationKind
from domain.clock import counted, due_at
from domain.codes import HO_CHI_MINH
from domain.ports import CountingRule
from domain.procedure import Procedure
from domain.term import Pause, PauseReason, Term, TermUnit
from service.administration import SHIPPED, load_administration
from service.demo.province import DEPARTMENT_OF_FIELD, province_units
from service.rule_files import AdministrationError, Confidence
from tests.administrations import administered

ADMINISTRATION = load_administration()
VN = ADMINISTRATION.calendar("vn")
TODAY = datetime(2026, 11, 1, tzinfo=UTC)
BEFORE_SWAP = datetime(2025, 12, 24, tzinfo=UTC)
AFTER_SWAP = datetime(2025, 12, 26, tzinfo=UTC)
UNIT = Unit(code="H99", name_vi="Tỉnh", name_en="Province", kind=UnitKind.PROVINCE, parent=None, calendar="vn")


def local(day: str, clock: str = "08:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=HO_CHI_MINH)


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("procedures.toml", "amount = 1,", "amount = 0,", "procedures[0].term"),
        ("procedures.toml", '"working-days"', '"days"', "procedures[0].term.unit"),
        ("procedures.toml", '"1.001193"', '"1.1193"', "procedures[0].code"),
        ("procedures.toml", '"1.001193"', '"1.000656"', "1.000656 is given twice"),
        ("procedures.toml", '"birth-notice"', '"unheard-of"', "procedures[0]: 1.001193 names components"),
        ("procedures.toml", '["declaration", "birth-notice"]', "[]", "procedures[0].required"),
        ("procedures.toml", '"birth-notice"]', '"declaration"]', "procedures[0]: 1.001193 names a component twice"),
        ("procedures.toml", "charge = 15000", "charge = -15000", "procedures[3].dues"),
        ("procedures.toml", 'confidence = "generated"', 'confidence = "certain"', "$.confidence"),
        ("procedures.toml", "source =", "origin =", "origin"),
        ("calendar-vn.toml", "07:00-", "7:00-", "timetable"),
        ("calendar-vn.toml", "Asia/Ho_Chi_Minh", "Asia/Nowhere", "timezone"),
        ("calendar-vn.toml", "2021-01-01T00:00:00+07:00", "2021-01-01T00:00:00", "declarations[0]: known_at"),
        ("calendar-vn.toml", "2028-01-03]", "2024-01-01]", "two decisions on 2024-01-01"),
        ("calendar-vn.toml", "[2024-09-03]", "[]", "declarations[5].days"),
        ("calendar-vn.toml", "[2024-09-03]", "[2024-09-03", "Unclosed array"),
        ("counting.toml", "payment_waits = true", 'payment_waits = "yes"', "rules[1].payment_waits"),
        ("counting.toml", "payment_waits = true", "", "payment_waits"),
    ],
)
def test_an_unusable_file_is_named_with_its_key(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    with pytest.raises(AdministrationError) as raised:
        load_administration(changed(tmp_path, file, old, new))
    assert str(tmp_path / file) in str(raised.value)
    assert message in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    changed(tmp_path, "counting.toml", "", "")
    (tmp_path / "counting.toml").unlink()
    with pytest.raises(AdministrationError, match=r"counting\.toml: No such file"):
        load_administration(tmp_path)


def test_an_installation_has_units_of_its_own(tmp_path: Path) -> None:
    folder = changed(tmp_path, "counting.toml", "", "")
    (folder / "units.toml").write_text(
        """
        [[units]]
        code = "H15"
        name_vi = "Tỉnh"
        name_en = "Province"
        kind = "province"
        calendar = "vn"

        [[units]]
        code = "H15.50"
        name_vi = "Xã"
        name_en = "Commune"
        kind = "commune"
        calendar = "vn"
        parent = "H15"
        """,
        encoding="utf-8",
    )
    assert [unit.code for unit in load_administration(folder).all_units()] == ["H15", "H15.50"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('calendar = "fr"', "No calendar has this code"),
        ('calendar = "vn"\nparent = "H14"', "The unit above this one does not exist"),
    ],
)
def test_a_unit_names_only_what_is_there(tmp_path: Path, line: str, message: str) -> None:
    folder = changed(tmp_path, "counting.toml", "", "")
    unit = f'[[units]]\ncode = "H15"\nname_vi = "Tỉnh"\nname_en = "Province"\nkind = "province"\n{line}\n'
    (folder / "units.toml").write_text(unit, encoding="utf-8")
    with pytest.raises(AdministrationError, match=message) as raised:
        load_administration(folder)
    assert "units.toml" in str(raised.value)


def test_a_timetable_may_change(tmp_path: Path) -> None:
    change = """
[[timetable_changes]]
since = 2027-01-01
known_at = 2026-12-01T00:00:00+07:00

[timetable_changes.timetable]
monday = ["08:00-12:00"]
source = "a test"
confidence = "declared"
"""
    folder = changed(tmp_path, "calendar-vn.toml", "[[declarations]]", f"{change}\n[[declarations]]")
    calendar = load_administration(folder).calendar("vn")
    known = calendar.as_known(datetime(2027, 1, 1, tzinfo=UTC))
    assert known.periods_on(date(2026, 12, 28)) == ((420, 690), (810, 1020))
    assert known.periods_on(date(2027, 1, 11)) == ((480, 720),)
    assert known.periods_on(date(2027, 1, 12)) == ()


def test_the_last_counting_rule_is_in_force_and_older_ones_stay() -> None:
    older, newer = (CountingRule(id=name, payment_waits=True, source="a test", confidence="declared") for name in "ab")
    rules = administered(counting=[older, newer])
    assert rules.counting() == newer
    assert rules.counting("a") == older


def test_a_code_is_given_once() -> None:
    other = replace(UNIT, name_vi="Tỉnh khác")
    with pytest.raises(AlreadyThere):
        administered([VN], units=[UNIT, other])


def test_what_is_not_there_is_none() -> None:
    assert ADMINISTRATION.procedure("9.999999", TODAY) is None
    assert ADMINISTRATION.unit("H98") is None
    with pytest.raises(KeyError):
        ADMINISTRATION.calendar("fr")


def test_lists_are_in_the_order_of_codes() -> None:
    rules = load_administration(units=reversed(province_units()))
    assert [unit.code for unit in rules.all_units()] == sorted(unit.code for unit in province_units())
    codes = [procedure.code for procedure in rules.all_procedures(TODAY)]
    assert codes == sorted(codes)
    assert len(codes) >= 40


@pytest.mark.parametrize("procedure", ADMINISTRATION.all_procedures(TODAY), ids=lambda procedure: procedure.code)
def test_a_sample_procedure_is_usable_and_does_not_pose_as_law(procedure: Procedure) -> None:
    assert any(component.required for component in procedure.components)
    assert procedure.term.amount > 0
    assert procedure.level == "commune" or procedure.field_en in DEPARTMENT_OF_FIELD
    assert procedure.confidence == Confidence.GENERATED
    assert procedure.source
    if procedure.code.startswith("9."):
        assert "mã mẫu" in procedure.name_vi
        assert "sample code" in procedure.name_en


def test_the_sample_has_every_kind_of_term_and_dues() -> None:
    procedures = ADMINISTRATION.all_procedures(TODAY)
    assert {procedure.term.unit for procedure in procedures} == set(TermUnit)
    assert any(procedure.dues.fee for procedure in procedures)
    assert any(procedure.dues.charge for procedure in procedures)
    assert any(procedure.dues.total == 0 for procedure in procedures)


def test_only_the_swap_is_shown_as_read_in_a_legal_text() -> None:
    read = [each for each in VN.declarations if each.confidence == Confidence.LEGAL_TEXT]
    assert [(each.day, each.kind) for each in read] == [
        (date(2026, 1, 2), DeclarationKind.HOLIDAY),
        (date(2026, 1, 10), DeclarationKind.MAKE_UP_DAY),
    ]
    assert all(each.known_at == local("2025-12-25", "00:00") for each in read)
    assert all(each.source and each.decision for each in VN.declarations)
    assert VN.timetable.confidence == Confidence.SECOND_HAND
    assert ADMINISTRATION.counting().confidence == Confidence.SECOND_HAND


@pytest.mark.parametrize(("year", "days_off"), [(2024, 12), (2025, 12), (2026, 14), (2027, 12), (2028, 12)])
def test_holidays_take_so_many_working_days_a_year(year: int, days_off: int) -> None:
    working_time = VN.as_known(datetime(2026, 11, 1, tzinfo=UTC))
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    weekdays = [day for day in days if day.year == year and day.weekday() < 5]
    assert sum(not working_time.periods_on(day) for day in weekdays) == days_off


def test_vector_a_the_swap_moves_a_promise_of_five_working_days() -> None:
    term = Term(5, TermUnit.WORKING_DAYS)
    received = local("2025-12-26")
    assert due_at(received, term, VN.as_known(BEFORE_SWAP)) == local("2026-01-05", "17:00")
    assert due_at(received, term, VN.as_known(AFTER_SWAP)) == local("2026-01-06", "17:00")


def test_vector_b_a_working_saturday_counts_once_it_is_known() -> None:
    term = Term(4, TermUnit.WORKING_DAYS)
    received = local("2026-01-06")
    assert due_at(received, term, VN.as_known(BEFORE_SWAP)) == local("2026-01-12", "17:00")
    assert due_at(received, term, VN.as_known(AFTER_SWAP)) == local("2026-01-10", "17:00")


def test_vector_c_hours_go_on_the_next_working_morning() -> None:
    due = due_at(local("2026-03-02", "16:55"), Term(4, TermUnit.WORKING_HOURS), VN.as_known(AFTER_SWAP))
    assert due == local("2026-03-03", "10:55")


def test_vector_d_a_supplement_of_the_same_day_costs_no_day_and_its_hours() -> None:
    asked, answered = local("2026-03-03", "09:00"), local("2026-03-03", "11:00")
    wait = Pause(since=asked, until=answered, reason=PauseReason.SUPPLEMENT)
    known, received = VN.as_known(AFTER_SWAP), local("2026-03-02", "08:00")
    days, hours = Term(3, TermUnit.WORKING_DAYS), Term(16, TermUnit.WORKING_HOURS)
    assert due_at(received, days, known, [wait]) == due_at(received, days, known)
    before, after = due_at(received, hours, known), due_at(received, hours, known, [wait])
    assert counted(before, after, TermUnit.WORKING_HOURS, known) == timedelta(hours=2)


def test_vector_e_calendar_days_that_end_on_a_sunday_end_on_monday() -> None:
    due = due_at(local("2026-03-02"), Term(6, TermUnit.CALENDAR_DAYS), VN.as_known(AFTER_SWAP))
    assert due == local("2026-03-09", "17:00")


def test_calendars_are_told_apart() -> None:
    other = Calendar(id="other", timezone="Asia/Ho_Chi_Minh", timetable=VN.timetable)
    rules = administered([VN, other])
    assert rules.calendar("other") == other
