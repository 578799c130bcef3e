"""Two real municipalities, against figures computed independently of this project."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest

from consumers.xes.importer import Summary, import_log
from consumers.xes.mapping import load_mapping
from domain.dossier.dossier import Dossier, Stage
from domain.dossier.events import Approved, StepRecorded, Submitted, effective_at
from tests.consumers.xes_logs import NOW, MemoryDoor
from tests.samples import BPIC15, RECEIPT, sample_log

pytestmark = pytest.mark.sample_logs
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True)
class Imported:
    summary: Summary
    again: Summary
    door: MemoryDoor

    def ended(self) -> Iterator[Dossier]:
        return (dossier for dossier in self.door.dossiers if dossier.ended_at is not None)


def imported(file: str) -> Imported:
    path, door = sample_log(file), MemoryDoor()
    by = load_mapping(file.removesuffix(".xes.gz"))
    summary, again = (import_log(path, by, door, NOW) for _ in range(2))
    return Imported(summary, again, door)


@pytest.fixture(scope="module")
def wabo() -> Imported:
    return imported(RECEIPT)


@pytest.fixture(scope="module")
def bpic() -> Imported:
    return imported(BPIC15)


def test_all_of_the_receipt_log_is_there_once(wabo: Imported) -> None:
    assert (wabo.summary.dossiers, wabo.summary.new_dossiers, wabo.summary.added) == (1434, 1434, 8577)
    assert (wabo.again.new_dossiers, wabo.again.added, wabo.again.unchanged) == (0, 0, 8577)
    assert sum(len(kept.source_events) for kept in wabo.door.kept.values()) == 8577


def test_on_time_figures_of_the_receipt_log(wabo: Imported) -> None:
    closed = list(wabo.ended())
    assert len(closed) == 1329
    assert sum(dossier.is_open for dossier in wabo.door.dossiers) == 105
    by_date, by_instant = Counter[str](), Counter[str]()
    for dossier in closed:
        assert dossier.ended_at is not None
        assert dossier.due_at is not None
        end, due = dossier.ended_at.astimezone(AMSTERDAM).date(), dossier.due_at.astimezone(AMSTERDAM).date()
        by_date["early" if end < due else "on time" if end == due else "overdue"] += 1
        by_instant["in time" if dossier.ended_at <= dossier.due_at else "late"] += 1
    assert by_date == {"early": 951, "on time": 69, "overdue": 309}
    assert by_instant == {"in time": 952, "late": 377}


def test_channels_of_the_receipt_log_are_its_own_words(wabo: Imported) -> None:
    submitted = [fact.event for kept in wabo.door.kept.values() for fact in kept.facts]
    channels = Counter(event.channel for event in submitted if isinstance(event, Submitted))
    assert channels == {"Internet": 1250, "Desk": 109, "Post": 53, "e-mail": 21, "Intern": 1}


def test_events_later_than_the_end_of_their_case_are_kept(wabo: Imported) -> None:
    late = [
        kept
        for kept in wabo.door.kept.values()
        if kept.dossier.ended_at and effective_at(kept.facts[-1].event) > kept.dossier.ended_at
    ]
    assert len(late) == 145
    assert all(isinstance(kept.facts[-1].event, StepRecorded) for kept in late)


def test_all_of_the_building_permits_are_there_once(bpic: Imported) -> None:
    assert (bpic.summary.dossiers, bpic.summary.new_dossiers, bpic.summary.added) == (1199, 1199, 52217)
    assert (bpic.again.new_dossiers, bpic.again.added, bpic.again.unchanged) == (0, 0, 52217)
    assert sum(len(kept.source_events) for kept in bpic.door.kept.values()) == 52217


def test_building_permits_end_as_their_last_phase_says(bpic: Imported) -> None:
    stages = Counter(dossier.stage for dossier in bpic.ended())
    assert stages.total() == 956
    assert stages.keys() == {Stage.RETURNED, Stage.STOPPED, Stage.REFUSED}
    assert not any(dossier.is_open for dossier in bpic.ended())


def test_a_decision_before_the_end_is_an_approval_and_after_it_a_step(bpic: Imported) -> None:
    facts = [fact.event for kept in bpic.door.kept.values() for fact in kept.facts]
    approvals = sum(isinstance(event, Approved) for event in facts)
    steps = sum(isinstance(event, StepRecorded) and event.name == "01_HOOFD_495" for event in facts)
    assert (approvals, steps) == (742 - 216, 216)
