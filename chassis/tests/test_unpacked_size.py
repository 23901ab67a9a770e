"""A batch that is small on the wire and huge unpacked: memory stays bounded, and only that batch is dead-lettered."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer, codec
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from specimen.app import consumed_topic
from specimen_driver import Driver, contact, until

from chassis.workarounds.bounded_unpacking import LARGEST_BATCH_BYTES
from chassis.workarounds.header_safe_fetch import OversizedValue, ReadableRecords, install

install()

CODECS = ["gzip", "snappy", "lz4", "zstd"]
MOST_GROWTH_MB = 120
"""What a bomb may add to a service: the bounded buffer, a copy of it, what the codec keeps, and some slack."""


def batch_of(codec_name: str, *values: bytes) -> bytes:
    """A record batch as it lies on the wire."""
    number = ["", *CODECS].index(codec_name)
    builder = DefaultRecordBatchBuilder(2, number, 0, -1, -1, -1, 1 << 30)
    for offset, value in enumerate(values):
        assert builder.append(offset, timestamp=1, key=b"key", value=value, headers=[])
    return bytes(builder.build())


def values_of(*batches: bytes) -> list[bytes | None]:
    """What our reader reads from these batches."""
    records = ReadableRecords(b"".join(batches))
    read: list[bytes | None] = []
    while (batch := records.next_batch()) is not None:
        read.extend(record.value for record in batch)
    return read


@pytest.mark.parametrize("codec_name", CODECS)
@pytest.mark.parametrize("kilobytes", [1, 300, 15_000])
def test_what_fits_is_read_whole(codec_name: str, kilobytes: int) -> None:
    values = [bytes([number]) * (kilobytes * 512) for number in range(2)]

    assert values_of(batch_of(codec_name, *values)) == values


@pytest.mark.parametrize("codec_name", CODECS)
def test_a_batch_beyond_the_limit_is_one_empty_record_at_its_last_offset(codec_name: str) -> None:
    bomb = batch_of(codec_name, b"first", b" " * LARGEST_BATCH_BYTES, b"last")

    batch = ReadableRecords(bomb).next_batch()
    assert batch is not None
    (record,) = batch

    assert (record.offset, record.key, record.value, record.headers) == (2, None, b"", ())
    assert record.value.reason == (
        "the batch of offsets 0 to 2 unpacks to more than 16,777,216 bytes, or not at all; its producer must send "
        "smaller, sound batches"
    )


@pytest.mark.parametrize("codec_name", CODECS)
def test_what_lies_behind_a_bomb_is_read(codec_name: str) -> None:
    bomb, sound = batch_of(codec_name, b" " * LARGEST_BATCH_BYTES), batch_of(codec_name, b"sound")

    values = values_of(bomb, sound)

    assert isinstance(values[0], OversizedValue)
    assert values[1:] == [b"sound"]


@pytest.mark.parametrize("codec_name", CODECS)
def test_a_batch_that_was_packed_wrongly_holds_up_nothing_either(codec_name: str) -> None:
    broken = bytearray(batch_of(codec_name, b"first" * 100))
    broken[-40:] = b"\xff" * 40

    values = values_of(bytes(broken), batch_of(codec_name, b"sound"))

    assert isinstance(values[0], OversizedValue)
    assert values[1:] == [b"sound"]


def test_snappy_in_one_block_as_librdkafka_writes_it_is_read_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    one_block: Callable[..., bytes] = codec.snappy_encode
    monkeypatch.setattr(
        "aiokafka.record._crecords.default_records.snappy_encode", lambda raw: one_block(raw, xerial_compatible=False)
    )

    values = values_of(batch_of("snappy", b"sound"), batch_of("snappy", b" " * LARGEST_BATCH_BYTES))

    assert values == [b"sound", b""]
    assert isinstance(values[1], OversizedValue)


@pytest.mark.parametrize("codec_name", CODECS[:3])
def test_a_batch_of_the_old_format_is_bounded_too(codec_name: str) -> None:
    builder = LegacyRecordBatchBuilder(1, CODECS.index(codec_name) + 1, 1 << 30)
    builder.append(0, timestamp=1, key=b"key", value=b" " * LARGEST_BATCH_BYTES)

    (value,) = values_of(bytes(builder.build()))

    assert isinstance(value, OversizedValue)


@pytest.mark.parametrize("codec_name", CODECS)
async def test_a_bomb_is_dead_lettered_without_its_value_and_harms_no_other_record(
    driver: Driver, codec_name: str
) -> None:
    await driver.start()
    before = _resident_megabytes(driver, "VmRSS")
    behind, elsewhere = uuid4(), uuid4()
    # Snappy hardly packs: what the broker accepts as one batch unpacks to 21 MB.
    await _send_bomb(driver, codec_name, megabytes=20 if codec_name == "snappy" else 200)
    await _send(driver, behind, partition=0)
    await _send(driver, elsewhere, partition=1)

    async def both_there() -> bool:
        return {behind, elsewhere} == {customer for customer, _ in await driver.effects()}

    await until(both_there, what="the sound records took effect")
    (letter,) = await driver.rows("SELECT partition, record_offset, reason_code, key, value FROM messaging.dead_letter")
    assert tuple(letter) == (0, 0, "too-large", None, None)
    assert _resident_megabytes(driver, "VmHWM") - before < MOST_GROWTH_MB


async def _send_bomb(driver: Driver, codec_name: str, *, megabytes: int) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=driver.stack.kafka_bootstrap_servers,
        compression_type=codec_name,
        max_request_size=1 << 30,
        max_batch_size=1 << 30,
        request_timeout_ms=60_000,
    )
    await producer.start()
    try:
        await producer.send_and_wait(
            consumed_topic(driver.suffix).name, b" " * (megabytes << 20), key=b"bomb", partition=0
        )
    finally:
        await producer.stop()


async def _send(driver: Driver, customer: UUID, *, partition: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=driver.stack.kafka_bootstrap_servers)
    await producer.start()
    try:
        message = driver.message(contact(customer, 1))
        await producer.send_and_wait(
            message.topic, message.value, key=message.key, partition=partition, headers=list(message.headers)
        )
    finally:
        await producer.stop()


def _resident_megabytes(driver: Driver, name: str) -> int:
    assert driver.process is not None
    status = Path(f"/proc/{driver.process.pid}/status").read_text()
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) // 1024
