"""Who asks. Personal values live in one sub-object, so that they can be encrypted or shredded as one."""

from dataclasses import dataclass
from enum import StrEnum


class ApplicantKind(StrEnum):
    """A person (personal number), an organisation (tax code) or an agency (agency id)."""

    PERSON = "person"
    ORGANISATION = "organisation"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """Values that identify a human being. They appear in events, never in a public projection, topic or log."""

    full_name: str = ""
    personal_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""

    def values(self) -> tuple[str, ...]:
        """The non-empty values, for checks that none of them leaked."""
        fields = (self.full_name, self.personal_number, self.phone, self.email, self.address)
        return tuple(value for value in fields if value)
