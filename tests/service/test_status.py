"""``motcua status``: one screen, and an exit code that says whether a person is needed."""

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from consumers.dossier_events import headers
from consumers.kafka_ends import KnownToBroker
from consumers.messages import Outgoing
from consumers.topics import EVENTS, PAYMENT_NOTICES, STATUS
from projections.sources import Source
from service.broker import free_port
from service.cli.attention import attention
from service.cli.printing import counted, span
from service.cli.reference import JSON_KEYS
from service.observing import LogStatus, Status
from service.overview import BrokerStatus, joined
from service.wiring import catch_up
from tests.service import shell
from tests.service.payments_desk import Desk
from tests.service.shell import Motcua
from tests.service.statuses import BUSY, LOOKING, NEVER_READ, NOON, PARKED, PROJECTION, QUIET, READING, RELAY

WIDTH = 100
NONSENSE = Outgoing(b"H99.02.15-260302-0001", b"{", headers(None))
BROKER = BrokerStatus(servers="localhost:9092", problem=None)
LONG_AGO = NOON - timedelta(hours=1)
UNREAD = replace(READING, moved_at=LONG_AGO, readers=0)
HANDED_IN = replace(READING, partition=-1, oldest_seconds=3600.0, readers=0)


@pytest.fixture
def motcua(database_url: str, tmp_path: Path) -> Motcua:
    return partial(shell.motcua, tmp_path, MOTCUA_DATABASE_URL=database_url, COLUMNS=str(WIDTH))


def lines(screen: str) -> list[str]:
    assert all(len(line) <= WIDTH for line in screen.splitlines() if line[:1] in "┏┃┡│└"), screen
    return [" ".join(line.replace("│", " ").split()) for line in screen.splitlines()]


@pytest.mark.parametrize(
    ("status", "broker"),
    [
        (QUIET, None),
        (QUIET, BROKER),
        (replace(QUIET, relays=(replace(RELAY, oldest_seconds=59.0, held=False),)), BROKER),
        (replace(QUIET, relays=(replace(RELAY, oldest_seconds=3600.0, failure=None),)), BROKER),
        (replace(QUIET, relays=(replace(RELAY, oldest_seconds=3600.0, held=False),)), None),
        (replace(QUIET, consumers=(READING, NEVER_READ)), BROKER),
        (replace(QUIET, consumers=(replace(UNREAD, readers=1),)), BROKER),
        (replace(QUIET, consumers=(replace(UNREAD, lag=0),)), BROKER),
        (replace(QUIET, consumers=(replace(UNREAD, moved_at=NOON),)), BROKER),
        (replace(QUIET, consumers=(replace(HANDED_IN, oldest_seconds=59.0),)), None),
        (replace(QUIET, consumers=(replace(HANDED_IN, readers=1),)), None),
        (replace(QUIET, parked=(replace(PARKED[0], standing="waiting"), replace(PARKED[0], standing="behind"))), None),
        (replace(QUIET, projections=(PROJECTION,)), None),
        (replace(QUIET, schedule=replace(LOOKING, held=False, unseen_seconds=59)), None),
    ],
)
def test_what_heals_by_itself_needs_nobody(status: Status, broker: BrokerStatus | None) -> None:
    assert attention(status, broker) == []


