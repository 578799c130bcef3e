"""The administration of the generated province: its units of then and now, who holds which post, who signs for whom."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from domain.administration.administration import Administration
from domain.administration.building import build
from domain.administration.delegations import GrantDelegation
from domain.administration.officers import AssignPost, Power
from domain.administration.unit_facts import EndUnit, EstablishUnit, MergeUnits
from domain.agency import Unit, UnitKind
from domain.codes import HO_CHI_MINH
from service.administration import SHIPPED, SINCE, taken_over
from service.demo.province import CALENDAR, PROVINCE, Officer, Staff, province_units, staff_of
from service.rule_files import read_procedures

TWO_LEVELS: Final = date(2025, 7, 1)
"""Since then a province has communes and no districts."""

DELEGATED_FIELD: Final = "Certification"
"""Certifications are signed by the head under delegation, as wards do."""

_BEGUN: Final = datetime(2025, 7, 1, tzinfo=HO_CHI_MINH)
_DELEGATED_UNTIL: Final = datetime(2028, 1, 1, tzinfo=HO_CHI_MINH)
_DECISION: Final = "Nghị quyết mô phỏng 60/NQ"
_OLD_COMMUNES: Final = 3
"""How many former communes the first wards of today were merged from."""


def demo_commands(folder: Path = SHIPPED) -> list[Any]:
    """The commands that make it, on a folder of rules."""
    return [*taken_over(folder, province_units()), *_former_units(), *_posts(), *_delegations(folder)]


def demo_administration() -> Administration:
    """The shipped rules, and the generated province."""
    return build(demo_commands())


def delegation_number(unit: str) -> str:
    """The number of the instrument by which a unit's leader lets its head sign certifications."""
    return f"05/UQ-{unit}"


def _former_units() -> Iterator[Any]:
    """A district that ended, and communes that were merged into the first wards of today."""
    first = [unit.code for unit in province_units() if unit.kind is UnitKind.COMMUNE][:2]
    district = _former("31", "Thành phố Vân Lam", "Vân Lam City", UnitKind.DISTRICT, PROVINCE.code)
    yield EstablishUnit(code=district.code, unit=district, effective_from=SINCE, at=_BEGUN)
    for place, into in enumerate(first):
        merged = []
        for number in range(_OLD_COMMUNES):
            old = _former(
                f"31.{place * 10 + number + 11}",
                f"Phường cũ số {place * _OLD_COMMUNES + number + 1}",
                f"Former ward no. {place * _OLD_COMMUNES + number + 1}",
                UnitKind.COMMUNE,
                district.code,
            )
            merged.append(old.code)
            yield EstablishUnit(code=old.code, unit=old, effective_from=SINCE, at=_BEGUN)
        yield MergeUnits(code=into, merged=tuple(merged), effective_from=TWO_LEVELS, decision=_DECISION, at=_BEGUN)
    yield EndUnit(code=district.code, successors=tuple(first), effective_from=TWO_LEVELS, decision=_DECISION, at=_BEGUN)


def _former(number: str, name_vi: str, name_en: str, kind: UnitKind, parent: str) -> Unit:
    return Unit(
        code=f"{PROVINCE.code}.{number}",
        name_vi=f"{name_vi} (mô phỏng)",
        name_en=f"{name_en} (generated)",
        kind=kind,
        parent=parent,
        calendar=CALENDAR,
    )


def _staffs() -> Iterator[tuple[str, Staff]]:
    for unit in province_units():
        if unit.kind in {UnitKind.COMMUNE, UnitKind.DEPARTMENT}:
            yield unit.code, staff_of(unit.code)


def _posts() -> Iterator[AssignPost]:
    for _, staff in _staffs():
        yield from posts_of(staff, post="1", since=_BEGUN, decision="Quyết định mô phỏng 30/QĐ")


def posts_of(
    staff: Staff, *, post: str, unit: str | None = None, since: datetime, decision: str
) -> Iterator[AssignPost]:
    """A post for each officer of a staff, in the unit that is named or in his own."""
    powers: list[tuple[Officer, tuple[Power, ...]]] = [
        *((officer, (Power.SEAL,)) for officer in staff.desks),
        *((officer, (Power.APPRAISE,)) for officer in (*staff.specialists, staff.head)),
        (staff.leader, (Power.APPROVE, Power.SIGN)),
    ]
    for officer, may in powers:
        yield AssignPost(
            id=officer.id,
            post=post,
            unit=unit or officer.unit,
            title=officer.title,
            powers=may,
            since=since,
            decision=decision,
            at=since,
        )


def _delegations(folder: Path) -> Iterator[GrantDelegation]:
    procedures = read_procedures(folder / "procedures.toml")
    certifications = tuple(each.code for each in procedures if each.field_en == DELEGATED_FIELD)
    for code, staff in _staffs():
        if not certifications or staff.leader.unit != code:
            continue
        yield GrantDelegation(
            number=delegation_number(code),
            from_officer=staff.leader.id,
            to_officer=staff.head.id,
            unit=code,
            powers=(Power.SIGN,),
            procedures=certifications,
            valid_from=_BEGUN,
            valid_until=_DELEGATED_UNTIL,
            legal_basis="mô phỏng",
            at=_BEGUN,
        )
