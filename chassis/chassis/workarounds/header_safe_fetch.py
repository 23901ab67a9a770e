"""Reads records whose header names are not UTF-8 and batches that are too large, so that they can be dead-lettered.

The fault of aiokafka 0.14.0: it raises for such a name, at every poll of that partition from then on. Brokers store
any bytes there and librdkafka writes them. No report of it is known. How a batch can be too large is told in
`bounded_unpacking`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from typing_extensions import override

from chassis.workarounds import bounded_unpacking
from chassis.workarounds.bounded_unpacking import LARGEST_BATCH_BYTES, BatchTooLargeError

_FIRST_OFFSET: Final = slice(0, 8)
_LENGTH: Final = slice(8, 12)
_OVERHEAD: Final = 12


class _Lenient(bytes):
    """Bytes that decode to text whatever they hold."""

    @override
    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        del errors
        return super().decode(encoding, "replace")


class _LenientBuffer(bytearray):
    """The buffer of a batch, cut into lenient pieces."""

    @override
    def __getitem__(self, index: Any) -> Any:
        piece = super().__getitem__(index)
        return _Lenient(piece) if isinstance(index, slice) else piece


class OversizedValue(bytes):
    """Stands for the values of a batch that was not unpacked. It is empty; `reason` tells what was left out."""

    reason: str

    @classmethod
    def of_batch(cls, first_offset: int, last_offset: int) -> OversizedValue:
        value = cls()
        value.reason = (
            f"the batch of offsets {first_offset} to {last_offset} unpacks to more than {LARGEST_BATCH_BYTES:,} bytes, "
            "or not at all; its producer must send smaller, sound batches"
        )
        return value


@dataclass(frozen=True, kw_only=True)
class _OversizedRecord:
    """Stands for all records of a batch that was not unpacked, with the attributes of aiokafka's records."""

    offset: int
    value: OversizedValue
    key: None = None
    headers: tuple[()] = ()
    timestamp: int = -1
    timestamp_type: int = 0
    checksum: None = None


class _ReadableBatch:
    """A record batch that falls back to lenient reading at the first header name that is not UTF-8.

    One that is too large is a single record, at its last offset.
    """

    def __init__(self, batch: Any, raw: memoryview) -> None:  # noqa: ANN401 - a class of aiokafka's C extension
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is the batch's own
        return getattr(self._batch, name)

    def __next__(self) -> Any:  # noqa: ANN401 - a record
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._batch:
                yield record
                read += 1
        except BatchTooLargeError:
            yield self._oversized_record()
        except UnicodeDecodeError:
            lenient = _DefaultRecordBatchPy(bytearray(self._raw))
            lenient._maybe_uncompress()  # noqa: SLF001 - aiokafka has no public lenient reading
            lenient._buffer = _LenientBuffer(lenient._buffer)  # noqa: SLF001
            for index, record in enumerate(lenient):
                if index >= read:
                    yield record

    def _oversized_record(self) -> _OversizedRecord:
        first_offset = int.from_bytes(self._raw[_FIRST_OFFSET], "big")
        last_offset = self._batch.next_offset - 1
        return _OversizedRecord(offset=last_offset, value=OversizedValue.of_batch(first_offset, last_offset))


class ReadableRecords:
    """Stands in for aiokafka's reader of one fetched partition."""

    def __init__(self, data: bytes) -> None:
        self._records = MemoryRecords(data)
        self._data = data
        self._position = 0

    def size_in_bytes(self) -> int:
        """Return how many bytes were fetched."""
        return int(self._records.size_in_bytes())

    def has_next(self) -> bool:
        """Whether another whole batch was fetched."""
        return bool(self._records.has_next())

    def next_batch(self) -> _ReadableBatch | None:
        """Return the next batch."""
        batch = self._records.next_batch()
        if batch is None:
            return None
        start = self._position
        length = int.from_bytes(self._data[start + _LENGTH.start : start + _LENGTH.stop], "big")
        self._position = start + _OVERHEAD + length
        return _ReadableBatch(batch, memoryview(self._data)[start : self._position])


def install() -> None:
    """Let every consumer of this process read leniently, and no more at once than fits into memory."""
    bounded_unpacking.install()
    fetcher.MemoryRecords = ReadableRecords
