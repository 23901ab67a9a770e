"""How the JSON of events is stored: packed, because most of it is in every event of its kind.

The frames are Zstandard's. Each names the dictionary that it was made with, so that another one can follow. Keep this
one as long as a database may hold what was packed with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backports import zstd

_DICTIONARY: Final = zstd.ZstdDict((Path(__file__).parent / "events.zstd-dictionary").read_bytes())
# One compressor for all: to begin a new one with a dictionary costs more than to pack an event.
_COMPRESSOR: Final = zstd.ZstdCompressor(level=1, zstd_dict=_DICTIONARY)
_BEGINNING_OF_A_FRAME: Final = b"\x28\xb5\x2f\xfd"  # no JSON begins with it, nor any text in UTF-8
_SMALLEST_BYTES = 400
_LARGEST_BYTES = 16_384
"""Whoever reads rows by their stored size must not get a hundred times as much of them."""


def pack(event_json: bytes) -> bytes:
    """Return what `unpack` takes: the JSON packed, or as it is when that would save little or unpack to much."""
    if _SMALLEST_BYTES <= len(event_json) <= _LARGEST_BYTES:
        return _COMPRESSOR.compress(event_json, _COMPRESSOR.FLUSH_FRAME)
    return event_json


def unpack(stored: bytes) -> bytes:
    """Return the JSON byte for byte, also when it was stored as it is."""
    if stored.startswith(_BEGINNING_OF_A_FRAME):
        return zstd.decompress(stored, zstd_dict=_DICTIONARY)
    return stored
