"""PromQL as far as a dashboard needs it: read strictly, and told which series and labels an expression names.

https://prometheus.io/docs/prometheus/latest/querying/basics/
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<range>\[(?:\d+(?:ms|[smhdwy])|\$__rate_interval|\$__range)\])
    |(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_:][\w:]*)|(?P<match>=~|!~|!=(?=\s*")|=(?=\s*"))
    |(?P<operator>==|!=|<=|>=|[-+*/%^<>])|(?P<mark>[(){},]))""",
    re.VERBOSE,
)
_AGGREGATIONS = {"sum", "min", "max", "avg", "count", "topk", "bottomk", "quantile"}
_OVER_TIME = {"rate", "increase"}
_FUNCTIONS = {"histogram_quantile", "time", "vector", "clamp_min"}
_WORDS = {"and", "or", "unless", "by", "without", "bool", "on", "ignoring"}


class NotPromQL(ValueError):
    """The expression cannot be read."""


@dataclass
class Named:
    """What an expression names: the series that it selects, each with the labels it is matched by, and groupings."""

    series: list[tuple[str, set[str]]] = field(default_factory=list)
    groupings: list[tuple[list[str], set[str]]] = field(default_factory=list)
    """Labels, with the series that are grouped by them."""


def named(expression: str) -> Named:
    """Read the whole expression.

    Raises:
        NotPromQL: it is no expression, or one of a form that is not known here.
    """
    reader = _Reader(expression)
    reader.expression()
    if reader.kind is not None:
        raise NotPromQL(f"{expression!r}: unexpected {reader.text!r}")
    return reader.found


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise NotPromQL(f"{text!r}: cannot read {text[place:]!r}")
        yield match.lastgroup, match[match.lastgroup]
        place = match.end()


class _Reader:
    def __init__(self, expression: str) -> None:
        self.found = Named()
        self._expression = expression
        self._tokens = _tokens(expression)
        self._next()

    def _next(self) -> None:
        self.kind: str | None
        self.kind, self.text = next(self._tokens, (None, ""))

    def _take(self, kind: str, text: str | None = None) -> str:
        if self.kind != kind or (text is not None and self.text != text):
            raise NotPromQL(f"{self._expression!r}: expected {text or kind}, found {self.text!r}")
        taken = self.text
        self._next()
        return taken

    def _is(self, *texts: str) -> bool:
        return self.kind in {"mark", "name", "operator"} and self.text in texts

    def expression(self) -> None:
        self._operand()
        while self.kind == "operator" or self._is("and", "or", "unless"):
            self._next()
            if self._is("bool"):
                self._next()
            if self._is("on", "ignoring"):
                self._next()
                self._labels()
            self._operand()

    def _operand(self) -> None:
        if self._is("-"):
            self._next()
        if self.kind == "number":
            self._next()
        elif self._is("("):
            self._next()
            self.expression()
            self._take("mark", ")")
        else:
            name = self._take("name")
            if name in _WORDS:
                raise NotPromQL(f"{self._expression!r}: unexpected {name!r}")
            if name in _AGGREGATIONS:
                self._aggregation()
            elif self._is("("):
                self._call(name)
            else:
                self._selector(name)

    def _aggregation(self) -> None:
        first = len(self.found.series)
        labels = self._grouping()
        self._arguments()
        labels += self._grouping()
        self.found.groupings.append((labels, {name for name, _ in self.found.series[first:]}))

    def _grouping(self) -> list[str]:
        if not self._is("by", "without"):
            return []
        self._next()
        return self._labels()

    def _labels(self) -> list[str]:
        self._take("mark", "(")
        labels = [self._take("name")]
        while self._is(","):
            self._next()
            labels.append(self._take("name"))
        self._take("mark", ")")
        return labels

    def _call(self, name: str) -> None:
        if name in _OVER_TIME:
            self._take("mark", "(")
            self._selector(self._take("name"))
            self._take("range")
            self._take("mark", ")")
        elif name in _FUNCTIONS:
            self._arguments()
        else:
            raise NotPromQL(f"{self._expression!r}: unknown function {name!r}")

    def _arguments(self) -> None:
        self._take("mark", "(")
        while not self._is(")"):
            self.expression()
            if self._is(","):
                self._next()
            elif not self._is(")"):
                raise NotPromQL(f"{self._expression!r}: expected ) or a comma, found {self.text!r}")
        self._take("mark", ")")

    def _selector(self, name: str) -> None:
        labels: set[str] = set()
        if self._is("{"):
            self._next()
            while not self._is("}"):
                labels.add(self._take("name"))
                self._take("match")
                self._take("string")
                if not self._is("}"):
                    self._take("mark", ",")
            self._next()
        self.found.series.append((name, labels))
