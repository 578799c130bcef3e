"""Messages of one key strictly in turn; what cannot be settled is kept, and what follows it waits."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.cloud_events import CloudEvent
from consumers.consumer import Consumer, Instead, Verdict, Wait, settled_if_done
from consumers.handling import LONGEST_PAUSE, DoorBusy, Handling
from consumers.messages import Message
from consumers.ports import Standing
from consumers.topics import Topic
from consumers.unfit import InTheFuture
from domain.dossier.commands import RecordStep
from domain.dossier.refusals import AlreadySettled, NothingDue, WrongAmount
from domain.envelope import Actor
from domain.errors import InternalFault, TryLater
from domain.ports import Done, Outcome, Request
from tests.consumers.memory_inbox import MORNING, TOPIC, MemoryInbox, message

PATIENCE = timedelta(minutes=10)


class Wish(msgspec.Struct, frozen=True):
    """What a test message asks for, by a word that the test's door knows."""

    word: str


def wish(word: str, *, key: str = "k", offset: int = 0, kind: str = "wish.v1") -> Message:
    body = {"specversion": "1.0", "id": f"{key}/{offset}", "source": "/t", "type": kind, "data": {"word": word}}
    return message(json.dumps(body).encode(), key.encode(), offset)


def ask(event: CloudEvent) -> Request | None:
    match event.data.word:
        case "nothing":
            return None
        case "nonsense":
            raise InTheFuture
        case "crash":
            raise RuntimeError("a fault of ours")
        case word:
            return event.request(RecordStep(name=word, resource="", at=MORNING), f"{event.id}", Actor(id="t"))


def judge(event: CloudEvent, request: Request, outcome: Outcome) -> Verdict:
    match outcome:
        case NothingDue():
            return Wait(outcome, PATIENCE)
        case AlreadySettled():
            return Instead(event.request(RecordStep(name="instead", resource="", at=MORNING), event.id, request.actor))
        case _:
            return settled_if_done(event, request, outcome)


CONSUMER = Consumer(
    name="test",
    topic=Topic(name=TOPIC, summary="", ours=False),
    types={"wish.v1": Wish},
    ask=ask,
    judge=judge,
    passes_over=frozenset({"other.v1"}),
)


@dataclass
class WordDoor:
    """Answers by the word; ``open_words`` may change between tries. Remembers what took effect, by dossier."""

    open_words: set[str] = field(default_factory=lambda: {"ok", "instead"})
    effects: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    batches: list[int] = field(default_factory=list)

    def handle(self, batch: Sequence[Request]) -> list[Outcome]:
        self.batches.append(len(batch))
        return [self._handle(request) for request in batch]

    def _handle(self, request: Request) -> Outcome:
        assert isinstance(request.command, RecordStep)
        word = request.command.name
        if word in self.open_words:
            self.effects[request.code].append(f"{word}:{request.correlation_id}")
            return Done(code=request.code, version=1, position=1)
        refusals: dict[str, Outcome] = {"early": NothingDue(), "again": AlreadySettled(), "busy": TryLater()}
        return refusals.get(word) or (InternalFault() if word == "fault" else WrongAmount(due="1", paid="2"))


@pytest.fixture
def door() -> WordDoor:
    return WordDoor()


@pytest.fixture
def inbox(door: WordDoor) -> MemoryInbox:
    return MemoryInbox(door)


def receive(inbox: MemoryInbox, *messages: Message) -> Handling:
    with inbox.receiving() as work:
        handling = Handling(CONSUMER, work)
        handling.receive(messages)
    return handling


def release(inbox: MemoryInbox) -> Handling:
    with inbox.releasing() as work:
        handling = Handling(CONSUMER, work)
        handling.release(work.due(1000))
    return handling


def test_what_is_asked_for_happens(inbox: MemoryInbox, door: WordDoor) -> None:
    handling = receive(inbox, wish("ok"))
    assert door.effects == {"k": ["ok:k/0"]}
    assert len(handling.settled) == 1
    assert inbox.kept == {}


def test_what_asks_for_nothing_is_settled_without_asking_the_door(inbox: MemoryInbox, door: WordDoor) -> None:
    handling = receive(inbox, wish("nothing"), wish("", kind="other.v1", offset=1))
    assert len(handling.settled) == 2
    assert door.batches == []


def test_first_messages_of_all_keys_travel_together_then_all_second_ones(inbox: MemoryInbox, door: WordDoor) -> None:
    receive(inbox, *(wish("ok", key=key, offset=number) for number, key in enumerate("abcabca")))
    assert door.batches == [3, 3, 1]
    assert door.effects["a"] == ["ok:a/0", "ok:a/3", "ok:a/6"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (message(None, b"k"), "empty"),
        (message(b"{}", None), "key-missing"),
        (message(b"{", b"k"), "not-json"),
        (message(b"\xff", b"k"), "not-json"),
        (message(b"{}", b"k"), "not-a-cloud-event"),
        (message(b'{"specversion":"0.3","id":"1","source":"/","type":"wish.v1"}', b"k"), "not-a-cloud-event"),
        (message(b"x" * 2_000_000, b"k"), "too-large"),
        (wish("ok", kind="wish.v2"), "newer-version"),
        (wish("ok", kind="wash.v1"), "unknown-type"),
        (
            message(b'{"specversion":"1.0","id":"1","source":"/","type":"wish.v1","data":{"word":1}}', b"k"),
            "unreadable",
        ),
        (wish("nonsense"), "in-the-future"),
        (wish("crash"), "handler-failed"),
        (wish("refused"), "wrong-amount"),
    ],
)
def test_what_is_bad_is_parked_and_the_others_go_on(
    inbox: MemoryInbox, door: WordDoor, bad: Message, reason: str
) -> None:
    receive(inbox, bad, wish("ok", key="other", offset=1))
    assert inbox.standings() == [("parked", reason)]
    assert inbox.kept[1].reason.message_vi
    assert door.effects["other"] == ["ok:other/1"]


