"""The Grafana dashboard can be imported as it is; that its queries name what a running system exposes is shown in
tests/end_to_end/test_dashboard.py."""

import json
from itertools import combinations
from typing import Any

import pytest

from tests.house.dashboard import expressions, panels, wrong_queries
from tests.house.examples import ROOT
from tests.house.promql import NotPromQL, named

DASHBOARD: dict[str, Any] = json.loads((ROOT / "docs/grafana/motcua.json").read_text(encoding="utf-8"))
SHOWN = list(panels(DASHBOARD))
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def test_it_is_a_whole_dashboard_that_asks_which_prometheus_to_use() -> None:
    assert (DASHBOARD["id"], DASHBOARD["uid"], DASHBOARD["title"]) == (None, "motcua", "Một Cửa")
    assert DASHBOARD["schemaVersion"] >= 39
    source, *others = DASHBOARD["templating"]["list"]
    assert (source["name"], source["type"], source["query"]) == ("datasource", "datasource", "prometheus")
    assert [each["datasource"] for each in others] == [SOURCE] * len(others)


def test_no_two_panels_share_an_id_a_title_or_a_place() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    titles = [panel["title"] for panel in SHOWN]
    assert len(set(titles)) == len(titles)
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)


@pytest.mark.parametrize("panel", SHOWN, ids=lambda panel: panel["title"])
def test_each_panel_asks_something_says_what_it_is_and_in_what_unit(panel: dict[str, Any]) -> None:
    assert " / " in panel["title"]
    assert " / " in panel["description"]
    assert panel["datasource"] == SOURCE
    assert panel["targets"]
    assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
    assert all(target["datasource"] == SOURCE for target in panel["targets"])
    defaults = panel["fieldConfig"]["defaults"]
    assert defaults["unit"] in {"s", "short", "none", "reqps", "mps", "percentunit"}
    steps = defaults["thresholds"]["steps"]
    assert steps[0]["value"] is None
    assert [step["value"] for step in steps[1:]] == sorted(step["value"] for step in steps[1:])
    if panel["type"] == "timeseries":
        assert panel["options"]["legend"]["showLegend"]
        assert all(target["legendFormat"] for target in panel["targets"])


def test_seconds_are_shown_as_seconds_and_rates_as_rates() -> None:
    for panel in SHOWN:
        asked = " ".join(target["expr"] for target in panel["targets"])
        unit = panel["fieldConfig"]["defaults"]["unit"]
        assert ("_seconds" in asked) == (unit == "s"), panel["title"]
        assert unit not in {"reqps", "mps"} or "rate(" in asked, panel["title"]


def test_what_every_process_tells_alike_is_not_summed_over_processes() -> None:
    for place, expression in expressions(DASHBOARD):
        for name, _ in named(expression).series:
            if not name.startswith(("motcua_http_", "motcua_commands_")):
                assert "max by" in expression or expression.startswith(("max(", "min(")), place


EXPOSED = {"motcua_a_total": {"topic"}, "motcua_b_bucket": {"le", "route"}, "motcua_c": set[str]()}


def asking(expression: str) -> dict[str, Any]:
    panel = {"type": "stat", "title": "t", "targets": [{"expr": expression}]}
    return {"panels": [{"type": "row", "panels": [panel]}], "templating": {"list": []}}


@pytest.mark.parametrize(
    "expression",
    [
        "motcua_c",
        'sum by (topic) (rate(motcua_a_total{topic=~"x|y",instance="i"}[$__rate_interval])) or vector(0)',
        "histogram_quantile(0.95, sum by (le, route) (rate(motcua_b_bucket[5m])))",
        "max(motcua_c) without (instance) > bool 3.5",
        "time() - (motcua_c + on (job) motcua_c)",
    ],
)
def test_a_query_for_what_is_exposed_is_accepted(expression: str) -> None:
    assert wrong_queries(asking(expression), EXPOSED) == []


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("motcua_unknown", "there is no metric motcua_unknown"),
        ("rate(motcua_a[5m])", "there is no metric motcua_a"),
        ('motcua_c{topic="x"}', "motcua_c has no label topic"),
        ("sum by (partition) (motcua_a_total)", "motcua_a_total has no label partition"),
        ("vector(0)", "names no metric"),
        ("sum(motcua_c", "expected )"),
        ("motcua_c)", "unexpected ')'"),
        ("rate(motcua_a_total)", "expected range"),
        ("motcua_a_total[5m]", "unexpected '[5m]'"),
        ("motcua_c{topic=x}", "cannot read"),
        ("motcua_c motcua_c", "unexpected 'motcua_c'"),
        ("averag(motcua_c)", "unknown function"),
        ("sum by topic (motcua_a_total)", "expected ("),
        ("", "expected name"),
    ],
)
def test_a_query_for_what_is_not_there_is_refused(expression: str, complaint: str) -> None:
    [wrong] = wrong_queries(asking(expression), EXPOSED)
    assert complaint in wrong


def test_what_is_no_promql_is_not_read() -> None:
    with pytest.raises(NotPromQL):
        named("sum by (le) (")
