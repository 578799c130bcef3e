"""Logs: one JSON object a line, and nothing by which an applicant could be recognised."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import asdict

import pytest
import structlog

from domain.applicant import WITHHELD, Personal
from service.logs import configure

APPLICANT = Personal(
    full_name="Nguyễn Thị Ánh",
    personal_number="001188012345",
    phone="0900000000",
    email="anh@example.invalid",
    address="12 phố Hàng Bài",
)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure("info", written)
    yield written
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_our_messages_and_those_of_libraries_are_json_lines(stream: io.StringIO) -> None:
    structlog.get_logger("ours").info("dossier_accepted", code="H15.50.05.13-261008-0975", position=123456789012)
    logging.getLogger("theirs").warning("pool of %d", 4)
    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (ours["event"], ours["level"], ours["logger"]) == ("dossier_accepted", "info", "ours")
    assert (ours["code"], ours["position"]) == ("H15.50.05.13-261008-0975", 123456789012)
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["level"]) == ("pool of 4", "warning")


def test_messages_below_the_level_are_not_written(stream: io.StringIO) -> None:
    structlog.get_logger().debug("details")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("level", ["debug", "info"])
def test_passwords_among_the_details_of_kafkas_client_are_not_written(stream: io.StringIO, level: str) -> None:
    configure(level, stream)
    logging.getLogger("kafka.net.connection").debug("Request: SaslAuthenticateRequest(auth_bytes=b'secret')")
    assert stream.getvalue() == ""


def test_no_personal_value_is_written_however_it_is_handed_over(stream: io.StringIO) -> None:
    log = structlog.get_logger()
    log.info("whole", applicant=APPLICANT)
    log.info("fields", **asdict(APPLICANT))
    log.info("nested", request={"personal": asdict(APPLICANT), "list": [APPLICANT, {"phone": "1"}]})
    log.info("text", reason=f"{APPLICANT.email} or {APPLICANT.phone}, {APPLICANT.personal_number}")
    try:
        int(f"no such person: {APPLICANT.personal_number}")
    except ValueError:
        log.exception("failed")
        logging.getLogger("theirs").exception("failed too")
    written = stream.getvalue()
    assert len(written.splitlines()) == 6
    assert written.count(WITHHELD) >= 16
    assert "Traceback" in written
    assert [value for value in APPLICANT.values() if value in written] == []
