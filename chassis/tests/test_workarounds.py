"""The faults that `chassis.workarounds` mends, shown in the pinned libraries without the workarounds.

A test that fails here after an upgrade says that the library has been mended: its module may go.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import aiokafka.producer.sender
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition, codec, errors
from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import CorruptRecordException, KafkaError
from aiokafka.record.memory_records import MemoryRecords
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage
from faststream.kafka.parser import AioKafkaBatchParser
from refusing_broker import UNKNOWN_SERVER_ERROR, RefusingBroker
from specimen_driver import until
from unusual_records import BUILDER, PLACEHOLDER, BinaryHeaderName, Corrupt

from chassis.workarounds import unknown_brokers
from chassis.workarounds.abandoned_producer import abandon
from chassis.workarounds.header_safe_fetch import ReadableRecords

TOPIC = "workarounds.v1"


@pytest.fixture
def broker() -> RefusingBroker:
    broker = RefusingBroker()
    broker.create_topic(name=TOPIC, partitions=2)
    return broker


def test_header_safe_fetch_is_needed_while_a_binary_header_name_makes_a_batch_unreadable() -> None:
    settings = {"producer_id": -1, "producer_epoch": -1, "base_sequence": -1, "batch_size": 16_384}
    builder = BinaryHeaderName(magic=2, compression_type=0, is_transactional=0, **settings)
    builder.append(0, 0, b"key", b"value", [(PLACEHOLDER.decode(), b"x")])
    batch = bytes(builder.build())

    with pytest.raises(UnicodeDecodeError):
        list(MemoryRecords(batch).next_batch())

    readable = ReadableRecords(batch).next_batch()
    assert readable is not None
    assert [record.value for record in readable] == [b"value"]


def test_named_members_is_needed_while_who_has_a_name_never_leaves_and_no_answer_says_that_it_is_taken() -> None:
    assert "self._group_instance_id is None" in inspect.getsource(GroupCoordinator._maybe_leave_group)
    assert not hasattr(errors, "FencedInstanceIdError")


@pytest.mark.parametrize("decode", [codec.gzip_decode, codec.lz4_decode, codec.snappy_decode, codec.zstd_decode])
def test_bounded_unpacking_is_needed_while_a_codec_of_aiokafka_cannot_be_told_how_much_is_too_much(
    decode: Callable[[bytes], bytes],
) -> None:
    assert list(inspect.signature(decode).parameters) == ["payload"]


async def test_complete_poll_is_needed_while_a_failed_poll_moves_past_records_it_has_not_returned(
    broker: RefusingBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, corrupt = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)
    await _produce(broker, sound)
    with monkeypatch.context() as patch:
        patch.setattr(BUILDER, Corrupt)
        await _produce(broker, corrupt)
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=broker.bootstrap_servers, group_id=f"g-{uuid4()}", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign([sound, corrupt])
        await _fetch_in_order(consumer, sound, corrupt)

        with pytest.raises(CorruptRecordException):
            await consumer.getmany(timeout_ms=5_000)

        assert await consumer.position(sound) == 1, "the sound record will not be polled again"
    finally:
        await consumer.stop()


async def test_complete_poll_is_needed_while_a_consumer_that_fetches_no_more_returns_empty_polls(
    broker: RefusingBroker,
) -> None:
    await _produce(broker, TopicPartition(TOPIC, 0))
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=broker.bootstrap_servers, group_id=f"g-{uuid4()}", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        fetching = consumer._fetcher.error_future
        fetching.cancel()
        await asyncio.wait([fetching])
        consumer.assign([TopicPartition(TOPIC, 0)])

        assert await consumer.getmany(timeout_ms=500) == {}
    finally:
        await consumer.stop()


@pytest.mark.parametrize(
    ("value", "error"), [(None, AttributeError), (b"\xff\xfe", UnicodeDecodeError)], ids=["null", "binary"]
)
async def test_raw_records_are_needed_while_one_header_makes_faststream_drop_the_batch(
    value: bytes | None, error: type[Exception]
) -> None:
    parser = AioKafkaBatchParser(msg_class=KafkaMessage, regex=None)

    with pytest.raises(error):
        await parser.parse_batch((_record(b"sound"), _record(value)))


def test_raw_records_are_needed_while_a_broker_of_faststream_cannot_be_given_a_consumer_class() -> None:
    settings = set(inspect.signature(KafkaBroker).parameters)

    assert {name for name in settings if "consumer" in name} == {"consumer_only"}


async def test_abandoned_producer_is_needed_while_a_stop_without_a_broker_waits_to_send_what_is_left(
    broker: RefusingBroker,
) -> None:
    producer = _producer(broker, request_timeout_ms=300)
    await producer.start()
    try:
        await producer.send_and_wait(TOPIC, b"first", partition=0)
        broker.go_down()
        unsent = await producer.send(TOPIC, b"second", partition=0)

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(producer.stop(), 2)
    finally:
        broker.come_up()
        producer._closed = False
        await producer.stop()

    assert (await unsent).offset == 1, "sent although its producer was to stop"


async def test_abandoned_producer_is_needed_while_a_stop_that_cancels_its_sender_raises_what_it_has_done_itself(
    broker: RefusingBroker,
) -> None:
    producer = await _producer_with_a_busy_sender(broker)
    with pytest.raises(asyncio.CancelledError):
        await producer.stop()
    await producer.client.close()

    await abandon(await _producer_with_a_busy_sender(broker))


async def test_unknown_brokers_are_needed_while_a_client_asks_for_a_coordinator_before_it_knows_a_broker(
    broker: RefusingBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AssertionError):
        await unknown_brokers._coordinator_lookup(AIOKafkaClient(), CoordinationType.GROUP, "group")

    known = AIOKafkaClient.get_random_node
    nodes = iter((None, None))
    monkeypatch.setattr(AIOKafkaClient, "get_random_node", lambda client: next(nodes, known(client)))
    unknown_brokers.install()
    client = _producer(broker, transactional_id=f"t-{uuid4()}")
    await client.start()
    await client.stop()
    assert next(nodes, "both were taken") == "both were taken"


async def test_one_batch_at_a_time_is_needed_while_later_batches_overtake_a_refused_one(broker: RefusingBroker) -> None:
    producer = _producer(broker, max_batch_size=100)
    await producer.start()
    broker.refuse_next(UNKNOWN_SERVER_ERROR)
    try:
        results = [await producer.send(TOPIC, bytes([number]) * 90, partition=0) for number in range(3)]
        first, *later = await asyncio.gather(*results, return_exceptions=True)
    finally:
        await producer.stop()

    assert isinstance(first, KafkaError)
    assert [getattr(result, "offset", result) for result in later] == [0, 1]


def test_quick_packing_is_needed_while_a_producer_cannot_be_told_the_level() -> None:
    assert inspect.signature(codec.lz4_encode).parameters["level"].default == 9
    assert "level" not in "".join(inspect.signature(AIOKafkaProducer).parameters)


def test_prompt_transactions_are_needed_while_the_wait_between_two_is_no_setting() -> None:
    assert "BACKOFF_OVERRIDE = 0.02 " in inspect.getsource(aiokafka.producer.sender)
    assert not {name for name in inspect.signature(AIOKafkaProducer).parameters if "backoff" in name} - {
        "retry_backoff_ms"
    }


async def _producer_with_a_busy_sender(broker: RefusingBroker) -> Any:
    """Start a producer whose sender, when it is to end, waits for a request that does not."""
    producer = _producer(broker)
    await producer.start()
    producer._sender.sender_task.cancel()

    async def wait_for_requests() -> None:
        never = asyncio.Event()
        try:
            await never.wait()
        except asyncio.CancelledError:
            await never.wait()

    producer._sender._sender_task = asyncio.create_task(wait_for_requests())
    await asyncio.sleep(0)
    producer._sender.sender_task.cancel()  # as the abandonment does first
    return producer


def _producer(broker: RefusingBroker, **settings: Any) -> Any:
    return AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers, enable_idempotence=True, acks="all", **settings)


async def _produce(broker: RefusingBroker, partition: TopicPartition) -> None:
    producer = _producer(broker)
    await producer.start()
    try:
        await producer.send_and_wait(partition.topic, b"value", partition=partition.partition)
    finally:
        await producer.stop()


async def _fetch_in_order(consumer: Any, *partitions: TopicPartition) -> None:
    """Wait until all partitions are fetched, and let the next poll go through them in this order."""
    fetched = consumer._fetcher._records
    await until(lambda: set(fetched) == set(partitions), what="all partitions fetched")
    for partition in partitions:
        fetched[partition] = fetched.pop(partition)


def _record(header: bytes | None) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(
        topic=TOPIC,
        partition=0,
        offset=0,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=b"{}",
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=2,
        headers=(("name", header),),
    )
