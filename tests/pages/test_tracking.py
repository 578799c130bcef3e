from datetime import datetime, timedelta

import pytest

from api.pages import tracking
from domain.codes import HO_CHI_MINH
from tests.pages import statuses as some
from tests.pages.collaborators import NOW


def _states(code: str) -> list[str]:
    return [step.state.value for step in tracking.steps(tracking.read(some.STATUSES[code]))]


@pytest.mark.parametrize(
    ("code", "states"),
    [
        (some.SUBMITTED, ["current", "ahead", "ahead", "ahead", "ahead"]),
        (some.IN_PROCESS, ["done", "current", "ahead", "ahead", "ahead"]),
        (some.SUPPLEMENT, ["done", "waiting", "ahead", "ahead", "ahead"]),
        (some.OVERDUE, ["done", "done", "current", "ahead", "ahead"]),
        (some.PAYMENT, ["done", "done", "done", "waiting", "ahead"]),
        (some.SEALED_DUE, ["done", "done", "done", "done", "current"]),
        (some.RETURNED, ["done", "done", "done", "done", "done"]),
        (some.REFUSED, ["done", "done", "ended", "ahead", "ahead"]),
        (some.RECEPTION_REFUSED, ["ended", "ahead", "ahead", "ahead", "ahead"]),
        (some.WITHDRAWN, ["done", "ended", "ahead", "ahead", "ahead"]),
        (some.STOPPED, ["done", "ended", "ahead", "ahead", "ahead"]),
    ],
)
def test_the_five_steps_say_where_the_dossier_is(code: str, states: list[str]) -> None:
    assert _states(code) == states


@pytest.mark.parametrize(
    ("code", "key", "days"),
    [
        (some.IN_PROCESS, "days_left", 3),
        (some.SUPPLEMENT, "paused", 0),
        (some.OVERDUE, "overdue_days", 3),
        (some.RETURNED, "early", 0),
    ],
)
def test_the_pace_is_counted_in_days_of_vietnam(code: str, key: str, days: int) -> None:
    pace = tracking.pace(tracking.read(some.STATUSES[code]), NOW)
    assert pace is not None
    assert (pace.key, pace.days) == (key, days)


@pytest.mark.parametrize("code", [some.SUBMITTED, some.REFUSED, some.WITHDRAWN, some.RECEPTION_REFUSED])
def test_there_is_no_pace_without_a_promise_or_after_an_early_end(code: str) -> None:
    assert tracking.pace(tracking.read(some.STATUSES[code]), NOW) is None


DUE = datetime(2026, 10, 15, 17, 0, tzinfo=HO_CHI_MINH)


@pytest.mark.parametrize(
    ("now", "key"),
    [
        (DUE - timedelta(days=1), "day_left"),
        (DUE, "due_today"),
        (DUE + timedelta(minutes=1), "overdue_today"),
        (DUE + timedelta(hours=8), "overdue_day"),
    ],
)
def test_overdue_begins_with_the_promised_moment(now: datetime, key: str) -> None:
    pace = tracking.pace(tracking.read(some.STATUSES[some.IN_PROCESS]), now)
    assert pace is not None
    assert pace.key == key


@pytest.mark.parametrize(
    ("code", "headline"),
    [
        (some.SUPPLEMENT, "supplement"),
        (some.PAYMENT, "payment"),
        (some.SEALED_DUE, "sealed_due"),
        (some.IN_PROCESS, "in-process"),
        (some.WITHDRAWN, "withdrawn"),
    ],
)
def test_the_headline_says_whose_turn_it_is(code: str, headline: str) -> None:
    assert tracking.headline(tracking.read(some.STATUSES[code])) == headline
