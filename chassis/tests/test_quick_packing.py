"""Record batches are packed by the quickest level of lz4 and read as they were."""

from __future__ import annotations

from aiokafka import codec
from aiokafka.record.memory_records import MemoryRecords
from specimen.app import NAME, Settings

from chassis.publishing.lease import Lease
from chassis.publishing.sender import Sender

_BATCH_HEAD_BYTES = 61
VALUES = [b'{"claim": %d, "outcome": "covered"}' % number for number in range(50)]


async def test_what_the_relay_sends_is_packed_by_the_quickest_level(database: str) -> None:
    sender = Sender(
        Settings(database_url=database, kafka_bootstrap_servers="127.0.0.1:1"), service=NAME, lease=Lease("relay")
    )
    builder = sender._producer.create_batch()
    for value in VALUES:
        assert builder.append(timestamp=0, key=None, value=value) is not None
    builder.close()
    batch = bytes(builder._build())
    await sender.stop()

    records = MemoryRecords(batch).next_batch()
    assert records is not None
    assert [record.value for record in records] == VALUES
    packed = batch[_BATCH_HEAD_BYTES:]
    unpacked = codec.lz4_decode(packed)
    assert packed == codec.lz4_encode(unpacked, level=1) != codec.lz4_encode(unpacked)
