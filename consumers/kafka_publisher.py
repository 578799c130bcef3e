"""Messages into a topic, in transactions: what an earlier holder of the topic still sends is refused by the broker.

A producer that is merely idempotent may give up messages in flight and go on with later ones after a fault of its
sequence numbers; in a transaction nothing counts until everything of it has arrived.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, Final, Self

from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError

from consumers.kafka_client import Kafka, broker_faults, client, ensure_topics, partition_of
from consumers.messages import Outgoing
from consumers.ports import Away
from consumers.topics import LARGEST_MESSAGE, Topic

_BATCH_BYTES: Final = 256 * 1024
_DELIVERY_MS: Final = 12_000
"""Short, since a client that loses its coordinator may forget what it was about to ask and wait for ever; a new one
goes on then. No shorter than a request may take."""

_TRANSACTION_MS: Final = 60_000
_CLOSE_SECONDS: Final = 5.0
_CHUNK: Final = 5_000


class KafkaPublisher:
    """The one producer of a topic. Not for several threads at once.

    Raises:
        Away: the broker does not answer.
    """

    def __init__(self, kafka: Kafka, topic: Topic) -> None:
        self._topic = kafka.prefix + topic.name
        self._partitions = ensure_topics(kafka, [topic])[topic.name]
        with broker_faults():
            self._producer: Any = client(
                KafkaProducer,
                **kafka.options(f"relay-{topic.name}"),
                transactional_id=f"{kafka.prefix}motcua-relay-{topic.name}",
                transaction_timeout_ms=_TRANSACTION_MS,
                delivery_timeout_ms=_DELIVERY_MS,
                max_block_ms=_DELIVERY_MS,
                compression_type="lz4",
                batch_size=_BATCH_BYTES,
                max_request_size=LARGEST_MESSAGE,
            )
            try:
                self._producer.init_transactions()
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Self:
        """Ready to publish."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave; what was not published is not."""
        self.close()

    def publish(self, messages: Sequence[Outgoing]) -> Mapping[int, int]:
        """Publish all or none, in order; the ends of the partitions they went into, once the broker has them.

        Raises:
            Away: it did not work; this publisher is of no use any more.
        """
        last: dict[int, Any] = {}
        send, topic, partitions = self._producer.send, self._topic, self._partitions
        with broker_faults():
            self._producer.begin_transaction()
            for key, value, headers in messages:
                partition = partition_of(key, partitions)
                last[partition] = send(topic, value, key, headers, partition)
            self._commit()
            return {partition: future.get(0).offset + 1 for partition, future in last.items()}

    def _commit(self) -> None:
        """As the client commits, which waits without end for a broker that is away or refuses a login by now."""
        committed = self._producer._transaction_manager.begin_commit()  # noqa: SLF001 - nothing public bounds the wait
        self._producer._sender.wakeup()  # noqa: SLF001
        if not committed.wait(_DELIVERY_MS):
            raise KafkaTimeoutError(f"not committed within {_DELIVERY_MS / 1000:.0f} s")

    def close(self) -> None:
        """Leave; what was not published is not."""
        _end(self._producer)


def produce(kafka: Kafka, topic: Topic, messages: Iterable[Outgoing]) -> int:
    """Put messages into a topic that others write, as an ordinary sender would; how many, once the broker has them.

    Raises:
        Away: the broker does not answer; some may be there.
    """
    ensure_topics(kafka, [topic])
    count = 0
    options = {**kafka.options("publish"), "max_request_size": LARGEST_MESSAGE}
    with broker_faults():
        to = client(KafkaProducer, **options)
        try:
            left = iter(messages)
            while chunk := [
                to.send(kafka.prefix + topic.name, value, key, headers) for key, value, headers in islice(left, _CHUNK)
            ]:
                for sent in chunk:
                    sent.get(_DELIVERY_MS / 1000)
                count += len(chunk)
        finally:
            _end(to)
    return count


def _end(producer: Any) -> None:  # noqa: ANN401 - the client is untyped
    """End a producer. What it has not sent by now, whoever closes it does not want sent.

    Its own closing waits for that, and when it gives up, leaves its thread at it.
    """
    producer._sender.force_close()  # noqa: SLF001 - nothing public ends the thread while the broker is away
    with suppress(Away), broker_faults():
        producer.close(timeout=_CLOSE_SECONDS)
