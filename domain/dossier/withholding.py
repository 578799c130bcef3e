"""An event as others than the agency may have it: whole, but without personal values."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from domain.applicant import withheld
from domain.dossier import events as e
from domain.dossier.events import DossierEvent

PERSONAL: Final[Mapping[type[DossierEvent], tuple[str, ...]]] = {
    e.Submitted: ("personal",),
    e.ResultReturned: ("recipient",),
    e.IdentityVerified: ("personal",),
    e.Represented: ("representative",),
}
"""Fields that hold personal values and nothing else: they are left empty."""

FREE_TEXT: Final[Mapping[type[DossierEvent], tuple[str, ...]]] = {
    e.Submitted: ("applicant_reference",),
    e.ReceptionRefused: ("reason",),
    e.SupplementRequested: ("items", "legal_basis"),
    e.Appraised: ("opinion",),
    e.ApprovalDeclined: ("reason",),
    e.Refused: ("reason",),
    e.PaymentWaived: ("reason", "legal_basis"),
    e.DeadlineExtended: ("reason",),
    e.Succeeded: ("decision",),
    e.Withdrawn: ("reason",),
    e.Stopped: ("reason",),
    e.Corrected: ("old_value", "new_value", "authority", "reason"),
    e.StepRecorded: ("resource", "attributes"),
    e.Represented: ("number",),
}
"""Fields in which people write what they like: what is recognised as personal is taken out."""


def without_personal_values(event: DossierEvent) -> DossierEvent:
    """The event without them; the same object when it has none."""
    kind = type(event)
    changed: dict[str, Any] = {name: None for name in PERSONAL.get(kind, ()) if getattr(event, name) is not None}
    for name in FREE_TEXT.get(kind, ()):
        before = getattr(event, name)
        after = _withheld(before)
        if after != before:
            changed[name] = after
    return replace(event, **changed) if changed else event


def _withheld(value: Any) -> Any:  # noqa: ANN401 - whatever a field holds
    if isinstance(value, str):
        return withheld(value)
    if isinstance(value, tuple):
        return tuple(map(_withheld, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _withheld(getattr(value, field.name)) for field in fields(value)})
    return value
