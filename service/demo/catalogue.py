"""A generated catalogue as large as a province's, labelled as generated: the same seed always gives the same one.

Names are put together from what is done to what; codes are of the series 9.5, which no real procedure has.
"""

from collections.abc import Iterator
from datetime import date
from itertools import product
from random import Random
from typing import Final, NamedTuple, TypeAlias

from domain.agency import UnitKind
from domain.money import Dues
from domain.procedure import Component, DocumentForm, OnlineLevel, Procedure, Step
from domain.term import Term, TermUnit
from service.catalogue_rows import Listed

SERVICES: Final = 734
FULLY_ONLINE: Final = 617
SEED: Final = 20260101
_SOURCE: Final = "Generated sample: no part of it is a rule."
_BASIS: Final = "Văn bản mẫu số 01, không có thật"
_SINCE: Final = date(2025, 7, 1)
_FIRST: Final = 500_001


class _Matter(NamedTuple):
    """A field, who decides in it, and what one can ask for."""

    field_vi: str
    field_en: str
    kind: UnitKind
    things_vi: tuple[str, ...]
    things_en: tuple[str, ...]


_ACTS: Final = (
    ("Cấp mới", "Issue of"), ("Cấp lại", "Reissue of"), ("Cấp đổi", "Exchange of"), ("Gia hạn", "Extension of"),
    ("Sửa đổi, bổ sung", "Amendment of"), ("Thu hồi", "Revocation of"), ("Xác nhận", "Confirmation of"),
    ("Công bố", "Declaration of"), ("Thẩm định", "Appraisal of"), ("Đăng ký", "Registration of"),
)  # fmt: skip
_MATTERS: Final = (
    _Matter(
        "Xây dựng",
        "Construction",
        UnitKind.DEPARTMENT,
        ("giấy phép xây dựng", "chứng chỉ hành nghề xây dựng", "quy hoạch chi tiết"),
        ("a building permit", "a construction certificate", "a detailed plan"),
    ),
    _Matter(
        "Đất đai",
        "Land",
        UnitKind.DEPARTMENT,
        ("giấy chứng nhận quyền sử dụng đất", "hồ sơ địa chính", "quyết định giao đất"),
        ("a land use certificate", "a cadastral file", "a land allocation"),
    ),
    _Matter(
        "Môi trường",
        "Environment",
        UnitKind.DEPARTMENT,
        ("giấy phép môi trường", "kế hoạch ứng phó sự cố chất thải", "giấy phép khai thác nước"),
        ("an environmental licence", "a waste response plan", "a water licence"),
    ),
    _Matter(
        "Y tế",
        "Health",
        UnitKind.DEPARTMENT,
        ("giấy phép hoạt động khám bệnh", "chứng chỉ hành nghề dược", "hồ sơ công bố mỹ phẩm"),
        ("a clinic licence", "a pharmacy certificate", "a cosmetics file"),
    ),
    _Matter(
        "Giáo dục",
        "Education",
        UnitKind.DEPARTMENT,
        ("giấy phép hoạt động giáo dục", "bản sao văn bằng từ sổ gốc", "trung tâm ngoại ngữ"),
        ("an education licence", "a diploma copy", "a language centre"),
    ),
    _Matter(
        "Công Thương",
        "Trade",
        UnitKind.DEPARTMENT,
        ("giấy phép bán lẻ rượu", "giấy chứng nhận an toàn thực phẩm", "giấy phép kinh doanh khí"),
        ("a liquor licence", "a food safety certificate", "a gas trade licence"),
    ),
    _Matter(
        "Giao thông vận tải",
        "Transport",
        UnitKind.DEPARTMENT,
        ("phù hiệu xe tải", "giấy phép kinh doanh vận tải", "giấy phép thi công đường bộ"),
        ("a lorry badge", "a transport licence", "a road works permit"),
    ),
    _Matter(
        "Văn hóa",
        "Culture",
        UnitKind.DEPARTMENT,
        ("giấy phép biểu diễn nghệ thuật", "giấy phép kinh doanh karaoke", "thẻ hướng dẫn viên du lịch"),
        ("a performance licence", "a karaoke licence", "a guide's card"),
    ),
    _Matter(
        "Nông nghiệp",
        "Agriculture",
        UnitKind.DEPARTMENT,
        ("giấy chứng nhận kiểm dịch", "giấy phép khai thác thủy sản", "mã số vùng trồng"),
        ("a quarantine certificate", "a fishing licence", "a growing area code"),
    ),
    _Matter(
        "Lao động",
        "Employment",
        UnitKind.DEPARTMENT,
        ("giấy phép lao động nước ngoài", "quyết định trợ cấp thất nghiệp", "nội quy lao động"),
        ("a work permit", "an unemployment benefit", "labour rules"),
    ),
    _Matter(
        "Tư pháp",
        "Justice",
        UnitKind.DEPARTMENT,
        ("thẻ công chứng viên", "giấy phép văn phòng luật sư", "thẻ đấu giá viên"),
        ("a notary's card", "a law office licence", "an auctioneer's card"),
    ),
    _Matter(
        "Hộ tịch",
        "Civil status",
        UnitKind.COMMUNE,
        ("giấy khai sinh", "giấy chứng nhận kết hôn", "trích lục hộ tịch"),
        ("a birth certificate", "a marriage certificate", "a civil status extract"),
    ),
    _Matter(
        "Bảo trợ xã hội",
        "Social protection",
        UnitKind.COMMUNE,
        ("trợ cấp xã hội hằng tháng", "giấy xác nhận khuyết tật", "hỗ trợ chi phí mai táng"),
        ("a monthly allowance", "a disability certificate", "funeral support"),
    ),
    _Matter(
        "Cư trú",
        "Residence",
        UnitKind.COMMUNE,
        ("đăng ký thường trú", "đăng ký tạm trú", "xác nhận thông tin cư trú"),
        ("permanent residence", "temporary residence", "residence information"),
    ),
    _Matter(
        "Hạ tầng đô thị",
        "Urban infrastructure",
        UnitKind.COMMUNE,
        ("giấy phép đào hè đường", "giấy phép chặt cây xanh", "giấy phép sử dụng lòng đường"),
        ("a pavement permit", "a tree felling permit", "a roadway permit"),
    ),
)
_FORS: Final = (
    ("cho cá nhân", "for persons"), ("cho tổ chức", "for organisations"), ("cho hộ gia đình", "for households"),
    ("có yếu tố nước ngoài", "with a foreign element"),
)  # fmt: skip
_TERMS: Final = (
    Term(1, TermUnit.WORKING_DAYS), Term(3, TermUnit.WORKING_DAYS), Term(5, TermUnit.WORKING_DAYS),
    Term(10, TermUnit.WORKING_DAYS), Term(15, TermUnit.WORKING_DAYS), Term(20, TermUnit.WORKING_DAYS),
    Term(8, TermUnit.WORKING_HOURS), Term(30, TermUnit.CALENDAR_DAYS), Term(2, TermUnit.MONTHS),
)  # fmt: skip