def test_reasons_are_sentences_in_both_languages(inbox: MemoryInbox) -> None:
    receive(inbox, message(b"{", b"k"))
    kept = inbox.kept[1].reason
    assert kept.message.startswith("The message is not JSON in UTF-8. (problem: ")
    assert kept.message_vi.startswith("Nội dung không phải JSON mã hóa UTF-8. (problem: ")


def test_later_messages_of_a_parked_key_wait_with_it_and_follow_in_order(inbox: MemoryInbox, door: WordDoor) -> None:
    receive(inbox, wish("refused"), wish("ok", offset=1))
    receive(inbox, wish("ok", offset=2))
    assert inbox.standings() == [("parked", "wrong-amount"), ("behind", "waits-behind"), ("behind", "waits-behind")]
    assert door.effects == {}
    door.open_words.add("refused")
    with inbox.releasing() as work:
        Handling(CONSUMER, work).release([[each.entry for _, each in sorted(inbox.kept.items())]])
    assert door.effects["k"] == ["refused:k/0", "ok:k/1", "ok:k/2"]
    assert inbox.kept == {}


def test_what_may_heal_is_tried_again_with_growing_pauses_until_it_does(inbox: MemoryInbox, door: WordDoor) -> None:
    receive(inbox, wish("early"), wish("ok", offset=1))
    pauses = []
    for _ in range(9):
        waiting = inbox.kept[1]
        assert waiting.standing is Standing.WAITING
        assert waiting.next_try_at is not None
        pauses.append((waiting.next_try_at - inbox.now).total_seconds())
        inbox.now = waiting.next_try_at
        release(inbox)
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    door.open_words.add("early")
    inbox.later(LONGEST_PAUSE.total_seconds())
    release(inbox)
    assert door.effects["k"] == ["early:k/0", "ok:k/1"]
    assert inbox.kept == {}


def test_what_does_not_heal_in_time_is_parked(inbox: MemoryInbox) -> None:
    receive(inbox, wish("early"))
    for _ in range(60):
        inbox.later(LONGEST_PAUSE.total_seconds())
        release(inbox)
    assert inbox.standings() == [("parked", "nothing-due")]
    assert inbox.kept[1].next_try_at is None


def test_a_fault_of_ours_is_tried_again_before_it_is_parked(inbox: MemoryInbox) -> None:
    receive(inbox, wish("fault"))
    assert inbox.standings() == [("waiting", "internal-fault")]


def test_something_else_can_be_asked_first(inbox: MemoryInbox, door: WordDoor) -> None:
    receive(inbox, wish("again"), wish("ok", offset=1))
    assert door.effects["k"] == ["instead:k/0", "ok:k/1"]


def test_a_busy_door_undoes_the_batch(inbox: MemoryInbox) -> None:
    with pytest.raises(DoorBusy):
        receive(inbox, wish("refused"), wish("busy", key="b", offset=1))
    assert inbox.kept == {}


WORDS = st.sampled_from(["ok", "early", "refused", "nothing", "nonsense", "again"])
ARRIVING = st.lists(st.lists(st.tuples(st.sampled_from("abc"), WORDS), max_size=6), max_size=8)


@given(arriving=ARRIVING, healed=st.sets(st.sampled_from(["early", "refused"])))
def test_nothing_is_lost_doubled_or_out_of_order(arriving: list[list[tuple[str, str]]], healed: set[str]) -> None:
    """However messages arrive and whatever heals: each has one effect in its key's order, or is kept, none passed."""
    door = WordDoor()
    inbox, offset = MemoryInbox(door), 0
    sent: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, batch in enumerate(arriving):
        messages = []
        for key, word in batch:
            messages.append(wish(word, key=key, offset=offset))
            sent[key].append((offset, word))
            offset += 1
        receive(inbox, *messages)
        if number == len(arriving) // 2:
            door.open_words |= healed
        inbox.later(1)
        release(inbox)
    for key, all_sent in sent.items():
        kept = [
            each.entry.message.offset
            for _, each in sorted(inbox.kept.items())
            if each.entry.message.key == key.encode()
        ]
        effects = [int(effect.rpartition("/")[2]) for effect in door.effects[key]]
        asking = [number for number, word in all_sent if word not in {"nothing", "nonsense"}]
        assert kept == sorted(kept)
        assert effects == sorted(effects)
        assert len(set(effects)) == len(effects)
        assert set(effects) | set(kept) >= set(asking)
        assert not set(effects) & set(kept)
        if kept:  # everything after the first that is kept waits
            assert [number for number, _ in all_sent if number >= kept[0]] == kept
