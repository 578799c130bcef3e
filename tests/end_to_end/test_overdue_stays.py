"""No act resets an overdue dossier: a figure once published falls by a correction alone, which stays on record.

Every sequence of three acts is carried out on a dossier of its own, through the one door, after the day on which the
figure was published; then the figure of that day is asked for again, by either counting. The same with acts that are
recorded after that day and are said to have taken effect before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from domain.administration.administration import Administration
from domain.administration.building import build
from domain.administration.closings import CloseFigures
from domain.dossier import commands as c
from domain.dossier.corrections import replay
from domain.dossier.decisions import decide
from domain.dossier.dossier import Dossier
from domain.dossier.events import Corrected, DossierEvent
from domain.dossier.next_acts import typical_acts
from domain.errors import Refusal
from domain.ports import Done, Request
from projections.on_time.queries import dossiers, report
from projections.on_time.report import Bucket, Counting, DossierQuery, ReportQuery
from service.door import BatchDoor
from service.rule_book import Unchanging
from service.wiring import catch_up
from tests.examples import FREE, RULES, SUBMIT, local
from tests.service.doors import connector, now, request

HANDED_IN: Final = replace(SUBMIT, procedure=FREE)
ACCEPT: Final = c.Accept(officer="cb-01", at=local("2026-03-02", "09:00"))
PUBLISHED: Final = local("2026-03-20", "17:00")
AFTER: Final = local("2026-03-23", "08:00")
WITHIN: Final = local("2026-03-02", "10:00")
"""A moment at which nothing was overdue yet: what took effect then could undo it."""
CLOSED: Final = build(
    [CloseFigures(code="2026-03", as_of=PUBLISHED, decision="01/TB", at=AFTER)], entries=RULES.entries
)
BATCH: Final = 500


def far_away(_: Dossier, at: datetime) -> c.Command:
    """An apology that promises a date years ahead."""
    return c.Extend(new_due_at=at + timedelta(days=2_000), reason="-", signer="another", at=at)


def accepted_later(_: Dossier, at: datetime) -> c.Command:
    """The one way to another promise: a correction, with its authority and its reason."""
    return c.Correct(
        version=2,
        field="accepted_at",
        new_value=local("2026-03-20", "15:00").isoformat(),
        authority="01/BB",
        reason="-",
        at=at,
    )


ACTS: Final = {**typical_acts(RULES), "extend-far": far_away, "correct": accepted_later}


@dataclass
class Story:
    """What is asked of one dossier after its figure was published, and what comes of it."""

    commands: list[c.Command]
    events: list[DossierEvent]

    @property
    def corrected(self) -> bool:
        return any(isinstance(event, Corrected) for event in self.events)


def stories(moments: Sequence[datetime], rules: Administration) -> Iterator[Story]:
    """Every sequence of so many acts, each said to take effect at its moment.

    An act that is refused changes nothing, so a sequence ends with it: what could follow is tried without it.
    """
    begun: list[DossierEvent] = []
    for first in (HANDED_IN, ACCEPT):
        begun += decide(first, replay(begun), RULES, begun)
    return _going_on(Story([], begun), moments, rules)


def _going_on(story: Story, moments: Sequence[datetime], rules: Administration) -> Iterator[Story]:
    if not moments:
        yield story
        return
    for act in ACTS.values():
        dossier = replay(story.events)
        command = act(dossier, moments[0])
        try:
            made = decide(command, dossier, rules, story.events)
        except Refusal:
            made = []
        after = Story([*story.commands, command], [*story.events, *made])
        yield from _going_on(after, moments[1:] if made else (), rules)


def carried_out(door: BatchDoor, requests: Sequence[Request]) -> list[Any]:
    batches = (requests[start : start + BATCH] for start in range(0, len(requests), BATCH))
    return [outcome for batch in batches for outcome in door.handle(batch)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "moments",
    [
        pytest.param([AFTER, AFTER + timedelta(hours=1), AFTER + timedelta(hours=2)], id="three acts after it"),
        pytest.param([WITHIN, WITHIN + timedelta(hours=1)], id="two acts recorded late"),
        pytest.param([AFTER, WITHIN], id="one act recorded late after another"),
    ],
)
def test_no_sequence_of_acts_lowers_a_published_overdue_figure(database_url: str, moments: list[datetime]) -> None:
    told = list(stories(moments, CLOSED))
    door = BatchDoor(connector(database_url), Unchanging(RULES), now)
    submissions = [request(HANDED_IN, key=f"story-{number}") for number in range(len(told))]
    codes = [done.code for done in carried_out(door, submissions)]
    assert all(isinstance(done, Done) for done in carried_out(door, [request(ACCEPT, code) for code in codes]))
    assert overdue(database_url) == {counting: set(codes) for counting in Counting}
    door.close()
    door = BatchDoor(connector(database_url), Unchanging(CLOSED), now)
    made = 0
    for number in range(len(moments)):
        going_on = [(story, code) for story, code in zip(told, codes, strict=True) if number < len(story.commands)]
        outcomes = carried_out(door, [request(story.commands[number], code) for story, code in going_on])
        made += sum(isinstance(outcome, Done) and bool(outcome.events) for outcome in outcomes)
    door.close()
    assert made == sum(len(story.events) - 2 for story in told) > len(told) // 4
    corrected = {code for story, code in zip(told, codes, strict=True) if story.corrected}
    for counting, still in overdue(database_url).items():
        assert set(codes) - still <= corrected
        fell = len(codes) - len(still)
        assert fell > len(told) / 20
        print(f"{len(told):,} sequences, {made:,} acts allowed, by {counting}: {fell:,} dossiers fell out")
    print(f"{len(corrected):,} hold a correction, and every one that fell out is among them")


def overdue(url: str) -> dict[Counting, set[str]]:
    """The dossiers behind the published figure, as is known now; the figure is their number."""
    catch_up(url)
    with connector(url)() as connection:
        return {
            counting: set(behind(connection, ReportQuery(now=AFTER, as_of=PUBLISHED, counting=counting)))
            for counting in Counting
        }


def behind(connection: Any, query: ReportQuery) -> Iterator[str]:
    """The codes of the open dossiers that were overdue, a page at a time; the figure is their number."""
    after, count = None, 0
    while True:
        page = dossiers(connection, DossierQuery(report=query, bucket=Bucket.OPEN_OVERDUE, after=after, limit=BATCH))
        for line in page.lines:
            count += 1
            yield line.code
        after = page.next
        if after is None:
            break
    assert count == report(connection, query).total.open_overdue
