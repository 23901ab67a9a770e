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

# Kept, because fresh memory costs more than unpacking: so it is cheaper than aiokafka's way. A process has one event
# loop, which alone unpacks. Of the room only what was ever written to takes memory.
_ROOM: Final = mmap.mmap(-1, LARGEST_BATCH_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)

_UnpackInto: TypeAlias = Callable[[bytes, mmap.mmap], int]


class BatchTooLargeError(Exception):
    """A batch cannot be unpacked into `LARGEST_BATCH_BYTES`: it is too large, or was packed wrongly."""


def _unpack(packed: bytes, *, unpack_into: _UnpackInto) -> bytes:
    try:
        return _ROOM[: unpack_into(packed, _ROOM)]
    except cramjam.DecompressionError as error:
        raise BatchTooLargeError from error


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
    "gzip_decode": partial(_unpack, unpack_into=cramjam.gzip.decompress_into),
    "lz4_decode": partial(_unpack, unpack_into=cramjam.lz4.decompress_into),
    "snappy_decode": partial(_unpack, unpack_into=_unpack_snappy_into),
    "zstd_decode": partial(_unpack, unpack_into=cramjam.zstd.decompress_into),
}


def install() -> None:
    """Let every consumer of this process unpack into bounded memory."""
    for module in (default_records, legacy_records, compiled_default_records, compiled_legacy_records):
        for name, decode in _DECODERS.items():
            if hasattr(module, name):  # a batch of an old format knows no Zstandard
                setattr(module, name, decode)
