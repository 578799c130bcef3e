"""The composition root: here alone real collaborators are chosen, from frozen settings."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from typing import Any, Final

import psycopg
import structlog
from psycopg import Connection
from psycopg.conninfo import make_conninfo

from domain.envelope import Actor
from domain.ports import AdministrationRequest
from projections.on_time.projection import ON_TIME
from projections.positions import ensure_table
from projections.projection import Projection
from projections.runner import Runner
from projections.sources import FedOtherwise
from projections.tables import ensure_schema
from projections.tracking.projection import TRACKING
from projections.watch.projection import WATCH
from projections.worklists.projection import WORKLISTS
from service.administering import AdministrationDoor
from service.administration import SHIPPED, taken_over
from service.cache import StateCache
from service.database import ask, check_server, connect
from service.demo.administration import demo_commands
from service.demo.run import LABEL
from service.door import BatchDoor
from service.embedded import EmbeddedPostgres, EmbeddedPostgresError
from service.epoch import keep_positions_rising
from service.log import PostgresEventLog
from service.migrations import migrate
from service.observing import Status, observe
from service.rule_book import LoggedRules, RuleBook, head
from service.settings import Settings
from service.streams import PLANNING
from service.switching import feed_from_log

PROJECTIONS: Final[tuple[Projection[Any], ...]] = (TRACKING, ON_TIME, WORKLISTS, WATCH)

_INSTALLATION: Final = "installation"
_LOOK_SECONDS: Final = 0.5
_STAND_BY_SECONDS: Final = 5.0
_CONNECT_SECONDS: Final = 5
_STATUS_SECONDS: Final = 5
_NOTICE_A_DEAD_SERVER: Final = {
    "keepalives_idle": 3, "keepalives_interval": 1, "keepalives_count": 3, "tcp_user_timeout": 6_000,
}  # fmt: skip

_log = structlog.get_logger(__name__)


def now() -> datetime:
    """The service's clock."""
    return datetime.now(UTC)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of a database that is trusted, migrated and ready; an embedded server stays up as long as needed.

    Raises:
        UnfitServerError: the server could lose what it acknowledged.
        MigrationError: the database does not fit this version.
        EmbeddedPostgresError: the embedded server did not start.
    """
    if settings.database_url is not None:
        prepare(settings.database_url)
        yield settings.database_url
    else:
        with EmbeddedPostgres(settings.data_dir) as postgres, _kept_up(postgres):
            prepare(postgres.url)
            yield postgres.url


@contextmanager
def _kept_up(postgres: EmbeddedPostgres) -> Iterator[None]:
    """An embedded server that is killed is started again; whoever asked it meanwhile is told to try later."""
    stop = Event()

    def look() -> None:
        while not stop.wait(_LOOK_SECONDS):
            try:
                psycopg.connect(postgres.url, connect_timeout=_CONNECT_SECONDS).close()
            except psycopg.OperationalError:
                _log.warning("postgres_away")
                with suppress(EmbeddedPostgresError):
                    postgres.ensure_running()

    watcher = Thread(target=look, name="postgres", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


def prepare(url: str) -> None:
    """Check the server, bring the schema up to date, and see that new positions lie above all old ones."""

    def question(connection: Connection[Any]) -> None:
        check_server(connection)
        migrate(connection)
        ensure_table(connection)
        ensure_schema(connection, PROJECTIONS)
        keep_positions_rising(connection)

    ask(url, question, application_name="motcua-prepare", transaction_seconds=None)


def connections(url: str, part: str) -> "partial[Connection[Any]]":
    """Opens connections that bear the part's name, so that the server's own views tell who does what."""
    return partial(connect, url, application_name=f"motcua-{part}")


def administration(url: str, settings: Settings) -> LoggedRules:
    """The rules of this installation, as its log holds them.

    On a first start they are taken over from the folder of rules; where the database is labelled as generated, those of
    the generated province.

    Raises:
        AdministrationError: a file of rules cannot be used.
    """
    rules = LoggedRules()
    with connect(url, application_name="motcua-administration") as connection:
        begun = head(connection) > 0
    if not begun:
        folder = settings.administration_dir or SHIPPED
        take_over(url, rules, demo_commands(folder) if label(url) == LABEL else taken_over(folder))
    ask(url, rules.renew, application_name="motcua-administration")
    return rules


def take_over(url: str, rules: LoggedRules, commands: Sequence[Any]) -> None:
    """Everything at once; processes that start at the same time do it once."""
    requests = [
        AdministrationRequest(command=command, actor=Actor(id=_INSTALLATION), command_id=f"taken-over/{number}")
        for number, command in enumerate(commands)
    ]
    administration_door(url, rules).handle(requests)


def administration_door(url: str, rules: LoggedRules) -> AdministrationDoor:
    """The door through which the administration is changed."""
    return AdministrationDoor(connections(url, "administration"), rules, now)


def label(url: str) -> str | None:
    """What the data of this database are, when they are not real."""

    def question(connection: Connection[Any]) -> str | None:
        row = connection.execute("SELECT label FROM installation").fetchone()
        return row[0] if row else None

    return ask(url, question, application_name="motcua-label")


def set_label(url: str, text: str) -> None:
    """Say on every page and in every answer that this database's data are not real. It is never taken back."""
    with connect(url, application_name="motcua-label") as connection:
        connection.execute("UPDATE installation SET label = %s WHERE label IS DISTINCT FROM %s", (text, text))


