"""What is asked of a Grafana dashboard: that it can be imported, and that all it names is there to be shown."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.house.promql import NotPromQL, named

OF_TARGETS = {"job", "instance"}
"""Labels that Prometheus adds to whatever it scrapes."""

_ASKED = re.compile(r"label_values\((.+), (\w+)\)")


def panels(dashboard: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every panel that shows something, also those of folded rows."""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            yield from panel.get("panels", [])
        else:
            yield panel


def expressions(dashboard: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every query, with where it stands."""
    for panel in panels(dashboard):
        for target in panel["targets"]:
            yield f"panel {panel['title']!r}", target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query" and (asked := _ASKED.fullmatch(variable["query"]["query"])):
            yield f"variable {variable['name']!r}", f"max by ({asked[2]}) ({asked[1]})"


def wrong_queries(dashboard: Mapping[str, Any], exposed: Mapping[str, set[str]]) -> list[str]:
    """What queries name that is not among the series ``exposed``, each of which has these labels."""
    wrong = []
    for place, expression in expressions(dashboard):
        try:
            found = named(expression)
        except NotPromQL as problem:
            wrong.append(f"{place}: {problem}")
            continue
        if not found.series:
            wrong.append(f"{place}: {expression!r} names no metric")
        wrong += [f"{place}: there is no metric {name}" for name, _ in found.series if name not in exposed]
        grouped = [(name, set(labels)) for labels, names in found.groupings for name in names]
        for name, labels in [*found.series, *grouped]:
            lacking = labels - exposed.get(name, labels) - OF_TARGETS
            wrong += [f"{place}: {name} has no label {label}" for label in sorted(lacking)]
    return wrong
