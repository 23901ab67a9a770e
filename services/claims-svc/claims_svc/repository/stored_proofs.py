"""How proofs are stored: compressed, because a proof is eight times as large as what is its own in it.

The frames are Zstandard's. Each names the dictionary that it was made with, so that another one can follow. Keep this
one as long as a database holds proofs: without it nobody can read them. `proofs export` writes them as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backports import zstd

_DICTIONARY: Final = zstd.ZstdDict((Path(__file__).parent / "proofs.zstd-dictionary").read_bytes())
# One compressor for all: to begin a new one with a dictionary costs twice what it costs to compress a proof.
_COMPRESSOR: Final = zstd.ZstdCompressor(level=3, zstd_dict=_DICTIONARY)


def pack(canonical: bytes) -> bytes:
    return _COMPRESSOR.compress(canonical, _COMPRESSOR.FLUSH_FRAME)


def unpack(stored: bytes) -> bytes:
    """Return a proof byte for byte as it was hashed. What is not packed is returned as it is.

    That is a proof from before migration 0006, or one that was damaged: who reads it says that it is no proof, and the
    others are still exported.
    """
    try:
        return zstd.decompress(stored, zstd_dict=_DICTIONARY)
    except zstd.ZstdError:
        return stored