def door(url: str, rules: RuleBook, cache: StateCache | None = None, part: str = "commands") -> BatchDoor:
    """A door on a connection of its own."""
    return BatchDoor(connections(url, part), rules, now, cache)


def event_log(url: str, part: str = "projections") -> PostgresEventLog:
    """The log as projections read it."""
    return PostgresEventLog(connections(url, f"{part}-log"))


def keep_up_to_date(
    url: str, stop: Event, *, switch: bool = False, stand_by: bool = False, until_caught_up: bool = False
) -> None:
    """Feed the projections from the log until ``stop`` is set or, if so wished, until all that is in it is read.

    With ``switch`` they are taken from another source first; ``stand_by`` leaves them to another source as long as that
    is to feed them.

    Raises:
        FedOtherwise: another source is to feed them.
        StillFed: it does, so nothing can be switched.
    """
    connect = connections(url, "projections")
    if switch:
        feed_from_log(connect, PROJECTIONS)
    stood_by = False
    with closing(event_log(url)) as log:
        while not stop.is_set():
            try:
                Runner(connect, log, PROJECTIONS, yields=stand_by).run(stop, until_caught_up=until_caught_up)
            except FedOtherwise:
                if not stand_by:
                    raise
                if not stood_by:
                    _log.warning("projections_left_to_kafka")
                stood_by = True
                stop.wait(_STAND_BY_SECONDS)
            else:
                return


def catch_up(url: str) -> None:
    """Read all that is in the log now; where another process keeps the projections, wait for it.

    Fed from another source, they follow by themselves.
    """
    with suppress(FedOtherwise), closing(event_log(url)) as log:
        Runner(connections(url, "projections"), log, PROJECTIONS, yields=True).run(Event(), until_caught_up=True)


def status(url: str, *, relayed: Collection[str] = (), handed_in: Collection[tuple[str, str]] = ()) -> Status:
    """How what goes out and comes in is doing now; the arguments are those of ``observe``.

    Raises:
        psycopg.Error: the database does not tell.
    """
    noticing = make_conninfo(url, **_NOTICE_A_DEAD_SERVER)
    with connect(noticing, application_name="motcua-status", transaction_seconds=_STATUS_SECONDS, patience=0) as asked:
        asked.execute(PLANNING)
        return observe(asked, now(), relayed=relayed, handed_in=handed_in)
