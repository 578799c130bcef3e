"""A load of dossiers with dues, and notices of payment for them: what was sent is known, and what has to come of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from queue import SimpleQueue
from random import Random
from threading import Thread

from kafka import KafkaProducer
from kafka.errors import KafkaError

from consumers.kafka_client import Kafka, client
from consumers.messages import Outgoing
from consumers.topics import PAYMENT_NOTICES
from domain.dossier.commands import Command, RecordStep
from domain.ports import Done, Request
from service.door import BatchDoor
from tests.examples import LIFE, SUBMIT, at, components
from tests.service.doors import request
from tests.service.payments_desk import ACCEPT, AMOUNT, ASK_DUES, notice

WAVES = 6
PATIENCE = 90
_PAUSES = (0.2, 0.6)  # seconds between waves, at least and at most
_HAND_IN = replace(SUBMIT, components=components("declaration"))
_AFTERWARDS: Sequence[Command] = (
    LIFE[2],
    *(RecordStep(name=f"Bước {step}", resource="cb-02", at=at(hours=4 + step)) for step in range(2)),
)
_HISTORY = 1 + 2 + len(_AFTERWARDS)  # submitted, accepted, dues asked for, and what follows


class Kind(Enum):
    """What is told of a dossier's payment."""

    PAID = auto()
    TOLD_TWICE = auto()
    EARLY = auto()
    PAID_TWICE = auto()
    WRONG_AMOUNT = auto()
    NOT_JSON = auto()
    NEGATIVE = auto()
    UNKNOWN_DOSSIER = auto()


REASONS = {
    Kind.WRONG_AMOUNT: "wrong-amount",
    Kind.NOT_JSON: "not-json",
    Kind.NEGATIVE: "unreadable",
    Kind.UNKNOWN_DOSSIER: "unknown-dossier",
}
"""Why the notices of these kinds are parked. Those of the others are good."""


@dataclass
class Case:
    """A dossier and what is told of it; ``code`` once it has one."""

    name: str
    kind: Kind
    sent_again: bool
    code: str = ""

    @property
    def reason(self) -> str | None:
        return REASONS.get(self.kind)

    @property
    def payments(self) -> list[tuple[str, str]]:
        """The effects it has to have, in order: the event, and the payment's reference."""
        if self.reason:
            return []
        paid = [("dossier.paid.v1", self.name)]
        return [*paid, ("dossier.overpaid.v1", f"{self.name}+")] if self.kind is Kind.PAID_TWICE else paid

    @property
    def events(self) -> int:
        """How many events its dossier has to have; none of a dossier that there is not."""
        return 0 if self.kind is Kind.UNKNOWN_DOSSIER else _HISTORY + len(self.payments)

    def notices(self) -> list[Outgoing]:
        """What the payment platform sends, in order."""
        told = notice(self.code, self.name)
        match self.kind:
            case Kind.TOLD_TWICE:
                sent = [told, notice(self.code, self.name)]
            case Kind.PAID_TWICE:
                sent = [told, notice(self.code, f"{self.name}+")]
            case Kind.WRONG_AMOUNT:
                sent = [notice(self.code, self.name, amount=AMOUNT - 1)]
            case Kind.NEGATIVE:
                sent = [notice(self.code, self.name, amount=-AMOUNT)]
            case Kind.NOT_JSON:
                sent = [told._replace(value=told.value[:-1])]
            case _:
                sent = [told]
        return sent * 2 if self.sent_again else sent


def cases(chance: Random) -> list[list[Case]]:
    """Waves of dossiers, one of each kind in every wave."""
    waves = []
    for wave in range(WAVES):
        kinds = list(Kind)
        chance.shuffle(kinds)
        waves.append([Case(f"{wave}-{number}", kind, chance.random() < 0.3) for number, kind in enumerate(kinds)])
    return waves


@dataclass
class Load:
    """Runs in two threads of its own from ``start`` until ``finish``, whatever faults it meets."""

    door: BatchDoor
    kafka: Kafka
    chance: Random
    waves: list[list[Case]] = field(init=False)
    failures: list[str] = field(default_factory=list)
    acknowledged: list[Outgoing] = field(default_factory=list)
    _to_send: "SimpleQueue[Outgoing | None]" = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        self.waves = cases(self.chance)
        self._threads = [
            Thread(target=self._reporting, args=(work,), daemon=True) for work in (self._write, self._send)
        ]

    @property
    def cases(self) -> list[Case]:
        return [case for wave in self.waves for case in wave]

    def start(self) -> None:
        self._deadline = time.monotonic() + PATIENCE
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Wait until everything is written and sent, and acknowledged."""
        for thread in self._threads:
            thread.join(PATIENCE + 30)
        assert not any(thread.is_alive() for thread in self._threads), "the load does not end"
        assert self.failures == []

    def _reporting(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the test's thread tells of it
            self.failures.append(repr(error))
        finally:
            self._to_send.put(None)

    def _write(self) -> None:
        """Lead the dossiers through the door; what got no answer is asked again under the same command id."""
        for number, wave in enumerate(self.waves):
            real = [case for case in wave if case.kind is not Kind.UNKNOWN_DOSSIER]
            handed_in = self._ask([request(_HAND_IN, key=case.name) for case in real])
            for case, done in zip(real, handed_in, strict=True):
                case.code = done.code
            for case in wave:
                case.code = case.code or f"H99.02.15-260302-{9000 + number}"
            self._lead(real, ACCEPT)
            early = [case for case in real if case.kind is Kind.EARLY]
            self._tell(early)
            self._lead([case for case in real if case not in early], ASK_DUES)
            self._tell([case for case in wave if case not in early])
            time.sleep(self.chance.uniform(*_PAUSES))
            self._lead(early, ASK_DUES)
            for command in _AFTERWARDS:
                self._lead(real, command)

    def _tell(self, told: list[Case]) -> None:
        for case in told:
            for each in case.notices():
                self._to_send.put(each)

    def _lead(self, led: list[Case], command: Command) -> None:
        self._ask([request(command, case.code) for case in led])

    def _ask(self, requests: list[Request]) -> list[Done]:
        while True:
            outcomes = self.door.handle(requests)
            done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
            if len(done) == len(outcomes):
                return done
            assert all(outcome.slug == "try-later" for outcome in outcomes if not isinstance(outcome, Done)), outcomes
            assert time.monotonic() < self._deadline, "the door does not answer"
            time.sleep(0.05)

    def _send(self) -> None:
        """One after the other, each until it is acknowledged: then it counts as sent."""
        producer = None
        topic = self.kafka.prefix + PAYMENT_NOTICES.name
        while (message := self._to_send.get()) is not None:
            while True:
                assert time.monotonic() < self._deadline, "the broker does not answer"
                try:
                    producer = producer or client(KafkaProducer, **self.kafka.options("load"))
                    producer.send(topic, message.value, message.key, message.headers).get(5)
                except (KafkaError, OSError):
                    _close(producer)
                    producer = None
                else:
                    self.acknowledged.append(message)
                    break
        _close(producer)


def _close(producer: KafkaProducer | None) -> None:
    """Leave what it has not sent; its own closing waits for that."""
    if producer is not None:
        producer._sender.force_close()
        producer._sender.join(10)
        producer.close(timeout=0)
