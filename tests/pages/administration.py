"""An administration in miniature."""

from domain.administration.administration import Administration
from domain.agency import Unit, UnitKind
from domain.calendar import STANDARD_TIMETABLE, Calendar
from domain.money import Dues
from domain.ports import CountingRule
from domain.procedure import Component, OnlineLevel, Procedure
from domain.term import Term, TermUnit
from tests.administrations import administered

CALENDAR = Calendar(id="vn", timezone="Asia/Ho_Chi_Minh", timetable=STANDARD_TIMETABLE)
COUNTING = CountingRule(id="test", payment_waits=True, source="test", confidence="test")

_NAMES = [
    ("H15", "Tỉnh Cao Nguyên", "Cao Nguyên Province", UnitKind.PROVINCE),
    ("H15.01", "Trung tâm Phục vụ hành chính công tỉnh", "Provincial Public Service Centre", UnitKind.CENTRE),
    ("H15.11", "Sở Xây dựng", "Department of Construction", UnitKind.DEPARTMENT),
    ("H15.12", "Sở Tư pháp", "Department of Justice", UnitKind.DEPARTMENT),
    ("H15.13", "Sở Nông nghiệp và Môi trường", "Department of Agriculture and Environment", UnitKind.DEPARTMENT),
    ("H15.14", "Sở Văn hóa, Thể thao và Du lịch", "Department of Culture, Sports and Tourism", UnitKind.DEPARTMENT),
    ("H15.50.05.13", "Ủy ban nhân dân phường Tân Lợi", "People’s Committee of Tân Lợi Ward", UnitKind.COMMUNE),
    ("H15.50.05.14", "Ủy ban nhân dân xã Hòa Phú", "People’s Committee of Hòa Phú Commune", UnitKind.COMMUNE),
    ("H15.50.05.15", "Ủy ban nhân dân xã Ea Kao", "People’s Committee of Ea Kao Commune", UnitKind.COMMUNE),
]

UNITS = tuple(
    Unit(
        code=code,
        name_vi=vi,
        name_en=en,
        kind=kind,
        parent=None if code == "H15" else "H15",
        calendar="vn",
    )
    for code, vi, en, kind in _NAMES
)

_COMPONENTS = (
    Component(code="TK", name_vi="Tờ khai đăng ký khai sinh", name_en="Birth registration form"),
    Component(code="GCS", name_vi="Giấy chứng sinh", name_en="Medical certificate of birth"),
    Component(code="KH", name_vi="Giấy chứng nhận kết hôn của cha, mẹ", name_en="The parents’ marriage certificate"),
)


def _procedure(code: str, vi: str, en: str) -> Procedure:
    return Procedure(
        code=code,
        version="1",
        name_vi=vi,
        name_en=en,
        field_vi="Hộ tịch",
        field_en="Civil status",
        level="commune",
        online=OnlineLevel.FULL,
        term=Term(5, TermUnit.WORKING_DAYS),
        dues=Dues(fee=0, charge=8000),
        components=_COMPONENTS,
        source="test",
        confidence="test",
    )


PROCEDURES = (
    _procedure("1.001193", "Đăng ký khai sinh", "Birth registration"),
    _procedure(
        "1.013239",
        "Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ",
        "Building permit for class III and IV works and separate houses",
    ),
)


class SmallAdministration(Administration):
    """The rules and lists that pages ask for."""

    def __init__(self) -> None:
        super().__init__(
            administered(units=UNITS, procedures=PROCEDURES, calendars=[CALENDAR], counting=[COUNTING]).entries
        )
