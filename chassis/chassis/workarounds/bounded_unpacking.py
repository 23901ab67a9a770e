"""Unpacks record batches into a bounded amount of memory.

The fault of aiokafka 0.14.0: it unpacks whatever a batch unpacks to, at every poll of that partition. A broker limits
the packed size only, and 35 kB on the wire can be a gigabyte. No report of it is known.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeAlias

import cramjam
from aiokafka import codec
from aiokafka.record import default_records, legacy_records
from aiokafka.record._crecords import default_records as compiled_default_records
from aiokafka.record._crecords import legacy_records as compiled_legacy_records

LARGEST_BATCH_BYTES: Final = 16 * 1_048_576
"""What one batch may unpack to; sound producers put up to a megabyte into a batch before they pack it."""

_LENGTH_BYTES: Final = 4
_XERIAL_HEADER_BYTES: Final = 16

_Unpack: TypeAlias = Callable[[bytes], bytes]
_UnpackInto: TypeAlias = Callable[[bytes, mmap.mmap], int]


class BatchTooLargeError(Exception):
    """A batch cannot be unpacked into `LARGEST_BATCH_BYTES`."""


class OversizedValue(bytes):
    """Stands for the values of a batch that was not unpacked. It is empty; `reason` tells what was left out."""

    reason: str

    @classmethod
    def of_batch(cls, first_offset: int, last_offset: int) -> OversizedValue:
        value = cls()
        value.reason = (
            f"the batch of offsets {first_offset} to {last_offset} unpacks to more than {LARGEST_BATCH_BYTES:,} bytes; "
            "its producer must send smaller batches"
        )
        return value


def _unpack_bounded(packed: bytes, *, unpack_into: _UnpackInto) -> bytes:
    with mmap.mmap(-1, LARGEST_BATCH_BYTES) as room:  # memory is used only as far as it is written to
        try:
            return room[: unpack_into(packed, room)]
        except cramjam.DecompressionError as error:
            raise BatchTooLargeError from error


def _unpack(packed: bytes, *, largest_ratio: int, unpack: _Unpack, unpack_into: _UnpackInto) -> bytes:
    """Unpack a batch that is so small that it must fit as aiokafka does, without the cost of a bounded buffer."""
    if len(packed) * largest_ratio <= LARGEST_BATCH_BYTES:
        return unpack(packed)
    return _unpack_bounded(packed, unpack_into=unpack_into)


def _unpack_snappy_into(packed: bytes, room: mmap.mmap) -> int:
    length = 0
    with memoryview(room) as whole:
        for block in _snappy_blocks(packed):
            with whole[length:] as rest:
                length += cramjam.snappy.decompress_raw_into(block, rest)
    return length


def _snappy_blocks(packed: bytes) -> Iterator[bytes]:
    """A batch is one block, or a row of blocks after a header, as the Java client writes it."""
    if not codec._detect_xerial_stream(packed):  # noqa: SLF001 - aiokafka knows the header, and only it should
        yield packed
        return
    start = _XERIAL_HEADER_BYTES
    while start < len(packed):
        end = start + _LENGTH_BYTES + int.from_bytes(packed[start : start + _LENGTH_BYTES], "big")
        yield packed[start + _LENGTH_BYTES : end]
        start = end


_DECODERS: Final = {
    # Deflate writes at most 258 bytes for every 2 bits; a byte of LZ4 lengthens a match by at most 255; four bytes of
    # Zstandard repeat a byte 128 Ki times.
    "gzip_decode": partial(
        _unpack, largest_ratio=1_032, unpack=codec.gzip_decode, unpack_into=cramjam.gzip.decompress_into
    ),
    "lz4_decode": partial(_unpack, largest_ratio=255, unpack=codec.lz4_decode, unpack_into=cramjam.lz4.decompress_into),
    "zstd_decode": partial(
        _unpack, largest_ratio=32_768, unpack=codec.zstd_decode, unpack_into=cramjam.zstd.decompress_into
    ),
    # A block of Snappy begins with its length, which may lie: aiokafka would reserve that much at once.
    "snappy_decode": partial(_unpack_bounded, unpack_into=_unpack_snappy_into),
}


def install() -> None:
    """Let every consumer of this process unpack into bounded memory."""
    for module in (default_records, legacy_records, compiled_default_records, compiled_legacy_records):
        for name, decode in _DECODERS.items():
            if hasattr(module, name):  # a batch of an old format knows no Zstandard
                setattr(module, name, decode)
