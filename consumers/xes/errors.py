"""What can keep an event log from being imported."""


class ImportProblem(Exception):
    """The log or its mapping has to be mended first; the message says where and what."""
