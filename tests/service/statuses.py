"""How it might be doing: one of each thing that is told."""

from dataclasses import replace
from datetime import UTC, datetime

from projections.positions import PartitionStatus
from projections.sources import Source
from service.observing import LogStatus, ParkedStatus, ReadingStatus, RelayStatus, Status
from service.schedule_status import RuleStatus, ScheduleStatus

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RELAY = RelayStatus(
    topic="t",
    position=7,
    unpublished=2,
    at_least=False,
    oldest_seconds=3.5,
    published=40,
    saved_at=NOON,
    holder="host:1",
    held=True,
    failure="away",
)
READING = ReadingStatus(
    consumer="payments",
    topic="t",
    partition=0,
    next_offset=5,
    end=9,
    lag=4,
    at_least=False,
    oldest_seconds=None,
    settled=3,
    kept=2,
    retried=1,
    moved_at=NOON,
    readers=None,
)
NEVER_READ = ReadingStatus(
    consumer="payments",
    topic="t",
    partition=1,
    next_offset=0,
    end=0,
    lag=0,
    at_least=False,
    oldest_seconds=None,
    settled=0,
    kept=0,
    retried=0,
    moved_at=None,
    readers=None,
)
PARKED = (
    ParkedStatus(consumer="payments", standing="parked", reason="not-json", messages=2, oldest_seconds=60),
    ParkedStatus(consumer="payments", standing="parked", reason="empty", messages=1, oldest_seconds=90),
)
PROJECTION = PartitionStatus(
    name="tracking",
    source=Source.LOG,
    partition=0,
    position=8,
    head=8,
    behind_events=6,
    at_least=False,
    behind_seconds=7,
    updated_at=NOON,
)
LOOKING = ScheduleStatus(
    holder="host:7",
    held=True,
    looked_at=NOON,
    finished_at=NOON,
    unseen_seconds=0.0,
    waiting=0,
    at_least=False,
    oldest_seconds=0.0,
    reworking=False,
    failed=0,
    failure=None,
    rules=(),
)
QUIET = Status(
    at=NOON,
    log=LogStatus(head=9, readable=9, unreadable_seconds=0),
    relays=(),
    consumers=(),
    parked=(),
    projections=(),
    schedule=LOOKING,
)
"""Nothing there and nothing amiss."""
BUSY = Status(
    at=NOON,
    log=LogStatus(head=9, readable=8, unreadable_seconds=1.5),
    relays=(RELAY,),
    consumers=(READING, NEVER_READ),
    parked=PARKED,
    projections=(PROJECTION,),
    schedule=replace(
        LOOKING,
        waiting=2,
        oldest_seconds=3.0,
        failed=1,
        rules=(RuleStatus(rule="overdue", escalated=5, moved_on=1, last_at=NOON),),
    ),
)
"""Something of everything."""
