"""Closed figures: what would change them is refused, save corrections; what was published can be compared."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.administration import refusals as no
from domain.administration.closings import (
    CloseFigures,
    Closing,
    FiguresClosed,
    FiguresPublished,
    PublishedFigures,
    PublishFigures,
)
from domain.dossier import commands as c
from service.closing_figures import Difference, differences
from service.door import BatchDoor
from service.rule_book import Unchanging
from tests.administration.told import given
from tests.examples import FREE, RULES, SUBMIT, at, local
from tests.service.doors import connector, now, request
from tests.service.shell import motcua

AS_OF = local("2026-03-20", "17:00")
CLOSE = CloseFigures(code="2026-03", as_of=AS_OF, decision="01/TB", at=AS_OF + timedelta(days=1))
ALL = PublishedFigures(counting="date", received=9, early=4, on_time=1, overdue=2, open_within=1, open_overdue=1)
PUBLISH = PublishFigures(code="2026-03", figures=(ALL,), position="7", at=CLOSE.at)


def test_figures_are_closed_once_as_of_an_instant_that_has_passed() -> None:
    rules = given().when(CLOSE).then(FiguresClosed)
    assert rules.closed_until == AS_OF
    given(CLOSE).when(CLOSE).stays_quiet()
    given(CLOSE).when(replace(CLOSE, as_of=AS_OF - timedelta(days=1))).refused(no.AlreadyThere)
    given().when(replace(CLOSE, as_of=CLOSE.at + timedelta(seconds=1))).refused(no.NotYetPast)
    earlier = replace(CLOSE, code="2026-02", as_of=AS_OF - timedelta(days=20))
    assert given(CLOSE).when(earlier).then(FiguresClosed).closed_until == AS_OF


def test_what_is_published_of_closed_figures_stays() -> None:
    given(CLOSE).when(PUBLISH).then(FiguresPublished)
    given(CLOSE, PUBLISH).when(PUBLISH).stays_quiet()
    given(CLOSE, PUBLISH).when(replace(PUBLISH, figures=())).refused(no.AlreadyPublished)
    given().when(PUBLISH).refused(no.FiguresNotClosed)


def test_differences_name_figure_and_unit() -> None:
    closing = Closing(code="q", as_of=AS_OF, decision="", figures=(ALL,), position="7", published_at=CLOSE.at)
    assert differences(closing, (ALL,)) == []
    found = differences(closing, (replace(ALL, overdue=1, early=5), replace(ALL, unit="H99", received=0)))
    assert Difference(counting="date", unit="", figure="overdue", published=2, now=1) in found
    assert Difference(counting="date", unit="H99", figure="early", published=0, now=4) in found
    assert {each.figure for each in found if each.unit == "H99"} == {
        "early", "on_time", "overdue", "open_within", "open_overdue",
    }  # fmt: skip


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Any:
    return lambda *words: motcua(tmp_path, *words, MOTCUA_DATABASE_URL=database_url)


def test_published_figures_are_compared_with_what_is_known_now(run: Any, database_url: str) -> None:
    door = BatchDoor(connector(database_url), Unchanging(RULES), now)
    [handed_in] = door.handle([request(replace(SUBMIT, procedure=FREE), key="a")])
    code = getattr(handed_in, "code", "")
    door.handle([request(c.Accept(officer="cb-01", at=at(1)), code)])
    closing = ("figures", "close", "2026-03", "--as-of", AS_OF.isoformat(), "--decision", "01/TB")
    done = run(*closing)
    assert (done.returncode, "published: 4 rows" in done.stdout) == (0, True), done.stderr
    assert "published already" in run(*closing).stdout
    assert run("figures", "compare", "2026-03").returncode == 0
    late = run("figures", "close", "2027-03", "--as-of", "2999-01-01T00:00:00+07:00")
    assert (late.returncode, "an instant that has passed" in late.stderr) == (2, True)
    assert run("figures", "compare", "2020").returncode == 2
    correct = c.Correct(
        version=2, field="accepted_at", new_value=local("2026-03-20", "15:00").isoformat(), authority="01/BB",
        reason="-", at=datetime.now(AS_OF.tzinfo),
    )  # fmt: skip
    door.handle([request(correct, code)])
    door.close()
    compared = run("figures", "compare", "2026-03", "--json")
    assert compared.returncode == 1
    found = json.loads(compared.stdout)
    assert found["corrected"] == [code]
    fell = {"counting": "date", "unit": "", "figure": "open_overdue", "published": 1, "now": 0}
    assert fell in found["differences"]
