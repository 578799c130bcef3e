"""Every query of dashboard and guide names what a running system exposes; nothing that it exposes goes unseen."""

import json
import re
import urllib.request
from collections import defaultdict
from copy import deepcopy
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.end_to_end.trial import Trial
from tests.house.dashboard import expressions, panels, wrong_queries
from tests.house.examples import ROOT
from tests.house.promql import named

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

GUIDE = (ROOT / "docs/how-to/watch.md").read_text(encoding="utf-8")
DASHBOARD: dict[str, Any] = json.loads((ROOT / "docs/grafana/motcua.json").read_text(encoding="utf-8"))


@pytest.fixture
def scraped(happened: Trial) -> list[Metric]:
    address = f"http://127.0.0.1:{happened.installation.port}/metrics"
    with urllib.request.urlopen(address, timeout=30) as answer:
        return list(text_string_to_metric_families(answer.read().decode()))


@pytest.fixture
def exposed(scraped: list[Metric]) -> dict[str, set[str]]:
    """The labels of each series."""
    found: dict[str, set[str]] = defaultdict(set)
    for family in scraped:
        for sample in family.samples:
            found[sample.name] |= set(sample.labels)
    return found


def test_every_query_names_what_is_exposed(exposed: dict[str, set[str]]) -> None:
    assert wrong_queries(DASHBOARD, exposed) == []


def test_a_query_for_a_metric_that_is_not_exposed_is_found(exposed: dict[str, set[str]]) -> None:
    wrong = deepcopy(DASHBOARD)
    target = next(panels(wrong))["targets"][0]
    target["expr"] = target["expr"].replace("motcua_database_up", "motcua_database_upp")
    [complaint] = wrong_queries(wrong, exposed)
    assert "there is no metric motcua_database_upp" in complaint


def test_nothing_that_is_exposed_goes_unseen(scraped: list[Metric]) -> None:
    asked = {name for _, expression in expressions(DASHBOARD) for name, _ in named(expression).series}
    told = [family for family in scraped if not family.name.endswith("_created")]
    unseen = [family.name for family in told if not asked & {sample.name for sample in family.samples}]
    assert unseen == []


def test_the_guide_explains_every_metric_and_alerts_on_nothing_else(
    scraped: list[Metric], exposed: dict[str, set[str]]
) -> None:
    explained = set(re.findall(r"^\| `(motcua_\w+)` \|", GUIDE, re.MULTILINE))
    counters = {family.name for family in scraped if family.type == "counter"}
    families = {family.name for family in scraped if not family.name.endswith("_created")}
    assert explained == {f"{name}_total" if name in counters else name for name in families}
    alerts = re.findall(r"^\| `([^`]+motcua_[^`]+)` \|", GUIDE, re.MULTILINE)
    assert len(alerts) > 5
    panel = {"type": "stat", "title": "alerts", "targets": [{"expr": alert} for alert in alerts]}
    assert wrong_queries({"panels": [panel], "templating": {"list": []}}, exposed) == []


def test_figures_are_those_of_what_happened(scraped: list[Metric], happened: Trial) -> None:
    told = {
        (sample.name, *sorted(sample.labels.values())): sample.value for family in scraped for sample in family.samples
    }
    assert told["motcua_outbox_published_total", "motcua.dossier.events.v1"] == sum(
        len(happened.history(code)) for code in (happened.code, happened.late)
    )
    assert told["motcua_outbox_unpublished_events", "motcua.dossier.events.v1"] == 0
    assert told["motcua_parked_messages", "parked", "payments"] == 1
    assert told["motcua_parked_messages_by_reason", "parked", "payments", "unreadable"] == 1
    assert sum(value for (name, *_), value in told.items() if name == "motcua_consumer_settled_total") == 1
    assert sum(value for (name, *_), value in told.items() if name == "motcua_consumer_lag_messages") == 0
    assert told["motcua_database_up",] == 1