_Service: TypeAlias = tuple[_Matter, int, tuple[str, str], tuple[str, str]]


def sample_catalogue(services: int = SERVICES, seed: int = SEED) -> Iterator[Listed]:
    """So many procedures, 617 of 734 fully online and the others partly, each with components, steps and dues."""
    chance = Random(seed)
    everything = list(product(_MATTERS, range(3), _ACTS, _FORS))
    fully = round(services * FULLY_ONLINE / SERVICES)
    levels = [OnlineLevel.FULL] * fully + [OnlineLevel.PARTIAL] * (services - fully)
    chance.shuffle(levels)
    for number, (what, online) in enumerate(zip(chance.sample(everything, services), levels, strict=True)):
        procedure = _procedure(number, what, online, chance)
        yield Listed(code=procedure.code, procedure=procedure, effective_from=_SINCE)


def _procedure(number: int, what: _Service, online: OnlineLevel, chance: Random) -> Procedure:
    matter, place, act, whom = what
    term = chance.choice(_TERMS)
    charge = chance.choice((0, 0, 8_000, 30_000, 75_000, 150_000))
    return Procedure(
        code=f"9.{_FIRST + number}",
        version="generated-1",
        name_vi=f"{act[0]} {matter.things_vi[place]} {whom[0]} (mẫu)",
        name_en=f"{act[1]} {matter.things_en[place]} {whom[1]} (sample)",
        field_vi=matter.field_vi,
        field_en=matter.field_en,
        level="commune" if matter.kind is UnitKind.COMMUNE else "province",
        online=online,
        term=term,
        dues=Dues(fee=chance.choice((0, 0, 50_000, 200_000)), charge=charge),
        online_dues=Dues(charge=charge // 2) if charge and online is OnlineLevel.FULL else None,
        components=_components(chance),
        responsible=matter.kind,
        steps=_steps(term, chance),
        result_vi=matter.things_vi[place].capitalize(),
        result_en=matter.things_en[place].capitalize(),
        legal_basis=(_BASIS,),
        source=_SOURCE,
        confidence="generated",
    )


def _components(chance: Random) -> tuple[Component, ...]:
    declaration = Component(
        code="declaration",
        name_vi="Tờ khai theo mẫu",
        name_en="Declaration on the form",
        forms=(DocumentForm.ORIGINAL, DocumentForm.ELECTRONIC),
    )
    identity = Component(
        code="identity",
        name_vi="Giấy tờ tùy thân",
        name_en="Identity document",
        required=chance.random() < 0.6,
        forms=(DocumentForm.COPY,),
        looked_up_in="Cơ sở dữ liệu quốc gia về dân cư (mẫu)",
    )
    authority = Component(
        code="power-of-attorney", name_vi="Văn bản ủy quyền", name_en="Power of attorney", required=False
    )
    return (declaration, identity, authority)[: chance.randint(1, 3)]


def _steps(term: Term, chance: Random) -> tuple[Step, ...]:
    """Steps whose quotas sum to the term; a term too short to be shared out has none."""
    roles = (
        ("receive", "Tiếp nhận", "Reception", "desk"), ("appraise", "Thẩm định", "Appraisal", "specialist"),
        ("approve", "Phê duyệt", "Approval", "leader"), ("sign", "Ký số", "Signature", "leader"),
    )  # fmt: skip
    if term.amount < len(roles):
        return tuple(Step(code=code, name_vi=vi, name_en=en, role=role) for code, vi, en, role in roles)
    cuts = sorted(chance.sample(range(1, term.amount), len(roles) - 1))
    amounts = [after - before for before, after in zip([0, *cuts], [*cuts, term.amount], strict=True)]
    return tuple(
        Step(code=code, name_vi=vi, name_en=en, role=role, quota=Term(amount, term.unit))
        for (code, vi, en, role), amount in zip(roles, amounts, strict=True)
    )
