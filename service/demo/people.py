"""Applicants who do not exist. No value can belong to anybody.

Personal numbers begin with 999, which is no province's code; telephone numbers with 0100, which no network has; e-mail
addresses end in .example, which is reserved; tax codes begin with 99.
"""

import unicodedata
from dataclasses import dataclass
from random import Random
from typing import Final

from domain.applicant import ApplicantKind, Personal
from domain.identity import TEST_PLACE, tax_check_digit

PERSONAL_NUMBER_PREFIX: Final = TEST_PLACE
PHONE_PREFIX: Final = "0100"
EMAIL_DOMAIN: Final = "dulieumophong.example"

_FAMILY_NAMES: Final = (
    *("Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ"),
    *("Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"),
)
_MEN: Final = (
    ("Văn", "Đức", "Minh", "Quang", "Hữu", "Công", "Thành"),
    ("An", "Bình", "Cường", "Dũng", "Hải", "Hùng", "Khoa", "Long", "Nam", "Phúc", "Sơn", "Tuấn", "Việt"),
)
_WOMEN: Final = (
    ("Thị", "Ngọc", "Thu", "Thanh", "Kim", "Mai"),
    ("Anh", "Chi", "Dung", "Hà", "Hạnh", "Hoa", "Hương", "Lan", "Linh", "Nga", "Thảo", "Trang", "Yến"),
)
_STREETS: Final = ("Bến Nước", "Cây Đa", "Chợ Mới", "Đồng Xanh", "Giếng Cổ", "Lũy Tre", "Ngã Ba", "Vườn Ươm")
_TRADES: Final = ("Cơ khí", "Du lịch", "Nông sản", "Thực phẩm", "Vận tải", "Vật liệu", "Xây dựng", "Y tế")


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who hands a dossier in. ``reference`` is an account number that says nothing about the person."""

    kind: ApplicantKind
    reference: str
    personal: Personal


def applicant(chance: Random, number: int, kind: ApplicantKind, place: str) -> Applicant:
    """An applicant of a kind, living in ``place``; ``number`` keeps references apart."""
    middle_names, given_names = chance.choice((_MEN, _WOMEN))
    name = f"{chance.choice(_FAMILY_NAMES)} {chance.choice(middle_names)} {chance.choice(given_names)}"
    personal = Personal(
        full_name=name,
        personal_number=_personal_number(chance.randrange(10**9), woman=middle_names is _WOMEN[0]),
        phone=f"{PHONE_PREFIX}{chance.randrange(10**6):06d}",
        email=f"{_plain(name)}{chance.randrange(1000)}@{EMAIL_DOMAIN}",
        address=f"Số {chance.randrange(1, 400)}, đường {chance.choice(_STREETS)}, {place}",
    )
    if kind is ApplicantKind.PERSON:
        return Applicant(kind, f"tk-{number:06d}", personal)
    company = f"Công ty TNHH {chance.choice(_TRADES)} mô phỏng {number}"
    tax_code = _tax_code(chance.randrange(10**7))
    return Applicant(
        kind,
        f"tk-{number:06d}",
        Personal(
            full_name=company,
            personal_number=tax_code,
            phone=personal.phone,
            email=personal.email,
            address=personal.address,
        ),
    )


def _personal_number(drawn: int, *, woman: bool) -> str:
    """As the scheme writes one, of somebody born between 1950 and 1999, in a place that does not exist."""
    year, rest = 50 + drawn // 10**6 % 50, drawn % 10**6
    return f"{PERSONAL_NUMBER_PREFIX}{int(woman)}{year:02d}{rest:06d}"


def _tax_code(drawn: int) -> str:
    """The next one whose check digit is a digit."""
    number = f"99{drawn:07d}"
    check = tax_check_digit(number)
    return f"{number}{check}" if check < 10 else _tax_code((drawn + 1) % 10**7)


def _plain(name: str) -> str:
    """The name as an e-mail address writes it: without marks and spaces."""
    decomposed = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in decomposed if letter.isalpha()).lower()
