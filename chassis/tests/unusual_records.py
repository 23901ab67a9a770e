"""Records that other clients write and aiokafka's own producer does not."""

from __future__ import annotations

from typing import Any

from aiokafka.record import default_records

PLACEHOLDER, BINARY_NAME = b"headername", b"header\xff\xfe\xfd\xfc"
BUILDER = "aiokafka.producer.message_accumulator.DefaultRecordBatchBuilder"
"""What to replace, by monkeypatch, with one of the classes below."""


class BinaryHeaderName(default_records._DefaultRecordBatchBuilderPy):  # type: ignore[misc]  # not typed
    """Writes the header name `PLACEHOLDER` as bytes that are not UTF-8, as a client of librdkafka can."""

    def append(self, *args: Any, **kwargs: Any) -> Any:
        result = super().append(*args, **kwargs)
        self._buffer[:] = self._buffer.replace(PLACEHOLDER, BINARY_NAME)
        return result


class Corrupt(default_records._DefaultRecordBatchBuilderPy):  # type: ignore[misc]  # not typed
    """Writes a batch whose checksum is wrong."""

    def build(self) -> bytearray:
        batch: bytearray = super().build()
        batch[-1] ^= 0xFF
        return batch
