import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from consumers.xes.importer import ImportStopped, Progress, import_log
from domain.dossier.dossier import Stage
from domain.dossier.refusals import NotImported
from domain.envelope import Actor
from domain.errors import TryLater
from domain.ports import Outcome, Request
from tests.consumers.xes_logs import NOW, MemoryDoor, event, log, mapping, trace


def written(tmp_path: Path, *traces: str) -> Path:
    path = tmp_path / "log.xes"
    path.write_text(log(*traces))
    return path


class BusyDoor(MemoryDoor):
    """Puts off the second request of every batch, as often as told."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        outcomes = super().handle([request for index, request in enumerate(batch) if index != 1 or not self.times])
        if self.times:
            self.times -= 1
            outcomes.insert(1, TryLater())
        return outcomes


class RefusingDoor(MemoryDoor):
    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        return [NotImported(case="c-2") if "c-2" in each.key else self._one(each) for each in batch]


class CrashingDoor(MemoryDoor):
    """Takes a batch over, then the process is interrupted."""

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        super().handle(batch)
        raise KeyboardInterrupt


def test_an_import_counts_what_it_did(tmp_path: Path) -> None:
    path = written(tmp_path, trace("c-1", event(), event("Open")), trace("c-2", event()), trace("c-3"))
    door = MemoryDoor()
    summary = import_log(path, mapping(), door, NOW)
    assert (summary.source, summary.dossiers, summary.new_dossiers, summary.refused_dossiers) == ("example", 3, 3, 0)
    assert (summary.source_events, summary.added, summary.unchanged, summary.refused) == (3, 3, 0, 0)
    assert [len(kept.source_events) for kept in door.kept.values()] == [2, 1, 0]
    again = import_log(path, mapping(), door, NOW)
    assert (again.dossiers, again.new_dossiers, again.added, again.unchanged) == (3, 0, 0, 3)


def test_a_grown_log_adds_what_is_new(tmp_path: Path) -> None:
    door = MemoryDoor()
    import_log(written(tmp_path, trace("c-1", event("a"), event("b"))), mapping(), door, NOW)
    grown = written(
        tmp_path, trace("c-1", event("new"), event("a"), event("b"), end="2024-04-01"), trace("c-2", event())
    )
    summary = import_log(grown, mapping(), door, NOW)
    assert (summary.new_dossiers, summary.added, summary.unchanged) == (1, 2, 2)
    assert door.dossiers[0].stage is Stage.RETURNED


def test_every_request_is_one_case_with_its_own_command(tmp_path: Path) -> None:
    seen: list[Request] = []

    class Door(MemoryDoor):
        def handle(self, batch: Sequence[Request]) -> list[Outcome]:
            seen.extend(batch)
            return super().handle(batch)

    path = written(tmp_path, trace("c-1", event()), trace("c-1", event("Open")))
    import_log(path, mapping(), Door(), NOW, actor=Actor(id="cb-0001"))
    assert [(each.key, each.code, each.actor.id) for each in seen] == [("import:example:c-1", "", "cb-0001")] * 2
    assert len({each.command_id for each in seen}) == len({each.digest for each in seen}) == 2
    assert {each.correlation_id for each in seen} == {"import example 2026-10-08T03:00:00+00:00"}
    first = {each.command_id for each in seen}
    import_log(path, mapping(), Door(), NOW)
    assert {each.command_id for each in seen} == first


def test_batches_hold_about_two_thousand_events(tmp_path: Path) -> None:
    path = written(tmp_path, *(trace(f"c-{n}", *(event(f"e{i}") for i in range(100))) for n in range(45)))
    door = MemoryDoor()
    marks: list[Progress] = []
    import_log(path, mapping(), door, NOW, progress=marks.append)
    assert door.batches == [20, 20, 5]
    assert [mark.total for mark in marks] == [path.stat().st_size] * 3
    assert [mark.position for mark in marks] == sorted(mark.position for mark in marks)
    assert (marks[-1].dossiers, marks[-1].source_events) == (45, 4500)
    assert marks[0].position < marks[-1].position == marks[-1].total == path.stat().st_size


def test_nothing_is_asked_of_the_door_for_an_empty_log(tmp_path: Path) -> None:
    door = MemoryDoor()
    assert import_log(written(tmp_path), mapping(), door, NOW).dossiers == 0
    assert door.batches == []


def test_a_fault_stops_the_import_and_keeps_the_whole_cases_before_it(tmp_path: Path) -> None:
    path = written(tmp_path, trace("c-1", event()), trace("c-2", event(at="soon")), trace("c-3", event()))
    door = MemoryDoor()
    with pytest.raises(ImportStopped, match=r"log\.xes: line 14: time:timestamp is 'soon'") as caught:
        import_log(path, mapping(), door, NOW)
    assert caught.value.summary.dossiers == len(door.kept) == 1
    path.write_text(path.read_text().replace("soon", "2024-03-05"))
    assert import_log(path, mapping(), door, NOW).new_dossiers == 2


def test_a_compressed_file_cut_short_keeps_the_whole_cases_before(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    text = log(*(trace(f"c-{n}", event(str(n * 7919))) for n in range(5000)))
    path.write_bytes(gzip.compress(text.encode(), mtime=0)[:-20_000])
    door = MemoryDoor()
    with pytest.raises(ImportStopped, match="cut short") as caught:
        import_log(path, mapping(), door, NOW)
    assert 0 < caught.value.summary.dossiers == len(door.kept) < 5000
    path.write_bytes(gzip.compress(text.encode()))
    import_log(path, mapping(), door, NOW)
    whole = MemoryDoor()
    import_log(path, mapping(), whole, NOW)
    assert door.snapshot() == whole.snapshot()


def test_an_interrupted_import_is_resumed_by_running_it_again(tmp_path: Path) -> None:
    path = written(tmp_path, trace("c-1", event()), trace("c-2", event()))
    crashed, whole = CrashingDoor(), MemoryDoor()
    with pytest.raises(KeyboardInterrupt):
        import_log(path, mapping(), crashed, NOW)
    door = MemoryDoor()
    door.kept = crashed.kept
    assert import_log(path, mapping(), door, NOW).added == 0
    import_log(path, mapping(), whole, NOW)
    assert door.snapshot() == whole.snapshot()


def test_a_refused_case_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    path = written(tmp_path, trace("c-1", event()), trace("c-2", event(), event("Open")), trace("c-3", event()))
    summary = import_log(path, mapping(), RefusingDoor(), NOW)
    assert (summary.dossiers, summary.refused_dossiers, summary.added, summary.refused) == (3, 1, 2, 2)
    (refused,) = summary.refusals
    assert (refused.source_case, refused.line) == ("c-2", 11)
    assert refused.reason.startswith("The dossier was not imported from this source and case.")


def test_what_the_door_puts_off_is_handed_in_again(tmp_path: Path) -> None:
    path = written(tmp_path, *(trace(f"c-{n}", event()) for n in range(3)))
    door, pauses = BusyDoor(1), list[float]()
    summary = import_log(path, mapping(), door, NOW, pause=pauses.append)
    assert (summary.dossiers, summary.added, len(pauses)) == (3, 3, 1)
    assert len(door.kept) == 3


def test_a_door_that_stays_shut_stops_the_import(tmp_path: Path) -> None:
    class Shut(MemoryDoor):
        def handle(self, batch: Sequence[Request]) -> list[Outcome]:
            return [TryLater() for _ in batch]

    pauses = list[float]()
    with pytest.raises(ImportStopped, match="too busy") as caught:
        import_log(written(tmp_path, trace("c-1", event())), mapping(), Shut(), NOW, pause=pauses.append)
    assert caught.value.summary.dossiers == 0
    assert len(pauses) == 5
