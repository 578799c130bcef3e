"""Laws of import, on generated logs."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.xes.importer import ImportStopped, import_log
from domain.dossier.dossier import Stage
from domain.dossier.events import effective_at
from tests.consumers.xes_logs import NOW, MemoryDoor, event, log, mapping, trace

UNTIMED = settings(deadline=None)
BY = mapping('[[activity]]\nname = "Approve"\nevent = "approved"\n[[activity]]\nname = "Stop"\nevent = "stopped"')

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=8)
TIMES = st.sampled_from(
    [f"2024-03-0{day}T{hour}:00:00{zone}" for day in (4, 5, 6) for hour in ("08", "09") for zone in ("", "+01:00", "Z")]
)
EVENTS = st.builds(event, st.sampled_from(["Register", "Approve", "Stop", "Đóng dấu <&>"]), TIMES, note=TEXTS)


@dataclass(frozen=True)
class Traced:
    case_id: str
    end: str
    events: tuple[dict[str, str], ...]

    def written(self, *more: dict[str, str]) -> str:
        return trace(self.case_id, *more, *self.events, end=self.end)


TRACED = st.builds(
    Traced, st.integers(0, 10**6).map(str), st.one_of(st.just(""), TIMES), st.lists(EVENTS, max_size=6).map(tuple)
)
LOGS = st.lists(TRACED, max_size=5, unique_by=lambda traced: traced.case_id)


@contextmanager
def stored(text: str | bytes) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.xes"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        yield path


def imported(text: str | bytes, door: MemoryDoor) -> int:
    with stored(text) as path:
        return import_log(path, BY, door, NOW).added


@UNTIMED
@given(LOGS)
def test_every_event_of_the_log_is_exactly_one_fact_in_order_of_time(cases: list[Traced]) -> None:
    door = MemoryDoor()
    assert imported(log(*(case.written() for case in cases)), door) == sum(len(case.events) for case in cases)
    for case in cases:
        kept = door.kept[f"import:example:{case.case_id}"]
        assert len(set(kept.source_events)) == len(kept.source_events) == len(case.events)
        times = [effective_at(fact.event) for fact in kept.facts[2:]]
        assert times == sorted(times)
        assert (kept.dossier.ended_at is None) == (kept.dossier.stage in {Stage.IN_PROCESS, Stage.APPROVED})


@UNTIMED
@given(LOGS)
def test_twice_is_once(cases: list[Traced]) -> None:
    text, door = log(*(case.written() for case in cases)), MemoryDoor()
    imported(text, door)
    once = door.snapshot()
    assert imported(text, door) == 0
    assert door.snapshot() == once


@UNTIMED
@given(LOGS, st.lists(EVENTS, max_size=4))
def test_a_grown_log_adds_only_what_is_new(cases: list[Traced], more: list[dict[str, str]]) -> None:
    door = MemoryDoor()
    imported(log(*(case.written() for case in cases)), door)
    grown = [case.written(*more) for case in cases]
    assert imported(log(*grown), door) == len(more) * len(cases)
    at_once = MemoryDoor()
    imported(log(*grown), at_once)
    assert {key: set(kept.source_events) for key, kept in door.kept.items()} == {
        key: set(kept.source_events) for key, kept in at_once.kept.items()
    }


@UNTIMED
@given(LOGS, st.data(), st.booleans())
def test_a_log_cut_at_any_byte_is_an_error_and_leaves_whole_cases(
    cases: list[Traced],
    data: st.DataObject,
    packed: bool,  # noqa: FBT001
) -> None:
    text = log(*(case.written() for case in cases)).encode()
    whole = gzip.compress(text) if packed else text
    cut = whole[: data.draw(st.integers(0, len(whole) - 1), "cut")]
    cut_door, whole_door = MemoryDoor(), MemoryDoor()
    imported(whole, whole_door)
    with pytest.raises(ImportStopped, match=r"line \d+: "):
        imported(cut, cut_door)
    assert cut_door.snapshot().items() <= whole_door.snapshot().items()
    imported(whole, cut_door)
    assert cut_door.snapshot() == whole_door.snapshot()
