"""``motcua publish | consume | relay | parked`` as a shell meets them, without Kafka."""

import getpass
import json
import re
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from consumers.messages import Outgoing
from consumers.topics import PAYMENT_NOTICES
from domain.applicant import ApplicantKind
from domain.dossier.commands import RequestPayment, Submit
from domain.dossier.events import Channel
from domain.money import Dues
from domain.ports import Done
from service.cli.reference import JSON_KEYS, LISTS
from service.demo.administration import demo_administration
from service.demo.run import LABEL
from service.door import BatchDoor
from service.rule_book import Unchanging
from service.settings import Settings
from service.wiring import set_label
from service.wiring_topics import consume, consumers, publish
from tests.examples import at
from tests.service.doors import connector, now, request
from tests.service.payments_desk import AMOUNT, notice
from tests.service.shell import Completed, Motcua, motcua

TOPIC = PAYMENT_NOTICES.name
UNKNOWN = "H99.143-261008-9999"
SUBMIT = Submit(
    procedure="1.001193",
    unit="H99.143",
    channel=Channel.DESK,
    applicant_kind=ApplicantKind.PERSON,
    applicant_reference="test",
    components=(),
    at=at(),
)


@pytest.fixture
def code(database_url: str) -> str:
    """A dossier of the generated province that waits for payment."""
    set_label(database_url, LABEL)
    door = BatchDoor(connector(database_url), Unchanging(demo_administration()), now)
    try:
        [submitted] = door.handle([request(SUBMIT, key="test")])
        assert isinstance(submitted, Done)
        dues = RequestPayment(dues=Dues(fee=AMOUNT), officer="cb-01", at=at(hours=2))
        assert isinstance(door.handle([request(dues, submitted.code)])[0], Done)
    finally:
        door.close()
    return submitted.code


@pytest.fixture
def on(database_url: str, tmp_path: Path) -> Motcua:
    def run(*arguments: str, **settings: str) -> Completed:
        return motcua(tmp_path, *arguments, **{"MOTCUA_DATABASE_URL": database_url} | settings)

    return run


def handled(url: str, *notices: Outgoing) -> None:
    """They have been in the topic, and have been dealt with."""
    settings, [payments] = Settings(), consumers(Settings()).values()
    publish(settings, url, PAYMENT_NOTICES, notices)
    consume(settings, url, Unchanging(demo_administration()), payments, Event(), until_caught_up=True)


def payments_of(on: Motcua, code: str) -> list[str]:
    """What was recorded of payments, and by whom."""
    lines = on("history", code).stdout.splitlines()
    return [f"{line.split()[3]} {line.split()[-1]}" for line in lines if "paid.v1" in line]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (None, "motcua: notices.jsonl: No such file or directory"),
        ('{"partitionkey": "a"}\n{"partitionkey"', "motcua: notices.jsonl, line 2: not a CloudEvent in JSON: "),
        ('\n{"specversion": "1.0"}', "motcua: notices.jsonl, line 2: it needs a partitionkey, which is the dossier's"),
    ],
)
def test_a_file_that_cannot_be_published_ends_with_2_and_says_where(
    on: Motcua, tmp_path: Path, lines: str | None, complaint: str
) -> None:
    if lines is not None:
        (tmp_path / "notices.jsonl").write_text(lines, encoding="utf-8")
    done = on("publish", TOPIC, "notices.jsonl")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(complaint)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("publish", "motcua.dossier.events.v1", "none.jsonl"), f"there are: {TOPIC}"),
        (("consume", "payment"), "there are: payments"),
        (("relay", "--until-caught-up"), "MOTCUA_KAFKA_BOOTSTRAP_SERVERS is not set"),
        (("parked", "show", "7"), "there is no parked message 7; see: motcua parked list"),
        (("parked", "retry", "0"), "NUMBER"),
        (("parked", "drop", "7"), "--why"),
        (("parked", "drop", "7", "--why", " "), "say why"),
    ],
    ids=" ".join,
)
def test_bad_use_ends_with_2_and_names_what_there_is(on: Motcua, arguments: tuple[str, ...], named: str) -> None:
    done = on(*arguments)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False), done.stderr
    assert named in done.stderr


