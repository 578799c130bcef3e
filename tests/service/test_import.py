"""Imports through the real door: what is found again in the database."""

from pathlib import Path

import psycopg

from consumers.xes.case_facts import IMPORTED_COUNTING
from consumers.xes.importer import import_log
from service.administration import load_administration
from service.codec import decode
from tests.consumers.xes_logs import NOW, event, log, mapping, trace
from tests.service.doors import door


def test_the_counting_rule_that_imports_pin_is_there() -> None:
    assert not load_administration().counting(IMPORTED_COUNTING).payment_waits
    assert load_administration().counting().id != IMPORTED_COUNTING


def source_keys(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT topic, state FROM stored_events ORDER BY notification_id").fetchall()
    origins = [decode(topic, bytes(state))[1].provenance for topic, state in rows]
    return [f"{origin.source_case} {origin.key}" for origin in origins if origin and origin.key.startswith("event:")]


def test_every_event_of_a_log_is_stored_once_however_often_it_is_imported(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    cases = [[event(f"e{index}", note="Đóng dấu") for index in range(number)] for number in range(60)]
    path.write_text(log(*(trace(f"c-{number}", *events[1:]) for number, events in enumerate(cases))))
    real = door(database_url)
    import_log(path, mapping(), real, NOW)
    first = source_keys(database_url)
    path.write_text(log(*(trace(f"c-{number}", *events) for number, events in enumerate(cases)), trace("new")))
    grown = import_log(path, mapping(), real, NOW)
    assert (grown.dossiers, grown.new_dossiers, grown.added, grown.refused) == (61, 1, 59, 0)
    again = import_log(path, mapping(), real, NOW)
    assert (again.new_dossiers, again.added, again.unchanged) == (0, 0, sum(map(len, cases)))
    real.close()
    stored = source_keys(database_url)
    assert stored[: len(first)] == first
    assert len(set(stored)) == len(stored) == sum(map(len, cases))