@pytest.mark.parametrize(
    ("status", "broker", "line"),
    [
        (
            QUIET,
            replace(BROKER, problem="Kafka: it does not answer"),
            "Kafka does not answer at localhost:9092: see to it; relays and consumers then go on by themselves",
        ),
        (
            replace(QUIET, relays=(replace(RELAY, oldest_seconds=300.0, held=False, failure=None),)),
            BROKER,
            "t: 2 events are not published, the oldest for 5 min, and nobody publishes: start motcua relay",
        ),
        (
            replace(QUIET, relays=(replace(RELAY, oldest_seconds=300.0),)),
            BROKER,
            "t: 2 events are not published, the oldest for 5 min: away: mend that; host:1 then goes on by itself",
        ),
        (
            replace(QUIET, parked=PARKED),
            None,
            "payments: 2 not-json, 1 empty parked: see motcua parked list --consumer payments, then retry or drop each",
        ),
        (
            replace(QUIET, consumers=(UNREAD, replace(NEVER_READ, lag=3, readers=0))),
            BROKER,
            "payments: 7 messages wait in t, and nobody reads: start motcua consume payments",
        ),
        (
            replace(QUIET, consumers=(replace(HANDED_IN, lag=10_000, at_least=True),)),
            None,
            "payments: ≥ 10,000 messages wait in t, and nobody reads: start motcua consume payments",
        ),
        (
            replace(QUIET, consumers=(HANDED_IN,)),
            BROKER,
            (
                "payments: 4 messages of t were handed in without Kafka and are not read: run motcua consume payments"
                " --until-caught-up once without MOTCUA_KAFKA_BOOTSTRAP_SERVERS"
            ),
        ),
        (
            replace(QUIET, projections=(replace(PROJECTION, behind_seconds=61), replace(PROJECTION, partition=1))),
            None,
            "tracking: 6 events are not read, the oldest for 1 min: see that motcua project run is running",
        ),
        (
            replace(QUIET, projections=(replace(PROJECTION, behind_seconds=61, source=Source.KAFKA),)),
            BROKER,
            (
                "tracking: 6 events are not read, the oldest for 1 min: see that motcua relay and project run --from"
                " kafka are running"
            ),
        ),
        (
            replace(QUIET, consumers=(replace(UNREAD, consumer="projections"),)),
            BROKER,
            "projections: 4 messages wait in t, and nobody reads: start motcua project run --from kafka",
        ),
        (
            replace(QUIET, schedule=replace(LOOKING, held=False, finished_at=None, unseen_seconds=61)),
            None,
            "nobody looks at the clock, so nothing is escalated: start motcua schedule",
        ),
        (
            replace(QUIET, schedule=replace(LOOKING, held=False, finished_at=NOON - timedelta(minutes=2))),
            None,
            "nobody looks at the clock, so nothing is escalated: start motcua schedule",
        ),
        (
            replace(QUIET, schedule=replace(LOOKING, failed=3, failure="overdue of H15-1: no such unit")),
            None,
            "an escalation fails: overdue of H15-1: no such unit: see the log; it is tried again at every look",
        ),
        (
            replace(QUIET, log=LogStatus(head=9, readable=8, unreadable_seconds=61)),
            None,
            (
                "a transaction has been open for 1 min and holds up every reader of the log: find it in"
                " pg_stat_activity, where backend_xid is oldest, and end it"
            ),
        ),
    ],
)
def test_what_needs_a_person_is_told_with_what_to_do(status: Status, broker: BrokerStatus | None, line: str) -> None:
    assert attention(status, broker) == [line]


def test_how_far_a_consumer_is_behind_is_told_by_the_broker() -> None:
    known = KnownToBroker(
        consumer="payments", topic="t", firsts={0: 2, 1: 0, 2: 4}, ends={0: 20, 1: 0, 2: 6}, readers=2
    )
    first, second, third = joined([READING, NEVER_READ], [known])
    assert first == replace(READING, end=20, lag=15, readers=2)
    assert second == replace(NEVER_READ, readers=2)
    assert (third.partition, third.next_offset, third.end, third.lag, third.moved_at) == (2, 4, 6, 2, None)
    assert joined(BUSY.consumers, []) == BUSY.consumers


def test_figures_are_told_as_people_say_them() -> None:
    assert [span(seconds) for seconds in (0, 0.4, 59, 60, 3599, 3600, 86_399, 200_000)] == [
        *("0 s", "0 s", "59 s", "1 min", "59 min", "1 h", "23 h", "2 d")
    ]
    assert [counted(10_000, at_least=True), counted(9_999, at_least=False)] == ["≥ 10,000", "9,999"]


def test_a_fresh_database_without_kafka_is_well(motcua: Motcua) -> None:
    done = motcua("status")
    assert (done.returncode, done.stderr) == (0, "")
    told = lines(done.stdout)
    assert told[0] == "Kafka: none is configured; consumers read what was handed in, and there is nothing to relay"
    assert told[1] == "Log: all of it can be read"
    assert told[-1] == "All is well."
    assert "tracking 1 0 0 s" in told
    document = json.loads(motcua("status", "--json").stdout)
    assert set(document) == set(JSON_KEYS["status"])
    assert (document["kafka"], document["relays"], document["attention"]) == (None, [], [])
    assert document["log"] == {"head": "0", "readable": "0", "unreadable_seconds": 0}


