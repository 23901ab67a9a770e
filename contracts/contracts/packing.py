"""How JSON that has most in common with others of its kind is stored: packed, with a dictionary of what they share.

The frames are Zstandard's. Each names the dictionary that it was made with, so that another one can follow. Keep a
dictionary as long as a database may hold what was packed with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backports import zstd

_BEGINNING_OF_A_FRAME: Final = b"\x28\xb5\x2f\xfd"  # no JSON begins with it, nor any text in UTF-8
_SMALLEST_BYTES = 400
_LARGEST_BYTES = 16_384
"""Whoever reads rows by their stored size must not get a hundred times as much of them."""

DamagedFrameError: Final = zstd.ZstdError


class Packing:
    """One way to pack. `level` is Zstandard's: a higher one takes longer and packs closer.

    It packs with the first dictionary. The others are those that were packed with before.
    """

    def __init__(self, *dictionaries: Path, level: int) -> None:
        newest, *others = (zstd.ZstdDict(dictionary.read_bytes()) for dictionary in dictionaries)
        self._dictionaries = {dictionary.dict_id: dictionary for dictionary in (newest, *others)}
        # One compressor for all: to begin a new one with a dictionary costs more than to pack an event.
        self._compressor = zstd.ZstdCompressor(level=level, zstd_dict=newest)

    def pack(self, content: bytes) -> bytes:
        return self._compressor.compress(content, self._compressor.FLUSH_FRAME)

    def unpack(self, stored: bytes) -> bytes:
        """Return the content byte for byte, also when it was stored as it is.

        Raises:
            DamagedFrameError: it was packed, and is not what was packed any more.
        """
        if stored.startswith(_BEGINNING_OF_A_FRAME):
            dictionary = self._dictionaries.get(zstd.get_frame_info(stored).dictionary_id)
            return zstd.decompress(stored, zstd_dict=dictionary)
        return stored


_HERE: Final = Path(__file__).parent
_EVENTS: Final = Packing(_HERE / "events-2.zstd-dictionary", _HERE / "events.zstd-dictionary", level=1)
unpack: Final = _EVENTS.unpack


def pack(event_json: bytes) -> bytes:
    """Return what `unpack` takes: an event packed, or as it is when that would save little or unpack to much."""
    return _EVENTS.pack(event_json) if _SMALLEST_BYTES <= len(event_json) <= _LARGEST_BYTES else event_json
