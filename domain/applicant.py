"""Who asks. Personal values live in one sub-object, so that they can be encrypted or shredded as one."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WITHHELD: Final = "[withheld]"
_PERSONAL_TEXT: Final = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+"  # an e-mail address
    r"|(?<![\w.-])\d{12}(?![\w.-])"  # a personal number
    r"|(?<![\w.-])(?:\+84|0)\d{9}(?![\w.-])"  # a telephone number
)


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


def withheld(text: str) -> str:
    """Free text without what can be recognised as personal: numbers of persons and telephones, e-mail addresses.

    Names cannot be recognised; whoever writes free text is asked to write none.
    """
    return _PERSONAL_TEXT.sub(WITHHELD, text)