def test_a_parked_message_needs_a_person_until_it_is_dropped(motcua: Motcua, desk: Desk) -> None:
    desk.hand_in(NONSENSE)
    desk.consume()
    done = motcua("status")
    assert done.returncode == 1
    told = lines(done.stdout)
    assert any(line.startswith(f"payments {PAYMENT_NOTICES.name} here 0 0 1 0 0 ") for line in told)
    assert any(line.startswith("payments parked not-json 1") for line in told)
    assert told[-2] == "Needs a person:"
    assert told[-1].startswith("- payments: 1 not-json parked: see motcua parked list --consumer payments")
    assert motcua("parked", "drop", "1", "--why", "a trial").returncode == 0
    assert motcua("status").returncode == 0


def test_what_stands_in_the_way_now_is_on_the_screen_before_it_needs_a_person(
    motcua: Motcua, desk: Desk, database_url: str
) -> None:
    with psycopg.connect(database_url) as slow, psycopg.connect(database_url, autocommit=True) as connection:
        slow.execute("SELECT pg_current_xact_id()")
        desk.dossiers(1)
        connection.execute(
            "INSERT INTO outbox (topic, position, failure) VALUES (%s, 0, 'Kafka: [Errno 111] refused [/x]')",
            (EVENTS.name,),
        )
        done = motcua("status")
    assert done.returncode == 0, done.stdout
    told = lines(done.stdout)
    assert told[1].startswith("Log: events wait for an open transaction before them, the oldest for")
    assert f"{EVENTS.name}: Kafka: [Errno 111] refused [/x]" in told
    assert any(line.startswith(f"{EVENTS.name} 3 ") and line.endswith(" nobody, failing") for line in told)


def test_a_broker_that_does_not_answer_is_told_of_and_keeps_nothing_else_from_being_told(
    motcua: Motcua, desk: Desk, database_url: str
) -> None:
    desk.dossiers(1)
    catch_up(database_url)
    where = f"127.0.0.1:{free_port()}"
    done = motcua("status", MOTCUA_KAFKA_BOOTSTRAP_SERVERS=where)
    assert done.returncode == 1
    told = lines(done.stdout)
    assert told[0] == f"Kafka: {where} does not answer: Connection refused"
    assert any(line.startswith(f"{EVENTS.name} 3 ") and line.endswith(" 0 nobody") for line in told)
    assert told[-1].startswith(f"- Kafka does not answer at {where}")


@pytest.mark.kafka
def test_with_kafka_all_of_it_is_on_the_screen(
    motcua: Motcua, desk: Desk, database_url: str, kafka: str, tmp_path: Path
) -> None:
    settings = {"MOTCUA_KAFKA_BOOTSTRAP_SERVERS": kafka, "MOTCUA_KAFKA_PREFIX": f"{tmp_path.name}."}
    desk.dossiers(1)
    catch_up(database_url)
    assert motcua("relay", "--until-caught-up", **settings).returncode == 0
    calm = motcua("status", **settings)
    assert calm.returncode == 0, calm.stdout
    told = lines(calm.stdout)
    assert told[0] == f"Kafka: {kafka} answers"
    assert f"{EVENTS.name} 0 0 s 3 nobody" in told
    assert f"{STATUS.name} 0 0 s 1 nobody" in told
    (tmp_path / "nonsense.jsonl").write_text('{"partitionkey":"H99.02.15-260302-0001"}\n' * 3, encoding="utf-8")
    assert motcua("publish", PAYMENT_NOTICES.name, "nonsense.jsonl", **settings).returncode == 0
    assert f"payments {PAYMENT_NOTICES.name} Kafka 3 0 0 0 0 never" in lines(motcua("status", **settings).stdout)
    assert motcua("consume", "payments", "--until-caught-up", **settings).returncode == 0
    assert motcua("publish", PAYMENT_NOTICES.name, "nonsense.jsonl", **settings).returncode == 0
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE consumer_offset SET moved_at = moved_at - interval '1 hour'")
    stands = motcua("status", **settings)
    assert stands.returncode == 1
    assert f"payments {PAYMENT_NOTICES.name} Kafka 3 0 3 0 0 1 h" in lines(stands.stdout), stands.stdout
    assert lines(stands.stdout)[-1].startswith(f"- payments: 3 messages wait in {PAYMENT_NOTICES.name}, and nobody")
    document: dict[str, Any] = json.loads(motcua("status", "--json", **settings).stdout)
    assert document["kafka"] == {"servers": kafka, "problem": None}
    assert sum(each["lag"] for each in document["consumers"]) == 3
