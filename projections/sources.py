"""Where the projections' events come from: one source at a time."""

from collections.abc import Iterable
from enum import StrEnum

from domain.errors import Complaint


class Source(StrEnum):
    """The log itself, or the topic of events in Kafka."""

    LOG = "log"
    KAFKA = "kafka"


class FedOtherwise(Complaint):
    """The projections are fed from another source."""

    def __init__(self, kept: Source, asked: Source) -> None:
        """``kept`` is the source they are fed from, ``asked`` the one that was to feed them."""
        super().__init__(
            f"the projections are fed from {kept}: run with --from {kept}, or stop the workers that do and switch with"
            f" --from {asked} --switch"
        )


class StillFed(Complaint):
    """Workers that feed the projections from the other source are still running."""

    def __init__(self, kept: Source) -> None:
        """``kept`` is the source they feed them from."""
        super().__init__(f"workers are feeding the projections from {kept}: stop them, then switch")


class NotBuilt(Complaint):
    """A projection was added since: Kafka has only what comes, so it has to be built first."""

    def __init__(self, names: Iterable[str]) -> None:
        """``names`` are the projections that there are no tables of."""
        super().__init__(
            f"{', '.join(sorted(names))}: not built yet, and fed from kafka it would only get what comes from now on;"
            " build it with motcua project rebuild, then run again"
        )


class PartitionsOfTopic(Complaint):
    """Fed from Kafka the projections have the partitions of the topic; rebuild without --partitions."""

    def __init__(self) -> None:
        """The docstring is the message."""
        super().__init__(self.__class__.__doc__)


class TopicChanged(Complaint):
    """The topic of events has other partitions than those in which the projections are fed."""

    def __init__(self, kept: int) -> None:
        """``kept`` is the number of partitions that it had when they were handed over."""
        super().__init__(
            f"the topic of events was given other partitions than the {kept} in which the projections are fed, so that"
            " events of one dossier may lie in two of them: stop the workers and run one with --from kafka --switch"
        )


class TopicIncomplete(Complaint):
    """The topic of events lacks what was to be read next; the log has it."""

    def __init__(self, found: str) -> None:
        """``found`` says what is missing."""
        super().__init__(
            f"{found}. The log has all events: if the topic was made anew, publish them again (motcua relay"
            " --begin-anew); then run once with --from log --switch --until-caught-up, and again with --from kafka"
            " --switch"
        )
