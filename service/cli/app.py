"""Every command, and what its errors become: 0 done, 1 found something wrong, 2 bad use."""

import os
import sys
from typing import Final

import psycopg
import typer

from consumers.dossier_events import UnreadableEvent
from consumers.handed_in import UnusableFile
from consumers.handling import DoorBusy
from consumers.kafka_source import OffsetsGone
from consumers.ports import Away
from consumers.statement import StatementProblem
from consumers.xes.errors import ImportProblem
from projections.positions import PartitionsChanged
from projections.rebuild import RebuildUnderWay
from projections.sources import FedOtherwise, NotBuilt, PartitionsOfTopic, StillFed, TopicChanged, TopicIncomplete
from service import settings as environment
from service.administration_files import UnusableCommand
from service.broker import BrokerError
from service.catalogue_files import UnusableCatalogue
from service.cli import (
    administering,
    brokering,
    calendars,
    cataloguing,
    clocks,
    closing,
    delegating,
    importing,
    measuring,
    parking,
    paying,
    projecting,
    reporting,
    running,
    scheduling,
    streaming,
    subjects,
    units,
    watching,
)
from service.cli.printing import complain
from service.database import UnfitServerError
from service.demo.run import DemoInterruptedError
from service.embedded import EmbeddedPostgresError
from service.logs import configure
from service.migrations import MigrationError
from service.parking import CannotBeDone
from service.registers import UnusableRegister
from service.rule_files import AdministrationError
from service.server import PortTaken
from service.subject_key import SubjectKeyError
from service.wiring_topics import NoKafka
from service.working import LeftBehind

app = typer.Typer(
    name="motcua",
    help="Một Cửa: an event-sourced case-processing backend for administrative procedures.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)
running.register(app)
brokering.register(app)
importing.register(app)
reporting.register(app)
paying.register(app)
projecting.register(app)
scheduling.register(app)
streaming.register(app)
parking.register(app)
watching.register(app)
measuring.register(app)
administering.register(app)
cataloguing.register(app)
delegating.register(app)
calendars.register(app)
clocks.register(app)
closing.register(app)
units.register(app)
subjects.register(app)

BAD_USE: Final = 2
INTERRUPTED: Final = 130
"""What shells know as ended by Ctrl-C."""

_FAULTS: Final = (
    environment.SettingsError,
    UnfitServerError,
    EmbeddedPostgresError,
    BrokerError,
    MigrationError,
    DemoInterruptedError,
    PortTaken,
    ImportProblem,
    StatementProblem,
    PartitionsChanged,
    RebuildUnderWay,
    AdministrationError,
    UnusableFile,
    OffsetsGone,
    UnreadableEvent,
    FedOtherwise,
    StillFed,
    NotBuilt,
    PartitionsOfTopic,
    TopicChanged,
    TopicIncomplete,
    Away,
    DoorBusy,
    NoKafka,
    CannotBeDone,
    UnusableCommand,
    SubjectKeyError,
    UnusableRegister,
    UnusableCatalogue,
)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its code."""
    try:
        code = run(sys.argv[1:] if arguments is None else arguments)
    except LeftBehind as left:
        complain(str(left))
        os._exit(0)  # what was left behind would hold up an orderly end
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    try:
        configure(environment.load().log_level)
        typer.main.get_command(app).main(arguments, prog_name="motcua")
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            complain("interrupted; what was committed stays, and the same command goes on from there")
        return ended.code if isinstance(ended.code, int) else 0
    except _FAULTS as fault:
        complain(str(fault))
    except psycopg.OperationalError as error:
        complain(f"the database does not answer: {str(error).strip()}")
    return BAD_USE