def test_a_broker_that_does_not_answer_ends_with_2_where_all_was_to_be_read(on: Motcua) -> None:
    done = on("consume", "payments", "--until-caught-up", MOTCUA_KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert (done.returncode, "motcua: Kafka: " in done.stderr) == (2, True), done.stderr


def test_a_notice_is_recorded_once_also_when_the_topic_is_read_anew(on: Motcua, code: str, tmp_path: Path) -> None:
    lines = [each.value.decode() + "\n" for each in (notice(code, "VN-1"), notice(code, "VN-2"))]
    (tmp_path / "notices.jsonl").write_text("\n".join(lines), encoding="utf-8")
    published = on("publish", TOPIC, "notices.jsonl")
    assert (published.returncode, published.stdout) == (0, f"2 messages put into {TOPIC}\n"), published.stderr
    for options in ((), ("--begin-anew",)):
        consumed = on("consume", "payments", "--until-caught-up", *options)
        assert (consumed.returncode, consumed.stdout) == (0, ""), consumed.stderr
        assert payments_of(on, code) == ["dossier.paid.v1 payments", "dossier.overpaid.v1 payments"]


def test_what_is_parked_is_told_to_people(on: Motcua, database_url: str, code: str) -> None:
    handled(database_url, notice(UNKNOWN, "VN-1"), notice(code, "VN-2", amount=1), notice(code, "VN-3"))
    listed = on("parked", "list").stdout
    for row in (rf"1 +│ payments │ {UNKNOWN} │ +parked │ unknown-dossier", rf"3 +│ payments │ +{code} │ +behind"):
        assert re.search(row, listed), listed
    assert UNKNOWN not in on("parked", "list", "--reason", "wrong-amount").stdout
    assert UNKNOWN not in on("parked", "list", "--consumer", "others").stdout
    assert "and more; --limit 4 shows them" in on("parked", "list", "--limit", "2").stdout
    shown = on("parked", "show", "2").stdout.splitlines()
    assert shown[0] == f"Số tiền không đúng khoản phải nộp. (due: {AMOUNT}, paid: 1)"
    assert shown[1] == f"The amount is not the one that is due. (due: {AMOUNT}, paid: 1)"
    assert '    "provider_reference": "VN-2",' in shown


def test_a_line_is_settled_from_its_first_message(on: Motcua, database_url: str, code: str) -> None:
    handled(database_url, notice(code, "VN-1", amount=1), notice(code, "VN-2"), notice(code, "VN-3"))
    behind = on("parked", "retry", "2")
    assert behind.returncode == 2
    assert "message 2 waits behind 1, which is of the same dossier: settle that first" in behind.stderr
    stays = on("parked", "retry", "1")
    assert stays.returncode == 1
    assert stays.stdout.splitlines() == [
        "0 settled",
        f"1 parked: Số tiền không đúng khoản phải nộp. (due: {AMOUNT}, paid: 1)",
        f"The amount is not the one that is due. (due: {AMOUNT}, paid: 1)",
        "2 wait behind it",
    ]
    dropped = on("parked", "drop", "1", "--why", "sent twice")
    assert (dropped.returncode, dropped.stdout) == (0, "2 settled\n")
    assert payments_of(on, code) == ["dossier.paid.v1 payments", "dossier.overpaid.v1 payments"]
    again = on("parked", "drop", "1", "--why", "sent twice")
    assert (again.returncode, "message 1 was dropped on " in again.stderr) == (2, True)
    [kept] = json.loads(on("parked", "list", "--ended", "--json").stdout)
    assert (kept["standing"], kept["ended_by"], kept["ended_why"]) == ("dropped", getpass.getuser(), "sent twice")


def test_answers_for_programs_have_the_documented_keys(on: Motcua, database_url: str, code: str) -> None:
    handled(database_url, notice(code, "VN-1", amount=1), notice(code, "VN-2", amount=2))

    def answer(exit_code: int, *arguments: str) -> Any:
        done = on("parked", *arguments, "--json")
        assert done.returncode == exit_code, done.stderr
        told = json.loads(done.stdout)
        for each in told if f"parked {arguments[0]}" in LISTS else [told]:
            assert set(each) == set(JSON_KEYS[f"parked {arguments[0]}"])
        return told

    assert answer(0, "list")[0] == answer(0, "show", "1")
    kept = {"id": 1, "standing": "parked", "reason": "wrong-amount"}
    assert answer(1, "retry", "1") == {"settled": 0, "kept": kept, "behind": 1}
    assert answer(1, "drop", "1", "--why", "a test") == {"settled": 0, "kept": kept | {"id": 2}, "behind": 0}
