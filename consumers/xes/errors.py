"""What can keep an event log from being imported."""

from domain.errors import Complaint


class ImportProblem(Complaint):
    """The log or its mapping has to be mended first; the message says where and what."""
