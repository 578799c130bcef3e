"""What has to be so after any fault: every event published in order, every effect once, all that is bad parked once."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from consumers.topics import EVENTS, PAYMENT_NOTICES, STATUS
from projections.verify import verify
from service.wiring import PROJECTIONS, connections, event_log
from tests.faults.load import Load
from tests.faults.scene import Scene

_LOG = """
SELECT code, originator_version, notification_id FROM stored_events
JOIN dossier_code ON dossier_id = originator_id ORDER BY code, originator_version
"""
_PAYMENTS = """
SELECT code, topic, convert_from(state, 'UTF8')::jsonb #>> '{event,provider_reference}' FROM stored_events
JOIN dossier_code ON dossier_id = originator_id
WHERE topic IN ('dossier.paid.v1', 'dossier.overpaid.v1') ORDER BY code, originator_version
"""
_KEPT = "SELECT partition, message_offset, standing, reason FROM parked_message ORDER BY partition, message_offset"


def check(scene: Scene, load: Load) -> None:
    _everything_is_recorded_once(scene, load)
    _every_event_is_published_in_order(scene)
    _the_newest_status_is_that_of_the_projection(scene)
    _every_effect_is_there_once(scene, load)
    _what_is_bad_is_parked_once_and_nothing_else(scene, load)
    with closing(event_log(scene.url)) as log:
        assert list(verify(connections(scene.url, "verify"), log, PROJECTIONS)) == []


def _grouped(pairs: Iterable[tuple[str, Any]]) -> Mapping[str, list[Any]]:
    found = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _same(found: Mapping[Any, Any], expected: Mapping[Any, Any]) -> None:
    """Equal; else the keys that differ are told, not all of them."""
    differing = {
        key: (found.get(key), expected.get(key)) for key in {**found, **expected} if found.get(key) != expected.get(key)
    }
    assert not differing, differing


def _everything_is_recorded_once(scene: Scene, load: Load) -> None:
    recorded = Counter(code for code, _, _ in scene.ask(_LOG))
    assert recorded == Counter({case.code: case.events for case in load.cases if case.events})


def _every_event_is_published_in_order(scene: Scene) -> None:
    stored = _grouped((code, (version, position)) for code, version, position in scene.ask(_LOG))
    told = ((record.key.decode(), json.loads(record.value)) for record in scene.records(EVENTS))
    published = _grouped((code, (event["dossierversion"], int(event["position"]))) for code, event in told)
    _same({code: list(dict.fromkeys(events)) for code, events in published.items()}, stored)


def _the_newest_status_is_that_of_the_projection(scene: Scene) -> None:
    newest = {record.key.decode(): json.loads(record.value)["data"] for record in scene.records(STATUS)}
    assert newest == {code: json.loads(body) for code, body in scene.ask("SELECT code, body FROM tracking")}
    assert scene.ask("SELECT failure FROM outbox") == [(None,), (None,)]


def _every_effect_is_there_once(scene: Scene, load: Load) -> None:
    recorded = _grouped((code, (kind, reference)) for code, kind, reference in scene.ask(_PAYMENTS))
    assert recorded == {case.code: case.payments for case in load.cases if case.payments}


def _what_is_bad_is_parked_once_and_nothing_else(scene: Scene, load: Load) -> None:
    """By what is in the topic: its sender may have sent a message again that was there already."""
    notices = sorted(scene.records(PAYMENT_NOTICES), key=lambda record: (record.partition, record.offset))
    sent, acknowledged = (Counter((each.key, each.value) for each in some) for some in (notices, load.acknowledged))
    assert sent >= acknowledged
    reasons = {case.code: case.reason for case in load.cases}
    expected = []
    begun = set()
    for notice in notices:
        reason = reasons[notice.key.decode()]
        if reason is not None:
            again = notice.key in begun
            begun.add(notice.key)
            how = ("behind", "waits-behind") if again else ("parked", reason)
            expected.append((notice.partition, notice.offset, *how))
    assert scene.ask(_KEPT) == expected
    [(dealt_with,)] = scene.ask("SELECT sum(settled + kept)::integer FROM consumer_offset")
    assert dealt_with == len(notices)
