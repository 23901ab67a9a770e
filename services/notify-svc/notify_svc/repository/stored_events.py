"""How decisions are stored: compressed, because most of an event is what all of them say.

The frames are Zstandard's. Each names the dictionary that it was made with, so that another one can follow. Keep this
one as long as a database holds decisions: without it nobody can read them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backports import zstd

_DICTIONARY: Final = zstd.ZstdDict((Path(__file__).parent / "decisions.zstd-dictionary").read_bytes())
# One compressor for all: to begin a new one with a dictionary costs more than to compress an event.
_COMPRESSOR: Final = zstd.ZstdCompressor(level=1, zstd_dict=_DICTIONARY)


def pack(event: bytes) -> bytes:
    return _COMPRESSOR.compress(event, _COMPRESSOR.FLUSH_FRAME)


def unpack(stored: bytes) -> bytes:
    """Return an event as it came. Those from before this form are stored as they came, in JSON."""
    if not stored.startswith(_MAGIC_NUMBER):
        return stored
    return zstd.decompress(stored, zstd_dict=_DICTIONARY)


_MAGIC_NUMBER: Final = (0xFD2FB528).to_bytes(4, "little")
"""What every frame begins with (RFC 8878, section 3.1.1), and no JSON."""
