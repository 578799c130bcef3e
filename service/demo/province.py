"""A province that does not exist: 20 departments, a public administration centre and 170 communes.

Code H99 belongs to no province. Names of communes are put together from syllables; where one equals a real commune's
name, that is chance. The names of department kinds are the usual ones.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final

from domain.agency import Unit, UnitKind

CALENDAR: Final = "vn"
PROVINCE: Final = Unit(
    code="H99",
    name_vi="Tỉnh Vân Lam (dữ liệu mô phỏng)",
    name_en="Vân Lam Province (generated data)",
    kind=UnitKind.PROVINCE,
    parent=None,
    calendar=CALENDAR,
)
COMMUNES: Final = 170
_FIRST_COMMUNE: Final = 101
_WARDS: Final = 45

_DEPARTMENTS: Final = (
    ("Văn phòng Ủy ban nhân dân tỉnh", "Office of the Provincial People's Committee"),
    ("Sở Nội vụ", "Department of Home Affairs"),
    ("Sở Tư pháp", "Department of Justice"),
    ("Sở Tài chính", "Department of Finance"),
    ("Sở Công Thương", "Department of Industry and Trade"),
    ("Sở Nông nghiệp và Môi trường", "Department of Agriculture and Environment"),
    ("Sở Xây dựng", "Department of Construction"),
    ("Sở Khoa học và Công nghệ", "Department of Science and Technology"),
    ("Sở Văn hóa, Thể thao và Du lịch", "Department of Culture, Sports and Tourism"),
    ("Sở Giáo dục và Đào tạo", "Department of Education and Training"),
    ("Sở Y tế", "Department of Health"),
    ("Sở Dân tộc và Tôn giáo", "Department of Ethnic and Religious Affairs"),
    ("Sở Ngoại vụ", "Department of External Relations"),
    ("Thanh tra tỉnh", "Provincial Inspectorate"),
    ("Ban Quản lý các khu công nghiệp", "Management Board of Industrial Zones"),
    ("Công an tỉnh", "Provincial Police"),
    ("Bảo hiểm xã hội tỉnh", "Provincial Social Insurance"),
    ("Thuế tỉnh", "Provincial Tax Office"),
    ("Văn phòng Đăng ký đất đai", "Land Registration Office"),
    ("Trung tâm Dịch vụ việc làm", "Employment Service Centre"),
)
CENTRE: Final = Unit(
    code="H99.21",
    name_vi="Trung tâm Phục vụ hành chính công tỉnh (mô phỏng)",
    name_en="Public Administration Service Centre (generated)",
    kind=UnitKind.CENTRE,
    parent=PROVINCE.code,
    calendar=CALENDAR,
)

DEPARTMENT_OF_FIELD: Final = {
    "Enterprises": "H99.04",
    "Construction": "H99.07",
    "Driving licences": "H99.16",
    "Judicial records": "H99.16",
    "Passports and identity cards": "H99.16",
    "Land": "H99.19",
    "Food safety": "H99.06",
    "Environment": "H99.06",
    "Employment": "H99.20",
    "Health": "H99.11",
    "Education": "H99.10",
    "Culture": "H99.09",
    "Trade": "H99.05",
    "Transport": "H99.07",
}
"""Which department answers for which field (by its English name) of a provincial procedure."""

_FIRST_SYLLABLES: Final = (
    *("An", "Bình", "Châu", "Diên", "Đông", "Hòa", "Khánh", "Lam"),
    *("Minh", "Phú", "Tân", "Thanh", "Vân", "Xuân"),
)
_SECOND_SYLLABLES: Final = (
    *("Bắc", "Cường", "Giang", "Hải", "Khê", "Lộc", "Ngọc"),
    *("Phong", "Quang", "Sơn", "Thạch", "Thủy", "Trung"),
)


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer: an id, a unit and a title, never a name."""

    id: str
    unit: str
    title: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Who handles the dossiers of a unit; the desk of a department's dossiers sits in the centre."""

    desks: tuple[Officer, ...]
    specialists: tuple[Officer, ...]
    head: Officer
    leader: Officer


@dataclass(frozen=True, slots=True)
class _Titles:
    desk: str
    specialist: str
    head: str
    leader: str


_IDS_PER_UNIT: Final = 7
_DEPARTMENT_TITLES: Final = _Titles(
    desk="Chuyên viên tiếp nhận và trả kết quả",
    specialist="Chuyên viên",
    head="Trưởng phòng",
    leader="Phó Giám đốc",
)
_COMMUNE_TITLES: Final = _Titles(
    desk="Công chức tiếp nhận và trả kết quả",
    specialist="Công chức chuyên môn",
    head="Trưởng phòng chuyên môn",
    leader="Phó Chủ tịch Ủy ban nhân dân",
)


def department_codes() -> list[str]:
    """The codes of the departments, in order."""
    return [f"{PROVINCE.code}.{number:02d}" for number in range(1, len(_DEPARTMENTS) + 1)]


@cache
def province_units() -> tuple[Unit, ...]:
    """Every unit of the province, in the order of its code."""
    departments = [
        _below(code, f"{name_vi} (mô phỏng)", f"{name_en} (generated)", UnitKind.DEPARTMENT)
        for code, (name_vi, name_en) in zip(department_codes(), _DEPARTMENTS, strict=True)
    ]
    return (PROVINCE, *departments, CENTRE, *_communes())


def _communes() -> list[Unit]:
    names = [f"{first} {second}" for second, first in product(_SECOND_SYLLABLES, _FIRST_SYLLABLES)]
    return [
        _below(
            f"{PROVINCE.code}.{_FIRST_COMMUNE + index}",
            f"{'Phường' if index < _WARDS else 'Xã'} {name} (mô phỏng)",
            f"{name} {'Ward' if index < _WARDS else 'Commune'} (generated)",
            UnitKind.COMMUNE,
        )
        for index, name in enumerate(names[:COMMUNES])
    ]


def _below(code: str, name_vi: str, name_en: str, kind: UnitKind) -> Unit:
    return Unit(code=code, name_vi=name_vi, name_en=name_en, kind=kind, parent=PROVINCE.code, calendar=CALENDAR)


@cache
def staff_of(unit: str) -> Staff:
    """The officers of a department or commune; the same unit always has the same ones.

    Raises:
        ValueError: the province has no such unit.
    """
    codes = [each.code for each in province_units()]
    first_id = codes.index(unit) * _IDS_PER_UNIT
    commune = int(unit.rpartition(".")[2]) >= _FIRST_COMMUNE
    desk_unit = unit if commune else CENTRE.code
    titles = _COMMUNE_TITLES if commune else _DEPARTMENT_TITLES
    ids = iter(range(first_id, first_id + _IDS_PER_UNIT))
    return Staff(
        desks=tuple(Officer(f"cb-{next(ids):04d}", desk_unit, titles.desk) for _ in range(2)),
        specialists=tuple(Officer(f"cb-{next(ids):04d}", unit, titles.specialist) for _ in range(3)),
        head=Officer(f"cb-{next(ids):04d}", unit, titles.head),
        leader=Officer(f"cb-{next(ids):04d}", unit, titles.leader),
    )
